"""Going through a file: what its dates look like, how many lines it has, its lines in blocks, from where one was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.dossiers.feeds.blocks import AT_ONCE, Line
from app.dossiers.feeds.kinds import Kind
from app.dossiers.feeds.plan import Plan
from app.dossiers.name_folding import fold
from app.dossiers.tables import reading
from app.dossiers.tables.days import Evidence, Order
from app.dossiers.tables.layout import Row, Table
from app.foundation.text.patterns import pattern

MOST_SHOWN = 8


TOTALS = "c'est une ligne de total : elle n'est pas importée"
_TOTAL = pattern(
    r"(?:sous )?tota(?:l|ux)(?: general| generaux)?(?: [0-9 ]+[a-z ]*)?|grand total|somme"
)


@dataclass(frozen=True)
class Looked:
    """What a first pass tells: how many lines, the order of dates by column, the first lines."""

    total: int
    orders: dict[str, Order]
    first: tuple[Line, ...]


def table_of(path: Path, plan: Plan) -> Table:
    """The file, ready to be read. Raises InvalidInput."""
    return reading.open_table(path, plan, many_lines=True)


def look(path: Path, kind: Kind, plan: Plan) -> Looked:
    """Pass over the whole file once. Raises InvalidInput when it is nothing that can be read."""
    dated = [each.name for each in kind.fields if each.dated and each.name in plan.columns]
    found = {name: Evidence() for name in dated}
    first: list[Line] = []
    total = 0
    table = table_of(path, plan)
    for row in _rows(table):
        total += 1
        if row is None:
            continue
        for name, evidence in found.items():
            evidence.look(row.cells.get(name, ""))
        if len(first) < MOST_SHOWN and not row.empty:
            first.append(_line(row))
    orders = {name: _order(plan, each.order) for name, each in found.items()}
    return Looked(total, orders, tuple(first))


def _order(plan: Plan, seen: Order) -> Order:
    """What was said counts, unless the column itself shows two ways, or the other one."""
    if plan.order is None or seen is Order.MIXED:
        return seen
    return plan.order if seen in (Order.UNSEEN, plan.order) else Order.MIXED


def blocks(table: Table, *, done: int) -> Iterator[tuple[Sequence[Line], int, int]]:
    """(lines, lines of the file behind, empty lines and titles among them), from after the ``done`` first ones."""
    block: list[Line] = []
    passed = left_out = 0
    for row in _rows(table):
        passed += 1
        if passed <= done:
            continue
        if row is None or (row.empty and not row.wrong):
            left_out += 1
        else:
            block.append(_line(row))
        if len(block) == AT_ONCE:
            yield block, passed, left_out
            block, left_out = [], 0
    if block or left_out:
        yield block, passed, left_out


def _rows(table: Table) -> Iterator[Row | None]:
    """Each line of the file; None for the titles when they come again, as two exports put together have them."""
    titles = _folded(table.titles, table.separator)
    for lines in table.blocks:
        for row in lines:
            yield (
                None if titles and not row.wrong and _is(row.raw, titles, table.separator) else row
            )


def _folded(raw: str, separator: str) -> tuple[str, ...]:
    return tuple(fold(cell) for cell in raw.split(separator)) if raw else ()


def _is(raw: str, titles: tuple[str, ...], separator: str) -> bool:
    """Is this line the titles? Its first cell alone tells for nearly all."""
    return fold(raw.partition(separator)[0]) == titles[0] and _folded(raw, separator) == titles


def _line(row: Row) -> Line:
    wrong = row.wrong or (TOTALS if _is_total(row) else "")
    return Line(row.number, row.cells, row.raw, wrong)


def _is_total(row: Row) -> bool:
    """« Total ; ; 1 240 », « Total général : 12 organismes »: one label, and figures."""
    said = [fold(cell) for cell in row.cells.values() if cell.strip()]
    labels = [each for each in said if not each.replace(" ", "").isdigit()]
    return len(labels) == 1 and _TOTAL.fullmatch(labels[0]) is not None
