"""Time: the only module that reads the clock. Pure but for ``now``.

Instants are timezone-aware and in UTC everywhere; days and half-hours are local to a service's
zone, so a day may last 23 or 25 hours.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def local_day(instant: datetime, zone: ZoneInfo = PARIS) -> date:
    """The calendar day that ``instant`` falls on for people who live in ``zone``."""
    return instant.astimezone(zone).date()


def day_bounds(day: date, zone: ZoneInfo = PARIS) -> tuple[datetime, datetime]:
    """First instant of ``day`` and of the next one, in UTC; 23, 24 or 25 hours apart."""
    return _midnight(day, zone), _midnight(day + timedelta(days=1), zone)


def half_hours(day: date, zone: ZoneInfo = PARIS) -> list[tuple[datetime, datetime]]:
    """The half-hours of a local day as UTC pairs: 46, 48 or 50 of them, in order, without gap."""
    start, end = day_bounds(day, zone)
    step = timedelta(minutes=30)
    return [(start + step * i, start + step * (i + 1)) for i in range(int((end - start) / step))]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)
