"""The keys of what is encrypted in the database: made, changed, checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Text, select, tuple_, type_coerce, update

from app.accounts import journal
from app.foundation import own_secrets
from app.foundation.database.sealed import Keyring, Sealed, WrongKey, keyring
from app.foundation.database.unit_of_work import rows_changed, unit_of_work
from app.foundation.extensions import db

BATCH = 500  # rows a transaction: nobody waits long for a lock


@dataclass(frozen=True)
class Turned:
    """What a rotation found in one column. ``closed``: values that no key opens."""

    column: str
    current: int = 0
    turned: int = 0
    closed: int = 0


def new() -> str:
    """A key for ENCRYPTION_KEYS."""
    return own_secrets.encryption_key()


def sealed_columns() -> list[Column[str]]:
    """Every column of the database that is encrypted, in a stable order."""
    return [
        column
        for table in db.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Sealed)
    ]


def rotate(*, now: datetime, dry_run: bool) -> list[Turned]:
    """Seal again, with the newest key, what an older one had sealed; column by column.

    Rows go in small transactions: it may run while people work, be interrupted, and be run again. A
    value that no key opens is counted and left as it is; nothing is lost, and its key may come back.
    """
    found = [_rotate_column(column, dry_run) for column in sealed_columns()]
    if not dry_run and any(each.turned for each in found):
        with unit_of_work():
            detail = {each.column: each.turned for each in found}
            journal.record("rotate_keys", "keys:all", agent_id=None, now=now, detail=detail)
    return found


def closed_values() -> dict[str, int]:
    """How many values of each column no key of this installation opens; only columns with some."""
    counts = {each.column: each.closed for each in map(_look, sealed_columns())}
    return {name: count for name, count in counts.items() if count}


def _look(column: Column[str]) -> Turned:
    return _rotate_column(column, dry_run=True)


def _rotate_column(column: Column[str], dry_run: bool) -> Turned:
    ring, current, turned, closed = keyring(), 0, 0, 0
    for batch in _batches(column):
        changes = []
        for key, token in batch:
            fresh = _again(ring, token)
            current += fresh == token
            closed += fresh is None
            if fresh not in (token, None):
                changes.append((key, token, fresh))
        turned += len(changes) if dry_run else _write(column, changes)
    return Turned(f"{column.table.name}.{column.name}", current, turned, closed)


def _again(ring: Keyring, token: str) -> str | None:
    """The token made with the newest key: itself when it is; None when no key opens it."""
    if ring.is_newest(token):
        return token
    try:
        return ring.seal(ring.open(token))
    except WrongKey:
        return None


def _batches(column: Column[str]) -> Iterator[list[tuple[tuple[object, ...], str]]]:
    """The keys and tokens of a column, a batch at a time, in the order of the primary key."""
    primary = list(column.table.primary_key)
    after: tuple[object, ...] | None = None
    while True:
        query = (select(*primary, type_coerce(column, Text)).where(column.is_not(None))).order_by(
            *primary
        )
        if after is not None:
            query = query.where(tuple_(*primary) > after)
        rows = db.session.execute(query.limit(BATCH)).all()
        db.session.commit()
        if not rows:
            return
        yield [(tuple(row[:-1]), row[-1]) for row in rows]
        after = tuple(rows[-1][:-1])


def _write(column: Column[str], changes: list[tuple[tuple[object, ...], str, str]]) -> int:
    """Replace tokens that are still the ones read: what somebody changed meanwhile is newest already."""
    primary = list(column.table.primary_key)
    written = 0
    with unit_of_work():
        for key, token, fresh in changes:
            result = db.session.execute(
                update(column.table)
                .where(tuple_(*primary) == key, type_coerce(column, Text) == token)
                .values({column.name: type_coerce(fresh, Text)})
            )
            written += rows_changed(result)
    return written
