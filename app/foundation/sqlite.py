"""How a process waits for SQLite when another one writes: aside, while others work.

SQLite's own wait (``busy_timeout``) sleeps inside the library: in a served process every caller and
every desk would stand still with it, five seconds for one command that holds the lock (a backup, an
import). So the library is told never to wait, and the statement that found the file locked is tried
again after a pause, which under gevent is the others' turn.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

PATIENCE_S = 5.0  # then the person is told that the database does not answer
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.002, 0.05
LIBRARY_WAIT_S = 0.05  # where a library waits by itself (the queue of jobs): hardly


def patiently(
    task: Callable[[], Any],
    *,
    sleep: Callable[[float], None] | None = None,
    elapsed: Callable[[], float] = time.monotonic,
) -> None:
    """Run ``task``, again while another connection holds the lock; raises what it raises after that.

    Nothing was done by a statement that found the file locked. ``sleep`` and ``elapsed`` are
    replaced in tests.
    """
    started, pause = elapsed(), FIRST_PAUSE_S
    while True:
        try:
            task()
            return
        except sqlite3.OperationalError as error:
            if not _held_by_another(error) or elapsed() - started >= PATIENCE_S:
                raise
        (sleep or time.sleep)(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)


def _held_by_another(error: sqlite3.OperationalError) -> bool:
    """Will waiting help? Not for a snapshot that is too old to write from: it stays so."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF == sqlite3.SQLITE_BUSY and code != sqlite3.SQLITE_BUSY_SNAPSHOT


def is_sqlite(connection: Any) -> bool:
    """Is this a connection of Python's own SQLite?"""
    return type(connection).__module__.split(".")[0] == "sqlite3"


@event.listens_for(Engine, "connect")
def _prepare(connection: Any, _record: Any) -> None:
    """SQLite as a server needs it: WAL (readers never wait), foreign keys, no wait of its own."""
    if not is_sqlite(connection):
        return
    connection.isolation_level = None  # we emit BEGIN ourselves, see _begin
    cursor = connection.cursor()
    for pragma in (
        "busy_timeout=0",  # see the head of this module
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "secure_delete=ON",  # what is erased is overwritten in the file too
    ):
        patiently(lambda said=f"PRAGMA {pragma}": cursor.execute(said))  # type: ignore[misc]
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin(connection: Any) -> None:
    """A transaction that will write says so first (``write=True`` execution option).

    A deferred transaction that turns writer half-way fails at once with SQLITE_BUSY when another
    one wrote meanwhile; an immediate one waits its turn.
    """
    if connection.dialect.name == "sqlite":
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@event.listens_for(Engine, "do_execute")
def _execute(cursor: Any, statement: str, values: Any, _context: Any) -> bool | None:
    """Wait for the lock as this module does; True: it is executed."""
    if not isinstance(cursor, sqlite3.Cursor):
        return None
    patiently(lambda: cursor.execute(statement, values))
    return True
