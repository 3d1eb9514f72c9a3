"""What was written to us and what became of it, by channel: the report's ``channels{}``. Pure.

Never mixed into the telephone's figures. A person's matter in writing (a contact by SMS, by form, by mail) is
counted once, on the day of its first message. Each figure is defined in ``definitions.py`` under
``written_<key>``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.foundation.clock import PARIS, day_bounds
from app.reporting.writing.written_definitions import ANSWER_WITHIN_S

ALWAYS = ("sms", "form")
"""The channels that have figures every day."""

WRITTEN = (*ALWAYS, "mail")
"""The channels on which people write to us, in the order in which they are shown; the others when somebody wrote."""


@dataclass(frozen=True, slots=True)
class WrittenFact:
    """A matter in writing. Instants are aware, each list in any order.

    ``came``: when its messages came; ``answered``: when ours left (those that did not arrive are no
    answer), or the person was called back; ``ended_at`` is when it was closed, if it is.
    """

    ref: int
    channel: str
    came: tuple[datetime, ...]
    answered: tuple[datetime, ...] = ()
    ended_at: datetime | None = None

    @property
    def arrived_at(self) -> datetime:
        """When its first message came."""
        return min(self.came)

    @property
    def answered_at(self) -> datetime | None:
        """When its first answer left."""
        return min((at for at in self.answered if at >= self.arrived_at), default=None)

    def waits_since(self, now: datetime) -> datetime | None:
        """Since when somebody waited for an answer at that instant; None when nobody did."""
        if self.ended_at is not None and self.ended_at <= now:
            return None
        last = max((at for at in self.answered if at <= now), default=None)
        return min(
            (at for at in self.came if at <= now and (last is None or at > last)), default=None
        )


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """One channel on one day: counts, seconds; ``None`` when there is nothing to measure."""

    channel: str
    received: int = 0
    answered: int = 0
    answered_in_time: int = 0
    closed_unanswered: int = 0
    waiting: int = 0
    oldest_s: float | None = None
    mean_answer_s: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The stable interface, in this order."""
        return {
            "received": self.received,
            "answered": self.answered,
            "answered_in_time": self.answered_in_time,
            "closed_unanswered": self.closed_unanswered,
            "waiting": self.waiting,
            "oldest_s": None if self.oldest_s is None else round(self.oldest_s, 1),
            "mean_answer_s": None if self.mean_answer_s is None else round(self.mean_answer_s, 1),
        }


def figures(
    facts: Iterable[WrittenFact], day: date, now: datetime, zone: ZoneInfo = PARIS
) -> tuple[ChannelFigures, ...]:
    """The figures of each channel on a local day; ``now`` bounds a day that is not over.

    ``facts`` are those that arrived that day, and those of before that waited at its end; others
    change nothing. Raises ValueError for a channel that is not one of ``WRITTEN``.
    """
    known = list(facts)
    unknown = {fact.channel for fact in known} - set(WRITTEN)
    if unknown:
        raise ValueError(f"unknown channel: {sorted(unknown)}")
    start, end = day_bounds(day, zone)
    seen_at = max(start, min(now, end))
    return tuple(
        _of_channel(name, [f for f in known if f.channel == name], (start, end), seen_at)
        for name in WRITTEN
        if name in ALWAYS or any(fact.channel == name for fact in known)
    )


def _of_channel(
    name: str, facts: list[WrittenFact], bounds: tuple[datetime, datetime], seen_at: datetime
) -> ChannelFigures:
    start, end = bounds
    received = [fact for fact in facts if start <= fact.arrived_at < end]
    waits = [at - fact.arrived_at for fact in received if (at := fact.answered_at) is not None]
    limit = timedelta(seconds=ANSWER_WITHIN_S)
    waiting = [since for fact in facts if (since := fact.waits_since(seen_at)) is not None]
    return ChannelFigures(
        channel=name,
        received=len(received),
        answered=len(waits),
        answered_in_time=sum(1 for wait in waits if wait <= limit),
        closed_unanswered=sum(
            1 for fact in received if fact.answered_at is None and fact.ended_at is not None
        ),
        waiting=len(waiting),
        oldest_s=(seen_at - min(waiting)).total_seconds() if waiting else None,
        mean_answer_s=(
            sum(waits, timedelta()) / timedelta(seconds=1) / len(waits) if waits else None
        ),
    )
