"""How many rows the database gave, question by question: what grows with history must not be in a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.engine.cursor import CursorFetchStrategy


@dataclass
class Read:
    """Rows that one question gave."""

    statement: str
    rows: int


@contextmanager
def rows_read() -> Iterator[list[Read]]:
    """The reads made inside the block, in order; several for a question that is fetched in parts."""
    reads: list[Read] = []
    fetch = {
        name: getattr(CursorFetchStrategy, name) for name in ("fetchone", "fetchmany", "fetchall")
    }

    def noted(name: str) -> Any:
        def run(self: Any, result: Any, cursor: Any, *words: Any) -> Any:
            found = fetch[name](self, result, cursor, *words)
            count = len(found) if name != "fetchone" else int(found is not None)
            reads.append(Read(str(result.context.statement), count))
            return found

        return run

    with pytest.MonkeyPatch.context() as patch:
        for name in fetch:
            patch.setattr(CursorFetchStrategy, name, noted(name))
        yield reads


def total(reads: list[Read]) -> int:
    """Rows in all."""
    return sum(read.rows for read in reads)
