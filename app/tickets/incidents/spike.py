"""More contacts of one trouble than usual, in a short while: an incident is proposed. Pure.

The usual is what the same minutes of the day brought on the days before (a Monday at nine is no
Tuesday at four). Proposed, never opened: an agent or a manager decides, with the figures before them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=30)
AT_LEAST = 3  # fewer are no series: two people may meet the same trouble by chance
HISTORY_DAYS = 14  # days looked back at; days without any contact at all count for nothing


@dataclass(frozen=True)
class Spike:
    """``count`` contacts in the last ``minutes``, against ``usual`` in the same minutes of other days."""

    count: int
    minutes: int
    usual: float

    @property
    def often(self) -> float:
        """How many times the usual; the count itself where it never happened before."""
        return self.count / self.usual if self.usual else float(self.count)


def spike(
    times: Iterable[datetime],
    now: datetime,
    worked_days: int,
    window: timedelta = WINDOW,
) -> Spike | None:
    """Is this trouble more frequent now than chance would have it? None when it is not.

    ``times``: one instant for each contact with the trouble, over the last ``HISTORY_DAYS``; ``worked_days``:
    on how many of the days before today the line was used. A count of rare, independent contacts
    varies by about its square root (Poisson): three of these above the usual is no chance.
    """
    start = now - window
    count, before = 0, 0
    for at in times:
        if start < at <= now:
            count += 1
        elif _same_minutes(at, start, now):
            before += 1
    usual = before / worked_days if worked_days > 0 else 0.0
    if count < max(AT_LEAST, math.ceil(usual + 3 * math.sqrt(usual))):
        return None
    return Spike(count, int(window.total_seconds() // 60), round(usual, 1))


def _same_minutes(at: datetime, start: datetime, end: datetime) -> bool:
    """Was it in the same minutes of an earlier day?"""
    days = (end - at).days
    shifted = at + timedelta(days=days)
    return days >= 1 and start < shifted <= end


def greatest(found: Mapping[str, Spike | None]) -> Sequence[tuple[str, Spike]]:
    """The troubles that are above their usual, the one furthest from it first."""
    there = [(kind, each) for kind, each in found.items() if each is not None]
    return sorted(there, key=lambda pair: (-pair[1].often, -pair[1].count, pair[0]))
