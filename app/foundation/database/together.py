"""Changes that are made together or not at all, in one question where the database can.

PostgreSQL writes in a WITH: an event of a call and the rows that follow from it are one statement, where
one after the other they are seven (ADR 15). SQLite answers within the process: it gets them in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    exists,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.foundation.database.unit_of_work import rows_changed
from app.foundation.extensions import db

ALONE = {"write": True}
_INSERT: dict[str, Any] = {"postgresql": postgresql_insert, "sqlite": sqlite_insert}


class Given(NamedTuple):
    """What a change is written for: a database, and the first change's row if it hangs on one."""

    dialect: str
    changed: CTE | None = None

    def holds(self) -> list[ColumnElement[bool]]:
        """The condition of an update that hangs on the first one."""
        return [] if self.changed is None else [exists(select(self.changed.c[0]))]


Build = Callable[[Given], Any]


@dataclass(frozen=True)
class Change:
    """Rows to change. ``build`` makes the statement: an insert, an update or a delete.

    One shape has one ``build``, the same object each time, for a statement is prepared once. The
    names of its parameters differ from those of others, and none is a column's (SQLAlchemy would set
    that column). It ``gives`` a column to say that it was made.

    Changes that may concern the same row have the same ``name``: PostgreSQL makes only one of two.
    """

    name: str
    build: Build
    values: Mapping[str, Any]
    gives: str | None = None


def make(change: Change) -> Any:
    """Make one change by itself, inside the caller's transaction.

    What it ``gives``, or else True; nothing true when no row was concerned.
    """
    dialect = db.session.get_bind().dialect.name
    result = db.session.execute(_alone(dialect, change.build, change.gives), dict(change.values))
    return result.scalar() if change.gives else bool(rows_changed(result))


def make_all(
    first: Update, values: Mapping[str, Any], also: Sequence[Change]
) -> dict[str, Any] | None:
    """Make ``first``, then the others if it changed its row; None when it did not.

    Returns what those that were made give, by name. Of several with one name the first is made
    with ``first``, the others after it: then it takes a transaction.
    """
    if db.session.get_bind().dialect.name != "postgresql":
        if not rows_changed(db.session.execute(first, dict(values))):
            return None
        return {each.name: found for each in also if (found := make(each)) and each.gives}
    together = {each.name: each for each in reversed(also)}.values()
    shape = tuple((each.name, each.build, each.gives) for each in together)
    known = dict(values)
    for each in together:
        known.update(each.values)
    # One statement is made whole or not at all: by itself it needs no unit of work (``writes``).
    row = db.session.execute(_in_one(first, shape), known, execution_options=ALONE).first()
    if row is None:
        return None
    for each in also:
        if each not in together:
            make(each)
    found = row._asdict()
    return {each.name: found[each.name] for each in together if found.get(each.name)}


@lru_cache(maxsize=256)
def _alone(dialect: str, build: Build, gives: str | None) -> Any:
    statement = build(Given(dialect))
    return statement.returning(statement.table.c[gives]) if gives else statement


@lru_cache(maxsize=1024)
def _in_one(first: Update, others: tuple[tuple[str, Build, str | None], ...]) -> Select[Any]:
    changed = first.returning(first.table.c.id).cte("changed")
    told, silent = [], []
    for name, build, gives in others:
        statement = build(Given("postgresql", changed))
        if gives is None:
            silent.append(statement.cte(f"{name}_made"))
        else:
            made = statement.returning(statement.table.c[gives]).cte(f"{name}_made")
            told.append(select(func.max(made.c[0])).scalar_subquery().label(name))
    return select(changed.c.id.label("changed"), *told).add_cte(*silent)


def inserting(dialect: str, table: Table) -> Any:
    """An insert in the words of this database, which can say what follows from a conflict."""
    return _INSERT[dialect](table)


def row(
    table: Table,
    prefix: str,
    columns: Sequence[str],
    given: Given,
    *conditions: ColumnElement[bool],
) -> Any:
    """Insert a row of parameters, under these conditions; each is named ``prefix_column``."""
    insert: Insert = inserting(given.dialect, table)
    words = {name: bindparam(f"{prefix}_{name}", type_=table.c[name].type) for name in columns}
    if given.changed is None and not conditions:
        return insert.values(words)
    found = select(*words.values()).where(*conditions)
    if given.changed is not None:
        found = found.select_from(given.changed)
    return insert.from_select(list(words), found)


def parameters(prefix: str, **values: Any) -> dict[str, Any]:
    """The values of a change whose parameters are named ``prefix_column``."""
    return {f"{prefix}_{name}": value for name, value in values.items()}
