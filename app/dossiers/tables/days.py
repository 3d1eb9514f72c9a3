"""Days and moments in a cell of somebody's table: the true one, or a refusal in words. Pure.

A column is judged whole: whether it has the day first or the month first is seen in the days that can be read one way
alone. A column that shows two ways was turned, in part, by a spreadsheet (it reads 04/03 its own way where it can, and
leaves 24/12 as a text): only what cannot have been turned is read. (ECMA-376 18.17.4.1: the two systems of dates.)
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.dossiers.name_folding import fold
from app.dossiers.tables.cells import MONTHS, Unusable, not_scientific, plain, tidy
from app.foundation.text.patterns import pattern

_SLASHED = pattern(r"([0-9]{1,2})[/.\- ]([0-9]{1,2})[/.\- ]([0-9]{2}|[0-9]{4})(?: 00:00(?::00)?)?")
_ISO = pattern(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]00:00(?::00)?)?")
_WORDED = pattern(r"([0-9]{1,2})(?:er)?[ \-./]*([A-Za-zÀ-ÿ]{3,10})\.?[ \-./]*([0-9]{2}|[0-9]{4})")
_SERIAL = pattern(r"[0-9]{1,6}(?:[.,][0-9]+)?")
_COMPACT = pattern(r"[0-9]{8}")
_CLOCK = pattern(r"([0-9]{1,2})[:hH]([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?")


class Order(StrEnum):
    """In which order a column writes its dates: seen in it, or said by who sends it."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"
    UNSEEN = "?"  # nothing tells: only a day that cannot be a month is read
    MIXED = "mixed"  # two ways in one column: a spreadsheet has turned a part of it


# --- days ----------------------------------------------------------------------------------------


def seen_in(cells: Iterable[str]) -> Order:
    """In which order the dates of a column are written, by those that can be read one way alone."""
    found = Evidence()
    for cell in cells:
        found.look(cell)
    return found.order


class Evidence:
    """What the cells of a column tell, as they go by."""

    def __init__(self) -> None:
        self._ways: set[str] = set()

    def look(self, cell: str) -> None:
        """Take a cell into account."""
        if len(self._ways) > 2:
            return
        text = tidy(cell)
        if _ISO.fullmatch(text):
            self._ways.add("iso")
        elif slashed := _SLASHED.fullmatch(text):
            first, second = int(slashed[1]), int(slashed[2])
            if first > 12 >= second:
                self._ways.add("dmy")
            elif second > 12 >= first:
                self._ways.add("mdy")
            else:
                self._ways.add("either")

    @property
    def order(self) -> Order:
        """What they say together."""
        ways = self._ways
        if "iso" in ways and len(ways) > 1:
            return Order.MIXED
        if {"dmy", "mdy"} <= ways:
            return Order.MIXED
        return (
            Order.DAY_FIRST
            if "dmy" in ways
            else Order.MONTH_FIRST
            if "mdy" in ways
            else Order.UNSEEN
        )


def day(cell: str, order: Order, earliest: date, latest: date) -> date | None:
    """A day between the two, or None when empty. Raises Unusable."""
    text = plain(cell)
    if not text:
        return None
    not_scientific(text, "la date")
    found = _day(text, order)
    if not earliest <= found <= latest:
        raise Unusable(
            "date impossible",
            f"le {found:%d/%m/%Y} ne peut pas être cette date : vérifiez l'année",
        )
    return found


def _day(text: str, order: Order) -> date:
    if iso := _ISO.fullmatch(text):
        return _turned(int(iso[1]), int(iso[2]), int(iso[3]), order, text)
    if slashed := _SLASHED.fullmatch(text):
        _whole_year(slashed[3], text)
        return _ordered(int(slashed[1]), int(slashed[2]), int(slashed[3]), order, text)
    if (worded := _WORDED.fullmatch(text)) and (month := MONTHS.get(fold(worded[2]))):
        _whole_year(worded[3], text)
        return _made(int(worded[3]), month, int(worded[1]), text)
    if _COMPACT.fullmatch(text):
        return _compact(text)
    if _SERIAL.fullmatch(text):
        raise Unusable("date devenue un nombre", _said_of_serial(text))
    raise Unusable(
        "date illisible", f"« {text[:40]} » n'est pas une date : écrivez-la ainsi, 24/12/1985"
    )


def _turned(year: int, month: int, day_: int, order: Order, text: str) -> date:
    """A day in ISO form: sure, unless others of its column are not, and it may be one that was turned."""
    found = _made(year, month, day_, text)
    if order is Order.MIXED and day_ <= 12 and day_ != month:
        raise _two_ways(text)
    return found


