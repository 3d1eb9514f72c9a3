"""Files of past calls: imported right, or named line by line; odd files end in a sentence."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from app.accounts.models import Agent
from app.calls.call.models import Call
from app.dossiers.tables import reading
from app.foundation.exceptions import InvalidInput, Unavailable
from app.foundation.extensions import db
from app.lines.models import Line
from app.reporting.imports import (
    mapping as import_mapping,
)
from app.reporting.imports import (
    service as importing,
)
from app.reporting.imports.service import Imported
from app.tickets.models import Contact

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
MAPPING = """
[columns]
received_at = "Date"
wait_s = "Attente"
talk_s = "Durée"
number = "Appelant"
agent = "Poste"
[formats]
received_at = "%d/%m/%Y %H:%M:%S"
"""
TITLES = "Date;Attente;Durée;Appelant;Poste"
ANSWERED = "22/06/2026 09:05:00;30;5:36;0639980101;camille@demo.example"


@pytest.fixture
def camille(app: Flask, create_agent: Callable[..., Agent]) -> Agent:
    """A line, and its one agent."""
    db.session.add(Line(name="Portail", number="+33199000100", mode="open"))
    db.session.commit()
    return create_agent("front", email="camille@demo.example", display_name="Camille Aubert")


@pytest.fixture
def bring(camille: Agent, tmp_path: Path) -> Callable[..., Imported]:
    """``bring(lines…)``: what the import of this file says."""

    def bring_(
        *lines: str, mapping: str = MAPPING, raw: bytes | None = None, **options: Any
    ) -> Imported:
        file, toml = tmp_path / "appels.csv", tmp_path / "appels.toml"
        file.write_bytes("\n".join([TITLES, *lines, ""]).encode() if raw is None else raw)
        toml.write_text(mapping, encoding="utf-8")
        return importing.import_file(file, toml, now=NOW, **options)

    return bring_


def calls() -> list[Call]:
    db.session.expire_all()
    return list(db.session.scalars(select(Call).order_by(Call.received_at, Call.id)))


def count() -> int:
    db.session.expire_all()
    return db.session.scalar(select(func.count()).select_from(Call)) or 0


# --- once, and each ------------------------------------------------------------------------------


def test_five_hidden_calls_of_one_minute_are_five_and_twice_is_once(bring: Any) -> None:
    hidden = "22/06/2026 09:10:00;3;;anonymous;"
    assert bring(*[hidden] * 5).kept == 5
    again = bring(*[hidden] * 5)
    assert (again.kept, again.known, count()) == (0, 5, 5)
    longer = bring(*[hidden] * 6, ANSWERED)  # the next day's export holds those of before
    assert (longer.kept, longer.known, count()) == (2, 5, 7)


def test_what_was_imported_before_occurrences_were_counted_is_known(bring: Any) -> None:
    assert bring(ANSWERED).kept == 1
    cells = ("camille@demo.example", "0639980101", "22/06/2026 09:05:00", "5:36", "30")
    named = dict(zip(("agent", "number", "received_at", "talk_s", "wait_s"), cells, strict=True))
    calls()[0].provider_sid = importing._former(named)
    db.session.commit()
    again = bring(ANSWERED)
    assert (again.kept, again.known, count()) == (0, 1, 1)


def test_a_trial_run_says_the_same_and_stores_nothing(bring: Any) -> None:
    lines = [ANSWERED, "22/06/2026 09:10:00;3;;;", "22/06/2026 09:12:00;3;60;;", "hier;3;;;"]
    tried = bring(*lines, dry=True)
    assert (tried.kept, tried.refusals, count()) == (3, 1, 0)
    assert "rien n'est enregistré" in str(tried)
    assert db.session.scalar(select(Agent.id).where(Agent.email == importing.UNNAMED)) is None
    done = bring(*lines)
    assert (done.outcomes, done.kinds) == (tried.outcomes, tried.kinds)


# --- who, when, what -----------------------------------------------------------------------------


def test_an_unknown_agent_is_nobody_else(bring: Any, camille: Agent) -> None:
    known = camille.id
    found = bring(
        "22/06/2026 09:05:00;30;60;;camille@demo.example",
        "22/06/2026 09:06:00;30;60;;Camille AUBERT",
        "22/06/2026 09:07:00;30;60;;aubert",
        "22/06/2026 09:08:00;30;60;;inconnue@demo.example",
        "22/06/2026 09:09:00;30;60;;",
    )
    assert found.kinds == {"agent inconnu": 2}
    assert [line.split(" :")[0] for line in found.refused] == ["ligne 4", "ligne 5"]
    first, second, third = calls()
    assert first.agent_id == second.agent_id == known
    unnamed = db.session.get_one(Agent, third.agent_id)
    assert (unnamed.email, unnamed.active) == (importing.UNNAMED, False)


def test_night_calls_are_closed_not_abandoned(bring: Any) -> None:
    lines = [
        "22/06/2026 22:00:00;40;;;",
        "21/06/2026 10:00:00;40;;;",  # a Sunday
        "14/07/2026 10:00:00;40;;;",
        "22/06/2026 12:45:00;40;;;",
        "22/06/2026 10:00:00;40;;;",
        "22/06/2026 18:00:00;40;60;;camille@demo.example",  # somebody was there
    ]
    assert bring(*lines).outcomes == {"closed": 4, "abandoned": 1, "answered": 1}
    assert sorted(str(c.outcome) for c in calls()) == ["abandoned", "answered"] + ["closed"] * 4
    kept = bring(*lines, mapping=MAPPING + 'outside_hours = "abandoned"\n', dry=True)
    assert kept.known == 6


def test_overseas_numbers_and_persons_are_joined(bring: Any) -> None:
    bring("22/06/2026 09:05:00;30;60;0692 12 34 56;camille@demo.example")
    assert db.session.scalars(select(Contact.caller_number)).all() == ["+262692123456"]


# --- lines that cannot be used -------------------------------------------------------------------


def test_each_bad_line_is_named_and_swallows_no_other(bring: Any) -> None:
    found = bring(
        ANSWERED,  # line 2
        '22/06/2026 09:06:00;30;60;"06 39;',
        "22/06/2026 09:07:00;30;;;",
        'a"b;"c;d;e;f',
        "22/06/2026 09:08:00;30",
        "22/06/2026 09:09:00;30;;;;;trop",
        "22/06/2026 09:10:00;;;;",
        "22/06/2026 09:11:00;30;;3,36E+10;",
        "09:12:00;30;;;",
        "",
        ";;;;",
        '22/06/2026 09:13:00;30;;"06 39 98 01 01";',
        '"22/06/2026 09:14:00";"30";"";"";""',
        "22/06/2026 09:15:00;-30;;;",
        "22/06/2026 09:16:00;30;25:00:00;;camille@demo.example",
        "x" * 60_000,
    )
    assert (found.kept, found.empty) == (4, 2)
    assert [line.split(" :")[0] for line in found.refused] == [
        f"ligne {n}" for n in (3, 5, 6, 7, 8, 9, 10, 15, 16, 17)
    ]
    assert found.kinds["ligne mal formée"] == 5
    assert found.kinds["notation scientifique"] == 1
    said = str(found)
    for words in ("guillemet", "coupée", "attente manque", "notation scientifique", "négative"):
        assert words in said


def test_refused_lines_are_written_to_be_corrected_and_imported(bring: Any, tmp_path: Path) -> None:
    out = tmp_path / "refus.csv"
    bring(ANSWERED, "22/06/2026 09:10:00;;;;", '22/06/2026 09:11:00;30;"60;;', rejected=out)
    text = out.read_bytes().decode("utf-8-sig")
    assert text.startswith(f"{TITLES};Motif du refus\r\n")
    assert "attente manque" in text
    assert out.stat().st_mode & 0o077 == 0
    corrected = text.replace("09:10:00;;", "09:10:00;12;").replace('30;"60;', "30;;")
    again = bring(raw=corrected.encode())
    assert (again.kept, again.refusals, count()) == (2, 0, 3)
    with pytest.raises(InvalidInput):
        bring(ANSWERED, rejected=tmp_path / "appels.csv")
    with pytest.raises(InvalidInput):
        bring(ANSWERED, rejected=tmp_path / "absent" / "refus.csv")


# --- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_and_ends_of_line(bring: Any, encoding: str, ending: str) -> None:
    text = ending.join([TITLES, ANSWERED, "22/06/2026 09:10:00;3;;;Zoé", ""])
    found = bring(raw=text.encode(encoding), dry=True)
    assert (found.kept, found.refusals, found.read) == (2, 0, 2), str(found)


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_separators_are_found(bring: Any, separator: str) -> None:
    text = "\n".join([TITLES, ANSWERED]).replace(";", separator)
    assert bring(raw=text.encode(), dry=True).kept == 1


def test_the_line_that_spreadsheets_write_before_the_titles(bring: Any) -> None:
    text = "sep=,\n" + "\n".join([TITLES, ANSWERED, "hier;3;;;"]).replace(";", ",")
    found = bring(raw=text.encode(), dry=True)
    assert found.kept == 1
    assert found.refused[0].startswith("ligne 4 :")


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "vide"),
        (b" \r\n \n", "vide"),
        (b"\x00" * 5000, "vide"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00\x01" * 500, "lisible"),
        (b"%PDF-1.7 blah", "lisible"),
        (b"a\x00\x00b\x00\x00c" * 100, "lisible"),
        (b"\x81\x8d\x8f\x90\x9d", "lisible"),
        (b"PK\x03\x04" + b"\x00" * 200, "classeur"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 200, "classeur"),
        (b"Jour;Attente\n1;2\n", "Colonnes absentes"),
        ("Date,Attente,Durée\n1,2,3\n".encode(), "Appelant"),
        ("Date;Attente;Durée;Appelant;Poste;Date\n".encode(), "Plusieurs colonnes"),
    ],
)
def test_an_odd_file_ends_in_a_sentence(bring: Any, raw: bytes, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        bring(raw=raw)
    assert says in " ".join(refused.value.told())
    assert count() == 0


def test_a_file_of_titles_alone_imports_nothing(bring: Any) -> None:
    found = bring()
    assert (found.read, found.kept, found.refusals) == (0, 0, 0)
    assert "Appels importés : 0." in str(found)


def test_titles_are_found_without_accents_or_capitals(bring: Any) -> None:
    text = f"DATE ;attente;Duree;appelant;POSTE\n{ANSWERED}\n"
    assert bring(raw=text.encode(), dry=True).kept == 1


def test_a_wrong_separator_is_said(bring: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        bring(ANSWERED, mapping=MAPPING + '[file]\nseparator = ","\n')
    assert "séparateur « , »" in refused.value.told().todo


def test_no_titles_and_two_columns_for_the_moment(bring: Any) -> None:
    mapping = """
