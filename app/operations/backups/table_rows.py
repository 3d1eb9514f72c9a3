"""The rows of tables as lines that both databases write and read the same way.

Tables are taken as the database has them, not as the models say: a backup of an older version is
read too. A line is a JSON list, in the order of its columns' names; times are in UTC, bytes in
base64, JSON columns as their text, what the other database may not know as its text.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

AT_ONCE = 500  # rows in memory
VERSIONS = "alembic_version"
_SUM = 1 << 256


@dataclass(frozen=True)
class Codec:
    """How a column's values become JSON and come back; ``as_text``: the database makes the text."""

    encode: Callable[[Any], Any] = lambda value: value
    decode: Callable[[Any], Any] = lambda value: value
    as_text: bool = False


def _in_utc(value: datetime) -> str:
    # SQLite forgets the zone: what it holds is in UTC (app.foundation.database.columns).
    aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return aware.isoformat()


PLAIN = Codec()
TEXT = Codec(as_text=True)
CODECS: tuple[tuple[type[TypeEngine[Any]], Codec], ...] = (
    (sa.JSON, TEXT),
    (sa.DateTime, Codec(_in_utc, datetime.fromisoformat)),
    (sa.Date, Codec(date.isoformat, date.fromisoformat)),
    (sa.Time, Codec(time.isoformat, time.fromisoformat)),
    (sa.LargeBinary, Codec(lambda v: base64.b64encode(v).decode(), base64.b64decode)),
    (sa.Float, PLAIN),
    (sa.Numeric, Codec(str, Decimal)),
    (sa.Boolean, PLAIN),
    (sa.Integer, PLAIN),
    (sa.String, PLAIN),
)


def codec(kind: TypeEngine[Any]) -> Codec:
    """How values of a column of this type travel."""
    return next((codec for known, codec in CODECS if isinstance(kind, known)), TEXT)


@dataclass
class Checksum:
    """How many rows, and a sum of their hashes: the order of rows does not count, each row does."""

    json_columns: frozenset[int] = frozenset()
    rows: int = 0
    total: int = 0

    def add(self, row: list[Any]) -> None:
        """Count one row."""
        canonical = [
            _sorted(value) if index in self.json_columns else value
            for index, value in enumerate(row)
        ]
        line = json.dumps(canonical, separators=(",", ":")).encode()
        self.rows += 1
        self.total = (self.total + int.from_bytes(hashlib.sha256(line).digest())) % _SUM

    def told(self) -> dict[str, Any]:
        """For the manifest."""
        return {"rows": self.rows, "sum": f"{self.total:064x}"}


def _sorted(text: str | None) -> str | None:
    """A database may keep JSON in an order of its own."""
    return None if text is None else json.dumps(json.loads(text), sort_keys=True)


def tables(connection: sa.Connection) -> list[sa.Table]:
    """The tables that hold data, those that others refer to first.

    Neither Alembic's own nor SQLite's virtual tables (search indexes, filled by triggers).
    """
    metadata = sa.MetaData()
    metadata.reflect(connection, only=_names(connection), resolve_fks=False)
    return sorted(metadata.tables.values(), key=lambda table: table.name)


def _names(connection: sa.Connection) -> list[str]:
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        found = [
            name for name in connection.scalars(sa.text(query)) if not name.startswith("sqlite_")
        ]
    else:
        found = sa.inspect(connection).get_table_names()
    return [name for name in found if name != VERSIONS]


def columns(table: sa.Table) -> list[sa.Column[Any]]:
    """The columns whose values are kept, in the order of a line; computed ones make themselves."""
    return sorted((c for c in table.columns if c.computed is None), key=lambda c: c.name)


def checksum(table: sa.Table) -> Checksum:
    """An empty sum for a table."""
    is_json = (isinstance(c.type, sa.JSON) for c in columns(table))
    return Checksum(frozenset(index for index, yes in enumerate(is_json) if yes))


def read(connection: sa.Connection, table: sa.Table) -> Iterator[list[Any]]:
    """Every row as the values of its line, a few in memory at a time."""
    chosen = columns(table)
    codecs = [codec(column.type) for column in chosen]
    asked = [
        _text_of(connection, column) if how.as_text else column
        for column, how in zip(chosen, codecs, strict=True)
    ]
    result = connection.execute(sa.select(*asked), execution_options={"yield_per": AT_ONCE})
    encoders = [how.encode for how in codecs]
    for row in result:
        yield [
            None if value is None else encode(value)
            for encode, value in zip(encoders, row, strict=True)
        ]


def _text_of(connection: sa.Connection, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    if connection.dialect.name == "sqlite":
        return sa.type_coerce(column, sa.Text)
    return sa.cast(column, sa.Text)


def write(
    connection: sa.Connection, table: sa.Table, names: list[str], rows: Iterable[list[Any]]
) -> None:
    """Insert rows whose values are in the order of ``names``."""
    chosen = [table.c[name] for name in names]
    codecs = [codec(column.type) for column in chosen]
    asked = {
        column.name: _from_text(connection, column)
        for column, how in zip(chosen, codecs, strict=True)
        if how.as_text
    }
    statement = table.insert().values(asked) if asked else table.insert()
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(
            {
                f"text_{name}" if how.as_text else name: None
                if value is None
                else how.decode(value)
                for name, how, value in zip(names, codecs, row, strict=True)
            }
        )
        if len(batch) >= AT_ONCE:
            connection.execute(statement, batch)
            batch = []
    if batch:
        connection.execute(statement, batch)


def _from_text(connection: sa.Connection, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    given = sa.bindparam(f"text_{column.name}", type_=sa.Text)
    if connection.dialect.name == "sqlite":
        return given
    return sa.cast(given, column.type)
