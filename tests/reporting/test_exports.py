"""Each export parses back into the figures it was made from."""

from __future__ import annotations

import csv
import io
import json
import re
import zlib

import openpyxl
import pytest

from app.demo.reference_day import REFERENCE_DAY
from app.foundation.exceptions import InvalidInput
from app.foundation.text import spreadsheets
from app.reporting.definitions import DEFINITIONS
from app.reporting.files import exports, pdf, workbook
from app.reporting.sheet import tables
from app.reporting.sheet.day_sheet import DaySheet, headlines
from app.reporting.statistics import day_report
from tests.demo.test_reference_day import REPORT
from tests.reporting.builders import DAY

SHEET = DaySheet(REPORT, REPORT, service="Aide à la formation")
EMPTY = DaySheet(day_report([], DAY), day_report([], DAY))
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


def csv_rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix(BOM)), delimiter=";"))


def test_json_is_the_report() -> None:
    assert json.loads(exports.to_json(SHEET)) == REPORT.as_json()


def test_csv_opens_in_a_french_spreadsheet() -> None:
    text = exports.to_csv(SHEET)
    assert text.startswith(BOM)
    rows = csv_rows(text)
    assert rows[0] == ["jour", "tableau", "ligne", "colonne", "valeur", "unité"]
    assert {len(row) for row in rows} == {6}
    figures = {row[2]: row[4] for row in rows if row[1] == "Chiffres du jour"}
    assert figures["Appels présentés"] == "67"
    assert figures["Taux d'abandon"] == "0,0448"
    assert figures["Attente moyenne"] == "32"


def test_csv_has_every_value_of_every_table() -> None:
    expected = sum(len(table.rows) * (len(table.head) - 1) for table in tables.all_tables(REPORT))
    assert len(csv_rows(exports.to_csv(SHEET))) == expected + 1


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@x", "\tx", "\rx"])
def test_text_that_looks_like_a_formula_is_defused(text: str) -> None:
    assert spreadsheets.harmless(text) == f"'{text}"


def test_spreadsheet_holds_real_numbers_and_the_definitions() -> None:
    content = workbook.to_xlsx(SHEET)
    assert isinstance(content, bytes)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames[:2] == ["En bref", "Chiffres du jour"]
    assert book.sheetnames[-1] == "Définitions"
    assert len(book.sheetnames) == len(tables.all_tables(REPORT)) + 2
    figures = {row[0].value: row[1].value for row in book["Chiffres du jour"].iter_rows(min_row=3)}
    assert figures["Appels présentés"] == 67
    assert figures["Conversation moyenne"] == 336
    assert book["Définitions"].max_row == len(DEFINITIONS) + 1


def test_spreadsheet_says_its_units_and_draws_the_day() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook.to_xlsx(SHEET)))
    hours = book["Appels par demi-heure"]
    assert [cell.value for cell in hours[2]][1:] == [
        "Présentés (appels)",
        "Répondus (appels)",
        "Abandonnés (appels)",
        "Abandons courts (appels)",
        "Attente moyenne (secondes)",
    ]
    assert len(hours._charts) == len(book["Motifs des appels répondus"]._charts) == 1
    front = [[cell.value for cell in row] for row in book["En bref"].iter_rows(min_row=5)]
    assert [row[0] for row in front] == [each.label for each in headlines(SHEET)]
    for page in book:
        for column in page.column_dimensions.values():
            assert 3 < column.width <= 80


def pdf_text(content: bytes) -> str:
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    pages = b"".join(zlib.decompress(stream) for stream in streams)
    return " ".join(re.findall(r"\((.*?)\) Tj", pages.decode("latin-1")))


def test_pdf_prints_the_figures() -> None:
    content = pdf.to_pdf(SHEET)
    assert isinstance(content, bytes)
    assert content.startswith(b"%PDF-")
    text = pdf_text(content)
    text = text.replace("\N{NO-BREAK SPACE}", " ")
    for expected in ("Rapport du mardi 22 juin 2021", "15 min 16 s", "Motifs", "4,5 %"):
        assert expected in text
    for expected in ("Aide à la formation", "1 /  2", "2 /  2", "sous la cible de 90 %"):
        assert expected in text
    assert content.count(b"/Type /Page\n") == 2
    assert b"/Subtype /Image" not in content  # drawn, not pictured


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("day", [SHEET, EMPTY], ids=["reference", "empty"])
def test_pdf_has_two_pages_whatever_the_day(day: DaySheet, locale: str) -> None:
    content = pdf.to_pdf(day, locale)
    assert content.count(b"/Type /Page\n") == 2
    assert "?" not in pdf_text(content)  # every sign is in the PDF's own fonts


def test_text_has_every_table() -> None:
    text = exports.to_text(SHEET)
    for table in tables.all_tables(REPORT):
        assert table.caption in text


@pytest.mark.parametrize("name", exports.FORMATS)
@pytest.mark.parametrize("locale", ["fr", "en"])
def test_an_empty_day_can_be_exported_in_both_languages(name: str, locale: str) -> None:
    assert exports.export(EMPTY, name, locale)


def test_an_unknown_format_says_which_exist() -> None:
    with pytest.raises(InvalidInput) as refused:
        exports.export(EMPTY, "docx")
    assert "xlsx" in refused.value.told().todo


def test_every_table_is_titled_and_aligned_in_both_languages() -> None:
    french, english = (tables.all_tables(REPORT, locale) for locale in ("fr", "en"))
    assert [table.key for table in french] == [table.key for table in english]
    for table, other in zip(french, english, strict=True):
        assert table.caption != other.caption
        for row in (*table.rows, *([table.foot] if table.foot else [])):
            assert len(row) == len(table.head)


def test_the_reconciliation_sums_to_presented() -> None:
    table = tables.outcomes(REPORT)
    assert table.foot is not None
    assert sum(int(row[1].value or 0) for row in table.rows) == table.foot[1].value == 67
    assert REPORT.day == REFERENCE_DAY
