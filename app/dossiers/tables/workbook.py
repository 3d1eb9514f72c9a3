"""A sheet of a workbook (.xlsx, .ods, .xls, whatever the file is called), by python-calamine.

What calamine cannot tell is looked for before, in the sheet's own XML: a formula that was never computed, and
a cell that holds an error, which would both be read as empty. An archive that would unpack to more than it
may is refused while it unpacks, whatever it announces.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
    WorksheetNotFound,
)

from app.dossiers.tables.cells import NOT_COMPUTED, NumberCell
from app.dossiers.tables.layout import LINES_AT_ONCE, Row, refused
from app.foundation.exceptions import InvalidInput

LARGEST_WORKBOOK = 50_000_000  # bytes
LARGEST_UNPACKED = 600_000_000
MOST_ENTRIES = 5_000
MOST_UNUSABLE = 20_000  # cells: more of them is no table
_PIECE = 1 << 18


def rows(path: Path, sheet: str = "") -> Iterator[tuple[int, list[str]]]:
    """(number, cells) of each line of a sheet, the first one when it is not named. Raises InvalidInput."""
    lost = _unusable_cells(path, sheet)
    try:
        with path.open("rb") as file:
            book = CalamineWorkbook.from_filelike(file)
            found = book.get_sheet_by_name(sheet) if sheet else book.get_sheet_by_index(0)
            across = [""] * (found.start[1] if found.start else 0)
            down = found.start[0] if found.start else 0
            for number, values in enumerate(found.iter_rows(), start=down + 1):
                cells = [*across, *(_cell(value) for value in values)]
                for place in lost.get(number, ()):
                    if place < len(cells):
                        cells[place] = NOT_COMPUTED
                yield number, cells
    except (CalamineError, WorksheetNotFound, ValueError, KeyError, IndexError, OSError) as error:
        raise InvalidInput(
            "%(file)s n'est pas un classeur lisible, ou n'a pas la feuille demandée.",
            kept="Rien n'a été importé.",
            todo="Vérifiez [file] sheet, ou enregistrez la feuille en CSV.",
            file=path.name,
        ) from error


def sheets(path: Path) -> tuple[tuple[str, ...], int]:
    """The names of the sheets that are shown, in their order, and how many there are with the hidden ones.

    Raises InvalidInput for a file that is too large.
    """
    _unusable_cells(path, "")
    try:
        with path.open("rb") as file:
            told = CalamineWorkbook.from_filelike(file).sheets_metadata
    except (CalamineError, ValueError, KeyError, OSError):
        return (), 0  # what it is, ``rows`` says
    shown = (
        each.name
        for each in told
        if each.visible is SheetVisibleEnum.Visible and each.typ is SheetTypeEnum.WorkSheet
    )
    return tuple(shown), len(told)


def blocks(
    grid: Iterator[tuple[int, list[str]]], places: Mapping[str, int]
) -> Iterator[Sequence[Row]]:
    """The lines, some thousands at once, their cells by our names."""
    block: list[Row] = []
    for number, cells in grid:
        named = {n: cells[place] if place < len(cells) else "" for n, place in places.items()}
        block.append(Row(number, named, joined(cells), empty=not any(c.strip() for c in cells)))
        if len(block) == LINES_AT_ONCE:
            yield block
            block = []
    if block:
        yield block


def joined(cells: Sequence[str]) -> str:
    """A line as a CSV has it."""
    line = io.StringIO()
    csv.writer(line, delimiter=";", lineterminator="").writerow(
        [" ".join(cell.split()) for cell in cells]
    )
    return line.getvalue()


def _cell(value: Any) -> str:
    """A cell as one would write it in a text: a moment in ISO form, a whole number without point."""
    match value:
        case None | "":
            return ""
        case str():
            return value
        case bool():
            return str(value)
        case datetime():
            return value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
        case timedelta():
            minutes, rest = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
        case float():
            whole = value.is_integer() and abs(value) < 1e15  # fifteen digits are all that it keeps
            return NumberCell(str(int(value)) if whole else repr(value))
        case int():
            return NumberCell(value)
        case _:
            return str(value)


# --- what the archive holds ----------------------------------------------------------------------


def _unusable_cells(path: Path, sheet: str) -> dict[int, set[int]]:
    """Cells of the sheet that a formula never filled, or that hold an error: by line, places from 0.

    Raises InvalidInput for a file that is too large, or unpacks to too much.
    """
    if path.stat().st_size > LARGEST_WORKBOOK:
        raise _too_large(path)
    try:
        with zipfile.ZipFile(path) as archive:
            if len(archive.infolist()) > MOST_ENTRIES:
                raise _too_large(path)
            _unpack(path, archive)
            name = _sheet_file(archive, sheet)
            return _look(path, archive, name) if name else {}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ExpatError):
        return {}  # an .xls is no archive; what else it is, calamine says


def _too_large(path: Path) -> InvalidInput:
    return refused("%(file)s est trop gros pour un classeur : enregistrez-le en CSV.", path)


def _unpack(path: Path, archive: zipfile.ZipFile) -> None:
    """Unpack all of it, keeping nothing: an archive may announce less than it holds."""
    if sum(each.file_size for each in archive.infolist()) > LARGEST_UNPACKED:
        raise _too_large(path)
    total = 0
    for entry in archive.infolist():
        with archive.open(entry) as file:
            while piece := file.read(_PIECE):
                total += len(piece)
                if total > LARGEST_UNPACKED:
                    raise _too_large(path)


def _sheet_file(archive: zipfile.ZipFile, sheet: str) -> str:
    """The name in the archive of the sheet that is read; "" when it cannot be told."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return ""
    sheets: list[tuple[str, str]] = []
    targets: dict[str, str] = {}

    def seen(tag: str, attributes: dict[str, str]) -> None:
        kind = tag.rpartition(":")[2]
        if kind == "sheet":
            relation = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
            sheets.append((attributes.get("name", ""), relation))
        elif kind == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        parser = ParserCreate()
        parser.StartElementHandler = seen
        parser.EntityDeclHandler = _no_entity
        with archive.open(name) as file:
            parser.ParseFile(file)
    wanted = next((r for n, r in sheets if not sheet or n == sheet), "")
    target = targets.get(wanted, "")
    found = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return found if found in names else ""


