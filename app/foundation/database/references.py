"""Which tables refer to a row, as the schema itself says: a table that is made tomorrow is not forgotten.

``absorb`` lets one row take the place of another everywhere, and writes down each step; ``undo`` takes the steps back.
A row that cannot stand twice (the same telephone of both, a pièce of one kind) is absorbed in turn by the one that is
there, and kept whole in the steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    Table,
    UniqueConstraint,
    and_,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

Step = dict[str, Any]


@dataclass(frozen=True)
class Reference:
    """A column that refers to a table's id."""

    table: Table
    column: Column[Any]


def to(metadata: MetaData, name: str) -> list[Reference]:
    """The columns that refer to the id of this table, in the order of the tables' names."""
    found = []
    for table in sorted(metadata.tables.values(), key=lambda each: each.name):
        for column in table.columns:
            for key in column.foreign_keys:
                if key.target_fullname == f"{name}.id":
                    found.append(Reference(table, column))
    return found


def plain(value: Any) -> Any:
    """A column's value as JSON keeps it."""
    match value:
        case Enum():
            return {"enum": value.value}
        case datetime():
            return {"datetime": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case time():
            return {"time": value.isoformat()}
        case bytes():
            return {"bytes": value.hex()}
        case dict() | list():
            return {"json": value}
        case _:
            return value


def value_of(kept: Any) -> Any:
    """The value that ``plain`` kept; of a closed list, its text, which the column reads."""
    if not isinstance(kept, dict):
        return kept
    ((kind, text),) = kept.items()
    readers: dict[str, Any] = {
        "datetime": datetime.fromisoformat,
        "date": date.fromisoformat,
        "time": time.fromisoformat,
        "bytes": bytes.fromhex,
    }
    return readers[kind](text) if kind in readers else text


def _where(table: Table, pk: Mapping[str, Any]) -> Any:
    return and_(*(table.c[name] == value_of(value) for name, value in pk.items()))


def _pk(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    return {column.name: plain(row[column.name]) for column in table.primary_key}


def absorb(
    connection: Connection, table: Table, gone: int, kept: int, *, skip: Iterable[str] = ()
) -> list[Step]:
    """Let row ``kept`` stand wherever row ``gone`` did, then take ``gone`` away; the steps, in order.

    ``skip``: tables that follow by themselves (an index of the search), whose rows go with the row.
    """
    steps: list[Step] = []
    _absorb(connection, table, gone, kept, frozenset(skip), steps)
    return steps


def _absorb(
    connection: Connection,
    table: Table,
    gone: int,
    kept: int,
    skip: frozenset[str],
    steps: list[Step],
) -> None:
    for reference in to(table.metadata, table.name):
        if reference.table.name in skip:
            continue
        query = select(reference.table).where(reference.column == gone)
        for row in connection.execute(query).mappings().all():
            _move(connection, reference, dict(row), gone, kept, skip, steps)
    row = connection.execute(select(table).where(table.c.id == gone)).mappings().one()
    steps.append(
        {"op": "deleted", "table": table.name, "row": {n: plain(v) for n, v in row.items()}}
    )
    connection.execute(delete(table).where(table.c.id == gone))


def _move(
    connection: Connection,
    reference: Reference,
    row: Mapping[str, Any],
    gone: int,
    kept: int,
    skip: frozenset[str],
    steps: list[Step],
) -> None:
    table, column = reference.table, reference.column
    other = _stands_already(connection, reference, row, kept)
    pk = _pk(table, row)
    if other is None:
        connection.execute(update(table).where(_where(table, pk)).values({column.name: kept}))
        steps.append(
            {
                "op": "moved",
                "table": table.name,
                "pk": pk,
                "column": column.name,
                "from": gone,
                "to": kept,
            }
        )
    elif "id" in table.c:
        _absorb(connection, table, row["id"], other["id"], skip, steps)
    else:
        steps.append(
            {"op": "deleted", "table": table.name, "row": {n: plain(v) for n, v in row.items()}}
        )
        connection.execute(delete(table).where(_where(table, pk)))


def _stands_already(
    connection: Connection, reference: Reference, row: Mapping[str, Any], kept: int
) -> Mapping[str, Any] | None:
    """The row that this one may not stand beside once it refers to ``kept``."""
    table, column = reference.table, reference.column
    groups: list[Sequence[Any]] = [tuple(table.primary_key)]
    groups += [tuple(c.columns) for c in table.constraints if isinstance(c, UniqueConstraint)]
    groups += [tuple(index.columns) for index in table.indexes if index.unique]
    for group in groups:
        if column not in group:
            continue
        same = [each == (kept if each is column else row[each.name]) for each in group]
        if any(row[each.name] is None for each in group if each is not column):
            continue
        found = connection.execute(select(table).where(and_(*same))).mappings().first()
        if found is not None:
            return dict(found)
    return None


def change(
    connection: Connection, table: Table, pk: Mapping[str, Any], values: Mapping[str, Any]
) -> list[Step]:
    """Change columns of a row; the steps."""
    before = connection.execute(select(table).where(_where(table, pk))).mappings().one()
    steps = [
        {"op": "changed", "table": table.name, "pk": dict(pk), "column": name,
         "before": plain(before[name]), "after": plain(value)}
        for name, value in values.items()
        if before[name] != value
    ]  # fmt: skip
    if steps:
        connection.execute(update(table).where(_where(table, pk)).values(dict(values)))
    return steps


def take_out(connection: Connection, table: Table, condition: Any) -> list[Step]:
    """Delete rows; the steps."""
    rows = connection.execute(select(table).where(condition)).mappings().all()
    for row in rows:
        connection.execute(delete(table).where(_where(table, _pk(table, dict(row)))))
    return [
        {"op": "deleted", "table": table.name, "row": {n: plain(v) for n, v in row.items()}}
        for row in rows
    ]


def undo(connection: Connection, metadata: MetaData, steps: Sequence[Step]) -> None:
    """Take steps back, the last one first. What somebody has changed since stays as it is now.

    Columns of one row come back together: a status and its reason may not stand apart for a moment.
    """
    for (op, name, _row), group in groupby(reversed(steps), key=_row_of):
        table = metadata.tables[name]
        if op == "changed":
            _change_back(connection, table, list(group))
            continue
        for step in group:
            if op == "deleted":
                values = {n: value_of(v) for n, v in step["row"].items() if n in table.c}
                connection.execute(insert(table).values(values))
            else:
                _move_back(connection, table, step)


def _row_of(step: Step) -> tuple[str, str, str]:
    return step["op"], step["table"], repr(step.get("pk")) if step["op"] == "changed" else ""


def _change_back(connection: Connection, table: Table, steps: Sequence[Step]) -> None:
    where = _where(table, steps[0]["pk"])
    row = connection.execute(select(table).where(where)).mappings().first()
    values = {
        step["column"]: value_of(step["before"])
        for step in steps
        if row is not None and plain(row[step["column"]]) == step["after"]
    }
    if not values:
        return
    try:
        with connection.begin_nested():
            connection.execute(update(table).where(where).values(values))
    except IntegrityError:  # a part was changed since, and the rest says nothing without it
        return


def _move_back(connection: Connection, table: Table, step: Step) -> None:
    column = table.c[step["column"]]
    pk = {**step["pk"], **({column.name: step["to"]} if column.name in step["pk"] else {})}
    where = and_(_where(table, pk), column == step["to"])
    connection.execute(update(table).where(where).values({column.name: step["from"]}))
