"""What writes beside a unit of work is refused by the engine, on both databases."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update

from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.foundation.writes import WriteOutside, writes
from app.lines.models import Line

ROW = {"name": "Une ligne", "number": "+33199000199", "mode": "open"}


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ("SELECT 1", False),
        ("  select * from updates", False),
        ("WITH a AS (SELECT 1) SELECT * FROM a", False),
        ("WITH a AS (UPDATE t SET x = 1 RETURNING id) SELECT * FROM a", True),
        ("with a as (insert into t values (1)) select 1", True),
        ("WITH a AS\n(\n UPDATE t SET x = 1)\nSELECT 1", True),
        ("WITH a AS (SELECT 1) DELETE FROM t", True),
        ("WITH a AS (SELECT 1) \nINSERT INTO t SELECT 1", True),
        ("WITH a AS (SELECT id FROM t FOR UPDATE SKIP LOCKED) SELECT 1", False),
        ("WITH a AS (SELECT last_update AS x FROM t) SELECT x FROM a", False),
        ("INSERT INTO t VALUES (1)", True),
        ("\n  update t set x = 1", True),
        ("DELETE FROM t", True),
        ("REPLACE INTO t VALUES (1)", True),
        ("PRAGMA journal_mode", False),
        ("CREATE TABLE t (x int)", False),
    ],
)
def test_what_writes_is_known_by_its_words(statement: str, verdict: bool) -> None:
    assert writes(statement) is verdict


@pytest.mark.parametrize(
    "statement",
    [
        insert(Line).values(ROW),
        update(Line).values(mode="open"),
        delete(Line),
        text("UPDATE lines SET mode = 'open'"),
        text("DELETE FROM lines"),
    ],
    ids=["insert", "update", "delete", "by hand", "deleted by hand"],
)
def test_a_write_beside_a_unit_of_work_is_refused(app: Flask, statement: object) -> None:
    with app.app_context():  # as a request has: a session of its own
        with pytest.raises(WriteOutside):
            db.session.execute(statement)  # type: ignore[call-overload]
        db.session.rollback()


def test_a_row_added_and_committed_beside_is_refused_too(app: Flask) -> None:
    with app.app_context():
        db.session.add(Line(**ROW))
        with pytest.raises(WriteOutside):
            db.session.commit()
        db.session.rollback()
        assert not db.session.scalars(select(Line)).all()


def test_inside_it_is_kept(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        db.session.execute(update(Line).values(mode="open"))