[file]
header = false
skip = 1
[columns]
date = 1
time = 2
wait_s = 4
talk_s = 5
[formats]
date = "%d/%m/%Y"
time = "%H:%M"
"""
    text = "Export du 23\n22/06/2026;09:05;x;12;60\n22/06/2026;09:06;x;7;\n22/06/2026;;x;7;\n"
    found = bring(raw=text.encode(), mapping=mapping)
    assert (found.kept, found.refusals) == (2, 1)
    assert found.refused[0].startswith("ligne 4 :")
    assert calls()[0].received_at == datetime(2026, 6, 22, 7, 5, tzinfo=UTC)


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_a_workbook_is_read_by_its_cells(camille: Agent, tmp_path: Path, suffix: str) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["Relevé de juin"])
    sheet.append(["Date", "Attente", "Durée", "Appelant", "Poste"])
    sheet.append([datetime(2026, 6, 22, 9, 5), 30, timedelta(minutes=5, seconds=36), 639980101,
                  "camille@demo.example"])  # fmt: skip
    sheet.append([datetime(2026, 6, 22, 9, 6), time(0, 0, 12), None, "anonymous", None])
    sheet.append([])
    sheet.append([datetime(2026, 6, 22, 9, 7), "douze", None, None, None])
    sheet.append([time(9, 8), 5, None, None, None])
    file, toml, out = tmp_path / f"appels{suffix}", tmp_path / "m.toml", tmp_path / "refus.csv"
    with file.open("wb") as target:
        book.save(target)
    toml.write_text(MAPPING + "[file]\nskip = 1\n")
    found = importing.import_file(file, toml, now=NOW, rejected=out)
    assert (found.kept, found.empty, found.refusals) == (2, 1, 2), str(found)
    assert [line.split(" :")[0] for line in found.refused] == ["ligne 6", "ligne 7"]
    first, second = calls()
    assert (first.number, first.received_at) == (
        "+33639980101",
        datetime(2026, 6, 22, 7, 5, tzinfo=UTC),
    )
    assert (first.ended_at, second.number) == (
        datetime(2026, 6, 22, 7, 11, 6, tzinfo=UTC),
        None,
    )
    assert "douze" in out.read_text(encoding="utf-8-sig")


def test_a_workbook_whose_durations_are_parts_of_a_day_says_so(bring: Any) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(TITLES.split(";"))
    sheet.append([datetime(2026, 6, 22, 9, 5), 30, 336 / 86400, 639980101, "camille@demo.example"])
    sheet.append([datetime(2026, 6, 22, 9, 6), 1 / 2880, None, 639980101, None])
    sheet.append([datetime(2026, 6, 22, 9, 7), time(0, 0, 12), timedelta(0), 639980101, None])
    file = io.BytesIO()
    book.save(file)
    found = bring(raw=file.getvalue())
    assert (found.kept, found.refusals) == (1, 2), str(found)
    assert all("hh:mm:ss" in line for line in found.refused), found.refused


MANIFEST = """<?xml version="1.0"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/"
 manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
