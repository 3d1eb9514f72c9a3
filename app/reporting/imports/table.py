"""The lines of a file of past calls, by pandas: CSV in blocks of lines, or a sheet of a workbook.

A line of a CSV is read by itself: a quote that is not closed refuses its own line and swallows no
other. Each row keeps the number of its line in the file, so that it can be named.
"""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from python_calamine import CalamineError

from app.dossiers.name_folding import fold
from app.foundation.exceptions import InvalidInput
from app.reporting.imports.mapping import Column, FileMapping

if TYPE_CHECKING:
    import pandas as pd

LINES_AT_ONCE = 2000
LONGEST_LINE = 50_000  # signs
LARGEST_WORKBOOK = 50_000_000  # bytes, and twenty times that once unpacked
SEPARATORS = (";", "\t", ",", "|")
_SHEETS = {b"PK\x03\x04": "zip", b"\xd0\xcf\x11\xe0": "ole"}
_NOT_TEXT = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"SQLite format 3",
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)  # UTF-32 first: its mark begins as that of UTF-16
_SAMPLE = 4096


@dataclass(frozen=True)
class Row:
    """One line: its number in the file, its cells by our names, and itself as it was written.

    ``wrong``: it could not be cut into cells, and why.
    """

    number: int
    cells: Mapping[str, str] = field(default_factory=dict)
    raw: str = ""
    wrong: str = ""
    empty: bool = False


@dataclass(frozen=True)
class Table:
    """A file ready to be read: its titles as written ("" without), and how to write one like it."""

    titles: str
    separator: str
    encoding: str
    blocks: Iterator[Sequence[Row]]


def open_table(path: Path, mapping: FileMapping) -> Table:
    """Look at a file. Raises InvalidInput when it is nothing that can be read, or lacks columns."""
    try:
        with path.open("rb") as file:
            head = file.read(_SAMPLE)
        if not head.strip(b"\x00 \t\r\n"):
            raise _refused("%(file)s est vide.", path)
        if head[:4] in _SHEETS:
            return _workbook(path, mapping)
        return _text_file(path, head, mapping)
    except OSError as error:
        raise _refused("%(file)s n'a pas pu être lu.", path) from error


def _refused(sentence: str, path: Path) -> InvalidInput:
    return InvalidInput(sentence, kept="Rien n'a été importé.", file=path.name)


# --- text ----------------------------------------------------------------------------------------


def _text_file(path: Path, head: bytes, mapping: FileMapping) -> Table:
    encoding = _encoding(path, head, mapping)
    lines = _lines(path, encoding)
    first = next((n for n in range(mapping.skip) if next(lines, None) is None), None)
    title = next(lines, None) if first is None else None
    if title is None:
        raise _refused("%(file)s est vide.", path)
    announced = _announced(title[1])
    if announced:
        title = next(lines, None)
        if title is None:
            raise _refused("%(file)s est vide.", path)
    separator = mapping.separator or announced or _separator(title[1], mapping)
    if mapping.header:
        titles, titles_line = _cut(title[1], separator) or [], title[1]
    else:
        titles, titles_line = [], ""
        lines = _with_first(title, lines)
    places = _places(titles, mapping, separator)
    blocks = _blocks(lines, separator, len(titles), places)
    return Table(titles_line, separator, mapping.encoding or "utf-8-sig", blocks)


def _announced(line: str) -> str:
    """« sep=; », the line that spreadsheets write for one another before the titles; "" for another."""
    return line[4] if len(line) == 5 and line.lower().startswith("sep=") else ""


def _encoding(path: Path, head: bytes, mapping: FileMapping) -> str:
    """As its mark says, else as the mapping, else UTF-8 when all of it is, else Windows."""
    if head.startswith(_NOT_TEXT):
        raise _refused("%(file)s n'est pas un texte lisible.", path)
    marked = next((name for mark, name in _BOMS if head.startswith(mark)), None)
    unmarked = None
    if marked is None and b"\x00" in head:  # UTF-16 without its mark: every second byte
        even, odd = head[0::2].count(0), head[1::2].count(0)
        unmarked = "utf-16-le" if odd > 4 * even else "utf-16-be" if even > 4 * odd else None
        if unmarked is None:
            raise _refused("%(file)s n'est pas un texte lisible.", path)
    for name in (marked, mapping.encoding, unmarked, "utf-8", "cp1252"):
        if name and _reads(path, name):
            return name
    raise _refused("%(file)s n'est pas un texte lisible.", path)


