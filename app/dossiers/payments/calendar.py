"""Working days, days off and waves of payment. Pure.

Managers keep the days off; the public holidays of France are proposed, never imposed (a service may pay on
Whit Monday). A wave that falls on a day off is paid on the next working day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta

import holidays

SATURDAY = 5
AHEAD = timedelta(days=400)  # how far a wave or a day off may be planned


def working(day: date, days_off: Collection[date]) -> bool:
    """Is the bank paid on this day?"""
    return day.weekday() < SATURDAY and day not in days_off


def pays_on(wave: date, days_off: Collection[date]) -> date:
    """The day on which a wave is really paid: itself, or the next working day."""
    while not working(wave, days_off):
        wave += timedelta(days=1)
    return wave


def next_paid(waves: Iterable[date], after: date, days_off: Collection[date]) -> date | None:
    """The first day after ``after`` on which a wave is really paid (on Sunday, a Saturday's is still to come)."""
    paid = (pays_on(wave, days_off) for wave in waves)
    return min((day for day in paid if day > after), default=None)


def working_days_between(after: date, until: date, days_off: Collection[date]) -> int:
    """How many working days there are after ``after`` and before ``until``."""
    days = (after + timedelta(days=n) for n in range(1, max(0, (until - after).days)))
    return sum(working(day, days_off) for day in days)


def proposed(years: Iterable[int], language: str = "fr") -> dict[date, str]:
    """The public holidays of France in these years, by day, with their names."""
    return dict(holidays.country_holidays("FR", years=list(years), language=language))


def three_a_month(first: date, months: int, days: tuple[int, int, int] = (8, 18, 28)) -> list[date]:
    """The days of the waves of ``months`` months, from the month of ``first`` on."""
    found, year, month = [], first.year, first.month
    for _ in range(months):
        found += [date(year, month, day) for day in days]
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found
