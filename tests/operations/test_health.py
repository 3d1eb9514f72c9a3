"""What a supervisor asks: the process lives, it can serve, and the line in figures."""

from __future__ import annotations

import dataclasses
import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, insert, text
from sqlalchemy.exc import DatabaseError, OperationalError

from app.accounts.models import Agent
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.operations import readiness
from app.queue import deadlines
from app.queue.models import Beat


@pytest.fixture
def sqlite_app(app: Flask) -> Flask:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("of SQLite")
    return app


@pytest.fixture
def postgres_app(app: Flask) -> Flask:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("of PostgreSQL")
    return app


@pytest.fixture(autouse=True)
def ticker(app: Flask) -> None:
    """Somebody ticks."""
    readiness.beat(clock.now())


def ready(app: Flask) -> tuple[int, dict[str, str]]:
    answer = app.test_client().get("/health/ready")
    return answer.status_code, answer.json


def test_alive_and_ready(app: Flask) -> None:
    assert app.test_client().get("/health/live").json == {"status": "ok"}
    assert ready(app) == (200, {"status": "ok", "database": "up"})


def test_the_line_in_figures_without_anybodys_name(
    app: Flask, create_agent: Callable[..., Agent]
) -> None:
    create_agent("front", state="available", display_name="Inès")
    create_agent("manager", state="available")
    shown = app.test_client().get("/metrics").text
    assert 'permanence_agents{state="available"} 1.0' in shown
    assert 'permanence_calls{state="waiting"} 0.0' in shown
    assert "Inès" not in shown


def test_a_late_worker_is_named_and_people_are_served(app: Flask) -> None:
    with unit_of_work():
        deadlines.set_deadline("ring", clock.now() - timedelta(minutes=5))
    assert ready(app) == (200, {"status": "degraded", "database": "up", "worker": "late"})


@pytest.mark.parametrize(
    ("ago", "word"), [(timedelta(minutes=1), "silent"), (None, "never seen")], ids=str
)
def test_a_dead_ticker_is_named_although_nothing_is_due(
    app: Flask, ago: timedelta | None, word: str
) -> None:
    with unit_of_work():
        if ago is None:
            db.session.execute(delete(Beat))
        else:
            readiness.beat(clock.now() - ago)
    assert ready(app) == (200, {"status": "degraded", "database": "up", "worker": word})


def test_redis_that_is_down_is_named_and_people_are_served(app: Flask) -> None:
    settings = app.extensions["permanence.settings"]
    app.extensions["permanence.settings"] = dataclasses.replace(
        settings,
        redis_url="redis://127.0.0.1:9/0",  # the discard port: nobody answers
    )
    assert ready(app) == (200, {"status": "degraded", "database": "up", "redis": "down"})


# --- the database --------------------------------------------------------------------------------


def test_a_read_only_postgresql_is_named(postgres_app: Flask) -> None:
    name = db.engine.url.database
    with db.engine.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    db.session.remove()
    db.engine.dispose()
    try:
        assert ready(postgres_app) == (503, {"status": "unavailable", "database": "read-only"})
    finally:
        with db.engine.connect() as connection:
            connection.execute(text("SET default_transaction_read_only = off"))
            connection.execute(text(f"ALTER DATABASE {name} RESET default_transaction_read_only"))
        db.engine.dispose()


@pytest.mark.parametrize("how", ["no database at all", "a page of it"])
def test_a_corrupted_sqlite_is_named(sqlite_app: Flask, tmp_path: Path, how: str) -> None:
    file = tmp_path / "permanence.sqlite"
    db.session.remove()
    with db.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        root = connection.scalar(
            text("SELECT rootpage FROM sqlite_master WHERE name = 'dossiers' AND type = 'table'")
        )
        size = connection.scalar(text("PRAGMA page_size"))
    db.engine.dispose()
    content = bytearray(file.read_bytes())
    start = 0 if how == "no database at all" else (root - 1) * size
    content[start : start + size] = b"\xff" * size
    file.write_bytes(content)
    if how == "a page of it":
        # Nobody reads the whole file to answer: who meets the damage tells.
        assert ready(sqlite_app)[1]["database"] == "up"
        with sqlite_app.test_request_context("/dossiers"):
            assert sqlite_app.handle_user_exception(damage())[1] == 503
    assert ready(sqlite_app) == (503, {"status": "unavailable", "database": "corrupted"})


def damage() -> DatabaseError:
    """What is met in the damaged table."""
    with pytest.raises(DatabaseError) as met:
        db.session.execute(text("SELECT * FROM dossiers"))
    db.session.rollback()
    return met.value


# --- the disk ------------------------------------------------------------------------------------


def test_a_disk_with_too_little_room_is_named(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "LEAST_ROOM", 1 << 62)
    assert ready(app) == (503, {"status": "unavailable", "database": "up", "disk": "full"})


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of sixty megabytes; skipped where nobody may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk may be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_real_disk_that_fills_up_or_is_read_only(app: Flask, small_disk: Path) -> None:
    settings = app.extensions["permanence.settings"]
    app.extensions["permanence.settings"] = dataclasses.replace(settings, instance_dir=small_disk)
    assert ready(app) == (200, {"status": "ok", "database": "up"})
    (small_disk / "filler").write_bytes(b"x" * 30_000_000)
    assert ready(app)[1]["disk"] == "full"
    (small_disk / "filler").unlink()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert ready(app) == (503, {"status": "unavailable", "database": "up", "disk": "read-only"})


def test_a_full_sqlite_is_named_by_whoever_meets_it(sqlite_app: Flask) -> None:
    """The database's own disk may be another than that of our folder."""
    pages = db.session.scalar(text("PRAGMA page_count"))
    db.session.execute(text(f"PRAGMA max_page_count = {pages}"))
    db.session.rollback()
    rows = [{"name": f"{number}", "at": clock.now()} for number in range(2000)]
    with pytest.raises(OperationalError) as met, unit_of_work():
        db.session.execute(insert(Beat), rows)
    with sqlite_app.test_request_context("/"):
        sqlite_app.handle_user_exception(met.value)
    assert ready(sqlite_app) == (503, {"status": "unavailable", "database": "full"})
