"""An error of the database becomes a word that an operator can act upon."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from app.foundation.database.trouble import NOTED_FOR_S, Notes, kind_of


def test_what_was_met_is_forgotten_once_it_is_over() -> None:
    now = 0.0
    notes = Notes(elapsed=lambda: now)
    notes.note(DatabaseError("SELECT", {}, Exception("?")))
    assert notes.lately() is None  # says nothing of the database
    cause = sqlite3.OperationalError("database or disk is full")
    cause.sqlite_errorcode = sqlite3.SQLITE_FULL  # type: ignore[misc]
    notes.note(DatabaseError("INSERT", {}, cause))
    assert notes.lately() == "full"
    now = NOTED_FOR_S + 1
    assert notes.lately() is None


@pytest.mark.parametrize(
    ("state", "word"),
    [("53100", "full"), ("25006", "read-only"), ("XX001", "corrupted"), ("57P01", "down")],
)
def test_postgresqls_own_words(state: str, word: str) -> None:
    cause = Exception("?")
    cause.sqlstate = state  # type: ignore[attr-defined]
    assert kind_of(DatabaseError("SELECT", {}, cause)) == word


ROOT = Path(__file__).resolve().parents[3]
READY = """
import os, sys
from app.factory import create_app
from tests.fakes import fake_ports
from tests.fixtures.settings import make_settings
client = create_app(make_settings(database_url=sys.argv[1]), fake_ports()).test_client()
client.get("/health/live")
if os.geteuid() == 0:
    os.setgroups([])
    os.setuid(65534)  # nobody: for root no file is closed
print(client.get("/health/ready").get_data(as_text=True))
"""


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_read_only_sqlite_is_named(sqlite_url: str, tmp_path: Path, what: str) -> None:
    """Its file, or the folder where it writes its journal."""
    place = Path(tempfile.mkdtemp(prefix="permanence-"))  # others may come in, unlike in tmp_path
    try:
        file = place / "p.sqlite"
        shutil.copyfile(tmp_path / "permanence.sqlite", file)
        file.chmod(0o666 if what == "folder" else 0o444)
        place.chmod(0o555 if what == "folder" else 0o777)
        done = subprocess.run(
            [sys.executable, "-c", READY, f"sqlite:///{file}"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        found = json.loads(done.stdout or "{}")
        assert found.get("database") in ("read-only", "closed to us"), done.stdout + done.stderr
    finally:
        place.chmod(0o777)
        shutil.rmtree(place)
