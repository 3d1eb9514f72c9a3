"""What a table that somebody sends looks like, and what a line of it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from app.foundation.exceptions import InvalidInput

Column = str | int  # its title, or its place (from 1)

LINES_AT_ONCE = 2000


class Layout(Protocol):
    """Where each thing is in a file. "" is found out: the separator, the encoding, the sheet (the first)."""

    @property
    def columns(self) -> Mapping[str, Column]:
        """Our names, and the column of each."""

    @property
    def separator(self) -> str:
        """One sign."""

    @property
    def encoding(self) -> str:
        """A name that Python knows."""

    @property
    def header(self) -> bool:
        """Has the first line the titles?"""

    @property
    def skip(self) -> int:
        """How many lines come before."""

    @property
    def sheet(self) -> str:
        """Of a workbook."""


@dataclass(frozen=True)
class Row:
    """One line: its number in the file, its cells by our names, and itself as it was written.

    ``wrong``: it could not be cut into cells, and why.
    """

    number: int
    cells: Mapping[str, str] = field(default_factory=dict)
    raw: str = ""
    wrong: str = ""
    empty: bool = False


@dataclass(frozen=True)
class Table:
    """A file ready to be read: its titles as written ("" without), and how to write one like it."""

    titles: str
    separator: str
    encoding: str
    blocks: Iterator[Sequence[Row]]


def refused(sentence: str, path: Path) -> InvalidInput:
    """The refusal of a whole file, which it names."""
    return InvalidInput(sentence, kept="Rien n'a été importé.", file=path.name)
