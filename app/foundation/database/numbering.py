"""Ids taken before rows are written, so that hundreds of them go in as one short statement and its parameters.

Without them PostgreSQL is asked back for each id, by a statement as long as its rows that is taken apart anew each
time. SQLite hands out its ids at no such price: none are taken there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from app.foundation.extensions import db


def take(rows: Sequence[Any]) -> None:
    """Give new rows of one mapped class their ids, inside the caller's transaction; those that have one keep it."""
    new = [row for row in rows if row.id is None]
    connection = db.session.connection()
    if not new or connection.dialect.name != "postgresql":
        return
    sequence = func.pg_get_serial_sequence(new[0].__tablename__, "id")
    query = select(func.nextval(sequence)).select_from(func.generate_series(1, len(new)))
    for row, row_id in zip(new, sorted(connection.scalars(query)), strict=True):
        row.id = row_id
