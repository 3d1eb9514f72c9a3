"""What is wrong with the database, from the error that it gave: a word that an operator can act upon.

A page of a table that is damaged, or a disk that is full elsewhere than under our folder, shows to whoever
meets it and to nobody else: it is noted, so that ``/health/ready`` names it too.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

KEY = "permanence.database_trouble"
NOTED_FOR_S = 300.0
TO_BE_NOTED = ("corrupted", "full")

# https://www.sqlite.org/rescode.html, and PostgreSQL's classes (errcodes-appendix).
_SQLITE = {
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_CORRUPT: "corrupted",
    sqlite3.SQLITE_NOTADB: "corrupted",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_CANTOPEN: "closed to us",  # its folder is gone, or not ours to write in
}
_POSTGRESQL = {
    "25006": "read-only",
    "53100": "full",
    "XX001": "corrupted",
    "XX002": "corrupted",
}


def kind_of(error: SQLAlchemyError) -> str:
    """« read-only », « corrupted », « full », « locked », « closed to us », else « down »."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF, "down")
    return _POSTGRESQL.get(getattr(cause, "sqlstate", None) or "", "down")


class Notes:
    """What this process met lately."""

    def __init__(self, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._elapsed = elapsed
        self._met: tuple[str, float] | None = None

    def note(self, error: SQLAlchemyError) -> None:
        """Remember an error that says more than that somebody must wait."""
        kind = kind_of(error)
        if kind in TO_BE_NOTED:
            self._met = (kind, self._elapsed())

    def lately(self) -> str | None:
        """What was met in the last minutes."""
        if self._met is None or self._elapsed() - self._met[1] > NOTED_FOR_S:
            return None
        return self._met[0]
