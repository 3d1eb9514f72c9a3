"""Whatever a spreadsheet does to a number, a date, a text: the true value comes back, or words; never a wrong value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dossiers.tables import cells, days
from app.dossiers.tables.cells import NumberCell, Unusable
from app.dossiers.tables.days import Order
from app.foundation.text import phone_numbers

EARLIEST, LATEST = date(1906, 1, 1), date(2026, 11, 26)
PARIS = ZoneInfo("Europe/Paris")
NUMBERS = st.from_regex(r"0[1-9][0-9]{8}", fullmatch=True)
DAYS = st.dates(EARLIEST, LATEST)
MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]


REFUSED = object()


def attempt(read: Callable[..., Any], *given_: Any) -> Any:
    """What is read, or ``REFUSED``: in words."""
    try:
        return read(*given_)
    except Unusable as refused:
        if not str(refused):
            raise
        return REFUSED


def scientific(digits: str, kept: int, point: str) -> str:
    """A number as a narrow column shows it: « 3,36E+10 »."""
    whole = digits.lstrip("0") or "0"
    return f"{whole[0]}{point}{whole[1:kept].ljust(kept - 1, '0')}E+{len(whole) - 1:02d}"


PHONE_WRITINGS: tuple[Callable[[str], str], ...] = (
    str,
    lambda n: n[1:],  # the zero is lost
    lambda n: NumberCell(n[1:]),
    lambda n: f"{n[1:]}.0",
    lambda n: f"{n[1:]},00",
    lambda n: "33" + n[1:],  # the + is lost
    lambda n: NumberCell("33" + n[1:]),
    lambda n: "+33" + n[1:],
    lambda n: "0033" + n[1:],
    lambda n: "330" + n[1:],
    lambda n: f'="{n}"',
    lambda n: f"'{n}",
    lambda n: f"'+33{n[1:]}",
    lambda n: "\u202f".join((n[:2], n[2:4], n[4:6], n[6:8], n[8:])),
    lambda n: "\u00a0".join((n[:2], n[2:4], n[4:6], n[6:8], n[8:])),
    lambda n: f"{int(n):,}".replace(",", " "),  # thousands apart
    lambda n: scientific(n, 3, ","),
    lambda n: scientific("33" + n[1:], 6, "."),
    lambda n: f"+{n}",
    lambda _n: "#######",
    lambda _n: cells.NOT_COMPUTED,
    lambda _n: "#N/A",
    lambda n: f"=+33{n[1:]}",
)


@given(NUMBERS, st.sampled_from(PHONE_WRITINGS))
def test_a_number_is_itself_or_refused(number: str, written: Callable[[str], str]) -> None:
    assert attempt(cells.phone, written(number)) in (REFUSED, phone_numbers.stored(number))


@given(NUMBERS)
def test_the_zero_and_the_plus_that_were_taken_come_back(number: str) -> None:
    for written in (
        number[1:],
        NumberCell(number[1:]),
        "33" + number[1:],
        f"{number[1:]}.0",
        f'="{number}"',
    ):
        assert cells.phone(written) == phone_numbers.stored(number)


@pytest.mark.parametrize(
    "lost", ["3,36E+10", "3.36123E+10", "12345", "4915112345678", "######", "=A1"]
)
def test_a_number_that_lost_digits_is_refused(lost: str) -> None:
    with pytest.raises(Unusable):
        cells.phone(lost)


def dmy(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def mdy(day: date) -> str:
    return f"{day.month}/{day.day}/{day:%Y}"


def turned(day: date) -> str:
    """A d/m/y text opened by an American spreadsheet, then written in ISO: turned where it can be."""
    return date(day.year, day.day, day.month).isoformat() if day.day <= 12 else dmy(day)


COLUMNS: tuple[Callable[[date], str], ...] = (
    dmy,
    mdy,
    lambda d: d.isoformat(),
    lambda d: f"{d} 00:00:00",
    lambda d: f"{d.day}.{d.month}.{d:%Y}",
    lambda d: f"{d:%d/%m/%Y} 00:00",
    lambda d: f"{d.day} {MONTHS[d.month - 1]} {d.year}",
    lambda d: f"{d:%d/%m/%y}",
    lambda d: str((d - date(1899, 12, 30)).days),  # the number of a day, from 1900
    lambda d: str((d - date(1904, 1, 1)).days),
    lambda d: NumberCell((d - date(1899, 12, 30)).days),
    lambda d: f"{d:%Y%m%d}",
    lambda d: f"{d:%d%m%Y}",
    turned,
)


@given(st.lists(DAYS, min_size=1, max_size=12), st.sampled_from(COLUMNS))
def test_a_day_is_itself_or_refused(true: list[date], written: Callable[[date], str]) -> None:
    column = [written(day) for day in true]
    if written is turned and all(day.day <= 12 for day in true):
        return  # a column that was turned whole looks as a true one: docs/limits.md says so
    order = days.seen_in(column)
    for day, cell in zip(true, column, strict=True):
        assert attempt(days.day, cell, order, EARLIEST, LATEST) in (REFUSED, day), (cell, order)


@given(st.lists(DAYS, min_size=1, max_size=12))
def test_days_are_read_where_the_column_shows_its_order(true: list[date]) -> None:
    for written, order in ((dmy, Order.DAY_FIRST), (mdy, Order.MONTH_FIRST)):
        for day in true:
            assert days.day(written(day), order, EARLIEST, LATEST) == day
    shown = [dmy(date(1985, 12, 24)), *map(dmy, true)]
    assert days.seen_in(shown) is Order.DAY_FIRST


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("03/04/1985", "date à deux sens"), ("31110", "date devenue un nombre"), ("24/12/85", "année à deux chiffres"),
        ("31/02/1985", "date illisible"), ("24/12/1885", "date impossible"), ("2,98E+04", "notation scientifique"),
        ("hier", "date illisible"), ("1900-01-01", "date impossible"), ("00:00:00", "date illisible"),
        ("20121985", "date à deux sens"),
    ],
)  # fmt: skip
def test_a_day_that_cannot_be_told_is_named(cell: str, kind: str) -> None:
    with pytest.raises(Unusable) as refused:
        days.day(cell, Order.UNSEEN, EARLIEST, LATEST)
    assert refused.value.kind == kind


def test_the_number_of_a_day_is_told_in_both_systems() -> None:
    with pytest.raises(Unusable, match="04/03/1985") as refused:
        days.day("31110", Order.DAY_FIRST, EARLIEST, LATEST)
    assert "1900" in str(refused.value)
    assert "05/03/1989" in str(refused.value)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2026, 1, 1)))
def test_a_moment_is_itself_or_refused(at: datetime) -> None:
    at = at.replace(second=0, microsecond=0)
    for written in (
        f"{at:%d/%m/%Y %H:%M}",
        f"{at:%Y-%m-%d %H:%M:%S}",
        f"{at:%Y-%m-%dT%H:%M}",
        f"{at:%d/%m/%Y %Hh%M}",
    ):
        try:
            found = days.moment(written, Order.DAY_FIRST, PARIS, date(2000, 1, 1), date(2030, 1, 1))
        except Unusable:
            continue
        assert found is not None
        assert found.astimezone(PARIS).replace(tzinfo=None) == at


@given(st.integers(0, 99_999_999))
def test_an_amount_is_itself_or_refused(cents: int) -> None:
    amount = Decimal(cents) / 100
    grouped = f"{amount:,.2f}"
    for written in (
        f"{amount:.2f}", f"{amount:.2f}".replace(".", ","), grouped, f"{amount:.2f} €",
        grouped.replace(",", "\u202f").replace(".", ","), grouped.replace(",", "_").replace(".", ",").replace("_", "."),
        f"{amount:.1f}" if cents % 10 == 0 else f"{amount:.2f}", f"{cents // 100}" if cents % 100 == 0 else grouped,
        NumberCell(repr(float(amount))), f"{float(amount):.2E}",
    ):  # fmt: skip
        assert attempt(cells.cents, written) in (REFUSED, cents), written


@given(st.from_regex(r"[A-Z0-9]{1,6}(-[A-Z0-9]{1,6}){0,2}", fullmatch=True))
def test_a_reference_is_what_was_written_or_refused(reference: str) -> None:
    writings: list[str] = [reference, f'="{reference}"', f"'{reference}", f" {reference}\u00a0"]
    if reference.isdigit():
        writings += [
            NumberCell(int(reference)),
            f"{int(reference)}.0",
            scientific(reference or "1", 3, ","),
        ]
    for written in writings:
        assert attempt(cells.identifier, written) in (REFUSED, reference)


@pytest.mark.parametrize(
    "made_up", ["mars-21", "3-mars", "2021-03-01 00:00:00", "01/03/2021", "2,02E+08", "12.0"]
)
def test_a_reference_that_a_spreadsheet_made_is_refused(made_up: str) -> None:
    with pytest.raises(Unusable):
        cells.identifier(made_up)
    assert cells.identifier("PERM-12") == "PERM-12"


def test_numbers_with_a_key_are_checked() -> None:
    body = 2840175123456
    good = f"{body}{97 - body % 97:02d}"
    assert cells.nir(f"{good[:1]} {good[1:3]} {good[3:]}") == good
    for wrong in (good[:-1] + str((int(good[-1]) + 1) % 10), "2,84018E+14", good[:12]):
        with pytest.raises(Unusable):
            cells.nir(wrong)
    assert cells.iban("FR14 2004 1010 0505 0001 3M02 606") == "FR1420041010050500013M02606"
    with pytest.raises(Unusable):
        cells.iban("FR14 2004 1010 0505 0001 3M02 607")


def test_errors_formulas_and_lost_accents_are_named() -> None:
    for cell, kind in {
        "#REF!": "erreur du tableur", "#VALEUR!": "erreur du tableur", "=B2": "formule",
        "H\ufffdl\ufffdne": "accents perdus",
    }.items():  # fmt: skip
        with pytest.raises(Unusable) as refused:
            cells.words(cell, 80)
        assert refused.value.kind == kind
    assert cells.words("  Hélène\u00a0\u202f Le\tGoff ", 80) == "Hélène Le Goff"
    with pytest.raises(Unusable):
        cells.words("x" * 81, 80)


def test_the_ends_of_what_a_day_may_be() -> None:
    assert days.day("1985-03-04", Order.UNSEEN, EARLIEST, LATEST) == date(1985, 3, 4)
    with pytest.raises(Unusable):
        days.day((LATEST + timedelta(days=1)).isoformat(), Order.UNSEEN, EARLIEST, LATEST)
    with pytest.raises(Unusable):  # a true day, in a column that a spreadsheet has half turned
        days.day("1985-03-04", Order.MIXED, EARLIEST, LATEST)


def twice(text: str) -> str:
    """Written in UTF-8, read as Windows-1252, saved so."""
    read = (bytes([each]) for each in text.encode())
    return "".join(each.decode("cp1252", "ignore") or each.decode("latin-1") for each in read)


NAMES_OF_ALL = (
    "Zoé", "João", "SÃO PAULO", "BÂTIMENT", "Łukasz", "Šimić", "d’Almeida", "Ñuñez", "Çelik", "Größe", "İbrahim",
    "حداد",
    "Шевченко", "Nguyễn Thị", "Ángel", "Àlex", "Ãlvares", "Œuf",
)  # fmt: skip


@given(st.sampled_from(NAMES_OF_ALL), st.integers(0, 2))
def test_accents_that_were_encoded_twice_come_back(name: str, times: int) -> None:
    written = name
    for _ in range(times):
        written = twice(written)
    assert cells.words(written, 400) == name


@pytest.mark.parametrize("lost", ["ZoÃ© né", "ZoŽ", "HŽdard", "Caf\ufffd"])
def test_accents_that_nothing_brings_back_are_refused(lost: str) -> None:
    with pytest.raises(Unusable, match="accents"):
        cells.words(lost, 80)


@given(st.text(max_size=40))
def test_what_was_mended_stays_as_it_is(text: str) -> None:
    found = cells.mended(text)
    assert cells.mended(found) == found
    assert cells.mended(text) == text or not text.isascii()
