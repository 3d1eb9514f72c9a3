"""Figures as a person reads them, in French or in English. Pure."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

from app.foundation.text.bilingual import Text
from app.foundation.text.typography import french

NOTHING = "—"
"""Printed where there is nothing to count: a mean over no call is not zero."""

_SPACE = "\N{NO-BREAK SPACE}"


def number(value: float | None, locale: str = "fr") -> str:
    """``1234`` → ``1 234``; at most one decimal."""
    return NOTHING if value is None else format_decimal(value, "#,##0.#", locale=locale)


def duration(seconds: float | None, locale: str = "fr") -> str:
    """``336`` → ``5 min 36 s``; tenths of a second only under a minute; hours from 3600 s on."""
    if seconds is None:
        return NOTHING
    if round(seconds, 1) < 60:
        return f"{format_decimal(seconds, '0.#', locale=locale)}{_SPACE}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}{_SPACE}min{_SPACE}{rest:02d}{_SPACE}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}{_SPACE}h{_SPACE}{minutes:02d}{_SPACE}min"


def round_duration(seconds: int, locale: str = "fr") -> str:
    """``60`` → ``1 min``, ``90`` → ``1 min 30``, ``45`` → ``45 s``: a threshold, as it is said."""
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return f"{rest}{_SPACE}s"
    tail = Text(f"{rest:02d}", f"{rest}{_SPACE}s").get(locale)
    return f"{minutes}{_SPACE}min{_SPACE}{tail}" if rest else f"{minutes}{_SPACE}min"


def percent(share: float | None, locale: str = "fr") -> str:
    """``0.0448`` → ``4,5 %``, ``4.5%``."""
    pattern = Text("#,##0.#\xa0%", "#,##0.#%").get(locale)
    return NOTHING if share is None else format_percent(share, pattern, locale=locale)


def long_day(day: date, locale: str = "fr") -> str:
    """``mardi 1er juin 2021``, ``Tuesday 1 June 2021``."""
    said = format_date(day, format="EEEE d MMMM y", locale=locale)
    return Text(french(said), said).get(locale)


def clock_time(instant: datetime, locale: str = "fr") -> str:
    """``10:35``, in the instant's own zone: make it local first."""
    return format_datetime(instant, "HH:mm", tzinfo=instant.tzinfo, locale=locale)