</manifest:manifest>"""


def test_an_open_document_is_read_too(camille: Agent, tmp_path: Path) -> None:
    def row(*cells: str) -> str:
        return "<table:table-row>" + "".join(cells) + "</table:table-row>"

    def text(value: str) -> str:
        kind = 'office:value-type="string"'
        return f"<table:table-cell {kind}><text:p>{value}</text:p></table:table-cell>"

    moment = (
        '<table:table-cell office:value-type="date" office:date-value="2026-06-22T09:05:00">'
        "<text:p>22/06/26</text:p></table:table-cell>"
    )
    talk = (
        '<table:table-cell office:value-type="time" office:time-value="PT00H05M36S">'
        "<text:p>5:36</text:p></table:table-cell>"
    )
    wait = '<table:table-cell office:value-type="float" office:value="30"/>'
    names = "office", "table", "text"
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in names)
    titles = row(*map(text, ("Date", "Attente", "Durée", "Appelant", "Poste")))
    line = row(moment, wait, talk, text("06 39 98 01 01"), text("Camille Aubert"))
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces} office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="Juin">{titles}{line}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    file, toml = tmp_path / "appels.ods", tmp_path / "m.toml"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", content)
    toml.write_text(MAPPING + '[file]\nsheet = "Juin"\n')
    found = importing.import_file(file, toml, now=NOW)
    assert (found.kept, found.refusals) == (1, 0), str(found)
    (call,) = calls()
    assert (call.received_at, call.ended_at) == (
        datetime(2026, 6, 22, 7, 5, tzinfo=UTC),
        datetime(2026, 6, 22, 7, 11, 6, tzinfo=UTC),
    )
    toml.write_text(MAPPING + '[file]\nsheet = "Juillet"\n')
    with pytest.raises(InvalidInput):
        importing.import_file(file, toml, now=NOW)


def test_a_database_that_stops_on_the_way_says_what_was_kept(
    bring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 2)
    lines = [f"22/06/2026 09:{n:02d}:00;3;;;" for n in range(5)]
    stored = 0

    def stop(*_: object) -> None:
        nonlocal stored
        stored += 1
        if stored > 3:
            raise OperationalError("INSERT", {}, Exception("disk full"))

    event.listen(Call, "before_insert", stop)
    try:
        with pytest.raises(Unavailable) as refused:
            bring(*lines)
    finally:
        event.remove(Call, "before_insert", stop)
    said = refused.value.told()
    assert "ligne 4" in said.message
    assert "avant : 2." in said.kept
    assert count() == 2
    again = bring(*lines)
    assert (again.kept, again.known) == (3, 2)


# --- the table alone -----------------------------------------------------------------------------

CELLS = st.text(st.sampled_from('ab1;",\t é\u00a0'), max_size=6)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=8), st.integers(0, 2**32))
@pytest.mark.unit
def test_any_line_keeps_its_number_and_spoils_no_other(
    tmp_path_factory: pytest.TempPathFactory, lines: list[list[str]], seed: int
) -> None:
    """Good lines put between any others come out whole, at their numbers."""
    draw = random.Random(seed)
    written, good = [], {}
    for line in lines:
        written.append(";".join(line))
        if draw.random() < 0.5:
            good[len(written) + 2] = f"good{len(written)}"
            written.append(f'"good{len(written)}";2')
    file = tmp_path_factory.mktemp("table") / "lines.csv"
    file.write_text("\n".join(["A;B", *written]) + "\n", encoding="utf-8", newline="")
    mapping = import_mapping.read({"columns": {"received_at": "A", "wait_s": "B"}})
    rows = [row for block in reading.open_table(file, mapping).blocks for row in block]
    assert [row.number for row in rows] == list(range(2, len(written) + 2))
    found = {row.number: row.cells.get("received_at") for row in rows}
    assert all(found[number] == text for number, text in good.items())
