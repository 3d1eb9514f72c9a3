"""When a line is open. Pure: hours of the week, French public holidays, exceptional closures.

``hours`` as stored on a line::

    {"week": {"0": [["09:00", "12:30"], ["13:30", "17:00"]], …}, "closures": ["2026-12-24"]}

Keys of ``week`` are days, Monday = 0. Reference hours: Monday–Friday 9:00–12:30, 13:30–17:00.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays

REFERENCE_HOURS: dict[str, Any] = {
    "week": {str(day): [["09:00", "12:30"], ["13:30", "17:00"]] for day in range(5)},
    "closures": [],
}
SEARCH_DAYS = 30


def is_open(hours: dict[str, Any], instant: datetime, zone: ZoneInfo) -> bool:
    """Is the line open at ``instant``?"""
    return any(start <= instant < end for start, end in spans(hours, _day(instant, zone), zone))


def next_opening(hours: dict[str, Any], instant: datetime, zone: ZoneInfo) -> datetime | None:
    """The first opening strictly after ``instant`` within 30 days, in the line's zone, or None."""
    first = _day(instant, zone)
    for offset in range(SEARCH_DAYS):
        for start, _end in spans(hours, first + timedelta(days=offset), zone):
            if start > instant:
                return start
    return None


def spans(hours: dict[str, Any], day: date, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The opening spans of a local day, in order; none on holidays and closures."""
    if day.isoformat() in hours.get("closures", ()) or day in holidays.country_holidays(
        "FR", years=day.year
    ):
        return []
    return [
        (_at(day, start, zone), _at(day, end, zone))
        for start, end in hours.get("week", {}).get(str(day.weekday()), ())
    ]


def _day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


def _at(day: date, clock_time: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock_time), zone)
