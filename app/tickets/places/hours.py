"""Opening hours as OpenStreetMap writes them, in words that can be read aloud. Pure.

Places' files say ``Mo-Fr 09:00-12:30; Sa 10:00-12:00`` (the ``opening_hours`` of OpenStreetMap). What is written in its
common forms is put into words; anything else is left as it stands, rather than said wrong.
"""

from __future__ import annotations

from babel.dates import get_day_names

from app.foundation.text.bilingual import Text, language
from app.foundation.text.patterns import pattern

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY = "(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_TIME = r"(?:[01]\d|2[0-4]):[0-5]\d"
_RULE = pattern(
    rf"({_DAY}(?:-{_DAY})?(?:, ?{_DAY}(?:-{_DAY})?)*|PH)? ?"
    rf"({_TIME}-{_TIME}(?:, ?{_TIME}-{_TIME})*|off|closed)"
)
_EVERY_DAY = Text("tous les jours", "every day")
_HOLIDAYS = Text("jours fériés", "public holidays")
_CLOSED = Text("fermé", "closed")
_TO = Text("{one} à {other}", "{one} to {other}")
_AND = Text(" et ", " and ")


def said(hours: str, locale: str) -> str:
    """« lundi à vendredi 9 h – 12 h 30 ; samedi 10 h – 12 h »; as it is written when it is not understood."""
    if hours == "24/7":
        return Text("jour et nuit, tous les jours", "day and night, every day").get(locale)
    rules = [_RULE.fullmatch(part.strip()) for part in hours.split(";") if part.strip()]
    if not rules or None in rules:
        return hours
    return (
        Text(" ; ", "; ")
        .get(locale)
        .join(_rule(each[1] or "", each[2], locale) for each in rules if each)
    )


def _rule(days: str, times: str, locale: str) -> str:
    if days == "PH":
        when = _HOLIDAYS.get(locale)
    else:
        spans = [_span(each.strip(), locale) for each in days.split(",") if each]
        when = _AND.get(locale).join(spans) or _EVERY_DAY.get(locale)
    if times in ("off", "closed"):
        return f"{when} {_CLOSED.get(locale)}"
    ranges = [each.strip().split("-") for each in times.split(",")]
    return f"{when} " + _AND.get(locale).join(
        f"{_clock(begins, locale)} – {_clock(ends, locale)}" for begins, ends in ranges
    )


def _span(days: str, locale: str) -> str:
    names = get_day_names("wide", locale=language(locale))
    one, _, other = days.partition("-")
    first = names[_DAYS.index(one)]
    return _TO.get(locale).format(one=first, other=names[_DAYS.index(other)]) if other else first


def _clock(time: str, locale: str) -> str:
    hour, _, minutes = time.partition(":")
    if language(locale) == "en":
        return f"{hour}:{minutes}"
    return f"{int(hour)}\u00a0h" + (f"\u00a0{minutes}" if minutes != "00" else "")
