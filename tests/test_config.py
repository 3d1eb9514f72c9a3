"""Settings are data: all that is missing is named at once, and embedded needs nothing."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from app.config import SETTINGS, TWILIO_API, load
from app.exceptions import ConfigurationError


def test_with_nothing_set_it_runs_embedded(tmp_path: Path) -> None:
    settings = load({"INSTANCE_DIR": str(tmp_path), "PORT": "5050"})
    assert settings.embedded_carrier
    assert settings.twilio_api_base_url == "http://127.0.0.1:5050/carrier"
    assert settings.database_url.startswith("sqlite:///")
    assert settings.softphone_driver == "local"
    secrets = tmp_path / "secrets.json"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    again = load({"INSTANCE_DIR": str(tmp_path)})
    assert again.secret_key == settings.secret_key == json.loads(secrets.read_text())["SECRET_KEY"]


def test_a_provider_wants_the_rest_and_every_missing_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load({"INSTANCE_DIR": str(tmp_path), "TWILIO_ACCOUNT_SID": "AC1", "PORT": "x"})
    wanted = {s.name for s in SETTINGS if s.production} | {"PORT"}
    assert all(name in str(caught.value) for name in wanted)


def test_twilio_answers_when_nothing_else_is_said(tmp_path: Path) -> None:
    values = {s.name: "v" * 40 for s in SETTINGS if s.production}
    settings = load({**values, "INSTANCE_DIR": str(tmp_path), "TWILIO_ACCOUNT_SID": "AC1"})
    assert settings.twilio_api_base_url == TWILIO_API
    assert settings.softphone_driver == "twilio"
    assert not settings.embedded_carrier


@pytest.mark.parametrize("url", ["postgres://h/d", "postgresql://h/d", "postgresql+psycopg://h/d"])
def test_a_postgresql_address_as_platforms_give_it(tmp_path: Path, url: str) -> None:
    settings = load({"INSTANCE_DIR": str(tmp_path), "DATABASE_URL": url})
    assert settings.database_url == "postgresql+psycopg://h/d"


def test_a_short_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="SECRET_KEY"):
        load({"INSTANCE_DIR": str(tmp_path), "SECRET_KEY": "court"})


def test_every_setting_says_what_it_is() -> None:
    assert all(len(s.help) > 10 for s in SETTINGS)
    secret = {s.name for s in SETTINGS if s.secret}
    assert {"SECRET_KEY", "TWILIO_AUTH_TOKEN", "DATABASE_URL", "SMTP_URL"} <= secret
