"""Column types shared by every feature's models."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Enum, Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC.

    SQLite forgets time zones, so they are put back when read. A naive datetime is refused when
    written: it would be a day wrong one night a year.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Any) -> datetime | None:
        """To the database: in UTC; a naive value raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: pass an aware instant (app.foundation.clock)")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Any) -> datetime | None:
        """From the database: aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def choice(values: type[StrEnum], name: str) -> Enum:
    """A closed list of values, stored as text and checked by the database itself.

    Not a native enum type: adding a value is then the same migration on both databases.
    ``name`` names the constraint.
    """
    return Enum(
        values,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=48,
        values_callable=lambda members: [member.value for member in members],
    )


class Seconds(FunctionElement[float]):
    """``Seconds(earlier, later)``: the seconds between two instants, NULL when one is missing."""

    inherit_cache = True
    type = Float()


@compiles(Seconds)
def _seconds(element: Any, compiler: Any, **kw: Any) -> str:
    earlier, later = (compiler.process(each, **kw) for each in element.clauses)
    return f"EXTRACT(EPOCH FROM {later} - {earlier})"


@compiles(Seconds, "sqlite")
def _seconds_in_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    earlier, later = (compiler.process(each, **kw) for each in element.clauses)
    return f"(julianday({later}) - julianday({earlier})) * 86400.0"
