"""What a table of the report is made of, for every medium. Pure.

A cell keeps its value and its unit, so that a page prints ``5 min 36 s`` where a spreadsheet keeps 336.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.reporting import formats


@dataclass(frozen=True, slots=True)
class Cell:
    """One value. ``unit``: text, calls, messages, promises, incidents, contacts, runs, seconds or share."""

    value: str | float | None
    unit: str = "text"

    def text(self, locale: str = "fr") -> str:
        """As a person reads it."""
        if isinstance(self.value, str):
            return self.value
        return _PRINTERS[self.unit](self.value, locale)


_PRINTERS: dict[str, Callable[[float | None, str], str]] = {
    "text": formats.number,
    "calls": formats.number,
    "messages": formats.number,
    "promises": formats.number,
    "incidents": formats.number,
    "runs": formats.number,
    "contacts": formats.number,
    "seconds": formats.duration,
    "share": formats.percent,
}


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, heads, rows, and perhaps a last row of totals; the first column names the row."""

    key: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[Cell, ...] | None = None

    @property
    def numeric(self) -> tuple[int, ...]:
        """Places of the columns that hold numbers, to be aligned on the right."""
        body = (*self.rows, self.foot) if self.foot else self.rows
        return tuple(
            place
            for place in range(len(self.head))
            if any(row[place].unit != "text" for row in body)
        )

    def printed(self, locale: str = "fr") -> list[list[str]]:
        """The rows without the last one of totals, as a person reads them."""
        return [[cell.text(locale) for cell in row] for row in self.rows]

    def printed_foot(self, locale: str = "fr") -> list[str] | None:
        """The row of totals, as a person reads it."""
        return [cell.text(locale) for cell in self.foot] if self.foot else None
