"""A line's hours of the week, as a caller reads them. Pure.

« du lundi au vendredi, de 9 h à 12 h 30 et de 13 h 30 à 17 h »
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel.dates import get_day_names

from app.foundation.text.bilingual import language
from app.foundation.text.typography import french

Spans = tuple[tuple[str, str], ...]


def in_words(hours: Mapping[str, Any], locale: str) -> str:
    """Days that follow each other with the same hours are said together; "" when never open."""
    english = language(locale) == "en"
    joined = "; ".join(
        f"{_days(first, last, english)}, {_times(spans, english)}"
        for first, last, spans in _groups(hours)
    )
    return joined if english else french(joined.replace("; ", " ; "))


def _groups(hours: Mapping[str, Any]) -> list[tuple[int, int, Spans]]:
    week = hours.get("week", {})
    found: list[tuple[int, int, Spans]] = []
    for day in range(7):
        spans: Spans = tuple((start, end) for start, end in week.get(str(day), ()))
        if not spans:
            continue
        if found and found[-1][1] == day - 1 and found[-1][2] == spans:
            found[-1] = (found[-1][0], day, spans)
        else:
            found.append((day, day, spans))
    return found


def _days(first: int, last: int, english: bool) -> str:
    names = get_day_names("wide", locale="en" if english else "fr")
    if first == last:
        return names[first] if english else f"le {names[first]}"
    return f"{names[first]} to {names[last]}" if english else f"du {names[first]} au {names[last]}"


def _times(spans: Spans, english: bool) -> str:
    said = [
        f"{_time(start, english)} to {_time(end, english)}"
        if english
        else f"de {_time(start, english)} à {_time(end, english)}"
        for start, end in spans
    ]
    return (" and " if english else " et ").join(said)


def _time(text: str, english: bool) -> str:
    if english:
        return text.removeprefix("0")
    hour, minute = text.split(":")
    return f"{int(hour)} h {minute}" if minute != "00" else f"{int(hour)} h"