def _ordered(first: int, second: int, year: int, order: Order, text: str) -> date:
    day_first, month_first = first > 12 >= second, second > 12 >= first
    if first == second or (order is Order.DAY_FIRST and not month_first):
        return _made(year, second, first, text)
    if order is Order.MONTH_FIRST and not day_first:
        return _made(year, first, second, text)
    if order in (Order.DAY_FIRST, Order.MONTH_FIRST):
        raise Unusable(
            "date illisible", f"« {text[:40]} » n'est pas une date dans l'ordre des autres"
        )
    if day_first:
        return _made(year, second, first, text)
    if month_first:
        return _made(year, first, second, text)
    raise _two_ways(text)


def _two_ways(text: str) -> Unusable:
    return Unusable(
        "date à deux sens",
        f"« {text[:40]} » se lit de deux façons (jour et mois, ou mois et jour) : dites l'ordre des dates du "
        "fichier, ou écrivez 1985-12-24",
    )


def _whole_year(year: str, text: str) -> None:
    if len(year) != 4:
        raise Unusable(
            "année à deux chiffres", f"« {text[:40]} » : écrivez l'année avec ses quatre chiffres"
        )


def _made(year: int, month: int, day_: int, text: str) -> date:
    try:
        return date(year, month, day_)
    except ValueError:
        raise Unusable(
            "date illisible", f"« {text[:40]} » n'est pas un jour du calendrier"
        ) from None


def _compact(text: str) -> date:
    """« 19850304 »: year, month, day, when its digits can be nothing else."""
    year, month, day_ = int(text[:4]), int(text[4:6]), int(text[6:])
    other = int(text[4:])
    if 1900 <= year <= 2100 and not 1900 <= other <= 2100:
        return _made(year, month, day_, text)
    raise Unusable(
        "date à deux sens", f"« {text} » se lit de plusieurs façons : écrivez 1985-12-24"
    )


def _said_of_serial(text: str) -> str:
    number = int(text.replace(",", ".").partition(".")[0])
    says = [
        f"le {base + timedelta(days=number):%d/%m/%Y} compté depuis {name}"
        for name, base in (("1900", date(1899, 12, 30)), ("1904", date(1904, 1, 1)))
        if number >= 61
    ]
    guess = f" ({' ou '.join(says)})" if says else ""
    return f"« {text[:20]} » est le numéro d'un jour de tableur{guess} : mettez la colonne au format date"


# --- moments -------------------------------------------------------------------------------------


def placed(found: datetime, zone: ZoneInfo, ambiguous: str, *, remedy: str) -> datetime:
    """The instant: by its own offset, else by the zone, if that hour was there once. Raises Unusable.

    ``ambiguous``: which of two hours is meant, "earlier" or "later"; "" refuses, and says the remedy.
    """
    try:
        if found.tzinfo is not None:
            return found.astimezone(UTC)
        local = found.replace(tzinfo=zone)
        first, second = (local.replace(fold=n).astimezone(UTC) for n in (0, 1))
    except (OverflowError, ValueError):
        raise Unusable("date impossible", f"« {found} » n'est pas une date d'appel") from None
    if first == second:
        return first
    if first.astimezone(zone).replace(tzinfo=None) != found:  # the clocks went forward
        raise Unusable(
            "heure qui n'existe pas",
            f"{found:%d/%m/%Y %H:%M} n'existe pas (passage à l'heure d'été)",
        )
    if not ambiguous:
        raise Unusable(
            "heure double",
            f"{found:%d/%m/%Y %H:%M} est arrivée deux fois (retour à l'heure d'hiver) : {remedy}",
        )
    return first if ambiguous == "earlier" else second


def moment(
    cell: str, order: Order, zone: ZoneInfo, earliest: date, latest: date
) -> datetime | None:
    """A day and an hour, in UTC; None when empty. Raises Unusable: an hour is never made up."""
    text = plain(cell)
    if not text:
        return None
    not_scientific(text, "la date")
    written, _space, hour = (
        text.replace("T", " ", 1).partition(" ") if text[:4].isdigit() else text.rpartition(" ")
    )
    if not written or not hour:
        raise Unusable("heure absente", f"« {text[:40]} » : il faut le jour et l'heure")
    offset = ""
    for sign in ("Z", "+", "-"):
        if sign in hour:
            hour, offset = hour[: hour.index(sign)], hour[hour.index(sign) :]
            break
    clock = _CLOCK.fullmatch(hour.strip())
    found_day = day(written, order, earliest, latest)
    if clock is None or found_day is None:
        raise Unusable("heure illisible", f"« {text[:40]} » n'est pas un jour et une heure")
    try:
        at = datetime.fromisoformat(
            f"{found_day.isoformat()}T{int(clock[1]):02d}:{clock[2]}:{clock[3] or '00'}{offset}"
        )
    except ValueError:
        raise Unusable(
            "heure illisible", f"« {text[:40]} » n'est pas un jour et une heure"
        ) from None
    return placed(at, zone, "", remedy="écrivez le décalage (+01:00)")
