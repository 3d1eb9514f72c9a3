"""One write transaction, then its effects: the shape of every use case.

    with unit_of_work() as work:
        ...conditional updates...
        work.after(lambda: publish(...))

Effects (provider calls, sockets, mails) run after the commit with no database connection held;
when the block raises, everything is rolled back and no effect runs. One inside another is part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, cast

from flask import g
from sqlalchemy import CursorResult, Result
from sqlalchemy.orm import Session

from app.foundation.extensions import db


class Work:
    """The effects that wait for the commit, in order."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._effects: list[Callable[[], None]] = []

    def after(self, effect: Callable[[], None]) -> None:
        """Run ``effect`` once the transaction is committed."""
        self._effects.append(effect)

    def run_effects(self) -> None:
        """Run what waited for the commit, in order."""
        for effect in self._effects:
            effect()


class Claim(Protocol):
    """What a request writes first, in the first transaction that it commits (``app.once``)."""

    def opened(self) -> None:
        """A transaction begins: write in it."""

    def committed(self) -> None:
        """It is stored."""


CLAIM = "act"  # where a request's claim is, in ``flask.g``
_OPEN = "permanence.work"

# SQLite locks at once (``extensions``); PostgreSQL, which reads without transactions, begins one.
WRITING: dict[str, dict[str, Any]] = {
    "sqlite": {"write": True},
    "postgresql": {"write": True, "isolation_level": "READ COMMITTED"},
}


@contextmanager
def unit_of_work() -> Iterator[Work]:
    """Open a write transaction; commit at the end, or roll back and re-raise.

    Ends a read transaction that the request may have open: a snapshot taken before the lock
    would decide on old rows.
    """
    session = db.session()
    if _OPEN in session.info:
        yield session.info[_OPEN]
        return
    if session.in_transaction():
        session.commit()
    session.connection(execution_options=WRITING[session.get_bind().dialect.name])
    work = session.info[_OPEN] = Work(session)
    claim: Claim | None = g.get(CLAIM)
    try:
        if claim is not None:
            claim.opened()
        yield work
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.info[_OPEN]
    if claim is not None:
        claim.committed()
    work.run_effects()


def read_anew() -> None:
    """What is read next is what is true now: SQLite reads one snapshot until a transaction ends.

    (PostgreSQL, which reads outside transactions, looks anew at each statement.)
    """
    session = db.session()
    if session.get_bind().dialect.name == "sqlite" and session.in_transaction():
        session.commit()


def rows_changed(result: Result[Any]) -> int:
    """How many rows a conditional update changed: 0 means that somebody else was faster."""
    return cast("CursorResult[Any]", result).rowcount


def release_connection() -> None:
    """Give the request's database connection back before a slow call (provider, mail server)."""
    session = db.session()
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("uncommitted changes while calling a provider: commit first")
    if session.in_transaction():
        session.commit()
