"""A day's report as a workbook: the day at a glance, one sheet a table, charts, the definitions. Pure: bytes out.

Numbers stay numbers (seconds, counts, shares), each column says its unit, and is as wide as what it holds.
"""

from __future__ import annotations

import io
from datetime import datetime

from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from app.foundation.text.bilingual import Text
from app.foundation.text.spreadsheets import harmless
from app.reporting import formats
from app.reporting.definitions import DEFINITIONS
from app.reporting.sheet import sentence, tables
from app.reporting.sheet.cells import Table
from app.reporting.sheet.day_sheet import DaySheet, headlines
from app.reporting.sheet.tables import word

_COUNTED = ("calls", "messages", "promises", "incidents", "contacts", "runs")
_FORMATS = {**dict.fromkeys(_COUNTED, "0"), "seconds": "0.0", "share": "0.0%"}
_UNITS = {unit: unit for unit in (*_COUNTED, "seconds")}
_HEAD = PatternFill("solid", fgColor="E9EFFB")
WIDEST = 60  # characters


def to_xlsx(sheet: DaySheet, locale: str = "fr") -> bytes:
    """A workbook that opens on the day at a glance."""
    book = Workbook()
    front = book.active
    assert isinstance(front, Worksheet)  # a new workbook has one
    _glance(front, sheet, locale)
    for table in tables.all_tables(sheet.report, locale):
        page = book.create_sheet(table.caption[:31].replace("/", "-"))
        _fill(page, table, sheet, locale)
        if table.key == "half_hours" and table.rows:
            _half_hours_chart(page, table, locale)
        elif table.key == "reasons":
            _reasons_chart(page, table)
    _definitions(book.create_sheet(definitions_title(locale)), sheet, locale)
    book.properties.creator = "Permanence"
    book.properties.title = f"{sheet.service} · {sheet.report.day.isoformat()}"
    book.properties.created = book.properties.modified = datetime.combine(
        sheet.report.day, datetime.min.time()
    )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _glance(page: Worksheet, sheet: DaySheet, locale: str) -> None:
    page.title = Text("En bref", "At a glance").get(locale)
    page.append([f"{sheet.service} · {formats.long_day(sheet.report.day, locale)}"])
    page.append([sentence.of_the_day(sheet, locale).whole()])
    page.append([])
    page.append(
        [
            Text("Chiffre", "Figure").get(locale),
            Text("Valeur", "Value").get(locale),
            Text("Détail", "Detail").get(locale),
            Text("Cible", "Target").get(locale),
            Text("Semaine précédente", "Week before").get(locale),
        ]
    )
    for each in headlines(sheet, locale):
        words = each.verdict.words if each.verdict else ""
        page.append([each.label, each.value, each.aside, words, each.comparison])
    page["A1"].font = Font(bold=True, size=16)
    page["A2"].font = Font(size=12)
    page["A2"].alignment = Alignment(wrap_text=True, vertical="top")
    page.merge_cells("A2:E2")
    page.row_dimensions[2].height = 48
    _head(page, 4)
    for letter, width in (("A", 24), ("B", 16), ("C", 34), ("D", 34), ("E", 26)):
        page.column_dimensions[letter].width = width


def _fill(page: Worksheet, table: Table, sheet: DaySheet, locale: str) -> None:
    page.append([f"{table.caption} · {sheet.report.day.isoformat()}"])
    page.append([_with_unit(table, place, locale) for place in range(len(table.head))])
    for row in (*table.rows, *([table.foot] if table.foot else [])):
        page.append([harmless(c.value) if isinstance(c.value, str) else c.value for c in row])
        for cell, value in zip(page[page.max_row], row, strict=True):
            cell.number_format = _FORMATS.get(value.unit, "General")
    page["A1"].font = Font(bold=True, size=14)
    _head(page, 2)
    if table.foot:
        for cell in page[page.max_row]:
            cell.font = Font(bold=True)
    page.freeze_panes = "B3"
    for place in range(len(table.head)):
        texts = [
            _with_unit(table, place, locale),
            *(row[place].text(locale) for row in table.rows),
        ]
        width = min(WIDEST, max(map(len, texts)) + 3)
        page.column_dimensions[get_column_letter(place + 1)].width = width


def _with_unit(table: Table, place: int, locale: str) -> str:
    """A column's head with its unit; none where its rows have several (each row then says its own)."""
    units = {row[place].unit for row in table.rows if row[place].unit != "text"}
    head = table.head[place]
    if len(units) != 1:
        return head
    unit = units.pop()
    said = word(_UNITS[unit], locale) if unit in _UNITS else "%"
    return head if said.lower() in head.lower() else f"{head} ({said})"


def _head(page: Worksheet, row: int) -> None:
    for cell in page[row]:
        cell.font = Font(bold=True)
        cell.fill = _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _half_hours_chart(page: Worksheet, table: Table, locale: str) -> None:
    """Calls piled up as bars, the mean wait as a line on an axis of its own."""
    last = 2 + len(table.rows)
    names = Reference(page, min_col=1, min_row=3, max_row=last)
    bars = BarChart()
    bars.type, bars.grouping, bars.overlap = "col", "stacked", 100
    bars.title = Text("Appels et attente, par demi-heure", "Calls and wait, by half-hour").get(
        locale
    )
    bars.add_data(
        Reference(page, min_col=3, max_col=5, min_row=2, max_row=last), titles_from_data=True
    )
    bars.set_categories(names)
    bars.y_axis.title = word("calls", locale)
    waits = LineChart()
    waits.add_data(Reference(page, min_col=6, min_row=2, max_row=last), titles_from_data=True)
    waits.y_axis.axId = 200
    waits.y_axis.title = word("seconds", locale)
    waits.y_axis.crosses = "max"
    bars.x_axis.delete = bars.y_axis.delete = waits.y_axis.delete = False
    bars += waits
    bars.width, bars.height = 26, 12
    page.add_chart(bars, "H2")


def _reasons_chart(page: Worksheet, table: Table) -> None:
    last = 2 + len(table.rows)
    bars = BarChart()
    bars.type, bars.title, bars.legend = "bar", table.caption, None
    bars.add_data(Reference(page, min_col=2, min_row=2, max_row=last), titles_from_data=True)
    bars.set_categories(Reference(page, min_col=1, min_row=3, max_row=last))
    bars.x_axis.scaling.orientation = "maxMin"
    bars.x_axis.delete = bars.y_axis.delete = False
    bars.width, bars.height = 22, 10
    page.add_chart(bars, "E2")


def _definitions(page: Worksheet, sheet: DaySheet, locale: str) -> None:
    page.append([f"{definitions_title(locale)} · version {sheet.report.definitions_version}"])
    for each in DEFINITIONS.values():
        page.append([each.name(locale), each.sentence(locale), each.formula(locale)])
    for letter, width in (("A", 34), ("B", 80), ("C", 60)):
        page.column_dimensions[letter].width = width
    for row in page.iter_rows():
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def definitions_title(locale: str) -> str:
    """« Définitions »."""
    return Text("Définitions", "Definitions").get(locale)
