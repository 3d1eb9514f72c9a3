"""When a line is open. Pure: hours of the week, French public holidays, exceptional closures.

``hours`` as stored on a line::

    {"week": {"0": [["09:00", "12:30"], ["13:30", "17:00"]], …}, "closures": ["2026-12-24"],
     "territory": "57"}

Keys of ``week`` are days, Monday = 0; a span may end at « 24:00 », the day's end. ``territory`` says
whose public holidays close the line (``territories``). Reference hours: Monday–Friday 9:00–12:30,
13:30–17:00.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

REFERENCE_HOURS: dict[str, Any] = {
    "week": {str(day): [["09:00", "12:30"], ["13:30", "17:00"]] for day in range(5)},
    "closures": [],
}
SEARCH_DAYS = 30
MIDNIGHT = "24:00"  # the end of a day
OPEN_DAYS = 8  # beyond, a line that has not closed never does


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


def closes_at(hours: dict[str, Any], instant: datetime, zone: ZoneInfo) -> datetime | None:
    """When the line that is open at ``instant`` closes; None when it is closed, or never closes.

    A day that ends at midnight goes on in the next one that begins there.
    """
    first, end = _day(instant, zone), None
    for offset in range(OPEN_DAYS):
        for start, until in spans(hours, first + timedelta(days=offset), zone):
            if (end is None and start <= instant < until) or (end is not None and start == end):
                end = until
            elif end is not None:
                return end
    return end if end and end < instant + timedelta(days=OPEN_DAYS - 1) else None


def public_holidays(
    hours: dict[str, Any], years: list[int], language: str = "fr"
) -> dict[date, str]:
    """The public holidays that close a line, by day, with their names."""
    territory = hours.get("territory") or None
    found = holidays.country_holidays("FR", subdiv=territory, years=years, language=language)
    return dict(found)


@lru_cache(maxsize=64)
def _holidays(territory: str, year: int) -> frozenset[date]:
    return frozenset(public_holidays({"territory": territory}, [year]))


def spans(hours: dict[str, Any], day: date, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The opening spans of a local day, in order; none on holidays and closures."""
    closed = day.isoformat() in hours.get("closures", ())
    if closed or day in _holidays(hours.get("territory") or "", day.year):
        return []
    return [
        (_at(day, start, zone), _at(day, end, zone))
        for start, end in hours.get("week", {}).get(str(day.weekday()), ())
    ]


def _day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


def _at(day: date, clock_time: str, zone: ZoneInfo) -> datetime:
    if clock_time == MIDNIGHT:
        return datetime.combine(day + timedelta(days=1), time(), zone)
    return datetime.combine(day, time.fromisoformat(clock_time), zone)