def _no_entity(*_told: Any) -> None:
    raise ExpatError("entities have no place in a workbook")


def _look(path: Path, archive: zipfile.ZipFile, name: str) -> dict[int, set[int]]:
    with archive.open(name) as file:
        before, any_of_them = b"", False
        while piece := file.read(_PIECE):
            looked = before + piece
            any_of_them = any_of_them or b"<f" in looked or b't="e"' in looked or b":f" in looked
            before = piece[-8:]
    if not any_of_them:
        return {}
    sheet = _Sheet()
    with archive.open(name) as file:
        sheet.parser.ParseFile(file)
    if sheet.count > MOST_UNUSABLE:
        raise refused("%(file)s a trop de formules sans valeur : enregistrez-le en CSV.", path)
    return sheet.lost


class _Sheet:
    """The cells of a sheet, as they come by: those with a formula and no value, those with an error."""

    def __init__(self) -> None:
        self.lost: dict[int, set[int]] = {}
        self.count = 0
        self._where = ""
        self._formula = self._value = self._error = self._inside = False
        self.parser = ParserCreate()
        self.parser.CharacterDataHandler = self._text
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.EntityDeclHandler = _no_entity

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        kind = tag.rpartition(":")[2]
        if kind == "c":
            self._where = attributes.get("r", "")
            self._formula = self._value = False
            self._error = attributes.get("t") == "e"
        elif kind == "f":
            self._formula = True
        self._inside = kind in ("v", "t")

    def _text(self, text: str) -> None:
        self._value = self._value or (self._inside and bool(text))

    def _end(self, tag: str) -> None:
        if tag.rpartition(":")[2] != "c" or not (
            self._error or (self._formula and not self._value)
        ):
            return
        self.count += 1
        if self.count <= MOST_UNUSABLE:
            with suppress(ValueError):
                letters = self._where.rstrip("0123456789")
                place = 0
                for letter in letters:
                    place = place * 26 + ord(letter) - 64
                self.lost.setdefault(int(self._where[len(letters) :]), set()).add(place - 1)
