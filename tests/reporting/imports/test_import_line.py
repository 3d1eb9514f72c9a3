"""One line of a file of past calls: read right, or refused with the reason."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dossiers.tables.cells import Unusable
from app.foundation.exceptions import InvalidInput
from app.reporting.imports import mapping as import_mapping
from app.reporting.imports.line import Told, read, seconds
from app.tickets.reasons import Reason

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
COLUMNS = {
    "received_at": "A", "wait_s": "B", "talk_s": "C", "number": "D", "agent": "E", "reason": "F",
}  # fmt: skip
FRENCH = "%d/%m/%Y %H:%M:%S"


def told(formats: dict[str, str] | None = None, **cells: str) -> Told:
    """What a line says, with the columns that these cells are of."""
    columns = {name: name for name in {**COLUMNS, **cells} if name in import_mapping.COLUMNS}
    if "date" in cells:
        columns.pop("received_at")
    mapping = import_mapping.read({"columns": columns, "formats": formats or {}})
    values = {"received_at": "2026-06-22 09:05:00", "wait_s": "30", **cells}
    return read({name: values.get(name, "") for name in columns}, mapping, now=NOW)


def why(formats: dict[str, str] | None = None, **cells: str) -> str:
    with pytest.raises(Unusable) as refused:
        told(formats, **cells)
    assert str(refused.value)
    return refused.value.kind


@pytest.mark.parametrize(
    ("written", "formats", "utc"),
    [
        ("2026-06-22 09:05:00", {}, "2026-06-22 07:05"),
        ("2026-06-22T09:05", {}, "2026-06-22 07:05"),
        ("2026-01-22 09:05:00", {}, "2026-01-22 08:05"),
        ("2026-06-22T09:05:00Z", {}, "2026-06-22 09:05"),
        ("2026-06-22 09:05:00+02:00", {}, "2026-06-22 07:05"),
        ("2026-06-22 09:05:00 +0500", {}, "2026-06-22 04:05"),
        ("22/06/2026 09:05:00", {"received_at": FRENCH}, "2026-06-22 07:05"),
        ("\u00a022/06/2026\u202f09:05:00\u200b", {"received_at": FRENCH}, "2026-06-22 07:05"),
        ("22/06/2026 09:05 +0000", {"received_at": "%d/%m/%Y %H:%M %z"}, "2026-06-22 09:05"),
        ("22/06/26 9h05", {"received_at": "%d/%m/%y %Hh%M"}, "2026-06-22 07:05"),
        ("2026-06-22 09:05:00", {"zone": "Indian/Reunion"}, "2026-06-22 05:05"),
        ("2026-10-25 02:30:00+02:00", {}, "2026-10-25 00:30"),
        ("2026-10-25 02:30:00", {"ambiguous": "earlier"}, "2026-10-25 00:30"),
        ("2026-10-25 02:30:00", {"ambiguous": "later"}, "2026-10-25 01:30"),
    ],
)
def test_a_moment_is_the_instant_that_it_says(
    written: str, formats: dict[str, str], utc: str
) -> None:
    assert told(formats, received_at=written).received_at.strftime("%Y-%m-%d %H:%M") == utc


@pytest.mark.parametrize(
    ("written", "formats", "kind"),
    [
        ("", {}, "date absente"),
        ("hier", {}, "date illisible"),
        ("09:05:00", {}, "date illisible"),  # no year is made up
        ("2026-06-22", {}, "date illisible"),
        ("22/06/2026", {"received_at": FRENCH}, "date illisible"),
        ("06/22/2026 09:05:00", {"received_at": FRENCH}, "date illisible"),
        ("2026-03-29 02:30:00", {}, "heure qui n'existe pas"),
        ("2026-10-25 02:30:00", {}, "heure double"),
        ("1900-01-01 09:05:00", {}, "date impossible"),
        ("9999-12-31 23:59:59", {}, "date impossible"),
        ("0001-01-01 00:00:00", {}, "date impossible"),
        ("2027-06-22 09:05:00", {}, "date impossible"),
        ("4,43E+04", {}, "date illisible"),
    ],
)
def test_a_moment_that_is_none_is_named(written: str, formats: dict[str, str], kind: str) -> None:
    assert why(formats, received_at=written) == kind


def test_the_date_and_the_time_in_two_columns() -> None:
    formats = {"date": "%d/%m/%Y", "time": "%H:%M"}
    found = told(formats, date="22/06/2026", time="09:05")
    assert found.received_at == datetime(2026, 6, 22, 7, 5, tzinfo=UTC)
    sheet = told(formats, date="2026-06-22 00:00:00", time="09:05:00")  # a workbook's cells
    assert sheet.received_at == found.received_at
    assert why(formats, date="22/06/2026", time="") == "heure absente"
    assert why(formats, date="", time="09:05") == "date absente"
    assert why(formats, date="22/06/2026", time="25:00") == "heure illisible"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("", None), ("0", 0), ("75", 75), ("75,0", 75), ("75.4", 75), ("75,5", 76), ("1:15", 75),
        ("0:01:15", 75), ("00:01:15", 75), ("90:00", 5400), ("1 min 15 s", 75), ("2 min", 120),
        ("75 s", 75), ("75s", 75), ("1h 2min", 3720), ("24:00:00", 86400), ("1,5", 2), ("12,25", 12),
        ("0,0", 0), ("0.000", 0), ("0,000000", 0), ("1234.567", 1235), ("75.000000", 75), ("33,5000", 34),
    ],
)  # fmt: skip
def test_durations_as_people_and_machines_write_them(written: str, value: int | None) -> None:
    assert seconds(written) == value


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("douze", "durée illisible"), ("1:75", "durée illisible"), ("1:60:00", "durée illisible"),
        ("1h02", "durée illisible"), ("-5", "durée négative"), ("−1:00", "durée négative"),
        ("24:00:01", "durée impossible"), ("999999999", "durée impossible"),
        ("1,2E+03", "notation scientifique"), ("²", "durée illisible"), ("٣", "durée illisible"),
        ("1:2:3:4", "durée illisible"), ("#####", "durée illisible"),
        # an hour as a spreadsheet keeps it: a part of a day
        ("0,000347222", "fraction de jour"), ("0.003888889", "fraction de jour"),
        ("0,5", "fraction de jour"), ("0,042", "fraction de jour"), ("00,25", "fraction de jour"),
        ("1,0038", "fraction de jour"), ("0.003888888888888889", "fraction de jour"),
        ("336.00000001", "fraction de jour"),
        # a thousand, or one second?
        ("1.234", "durée ambiguë"), ("1,234", "durée ambiguë"), ("75.000", "durée ambiguë"),
    ],
)  # fmt: skip
def test_durations_that_are_none(written: str, kind: str) -> None:
    with pytest.raises(Unusable) as refused:
        seconds(written)
    assert refused.value.kind == kind
    assert why(wait_s=written) == kind
    assert why(talk_s=written) == kind


def test_an_empty_wait_is_no_short_abandon() -> None:
    assert why(wait_s="") == "attente absente"
    assert why(wait_s="", talk_s="60") == "attente absente"
    assert told(wait_s="0").wait_s == 0


def test_moments_instead_of_durations() -> None:
    found = told(
        received_at="2026-06-22 09:05:00", answered_at="2026-06-22 09:05:30",
        ended_at="2026-06-22 09:10:30", wait_s="",
    )  # fmt: skip
    assert (found.wait_s, found.talk_s, found.answered) == (30, 300, True)
    left = told(answered_at="", ended_at="2026-06-22 09:05:12", wait_s="")
    assert (left.wait_s, left.talk_s, left.answered) == (12, 0, False)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ({"answered_at": "2026-06-22 09:04:00"}, "heures en désordre"),
        ({"ended_at": "2026-06-22 09:04:59"}, "heures en désordre"),
        (
            {"answered_at": "2026-06-22 09:06:00", "ended_at": "2026-06-22 09:05:30", "wait_s": ""},
            "heures en désordre",
        ),
        ({"answered_at": "2026-06-23 09:06:00"}, "durée impossible"),
        ({"answered_at": "2026-06-22 09:06:00", "wait_s": "5"}, "durées en désaccord"),
    ],
)
def test_moments_that_disagree(cells: dict[str, str], kind: str) -> None:
    assert why(**{"ended_at": "", "answered_at": "", **cells}) == kind


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("06 39 98 01 01", "+33639980101"),
        ("639980101", "+33639980101"),
        ("0692123456", "+262692123456"),
        ("'0639980101", "+33639980101"),
        ("", None), ("-", None), ("Anonyme", None), ("Numéro masqué", None), ("INCONNU", None),
        ("anonymous", None), ("+266696687", None), ("n/a", None),
    ],
)  # fmt: skip
def test_numbers_and_those_who_hide_theirs(written: str, number: str | None) -> None:
    assert told(number=written).number == number


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("3,36E+10", "notation scientifique"), ("3.36399801E+10", "notation scientifique"),
        ("poste 12", "numéro illisible"), ("123", "numéro illisible"), ("####", "numéro illisible"),
        ("06 39 98 01", "numéro illisible"),
    ],
)  # fmt: skip
def test_a_number_that_is_none_is_not_hidden_in_silence(written: str, kind: str) -> None:
    assert why(number=written) == kind


def test_reasons_are_the_seven() -> None:
    assert told(reason="suivi  du DOSSIER").reason is Reason.FOLLOW_UP
    assert told(reason="Completude du dossier").reason is Reason.COMPLETENESS
    assert told(reason="").reason is None
    assert why(reason="Motif inventé") == "motif inconnu"


def test_a_huge_cell_is_refused() -> None:
    assert why(agent="a" * 501) == "case trop longue"


@given(
    st.dictionaries(st.sampled_from(sorted(COLUMNS)), st.text(max_size=60)),
    st.sampled_from([{}, {"received_at": FRENCH}, {"ambiguous": "later"}]),
)
def test_any_line_is_read_or_refused_with_a_word(
    cells: dict[str, str], formats: dict[str, str]
) -> None:
    try:
        found = told(formats, **cells)
    except Unusable:
        return
    assert found.received_at.tzinfo is not None
    assert 0 <= found.wait_s <= 86400


# --- the mapping ---------------------------------------------------------------------------------

GOOD: dict[str, Any] = {"columns": {"received_at": "A", "wait_s": "B"}}


@pytest.mark.parametrize(
    ("stored", "says"),
    [
        ({}, "received_at"),
        ({"columns": {"received_at": "A"}}, "wait_s"),
        ({"columns": {"date": "A", "wait_s": "B"}}, "received_at"),
        ({"columns": {**GOOD["columns"], "date": "C", "time": "D"}}, "deux fois"),
        ({"columns": []}, "section"),
        ({"columns": {**GOOD["columns"], "duree": "C"}}, "duree"),
        ({"columns": {**GOOD["columns"], "talk_s": ""}}, "talk_s"),
        ({"columns": {**GOOD["columns"], "talk_s": 0}}, "talk_s"),
        ({"columns": {**GOOD["columns"], "talk_s": True}}, "talk_s"),
        ({"columns": {**GOOD["columns"], "talk_s": ["C"]}}, "talk_s"),
        ({**GOOD, "colonnes": {}}, "colonnes"),
        ({**GOOD, "file": {"separateur": ";"}}, "separateur"),
        ({**GOOD, "file": {"separator": ";;"}}, "separator"),
        ({**GOOD, "file": {"separator": 3}}, "separator"),
        ({**GOOD, "file": {"encoding": "utf-99"}}, "utf-99"),
        ({**GOOD, "file": {"skip": -1}}, "skip"),
        ({**GOOD, "file": {"skip": True}}, "skip"),
        ({**GOOD, "file": {"header": "non"}}, "header"),
        ({**GOOD, "file": {"header": False}}, "place"),
        ({**GOOD, "formats": {"zone": "Europe/Parisse"}}, "Parisse"),
        ({**GOOD, "formats": {"zone": "/etc/passwd"}}, "zone"),
        ({**GOOD, "formats": {"ambiguous": "maybe"}}, "ambiguous"),
        ({**GOOD, "formats": {"received_at": "%H:%M:%S"}}, "l'année"),
        ({**GOOD, "formats": {"received_at": "%d/%m %H:%M"}}, "l'année"),
        ({**GOOD, "formats": {"received_at": "%d/%m/%Y"}}, "l'heure"),
        ({**GOOD, "formats": {"received_at": "%d/%m/%Y %I:%M"}}, "%p"),
        ({**GOOD, "formats": {"received_at": "%d/%m/%Y %H:%M %Z"}}, "%z"),
    ],
)
def test_a_mapping_that_does_not_do_is_refused_with_why(stored: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        import_mapping.read(stored)
    assert says in str(refused.value)
