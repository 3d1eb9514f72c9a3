"""A setting that is no address is named at the start, by every command and process, without its value."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.config import load
from app.foundation.exceptions import ConfigurationError
from app.foundation.setting_addresses import KINDS, is_address, problems
from tests.fixtures.settings import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[2]
RIGHT = {
    "DATABASE_URL": ("postgresql:///permanence", "postgres://a:b@h/x", "sqlite:////srv/a.sqlite"),
    "REDIS_URL": ("redis://:secret@127.0.0.1:6379/0", "rediss://h", "unix:///run/redis.sock"),
    "SMTP_URL": ("smtp://u:p@mail.example:587", "smtps://mail.example"),
    "PUBLIC_BASE_URL": (
        "https://permanence.example.org",
        "http://localhost:5000",
        "http://[::1]:5000",
    ),
}
WRONG = (
    "localhost:6379",
    "nonsense",
    "foo://x",
    "redis:",
    "http://",
    "https://h:99999",
    "http://[::1",
)


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, all_ in RIGHT.items() for v in all_])
def test_what_is_an_address(name: str, value: str) -> None:
    assert problems({name: value}) == []


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("value", WRONG)
def test_what_is_none(name: str, value: str) -> None:
    (said,) = problems({name: value})
    assert said.startswith(f"{name} : ")
    assert value not in said.replace("://…", "")


@given(st.text(max_size=60), st.sampled_from(sorted(KINDS)))
def test_no_text_breaks_the_reading(text: str, name: str) -> None:
    assert is_address(text, KINDS[name]) in (True, False)


def test_all_are_named_at_once_and_no_demonstration_is_advised(tmp_path: Path) -> None:
    wrong = dict.fromkeys(KINDS, "nonsense")
    with pytest.raises(ConfigurationError) as refused:
        load({**ENVIRONMENT, "INSTANCE_DIR": str(tmp_path), **wrong})
    said = " ".join(refused.value.told())
    assert all(name in said for name in KINDS)
    assert "ALLOW_DEMO" not in said  # it would lift none of this


@pytest.mark.parametrize("what", ["a file in its way", "secrets that are damaged"])
def test_a_folder_that_cannot_serve_is_said(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "instance"
    if what == "a file in its way":
        folder.write_text("")
        folder = folder / "below"
    else:
        folder.mkdir()
        (folder / "secrets.json").write_text("{broken")
    with pytest.raises(ConfigurationError, match="INSTANCE_DIR"):
        load({"INSTANCE_DIR": str(folder), "PERMANENCE_ENV": ""})


def test_a_database_that_is_down_is_said_by_the_migrations_too(tmp_path: Path) -> None:
    environment = {
        **ENVIRONMENT,
        "PATH": os.environ["PATH"],
        "INSTANCE_DIR": str(tmp_path / "instance"),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
    }
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app.factory", "db", "upgrade"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "La base de données n'a pas pu être lue" in done.stderr
    assert "Traceback" not in done.stderr
