"""Lists that grow with the years, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, inspect, literal, select

from app.foundation.extensions import db

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page: its rows, how many there are in all, which page it is (from 1), rows a page."""

    items: Sequence[T]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // self.size))


def page(
    query: Select[*tuple[Any, ...]], number: int, size: int, *, whole_rows: bool = False
) -> Page[Any]:
    """A page of what ``query`` selects, in its own order; the last one when there are fewer.

    ``whole_rows``: each item is a row of all that is selected, not its first column alone.
    """
    total = how_many(query)
    number = min(max(1, number), max(1, -(-total // size)))
    found = db.session.execute(query.limit(size).offset((number - 1) * size))
    items: Sequence[Any] = found.all() if whole_rows else found.scalars().all()
    return Page(items, total, number, size)


def how_many(query: Select[*tuple[Any, ...]]) -> int:
    """How many rows a query finds, without reading them."""
    entity = query.column_descriptions[0]["entity"]
    column = literal(1) if entity is None else inspect(entity).primary_key[0]  # what joins begin at
    bare = query.order_by(None).with_only_columns(column)
    return db.session.scalar(select(func.count()).select_from(bare.subquery())) or 0
