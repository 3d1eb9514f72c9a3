"""What tomorrow may ask for: the same weekday of the weeks before, half-hour by half-hour, and how many agents. Pure.

Seasonal-naive on purpose: it says what was seen and between which bounds, no trend and no model that nobody
could check by hand. Agents are those of Erlang C (calls that come by chance and wait as long as it takes, all
agents free to take any): the fewest with which the target share is answered in time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from math import ceil, exp

HALF_HOUR_S = 1800
FEWEST_DAYS = 2  # one day alone says nothing of the next
MOST_AGENTS = 500


@dataclass(frozen=True, slots=True)
class Half:
    """A half-hour of tomorrow: calls to expect, the fewest and most that were seen, agents (None: unknown)."""

    start: time
    expected: float
    least: int
    most: int
    agents: int | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Tomorrow. ``seen``: the days it comes from, the latest first. ``handle_s``: what a call takes, wrap-up
    included; None when none was answered."""

    day: date
    seen: tuple[date, ...]
    halves: tuple[Half, ...]
    expected: float
    least: int
    most: int
    handle_s: float | None

    @property
    def busiest(self) -> Half | None:
        """The half-hour with the most calls to expect; None when none is."""
        found = max(self.halves, key=lambda half: half.expected, default=None)
        return found if found and found.expected else None


def forecast(
    day: date,
    seen: Mapping[date, Sequence[time]],
    openings: Sequence[tuple[time, time]],
    handle_s: float | None,
    *,
    share: float,
    within_s: float,
) -> Forecast | None:
    """The forecast of ``day``, open at ``openings``; None when fewer than two days have calls.

    ``seen``: the local times of the calls presented on each day before. ``share`` (0 to 1) of the calls are to be
    answered ``within_s`` seconds. What came while tomorrow is closed is left out.
    """
    known = {each: times for each, times in seen.items() if times}
    if len(known) < FEWEST_DAYS:
        return None
    counts = [Counter(_half(at) for at in times) for times in known.values()]
    halves = tuple(
        _of_half(start, [count[start] for count in counts], handle_s, share, within_s)
        for start in _halves(openings)
    )
    totals = [sum(count[half.start] for half in halves) for count in counts]
    return Forecast(
        day=day,
        seen=tuple(sorted(known, reverse=True)),
        halves=halves,
        expected=sum(totals) / len(totals),
        least=min(totals),
        most=max(totals),
        handle_s=handle_s,
    )


def _of_half(
    start: time, seen: Sequence[int], handle_s: float | None, share: float, within_s: float
) -> Half:
    expected = sum(seen) / len(seen)
    needed = None if handle_s is None else agents(expected, handle_s, share, within_s)
    return Half(start, expected, min(seen), max(seen), needed)


def agents(calls: float, handle_s: float, share: float, within_s: float) -> int:
    """The fewest agents with which ``share`` of ``calls`` in a half-hour are answered ``within_s`` seconds."""
    load = calls * handle_s / HALF_HOUR_S  # in erlangs: agents that would talk all the time
    if load <= 0:
        return 0
    least = ceil(load) if load != int(load) else int(load) + 1  # as many as the load never catch up
    return next(
        (
            number
            for number in range(least, MOST_AGENTS)
            if in_time(number, load, handle_s, within_s) >= share
        ),
        MOST_AGENTS,
    )


def in_time(number: int, load: float, handle_s: float, within_s: float) -> float:
    """The share of calls answered ``within_s`` seconds by ``number`` agents under ``load`` erlangs (Erlang C)."""
    if number <= load:
        return 0.0
    blocked = 1.0  # Erlang B, agent by agent: no factorial grows
    for each in range(1, number + 1):
        blocked = load * blocked / (each + load * blocked)
    busy = blocked / (1 - (load / number) * (1 - blocked))
    return 1 - busy * exp(-(number - load) * within_s / handle_s)


def _half(at: time) -> time:
    return time(at.hour, 30 if at.minute >= 30 else 0)


def _halves(openings: Sequence[tuple[time, time]]) -> list[time]:
    """The half-hours that the line is open in, whole or in part; an end at 0:00 is midnight."""
    found: set[int] = set()
    for start, end in openings:
        last = end.hour * 60 + end.minute or 24 * 60
        found.update(range((start.hour * 60 + start.minute) // 30, ceil(last / 30)))
    return [time(each // 2, 30 * (each % 2)) for each in sorted(found)]
