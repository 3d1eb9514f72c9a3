"""An insert that says what follows from a conflict: each of our two databases has words of its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.foundation.extensions import db

_INSERT: dict[str, Any] = {"postgresql": postgresql_insert, "sqlite": sqlite_insert}


def dialect() -> str:
    """The name of the database in use: what a statement is prepared for, once."""
    return str(db.session.get_bind().dialect.name)


def inserting(table: type[Any] | Table, words: str | None = None) -> Any:
    """An insert that knows ``on_conflict_…``, in the words of this database (or of ``words``)."""
    return _INSERT[words or dialect()](table)
