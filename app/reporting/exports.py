"""A day's report as a file: JSON, CSV, text, spreadsheet, PDF. Pure: bytes or text out.

CSV is what a French spreadsheet opens by a double click: UTF-8 with its mark, semicolons, decimal
commas. It holds one value a row, so that days can be put one under the other.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fpdf import FPDF
from fpdf.fonts import FontFace
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from app.foundation.exceptions import InvalidInput
from app.foundation.text.bilingual import pick
from app.reporting import formats, tables
from app.reporting.definitions import DEFINITIONS, blind_spots
from app.reporting.statistics import DayReport
from app.reporting.tables import Cell, Table, word

CSV_HEAD = ("jour", "tableau", "ligne", "colonne", "valeur", "unité")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_UNITS = {"calls": "calls", "messages": "messages", "seconds": "seconds", "share": "ratio"}


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file: how it is made, and its type for a browser."""

    name: str
    mimetype: str
    make: Callable[[DayReport, str], str | bytes]


def export(report: DayReport, format_name: str, locale: str = "fr") -> str | bytes:
    """The report in one of ``FORMATS``; text for table, json and csv. Raises InvalidInput."""
    return format_of(format_name).make(report, locale)


def format_of(name: str) -> Format:
    """The format of that name. Raises InvalidInput, which lists those that exist."""
    try:
        return FORMATS[name]
    except KeyError:
        raise InvalidInput(
            "Ce format n'existe pas.",
            todo="Choisissez : %(formats)s.",
            formats=", ".join(FORMATS),
        ) from None


def to_json(report: DayReport, _locale: str = "fr") -> str:
    """The stable interface, the same in every language."""
    return json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n"


def to_csv(report: DayReport, locale: str = "fr") -> str:
    """One value a row, with the mark that tells a spreadsheet that this is UTF-8."""
    out = io.StringIO()
    out.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(CSV_HEAD)
    for table in tables.all_tables(report, locale):
        for row in table.rows:
            for head, cell in zip(table.head[1:], row[1:], strict=True):
                name = (table.caption, row[0].text(locale), head)
                unit = word(_UNITS[cell.unit], locale) if cell.unit in _UNITS else ""
                values = (report.day.isoformat(), *name, _decimal_comma(cell), unit)
                writer.writerow(map(harmless, values))
    return out.getvalue()


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula (a quote before =, +, -, @, tab)."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _decimal_comma(cell: Cell) -> str:
    if cell.value is None or isinstance(cell.value, str):
        return cell.value or ""
    return f"{cell.value:.4f}".rstrip("0").rstrip(".").replace(".", ",")


def to_text(report: DayReport, locale: str = "fr") -> str:
    """Aligned tables for a terminal."""
    parts = [_title(report, locale)]
    parts += [_text_table(table, locale) for table in tables.all_tables(report, locale)]
    parts.append("\n".join(f"- {sentence}" for sentence in blind_spots(locale)))
    return "\n\n".join(parts) + "\n"


def _text_table(table: Table, locale: str) -> str:
    rows = [list(table.head), *table.printed(locale)]
    foot = table.printed_foot(locale)
    if foot:
        rows.append(foot)
    widths = [max(len(row[place]) for row in rows) for place in range(len(table.head))]
    lines = [_text_line(row, widths, table.numeric) for row in rows]
    lines.insert(1, "-" * (sum(widths) + 2 * (len(widths) - 1)))
    return "\n".join([table.caption, *lines])


