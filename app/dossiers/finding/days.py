"""A day that somebody writes or dictates, in French or in English: found in a text, with what is left. Pure.

« 14/03/1989 », « 14 mars 89 », « 14031989 », « 1er avril 1962 », « né le 14-3-89 », « 1989-03-14 », « March 14,
1989 », « 14 mars » (a day of any year), « mars 1989 » and
« 03/1989 » (a month), « 1989 » (a year). A year of two digits is of either century: nobody
who calls was born in 2089, and the index has the last word.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

from app.foundation.text.patterns import Match, pattern

_MONTHS = {
    "janvier": 1, "janv": 1, "jan": 1, "january": 1, "fevrier": 2, "fev": 2, "fevr": 2, "february": 2, "feb": 2,
    "mars": 3, "mar": 3, "march": 3, "avril": 4, "avr": 4, "april": 4, "apr": 4, "mai": 5, "may": 5, "juin": 6,
    "june": 6, "jun": 6, "juillet": 7, "juil": 7, "july": 7, "jul": 7, "aout": 8, "august": 8, "aug": 8,
    "septembre": 9, "sept": 9, "sep": 9, "september": 9, "octobre": 10, "oct": 10, "october": 10,
    "novembre": 11, "nov": 11, "november": 11, "decembre": 12, "dec": 12, "december": 12,
}  # fmt: skip
_NAMED = "|".join(sorted(_MONTHS, key=len, reverse=True))
_BETWEEN = r"(?: ?[/.\-] ?| )"
_END = r"(?:$|[^a-z0-9])"
_OR_YEAR = r"(?:[ .,\-/]*([0-9]{4}|[0-9]{2}))?"
_WORDS = pattern(
    rf"(?:^|[^a-z0-9])([0-9]{{1,2}})(?:er|eme|e|st|nd|rd|th)?[ .\-/]*({_NAMED})\.?{_OR_YEAR}{_END}"
)
_ENGLISH = pattern(
    rf"(?:^|[^a-z0-9])({_NAMED})\.? ([0-9]{{1,2}})(?:st|nd|rd|th)?(?:,? ?([0-9]{{4}}))?(?:$|[^a-z0-9])"
)
_ISO = pattern(r"(?:^|[^0-9])([0-9]{4})[/.\-]([0-9]{1,2})[/.\-]([0-9]{1,2})(?:$|[^0-9])")
_FIGURES = pattern(
    rf"(?:^|[^0-9])([0-9]{{1,2}}){_BETWEEN}([0-9]{{1,2}}){_BETWEEN}([0-9]{{4}}|[0-9]{{2}})(?:$|[^0-9])"
)
_IN_ONE = pattern(r"(?:^|[^0-9])([0-9]{8}|[0-9]{6})(?:$|[^0-9])")
_SHORT = pattern(r"(?:^|[^0-9])([0-9]{1,2})/([0-9]{1,2})(?:$|[^0-9])")
_YEAR = pattern(r"(?:^|[^0-9])((?:19|20)[0-9]{2})(?:$|[^0-9])")
_BORN = pattern(
    r"(?:^|[^a-z])(?:(?:n[eé]e?(?:\(e\))?|born) (?:le |en |the |on |in )?|(?:le|du|the|on) )$"
)
_MONTH = pattern(rf"(?:^|[^a-z0-9])({_NAMED})\.?[ \-/]+((?:19|20)[0-9]{{2}}|[0-9]{{2}}){_END}")
_MONTH_FIGURES = pattern(r"(?:^|[^0-9/.\-])(0?[1-9]|1[0-2])[/.\-]((?:19|20)[0-9]{2})(?:$|[^0-9])")
LONGEST = 100


@dataclass(frozen=True)
class Told:
    """A day as it was told, and the text around it. ``days`` when the year is known (two for a year of two
    digits), else ``day_of_year`` (month, day), a ``month`` of ``years``, or a ``year`` alone. ``sure``: it can
    be nothing else (a month is named, or slashes)."""

    rest: str
    days: tuple[date, ...] = ()
    day_of_year: tuple[int, int] | None = None
    year: int | None = None
    month: int | None = None
    years: tuple[int, ...] = ()
    sure: bool = False


def found_in(text: str) -> tuple[Told, ...]:
    """Every way in which a day may be read in a text; none when no day is in it."""
    plain = _plain(text)
    told = [_named(plain), _english(plain), _iso(plain), _figures(plain), *_in_one(plain)]
    told += [_short(plain), _month(plain), _year(plain)]
    known = [each for each in told if each is not None]
    return tuple(dict.fromkeys([each for each in known if each.sure] or known))


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text[:LONGEST].casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(bare.split())


def _without(text: str, start: int, end: int) -> str:
    rest = f"{text[:start]} {text[end:]}"
    if said := _BORN.search(f"{rest[:start]} "):
        rest = f"{rest[: said.start()]} {rest[start:]}"
    return " ".join(rest.split())


def _days(year: str, month: int, day: int) -> tuple[date, ...]:
    years = [int(year)] if len(year) == 4 else [1900 + int(year), 2000 + int(year)]
    return tuple(found for each in years if (found := _day(each, month, day)))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _told(text: str, match: Match, day: int, month: int, year: str, *, sure: bool) -> Told | None:
    rest = _without(text, match.start(), match.end())
    if year:
        days = _days(year, month, day)
        return Told(rest, days=days, sure=sure) if days else None
    known = _day(2000, month, day)
    return Told(rest, day_of_year=(month, day), sure=sure) if known else None


def _named(text: str) -> Told | None:
    found = _WORDS.search(text)
    if found is None:
        return None
    day, month, year = found.groups(default="")
    return _told(text, found, int(day), _MONTHS[month], year, sure=True)


def _english(text: str) -> Told | None:
    found = _ENGLISH.search(text)
    if found is None:
        return None
    month, day, year = found.groups(default="")
    return _told(text, found, int(day), _MONTHS[month], year, sure=True)


def _iso(text: str) -> Told | None:
    found = _ISO.search(text)
    if found is None:
        return None
    year, month, day = found.groups()
    return _told(text, found, int(day), int(month), year, sure=False)


def _figures(text: str) -> Told | None:
    found = _FIGURES.search(text)
    if found is None:
        return None
    day, month, year = found.groups()
    if int(month) > 12 >= int(day):  # « 03/14/1989 », as in America
        day, month = month, day
    return _told(text, found, int(day), int(month), year, sure="/" in found.group(0))


def _in_one(text: str) -> list[Told | None]:
    found = _IN_ONE.search(text)
    if found is None:
        return []
    figures = found.group(1)
    read = [(figures[:2], figures[2:4], figures[4:])]
    if len(figures) == 8:
        read.append((figures[6:], figures[4:6], figures[:4]))
    return [_told(text, found, int(d), int(m), year, sure=False) for d, m, year in read]


def _short(text: str) -> Told | None:
    found = _SHORT.search(text)
    if found is None:
        return None
    day, month = found.groups()
    return _told(text, found, int(day), int(month), "", sure=True)


def _month(text: str) -> Told | None:
    """« mars 1989 », « 03/1989 »: a month of a year."""
    found = _MONTH.search(text)
    if found is not None:
        name, year = found.groups()
        month = _MONTHS[name]
    elif (found := _MONTH_FIGURES.search(text)) is not None:
        figures, year = found.groups()
        month = int(figures)
    else:
        return None
    years = (int(year),) if len(year) == 4 else (1900 + int(year), 2000 + int(year))
    return Told(_without(text, found.start(), found.end()), month=month, years=years)


def _year(text: str) -> Told | None:
    found = _YEAR.search(text)
    if found is None:
        return None
    return Told(_without(text, found.start(), found.end()), year=int(found.group(1)))
