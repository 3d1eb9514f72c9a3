"""The journal is append-only in the database itself, and a change shows."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app import clock
from app.accounts import journal
from app.extensions import db
from app.unit_of_work import unit_of_work


def write(count: int = 3) -> None:
    for number in range(count):
        with unit_of_work():
            journal.record("reveal_nir", f"dossier:{number}", agent_id=1, now=clock.now())


@pytest.mark.parametrize("sql", ["UPDATE journal SET act = 'x'", "DELETE FROM journal"])
def test_the_database_refuses_to_change_the_journal(app: Flask, sql: str) -> None:
    write()
    with pytest.raises(DBAPIError, match="append-only"), unit_of_work():
        db.session.execute(text(sql))
    db.session.rollback()
    assert journal.first_break() is None


COLUMNS = "id, at, agent_id, act, subject, detail, previous_hash, hash"
FORGED = "'reveal_nir', 'dossier:9', '{}'"
ANEW = {
    "id": f"SELECT id, at, agent_id, {FORGED}, 'p', 'h' FROM journal WHERE id = 2",
    "hash": f"SELECT 900, at, agent_id, {FORGED}, 'p', hash FROM journal WHERE id = 2",
    "previous_hash": f"SELECT 900, at, agent_id, {FORGED}, previous_hash, 'h' FROM journal WHERE id = 2",
}
WAYS = {
    "sqlite": (
        *(f"INSERT OR REPLACE INTO journal ({COLUMNS}) {rows}" for rows in ANEW.values()),
        "UPDATE OR REPLACE journal SET id = 1 WHERE id = 2",
        "REPLACE INTO journal SELECT * FROM journal",
    ),
    "postgresql": ("TRUNCATE journal", "TRUNCATE journal RESTART IDENTITY CASCADE"),
}
UPSERTS = tuple(
    f"INSERT INTO journal ({COLUMNS}) {rows} AND true ON CONFLICT ({key}) DO UPDATE SET act = 'x'"
    for key, rows in ANEW.items()
)


def test_no_way_of_either_database_changes_a_line(app: Flask) -> None:
    write()
    for sql in (*WAYS[db.engine.dialect.name], *UPSERTS):
        with pytest.raises(DBAPIError, match="append-only"), unit_of_work():
            db.session.execute(text(sql))
        db.session.rollback()
    assert journal.first_break() is None
    assert db.session.scalar(text("SELECT count(*) FROM journal")) == 3


def test_a_line_changed_behind_the_guard_breaks_the_chain(app: Flask) -> None:
    write()
    drop = {
        "sqlite": "DROP TRIGGER journal_no_UPDATE",
        "postgresql": "DROP TRIGGER journal_append_only ON journal",
    }[db.engine.dialect.name]
    with unit_of_work():
        db.session.execute(text(drop))
        db.session.execute(text("UPDATE journal SET subject = 'dossier:9' WHERE id = 2"))
    assert journal.first_break() == 2
    # A page looks at the newest lines alone, chained to the one before them.
    assert journal.first_break(newest=10_000) == 2
    write(3)
    assert journal.first_break(newest=3) is None
    assert journal.first_break(newest=10_000) == 2
