"""The journal is append-only in the database itself, and a change shows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.accounts import journal, journal_check
from app.administration.routes import LINES_SHOWN
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.operations import jobs
from tests.fixtures.application import Login
from tests.rows_read import rows_read

NOW = datetime(2026, 6, 22, 14, tzinfo=UTC)


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
    assert journal_check.first_break() is None


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
    assert journal_check.first_break() is None
    assert db.session.scalar(text("SELECT count(*) FROM journal")) == 3


GUARDS = {
    "sqlite": [f"DROP TRIGGER journal_no_{act}" for act in ("UPDATE", "DELETE")],
    "postgresql": ["DROP TRIGGER journal_append_only ON journal"],
}


def tamper(sql: str) -> None:
    """Change the journal as somebody would who may change the schema."""
    with unit_of_work():
        for drop in GUARDS[db.engine.dialect.name]:
            db.session.execute(text(drop))
        db.session.execute(text(sql))


def test_only_new_lines_are_verified_and_the_page_says_how_far(app: Flask, login: Login) -> None:
    manager = login("manager")
    assert "Pas encore vérifié" in manager.get("/admin").text
    write(5)
    assert journal_check.check_new(now=NOW) is None
    write(3)
    with rows_read() as reads:
        assert journal_check.check_new(now=NOW) is None
    assert [read.rows for read in reads if "journal.previous_hash" in read.statement] == [3]
    newest = db.session.scalar(text("SELECT max(id) FROM journal"))
    assert (
        f"Vérifié jusqu’à la ligne {newest}, le 22 juin 2026, 16:00." in manager.get("/admin").text
    )
    assert "la nuit prochaine" in manager.get("/admin").text
    journal_check.check_all(now=NOW)
    assert "En entier, depuis la première ligne : le 22 juin 2026" in manager.get("/admin").text


def test_a_page_verifies_nothing(app: Flask, login: Login) -> None:
    manager = login("manager")
    write(60)
    with rows_read() as reads:
        assert manager.get("/admin").status_code == 200
    read = [read.rows for read in reads if "journal.previous_hash" in read.statement]
    assert sum(read) == LINES_SHOWN


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ("UPDATE journal SET subject = 'dossier:9' WHERE id = 2", 2),
        ("DELETE FROM journal WHERE id = 3", 4),
        ("UPDATE journal SET hash = 'x' WHERE id = 6", 6),
    ],
)
def test_what_was_changed_before_the_mark_is_found_at_night(
    app: Flask, login: Login, changed: str, line: int
) -> None:
    write(6)
    journal_check.check_new(now=NOW)
    journal_check.check_all(now=NOW)
    tamper(changed)
    if line < 6:  # the last line that was verified is looked at each minute
        assert journal_check.check_new(now=NOW) is None
    jobs.nightly()
    assert journal_check.verified().broken == line
    page = login("manager").get("/admin").text
    assert f"Journal rompu à la ligne {line}" in page
    assert f"permanence_journal_broken_line {line}.0" in app.test_client().get("/metrics").text


def test_what_was_changed_after_the_mark_is_found_within_the_minute(app: Flask) -> None:
    write(3)
    journal_check.check_new(now=NOW)
    write(3)
    tamper("UPDATE journal SET subject = 'dossier:9' WHERE id = 5")
    jobs.each_minute()
    assert journal_check.verified().broken == 5
    assert journal_check.verified().line == 4


@pytest.mark.parametrize("again", [0, 3])
def test_an_end_that_was_cut_off_is_found_within_the_minute(app: Flask, again: int) -> None:
    """Also when new lines took the numbers of those that were cut off."""
    write(6)
    journal_check.check_new(now=NOW)
    tamper("DELETE FROM journal WHERE id > 4")
    write(again)
    assert journal_check.first_break() is None  # the rest holds by itself
    assert journal_check.check_new(now=NOW) == 6
    assert journal_check.check_all(now=NOW) == 6


def test_the_whole_is_verified_in_slices(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_check, "SLICE", 4)
    write(10)
    pauses: list[None] = []
    with rows_read() as reads:
        journal_check.check_all(now=NOW, pause=lambda: pauses.append(None))
    assert [read.rows for read in reads if "journal.previous_hash" in read.statement] == [4, 4, 2]
    assert len(pauses) == 2


def test_who_is_behind_does_not_take_the_mark_back(app: Flask) -> None:
    write(4)
    behind = journal_check._mark(journal_check.Walk.NEWEST)
    journal_check.check_new(now=NOW)
    journal_check._keep(journal_check.Walk.NEWEST, behind, None, NOW)
    assert journal_check.verified().line == 4
