"""What the demo Portal remembers: a small SQLite file, so that a restart loses nothing.

Passwords are kept as salted hashes; tokens of links and of sessions as SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = "demo-portal.sqlite"
SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (
    reference TEXT PRIMARY KEY, mail TEXT NOT NULL DEFAULT '', enrolled INTEGER NOT NULL DEFAULT 1,
    password TEXT NOT NULL DEFAULT '', identifier TEXT NOT NULL DEFAULT '', failures INTEGER NOT NULL DEFAULT 0,
    fields TEXT NOT NULL DEFAULT '{}', deposited_at TEXT, last_link TEXT);
CREATE TABLE IF NOT EXISTS demandes (
    number TEXT PRIMARY KEY, reference TEXT NOT NULL, fields TEXT NOT NULL DEFAULT '{}', deposited_at TEXT);
CREATE TABLE IF NOT EXISTS links (
    token TEXT PRIMARY KEY, reference TEXT NOT NULL, link TEXT, purpose TEXT NOT NULL, expires_at TEXT NOT NULL,
    dead INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS slots (
    reference TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'grey', name TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (reference, kind));
CREATE TABLE IF NOT EXISTS sessions (token TEXT PRIMARY KEY, reference TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY, body TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, next_at REAL NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, status INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS switches (name TEXT PRIMARY KEY, is_on INTEGER NOT NULL);
"""
SWITCHES = ("error", "outage", "fields_vanish")


def hashed(token: str) -> str:
    """What the file knows of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


class State:
    """The file. Each use is one transaction: all of it, or nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = False

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """One transaction."""
        self._folder.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._folder / FILE, timeout=5, isolation_level=None)
        connection.row_factory = sqlite3.Row
        try:
            if not self._made:
                connection.executescript(f"PRAGMA journal_mode=WAL;{SCHEMA}")
                self._made = True
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        finally:
            connection.close()

    def is_on(self, name: str) -> bool:
        """Is this switch of the operator's on?"""
        with self.open() as db:
            row = db.execute("SELECT is_on FROM switches WHERE name = ?", (name,)).fetchone()
        return bool(row and row["is_on"])


def account(db: sqlite3.Connection, reference: str) -> sqlite3.Row | None:
    """The account of a reference."""
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM accounts WHERE reference = ?", (reference,)
    ).fetchone()
    return row


@dataclass(frozen=True)
class Demande:
    """One demande of an account. ``number``: its own; the one of the training centre is the account's reference.

    ``beside``: opened by « déposer » next to it. ``deposited_at`` is empty while it is a draft.
    """

    number: str
    reference: str
    fields: dict[str, str]
    deposited_at: str
    beside: bool


def demandes(db: sqlite3.Connection, mine: sqlite3.Row) -> list[Demande]:
    """All the demandes of an account, the training centre's first."""
    beside = rows(
        db, "SELECT * FROM demandes WHERE reference = ? ORDER BY rowid", mine["reference"]
    )
    return [_demande(mine["reference"], mine, beside=False)] + [
        _demande(row["number"], row, beside=True) for row in beside
    ]


def demande(db: sqlite3.Connection, mine: sqlite3.Row, number: str) -> Demande | None:
    """One of them by its number; the training centre's when none is named."""
    wanted = number or mine["reference"]
    return next((each for each in demandes(db, mine) if each.number == wanted), None)


def _demande(number: str, row: sqlite3.Row, *, beside: bool) -> Demande:
    fields: dict[str, str] = json.loads(row["fields"])
    return Demande(number, row["reference"], fields, row["deposited_at"] or "", beside)


def rows(db: sqlite3.Connection, query: str, *values: Any) -> list[sqlite3.Row]:
    """All rows of a query."""
    return list(db.execute(query, values).fetchall())
