"""Another process holds SQLite's lock: whoever must write waits aside, and the rest is served."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from app.foundation import sqlite
from app.operations.jobs import make_queue
from tests.fixtures.settings import make_settings
from tests.fixtures.waits import served

WRITES = {"write": True}


def locked(file: Path) -> sqlite3.Connection:
    """Another connection to the file, which holds its lock."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("CREATE TABLE IF NOT EXISTS words (word text)")
    other.execute("BEGIN IMMEDIATE")
    return other


def test_a_writer_waits_by_pauses_and_then_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = locked(tmp_path / "db.sqlite")
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            other.execute("COMMIT")

    monkeypatch.setattr(sqlite.time, "sleep", sleep)
    engine = create_engine(f"sqlite:///{tmp_path}/db.sqlite")
    with engine.connect().execution_options(**WRITES) as connection:
        connection.execute(text("INSERT INTO words VALUES ('kept')"))
        connection.commit()
        assert connection.scalar(text("PRAGMA busy_timeout")) == 0
    assert other.execute("SELECT word FROM words").fetchall() == [("kept",)]
    assert pauses == [0.002, 0.004, 0.008]


def test_who_has_waited_long_enough_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = locked(tmp_path / "db.sqlite")
    waited = [0.0]
    monkeypatch.setattr(
        sqlite.time, "sleep", lambda pause: waited.__setitem__(0, waited[0] + pause)
    )
    task = lambda: other.cursor().connection.execute("BEGIN")  # noqa: E731 - inside one already
    with pytest.raises(sqlite3.OperationalError):
        sqlite.patiently(task)
    assert waited == [0.0]  # another failure is no matter of waiting

    mine = sqlite3.connect(tmp_path / "db.sqlite", isolation_level=None, timeout=0)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        sqlite.patiently(lambda: mine.execute("BEGIN IMMEDIATE"), elapsed=lambda: waited[0])
    assert sqlite.PATIENCE_S <= waited[0] < sqlite.PATIENCE_S + 2 * sqlite.LONGEST_PAUSE_S


def test_a_snapshot_too_old_to_write_from_fails_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = locked(tmp_path / "db.sqlite")
    monkeypatch.setattr(sqlite.time, "sleep", lambda _pause: pytest.fail("it would stay so"))
    engine = create_engine(f"sqlite:///{tmp_path}/db.sqlite")
    with engine.connect() as connection:
        connection.execute(text("SELECT * FROM words"))
        other.execute("INSERT INTO words VALUES ('theirs')")
        other.execute("COMMIT")
        with pytest.raises(OperationalError):
            connection.execute(
                text("INSERT INTO words VALUES ('mine')"), execution_options={"write": True}
            )


def test_the_queue_of_jobs_hardly_waits_either(tmp_path: Path) -> None:
    queue = make_queue(make_settings(database_url="sqlite://", instance_dir=tmp_path))
    assert queue.storage._timeout == sqlite.LIBRARY_WAIT_S


def test_others_are_served_while_one_waits(tmp_path: Path) -> None:
    """As a served process: gevent has patched, and another process holds the lock meanwhile."""
    locked(tmp_path / "db.sqlite").close()
    said = served(
        """
        from sqlalchemy import create_engine, text
        import app.foundation.sqlite
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLD, sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        holder.stdout.readline()
        engine = create_engine(f"sqlite:///{sys.argv[1]}")
        def write():
            with engine.connect().execution_options(write=True) as connection:
                connection.execute(text("INSERT INTO words VALUES ('kept')"))
                connection.commit()
        writing = gevent.spawn(write)
        with heartbeat() as beats:
            while len(beats) < 10 and not writing.ready():
                gevent.sleep(0.01)
            print("still waiting" if not writing.ready() else "gave up")
            holder.stdin.close()
            writing.get(timeout=30)
        print("written")
        """,
        str(tmp_path / "db.sqlite"),
        HOLD="import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
        'c.execute("BEGIN IMMEDIATE"); print("held", flush=True); sys.stdin.read(); c.execute("COMMIT")',
    )
    assert said.split("\n") == ["still waiting", "written"]