def _reads(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeError:
            return False
    return True


def _lines(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    """(number, line) of a text, its end taken off; what is beyond the longest is dropped."""
    with path.open(encoding=encoding, newline=None) as file:
        number = 0
        while line := file.readline(LONGEST_LINE + 1):
            number += 1
            whole = line
            while not line.endswith("\n") and (line := file.readline(LONGEST_LINE + 1)):
                continue  # the rest of a line that is too long
            yield number, whole.rstrip("\n").replace("\x00", "")


def _with_first(
    first: tuple[int, str], others: Iterator[tuple[int, str]]
) -> Iterator[tuple[int, str]]:
    yield first
    yield from others


def _separator(title: str, mapping: FileMapping) -> str:
    """The one that cuts the first line into the columns that the mapping names, else the commonest."""
    wanted = {fold(column) for column in mapping.columns.values() if isinstance(column, str)}

    def found(separator: str) -> tuple[int, int]:
        cells = _cut(title, separator) or []
        return len(wanted & {fold(cell) for cell in cells}), len(cells)

    return max(SEPARATORS, key=found)


def _cut(line: str, separator: str) -> list[str] | None:
    """The cells of one line; None when a quote in it is not closed."""
    if '"' not in line:
        return line.split(separator)
    try:
        rows = list(csv.reader([line], delimiter=separator, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _places(titles: Sequence[str], mapping: FileMapping, separator: str) -> dict[str, int]:
    """Where each column is, from 0. Raises InvalidInput for one absent, or two of one title."""
    exact, folded = [title.strip() for title in titles], [fold(title) for title in titles]
    places, missing = {}, []
    for name, column in mapping.columns.items():
        found = _found(column, exact, folded)
        if len(found) > 1:
            raise InvalidInput(
                "Plusieurs colonnes s'appellent « %(column)s » : donnez la place de la bonne "
                "(%(places)s).",
                kept="Rien n'a été importé.",
                column=column,
                places=", ".join(str(place + 1) for place in found),
            )
        if not found:
            missing.append(str(column))
        else:
            places[name] = found[0]
    if missing:
        raise InvalidInput(
            "Colonnes absentes : %(missing)s.",
            kept="Rien n'a été importé.",
            todo="Le fichier a : %(columns)s (séparateur « %(separator)s »).",
            missing=", ".join(missing),
            columns=", ".join(title[:40] for title in exact[:40]) or "rien",
            separator={"\t": "tabulation"}.get(separator, separator),
        )
    return places


def _found(column: Column, exact: Sequence[str], folded: Sequence[str]) -> list[int]:
    if isinstance(column, int):
        return [column - 1] if not exact or column <= len(exact) else []
    wanted = column.strip()
    return [n for n, title in enumerate(exact) if title == wanted] or [
        n for n, title in enumerate(folded) if title and title == fold(wanted)
    ]


def _blocks(
    lines: Iterator[tuple[int, str]], separator: str, width: int, places: Mapping[str, int]
) -> Iterator[Sequence[Row]]:
    """The lines, some thousands at once, cut into cells by pandas."""
    block: list[tuple[int, str]] = []
    for numbered in lines:
        block.append(numbered)
        if len(block) == LINES_AT_ONCE:
            yield _rows(block, separator, width, places)
            block = []
    if block:
        yield _rows(block, separator, width, places)


def _rows(
    block: Sequence[tuple[int, str]], separator: str, width: int, places: Mapping[str, int]
) -> list[Row]:
    judged = [(number, line, _wrong(line, separator, width, places)) for number, line in block]
    good = [line for _number, line, wrong in judged if not wrong]
    cells = iter(_frame(good, separator).itertuples(index=False, name=None) if good else ())
    rows = []
    for number, line, wrong in judged:
        if wrong:
            rows.append(Row(number, raw=line, wrong=wrong))
            continue
        found = next(cells)
        named = {name: str(found[place]) for name, place in places.items() if place < len(found)}
        empty = not line.replace(separator, "").replace('"', "").strip()
        rows.append(Row(number, named, line, empty=empty))
    return rows


def _wrong(line: str, separator: str, width: int, places: Mapping[str, int]) -> str:
    """Why this line cannot be cut into its cells; "" when it can."""
    if not line.strip():
        return ""
    if len(line) > LONGEST_LINE:
        return f"la ligne a plus de {LONGEST_LINE} signes"
    cells = _cut(line, separator)
    if cells is None:
        return "un guillemet n'est pas fermé sur cette ligne"
    if not any(cell.strip() for cell in cells):
        return ""
    if len(cells) <= max(places.values()):
        return f"la ligne est coupée : elle a {len(cells)} case(s)"
    if width and any(cell.strip() for cell in cells[width:]):
        return f"la ligne a {len(cells)} cases pour {width} colonnes"
    return ""


def _frame(lines: Sequence[str], separator: str) -> pd.DataFrame:
    import pandas as pd  # only who reads a file pays for it: it is a quarter of a second at a start

    width = 1 + max(line.count(separator) for line in lines)
    frame: pd.DataFrame = pd.read_csv(
        io.StringIO("\n".join(lines) + "\n"),
        sep=separator,
        header=None,
        names=list(range(width)),
        dtype=str,
        keep_default_na=False,
        na_filter=False,
        skip_blank_lines=False,
        engine="c",
    )
    assert len(frame) == len(lines), "each of these lines is one record"
    return frame


# --- workbooks -----------------------------------------------------------------------------------


def _workbook(path: Path, mapping: FileMapping) -> Table:
    """A sheet of an .xlsx, .ods or .xls, whatever the file is called."""
    if path.stat().st_size > LARGEST_WORKBOOK or _unpacked(path) > 20 * LARGEST_WORKBOOK:
        raise _refused("%(file)s est trop gros pour un classeur : enregistrez-le en CSV.", path)
    import pandas as pd

    try:
        frame = pd.read_excel(
            path, sheet_name=mapping.sheet or 0, header=None, dtype=object,
            keep_default_na=False, na_filter=False, engine="calamine",
        )  # fmt: skip
    except (CalamineError, ValueError, KeyError, OSError, ImportError, OverflowError) as error:
        raise InvalidInput(
            "%(file)s n'est pas un classeur lisible, ou n'a pas la feuille demandée.",
            kept="Rien n'a été importé.",
            todo="Vérifiez [file] sheet, ou enregistrez la feuille en CSV.",
            file=path.name,
        ) from error
    grid = (
        (number, [_cell(value) for value in values])
        for number, values in enumerate(frame.itertuples(index=False, name=None), start=1)
        if number > mapping.skip
    )
    titles = next(grid, (0, []))[1] if mapping.header else []
    if mapping.header and not any(titles):
        raise _refused("%(file)s est vide.", path)
    places = _places(titles, mapping, ";")
    return Table(_joined(titles) if titles else "", ";", "utf-8-sig", _sheet_blocks(grid, places))


def _unpacked(path: Path) -> int:
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(each.file_size for each in archive.infolist())
    except zipfile.BadZipFile:
        return 0


def _sheet_blocks(
    grid: Iterator[tuple[int, list[str]]], places: Mapping[str, int]
) -> Iterator[Sequence[Row]]:
    block: list[Row] = []
    for number, cells in grid:
        named = {n: cells[place] if place < len(cells) else "" for n, place in places.items()}
        block.append(Row(number, named, _joined(cells), empty=not any(c.strip() for c in cells)))
        if len(block) == LINES_AT_ONCE:
            yield block
            block = []
    if block:
        yield block


def _joined(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=";", lineterminator="").writerow(
        [" ".join(cell.split()) for cell in cells]
    )
    return line.getvalue()


def _cell(value: Any) -> str:
    """A cell as one would write it in a text: a moment in ISO form, a whole number without point."""
    match value:
        case None:
            return ""
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
            return str(int(value)) if value.is_integer() else repr(value)
        case _:
            return str(value)
