"""A day's report as a file: JSON, CSV, text (here), workbook and PDF. Pure: bytes or text out.

CSV is what a French spreadsheet opens by a double click: UTF-8 with its mark, semicolons, decimal
commas. It holds one value a row, so that days can be put one under the other.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass

from app.foundation.exceptions import InvalidInput
from app.foundation.text.spreadsheets import harmless
from app.reporting.blind_spots import blind_spots
from app.reporting.files import workbook
from app.reporting.sheet import sentence, tables
from app.reporting.sheet.cells import Cell, Table
from app.reporting.sheet.day_sheet import DaySheet, title
from app.reporting.sheet.tables import word

CSV_HEAD = ("jour", "tableau", "ligne", "colonne", "valeur", "unité")
_UNITS = {
    "calls": "calls",
    "messages": "messages",
    "promises": "promises",
    "incidents": "incidents",
    "runs": "runs",
    "contacts": "contacts",
    "seconds": "seconds",
    "share": "ratio",
}


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file: how it is made, and its type for a browser."""

    name: str
    mimetype: str
    make: Callable[[DaySheet, str], str | bytes]


def export(sheet: DaySheet, format_name: str, locale: str = "fr") -> str | bytes:
    """The report in one of ``FORMATS``; text for table, json and csv. Raises InvalidInput."""
    return format_of(format_name).make(sheet, locale)


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


def to_json(sheet: DaySheet, _locale: str = "fr") -> str:
    """The stable interface, the same in every language."""
    return json.dumps(sheet.report.as_json(), ensure_ascii=False, indent=2) + "\n"


def to_csv(sheet: DaySheet, locale: str = "fr") -> str:
    """One value a row, with the mark that tells a spreadsheet that this is UTF-8."""
    out = io.StringIO()
    out.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(CSV_HEAD)
    for table in tables.all_tables(sheet.report, locale):
        for row in table.rows:
            for head, cell in zip(table.head[1:], row[1:], strict=True):
                name = (table.caption, row[0].text(locale), head)
                unit = word(_UNITS[cell.unit], locale) if cell.unit in _UNITS else ""
                values = (sheet.report.day.isoformat(), *name, _decimal_comma(cell), unit)
                writer.writerow(map(harmless, values))
    return out.getvalue()


def _decimal_comma(cell: Cell) -> str:
    if cell.value is None or isinstance(cell.value, str):
        return cell.value or ""
    return f"{cell.value:.4f}".rstrip("0").rstrip(".").replace(".", ",")


def to_text(sheet: DaySheet, locale: str = "fr") -> str:
    """Aligned tables for a terminal."""
    parts = [title(sheet, locale), sentence.of_the_day(sheet, locale).whole()]
    parts += [_text_table(table, locale) for table in tables.all_tables(sheet.report, locale)]
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


def to_pdf(sheet: DaySheet, locale: str = "fr") -> bytes:
    """The report of a day, to be printed or passed on (``pdf``)."""
    from app.reporting.files import pdf  # its library is four tenths of a second at a start

    return pdf.to_pdf(sheet, locale)


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("table", "text/plain", to_text),
        Format("json", "application/json", to_json),
        Format("csv", "text/csv", to_csv),
        Format(
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            workbook.to_xlsx,
        ),
        Format("pdf", "application/pdf", to_pdf),
    )
}
