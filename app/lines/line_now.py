"""What a line is now: the one place that says whether it is open, until when, where, by which rules. Pure.

Whoever asks about hours, openness, zone or rules of a line asks this value. It is made of a row of
``lines``, read as an object or as columns, and knows no clock: instants are given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.foundation.clock import PARIS
from app.lines import opening_hours
from app.lines import rules as line_rules
from app.lines.opening_hours import REFERENCE_HOURS
from app.lines.rules import LineRules


@dataclass(frozen=True)
class LineNow:
    """How a line is set. ``mode``: "hours", or "open" or "closed" by hand, until somebody's next choice.

    ``hours`` are those that count (``opening_hours``): the line's own, else those of reference.
    """

    mode: str = "hours"
    zone: ZoneInfo = PARIS
    hours: dict[str, Any] = field(default_factory=lambda: REFERENCE_HOURS)
    rules: LineRules = field(default_factory=LineRules)

    def is_open(self, at: datetime) -> bool:
        """Does the line take new calls at this instant?"""
        return self.by_hours(at) if self.mode == "hours" else self.mode == "open"

    def by_hours(self, at: datetime) -> bool:
        """Is it within the hours, whatever was chosen by hand?"""
        return opening_hours.is_open(self.hours, at, self.zone)

    def opens_next(self, at: datetime) -> datetime | None:
        """When the line opens that is closed at this instant; None when nobody knows: it was closed
        by hand, until somebody's next choice, or its hours have no opening within 30 days."""
        return None if self.mode == "closed" else self.next_opening(at)

    def next_opening(self, at: datetime) -> datetime | None:
        """The first opening after this instant by the hours alone, within 30 days."""
        return opening_hours.next_opening(self.hours, at, self.zone)

    def closes_at(self, at: datetime) -> datetime | None:
        """When the hours that this instant is in end; None when it is in none, or they never do."""
        return opening_hours.closes_at(self.hours, at, self.zone)

    def is_undated(self, at: datetime) -> bool:
        """Is the line closed, and nobody knows until when?"""
        return not self.is_open(at) and self.opens_next(at) is None

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """The opening spans of a local day, in order."""
        return opening_hours.spans(self.hours, day, self.zone)

    def spans_from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The opening spans of the next thirty days that are not over at this instant, in order."""
        first = self.day_of(at)
        for offset in range(opening_hours.SEARCH_DAYS):
            for start, end in self.spans(first + timedelta(days=offset)):
                if end > at:
                    yield start, end

    def day_of(self, at: datetime) -> date:
        """The day it is where the line is."""
        return at.astimezone(self.zone).date()

    @property
    def week(self) -> dict[str, Any]:
        """The spans of each day of the week."""
        return dict(self.hours.get("week", {}))

    @property
    def closures(self) -> list[str]:
        """The days of exceptional closure (ISO 8601)."""
        return list(self.hours.get("closures", ()))

    @property
    def territory(self) -> str:
        """Whose public holidays close it (``territories``)."""
        return str(self.hours.get("territory", ""))

    def public_holidays(self, years: list[int], language: str = "fr") -> dict[date, str]:
        """The public holidays that close it, by day, with their names."""
        return opening_hours.public_holidays(self.hours, years, language)


def of(line: Any) -> LineNow:
    """From a row that has ``mode``, ``zone``, ``hours`` and ``rules``; None: no line is set up yet."""
    if line is None:
        return LineNow()
    return LineNow(
        mode=line.mode,
        zone=ZoneInfo(line.zone),
        hours=line.hours or REFERENCE_HOURS,
        rules=line_rules.of(line.rules),
    )
