"""An unsafe production does not start in silence: all is named at once, at every start."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from app.accounts import staff
from app.demo import accounts as demo_accounts
from app.foundation import clock
from app.foundation.config import Settings, load
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import ConfigurationError
from app.foundation.extensions import db
from app.foundation.own_secrets import encryption_key
from app.web import hosts
from tests.fixtures.application import CreateAgent

ROOT = Path(__file__).resolve().parents[2]
SAFE = {
    "SECRET_KEY": "q9X2mPz7Lr4TbVn8KcWf3Hs6JdYg5Ea1RuQo0Ix",
    "ENCRYPTION_KEYS": encryption_key(),
    "DATABASE_URL": "postgresql://permanence@127.0.0.1/permanence",
    "REDIS_URL": "redis://:secret@127.0.0.1:6379/0",
    "PUBLIC_BASE_URL": "https://permanence.example.org",
    "SMTP_URL": "smtp://user:word@smtp.example.org:587",
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "2" * 32,
    "TWILIO_API_KEY": "SK" + "3" * 32,
    "TWILIO_API_SECRET": "4" * 32,
    "TWILIO_TWIML_APP_SID": "AP" + "5" * 32,
    "PERMANENCE_ENV": "",
}


def started(tmp_path: Path, **changes: str) -> Settings:
    return load({**SAFE, "INSTANCE_DIR": str(tmp_path), **changes})


def test_a_safe_production_starts(tmp_path: Path) -> None:
    assert not started(tmp_path).embedded_carrier


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SMTP_URL": ""}, "SMTP_URL"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:////tmp/x.sqlite"}, "DATABASE_URL"),
        ({"REDIS_URL": ""}, "REDIS_URL"),
        ({"PUBLIC_BASE_URL": "http://permanence.example.org"}, "PUBLIC_BASE_URL"),
        ({"SECRET_KEY": "a" * 40}, "SECRET_KEY"),
        ({"SECRET_KEY": "change-me-change-me-change-me-12345678"}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"TWILIO_API_BASE_URL": "http://127.0.0.1:5050/carrier"}, "TWILIO_API_BASE_URL"),
        ({"TWILIO_ACCOUNT_SID": ""}, "/telephone, /carrier"),
        ({"CARRIER_CONTROL_TOKEN": "x"}, "CARRIER_CONTROL_TOKEN"),
    ],
)
def test_each_danger_is_named(tmp_path: Path, changes: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        started(tmp_path, **changes)


def test_all_are_named_at_once_and_a_demonstration_says_that_it_is_one(tmp_path: Path) -> None:
    bare = {
        "SMTP_URL": "",
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "PUBLIC_BASE_URL": "http://x.example",
    }
    with pytest.raises(ConfigurationError) as refused:
        started(tmp_path, **bare)
    assert all(name in str(refused.value) for name in bare)
    assert started(tmp_path, **bare, ALLOW_DEMO="1").allow_demo


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])
def test_the_emulator_is_not_opened_to_a_network(tmp_path: Path, host: str) -> None:
    embedded = {"INSTANCE_DIR": str(tmp_path), "PERMANENCE_ENV": ""}
    assert load(embedded).embedded_carrier
    with pytest.raises(ConfigurationError, match="/carrier"):
        load({**embedded, "HOST": host})


def test_no_command_makes_a_database_beside_a_production(tmp_path: Path) -> None:
    file = tmp_path / "permanence.env"
    file.write_text("SECRET_KEY=…\n")
    beside = {"INSTANCE_DIR": str(tmp_path / "instance"), "PERMANENCE_ENV": str(file)}
    with pytest.raises(ConfigurationError, match="bin/manage"):
        load(beside)
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize(
    "words", [["db", "upgrade"], ["demo", "seed"], ["worker"], ["--help"], ["--version-of"]]
)
def test_every_command_is_refused_in_sentences(tmp_path: Path, words: list[str]) -> None:
    unsafe = {**SAFE, "SMTP_URL": "", "INSTANCE_DIR": str(tmp_path / "instance")}
    if words == ["--version-of"]:
        command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py"]
    else:
        command = [sys.executable, "-m", "flask", "--app", "app.factory", *words]
    result = subprocess.run(
        command,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **unsafe},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert result.returncode != 0 or words == ["--help"]
    assert "SMTP_URL manque" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "instance").exists()


def test_demo_accounts_with_the_public_password_stop_a_production(
    app: Flask, create_agent: CreateAgent
) -> None:
    settings: Settings = app.extensions["permanence.settings"]
    stored = demo_accounts.hash_of_password()
    with unit_of_work():
        demo_accounts.create(clock.now(), stored)
    demo_accounts.refuse_open_ones(app)  # a demonstration
    app.extensions["permanence.settings"] = dataclasses.replace(settings, allow_demo=False)
    with pytest.raises(ConfigurationError, match=r"camille@demo\.permanence"):
        demo_accounts.refuse_open_ones(app)
    db.session.rollback()
    result = app.test_cli_runner().invoke(args=["demo", "seed"])
    assert result.exit_code == 1
    assert "ALLOW_DEMO" in result.output
    create_agent("admin")  # the last administrator cannot be closed
    for account in demo_accounts.ACCOUNTS:
        staff.close(account.email, now=clock.now())
    demo_accounts.refuse_open_ones(app)


def test_another_name_is_refused_and_health_is_asked_by_address(app: Flask) -> None:
    settings: Settings = app.extensions["permanence.settings"]
    strict = dataclasses.replace(
        settings,
        allow_demo=False,
        public_base_url="https://permanence.example.org",
        trusted_hosts=("other.example.org",),
    )
    hosts.install(app, strict)
    client = app.test_client()
    for name, status in (
        ("permanence.example.org", 200),
        ("PERMANENCE.example.org:443", 200),
        ("other.example.org", 200),
        ("localhost:5001", 200),
        ("127.0.0.1", 200),
        ("evil.example", 400),
        ("permanence.example.org.evil.example", 400),
        ("192.0.2.7", 400),
    ):
        assert client.get("/sign-in", headers={"Host": name}).status_code == status, name
        assert client.get("/health/live", headers={"Host": name}).status_code == 200, name