def _text_line(row: list[str], widths: list[int], numeric: tuple[int, ...]) -> str:
    cells = (
        text.rjust(width) if place in numeric else text.ljust(width)
        for place, (text, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join(cells).rstrip()


def to_xlsx(report: DayReport, locale: str = "fr") -> bytes:
    """A workbook: one sheet a table with real numbers, and the definitions."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # a new workbook has one
    for table in tables.all_tables(report, locale):
        sheet.title = table.caption[:31].replace("/", "-")
        _fill_sheet(sheet, table, report)
        sheet = book.create_sheet()
    sheet.title = _definitions_title(locale)
    _fill_definitions(sheet, report, locale)
    book.properties.creator = "Permanence"
    book.properties.created = book.properties.modified = datetime.combine(
        report.day, datetime.min.time()
    )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


_NUMBER_FORMATS = {"calls": "0", "messages": "0", "seconds": "0.0", "share": "0.0%"}


def _fill_sheet(sheet: Worksheet, table: Table, report: DayReport) -> None:
    sheet.append([f"{table.caption} · {report.day.isoformat()}"])
    sheet.append([*table.head])
    for row in (*table.rows, *([table.foot] if table.foot else [])):
        sheet.append([harmless(c.value) if isinstance(c.value, str) else c.value for c in row])
        for cell, value in zip(sheet[sheet.max_row], row, strict=True):
            cell.number_format = _NUMBER_FORMATS.get(value.unit, "General")
    for row_number in (1, 2):
        for cell in sheet[row_number]:
            cell.font = Font(bold=True)
    sheet.freeze_panes = "A3"
    for place, head in enumerate(table.head, start=1):
        texts = [head, *(row[place - 1].text() for row in table.rows)]
        sheet.column_dimensions[get_column_letter(place)].width = max(map(len, texts)) + 3


def _fill_definitions(sheet: Worksheet, report: DayReport, locale: str) -> None:
    sheet.append([f"{_definitions_title(locale)} · version {report.definitions_version}"])
    for each in DEFINITIONS.values():
        sheet.append([each.name(locale), each.sentence(locale), each.formula(locale)])
    for letter, width in (("A", 34), ("B", 80), ("C", 60)):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows():
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _definitions_title(locale: str) -> str:
    return pick(("Définitions", "Definitions"), locale)


def _title(report: DayReport, locale: str) -> str:
    name = pick(("Rapport du", "Report of"), locale)
    return f"{name} {formats.long_day(report.day, locale)}"


def to_pdf(report: DayReport, locale: str = "fr") -> bytes:
    """Pages of A4 with every table, the definitions and what the report cannot see."""
    pdf = FPDF(format="A4")
    pdf.set_creation_date(datetime.combine(report.day, datetime.min.time()))
    pdf.set_title(_latin(_title(report, locale)))
    pdf.set_author("Permanence")
    pdf.set_lang(locale)
    pdf.set_margins(18, 18)
    pdf.set_auto_page_break(True, margin=18)
    pdf.add_page()
    _write(pdf, _title(report, locale), size=18, bold=True, gap=4)
    for table in tables.all_tables(report, locale):
        if table.rows:
            _pdf_table(pdf, table, locale)
    _pdf_notes(pdf, report, locale)
    return bytes(pdf.output())


def _pdf_table(pdf: FPDF, table: Table, locale: str) -> None:
    rows = [list(table.head), *table.printed(locale)]
    foot = table.printed_foot(locale)
    if pdf.will_page_break(6 * min(len(rows), 8) + 14):
        pdf.add_page()
    _write(pdf, table.caption, size=12, bold=True, gap=1.5)
    pdf.set_font("helvetica", size=9)
    aligned = tuple("RIGHT" if n in table.numeric else "LEFT" for n in range(len(table.head)))
    widths = (5, *(2 for _ in table.head[1:])) if len(table.head) > 2 else (3, 1)
    with pdf.table(
        borders_layout="HORIZONTAL_LINES", text_align=aligned, col_widths=widths, line_height=5,
        headings_style=FontFace(emphasis="BOLD"),
    ) as drawn:  # fmt: skip
        for cells in rows:
            drawn.row([_latin(text) for text in cells])
        if foot:
            drawn.row([_latin(text) for text in foot], style=FontFace(emphasis="BOLD"))
    pdf.ln(6)


def _pdf_notes(pdf: FPDF, report: DayReport, locale: str) -> None:
    unseen = pick(("Ce que ce rapport ne voit pas", "What this report cannot see"), locale)
    _write(pdf, unseen, size=12, bold=True, gap=1)
    for sentence in blind_spots(locale):
        _write(pdf, f"- {sentence}", size=9, gap=0.5)
    pdf.ln(4)
    heading = f"{_definitions_title(locale)} (version {report.definitions_version})"
    _write(pdf, heading, size=12, bold=True, gap=1)
    for each in DEFINITIONS.values():
        formula = f" [{each.formula(locale)}]" if each.formula(locale) else ""
        line = f"{each.name(locale)} : {each.sentence(locale)}{formula}"
        _write(pdf, line, size=8, gap=0.8)


def _write(pdf: FPDF, text: str, *, size: int, bold: bool = False, gap: float = 0) -> None:
    pdf.set_font("helvetica", style="B" if bold else "", size=size)
    pdf.multi_cell(0, size * 0.5, _latin(text), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(gap)


_REPLACED = str.maketrans(
    {
        "\N{NARROW NO-BREAK SPACE}": "\N{NO-BREAK SPACE}",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{EM DASH}": "-",
        "\N{EN DASH}": "-",
        "\N{HORIZONTAL ELLIPSIS}": "...",
        "\N{LATIN SMALL LIGATURE OE}": "oe",
    }
)


def _latin(text: str) -> str:
    """Text in the characters of the PDF's own fonts, so that no font file is carried along."""
    return text.translate(_REPLACED).encode("latin-1", "replace").decode("latin-1")


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("table", "text/plain", to_text),
        Format("json", "application/json", to_json),
        Format("csv", "text/csv", to_csv),
        Format(
            "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", to_xlsx
        ),
        Format("pdf", "application/pdf", to_pdf),
    )
}
