"""The lines of a table that somebody sends, the one way to read them: CSV in blocks of lines, by pandas
(``workbook`` reads a sheet).

Each row keeps the number of its line in the file, so that it can be named. A line is read by itself,
and a quote that is not closed refuses its own line and swallows no other; with ``many_lines`` a cell between
quotes may hold ends of lines, as a postal address does.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from app.dossiers.name_folding import fold
from app.dossiers.tables import workbook
from app.dossiers.tables.layout import LINES_AT_ONCE, Column, Layout, Row, Table, refused
from app.foundation.exceptions import InvalidInput

if TYPE_CHECKING:
    import pandas as pd

LONGEST_LINE = 50_000  # signs
MOST_LINES = 30  # of one record
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


def open_table(path: Path, mapping: Layout, *, many_lines: bool = False) -> Table:
    """Look at a file. Raises InvalidInput when it is nothing that can be read, or lacks columns."""
    try:
        with path.open("rb") as file:
            head = file.read(_SAMPLE)
        if not head.strip(b"\x00 \t\r\n"):
            raise refused("%(file)s est vide.", path)
        if head[:4] in _SHEETS:
            return _sheet(path, mapping)
        return _text_file(path, head, mapping, many_lines=many_lines)
    except OSError as error:
        raise refused("%(file)s n'a pas pu être lu.", path) from error


def first_rows(path: Path, layout: Layout, most: int) -> Peek:
    """The first lines of a file, cut into cells, before anybody knows which columns it has. Raises InvalidInput."""
    try:
        with path.open("rb") as file:
            head = file.read(_SAMPLE)
        if not head.strip(b"\x00 \t\r\n"):
            raise refused("%(file)s est vide.", path)
        if head[:4] in _SHEETS:
            rows = list(islice(workbook.rows(path, layout.sheet), most))
            return Peek(tuple(rows), ";", "")
        encoding = _encoding(path, head, layout)
        lines = list(islice(_lines(path, encoding), most))
        announced = next((_announced(line) for _n, line in lines if line.strip()), "")
        separator = layout.separator or announced or _steadiest(lines)
        found = tuple(
            (number, cut(record, separator) or [record])
            for number, record in _records(iter(lines), separator)
        )
        return Peek(found, separator, encoding)
    except OSError as error:
        raise refused("%(file)s n'a pas pu être lu.", path) from error


def sheets(path: Path) -> tuple[tuple[str, ...], int]:
    """Of a workbook: the names of the sheets that are shown, and how many there are in all; none of a text."""
    with path.open("rb") as file:
        head = file.read(4)
    return workbook.sheets(path) if head in _SHEETS else ((), 0)


@dataclass(frozen=True)
class Peek:
    """The first lines of a file: the number of each and its cells; the separator and the encoding that were found."""

    rows: tuple[tuple[int, list[str]], ...]
    separator: str
    encoding: str


def _steadiest(lines: Sequence[tuple[int, str]]) -> str:
    """The separator that cuts most lines into as many cells, the more the better."""

    def found(separator: str) -> int:
        records = _records(iter(lines), separator)
        rows = (cut(record, separator) or [] for _n, record in records)
        widths = [len(cells) for cells in rows if len(cells) > 1]
        usual = max(set(widths), key=widths.count, default=0)
        return usual * widths.count(usual)

    return max(SEPARATORS, key=found)


# --- text ----------------------------------------------------------------------------------------


def _text_file(path: Path, head: bytes, mapping: Layout, *, many_lines: bool) -> Table:
    encoding = _encoding(path, head, mapping)
    lines = _lines(path, encoding)
    first = next((n for n in range(mapping.skip) if next(lines, None) is None), None)
    title = next(lines, None) if first is None else None
    if title is None:
        raise refused("%(file)s est vide.", path)
    announced = _announced(title[1])
    if announced:
        title = next(lines, None)
        if title is None:
            raise refused("%(file)s est vide.", path)
    separator = mapping.separator or announced or _separator(title[1], mapping)
    lines = _with_first(title, lines)
    if many_lines:
        lines = _records(lines, separator)
    titles, titles_line = [], ""
    if mapping.header:
        titles_line = next(lines)[1]  # a title may hold an end of line, as any cell
        titles = cut(titles_line, separator) or []
    places = _places(titles, mapping, separator)
    blocks = _blocks(lines, separator, len(titles), places)
    return Table(titles_line, separator, mapping.encoding or "utf-8-sig", blocks)


def _announced(line: str) -> str:
    """« sep=; », the line that spreadsheets write for one another before the titles; "" for another."""
    return line[4] if len(line) == 5 and line.lower().startswith("sep=") else ""


def _encoding(path: Path, head: bytes, mapping: Layout) -> str:
    """As its mark says, else as the mapping, else UTF-8 when all of it is, else Windows."""
    if head.startswith(_NOT_TEXT):
        raise refused("%(file)s n'est pas un texte lisible.", path)
    marked = next((name for mark, name in _BOMS if head.startswith(mark)), None)
    unmarked = None
    if marked is None and b"\x00" in head:  # UTF-16 without its mark: every second byte
        even, odd = head[0::2].count(0), head[1::2].count(0)
        unmarked = "utf-16-le" if odd > 4 * even else "utf-16-be" if even > 4 * odd else None
        if unmarked is None:
            raise refused("%(file)s n'est pas un texte lisible.", path)
    for name in (marked, mapping.encoding, unmarked, "utf-8", "cp1252"):
        if name and _reads(path, name):
            return name
    raise refused("%(file)s n'est pas un texte lisible.", path)


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


def _records(lines: Iterator[tuple[int, str]], separator: str) -> Iterator[tuple[int, str]]:
    """Lines put together while a quote is open; one that is not closed within ``MOST_LINES`` is left to itself."""
    waiting: list[tuple[int, str]] = []
    while True:
        first = waiting.pop(0) if waiting else next(lines, None)
        if first is None:
            return
        number, record = first
        if record.count('"') % 2 == 0 or cut(record, separator) is not None:
            yield first
            continue
        taken: list[tuple[int, str]] = []
        while len(taken) < MOST_LINES and len(record) < LONGEST_LINE:
            more = waiting.pop(0) if waiting else next(lines, None)
            if more is None:
                break
            taken.append(more)
            record = f"{record}\n{more[1]}"
            if record.count('"') % 2 == 0:
                break
        if record.count('"') % 2 == 0 and cut(record, separator) is not None:
            yield number, record
        else:  # not closed, or closed by another line's: this line alone is wrong
            waiting = [*taken, *waiting]
            yield first


def _with_first(
    first: tuple[int, str], others: Iterator[tuple[int, str]]
) -> Iterator[tuple[int, str]]:
    yield first
    yield from others


def _separator(title: str, mapping: Layout) -> str:
    """The one that cuts the first line into the columns that the mapping names, else the commonest."""
    wanted = {fold(column) for column in mapping.columns.values() if isinstance(column, str)}

    def found(separator: str) -> tuple[int, int]:
        cells = cut(title, separator) or []
        return len(wanted & {fold(cell) for cell in cells}), len(cells)

    return max(SEPARATORS, key=found)


def cut(line: str, separator: str) -> list[str] | None:
    """The cells of one record; None when a quote in it is not closed."""
    if '"' not in line:
        return line.split(separator)
    try:
        rows = list(csv.reader(line.splitlines(keepends=True), delimiter=separator, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _places(titles: Sequence[str], mapping: Layout, separator: str) -> dict[str, int]:
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
        return f"la ligne a plus de {LONGEST_LINE} caractères"
    cells = cut(line, separator)
    if cells is None:
        return "un guillemet n'est pas fermé sur cette ligne"
    if not any(cell.strip() for cell in cells):
        return ""
    if len(cells) <= max(places.values()):
        return f"la ligne est coupée : cases : {len(cells)}"
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


def _sheet(path: Path, mapping: Layout) -> Table:
    """A sheet of a workbook, its columns found by their titles."""
    grid = (each for each in workbook.rows(path, mapping.sheet) if each[0] > mapping.skip)
    titles = next(grid, (0, []))[1] if mapping.header else []
    if mapping.header and not any(titles):
        raise refused("%(file)s est vide.", path)
    places = _places(titles, mapping, ";")
    blocks = workbook.blocks(grid, places)
    return Table(workbook.joined(titles) if titles else "", ";", "utf-8-sig", blocks)
