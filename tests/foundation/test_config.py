"""Settings are data: all that is missing is named at once, and embedded needs nothing."""

from __future__ import annotations

import json
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.foundation import config, own_secrets
from app.foundation.config import SETTINGS, TWILIO_API, load
from app.foundation.exceptions import ConfigurationError

KEY = "b25seS1mb3ItdGVzdHMtb25seS1mb3ItdGVzdHMtMDE="


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
    values = {s.name: "v" * 40 for s in SETTINGS if s.production} | {"ENCRYPTION_KEYS": KEY}
    values |= {"INSTANCE_DIR": str(tmp_path), "TWILIO_ACCOUNT_SID": "AC1", "ALLOW_DEMO": "1"}
    values["PUBLIC_BASE_URL"] = "https://permanence.example.org"
    settings = load(values)
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


@pytest.mark.parametrize(
    ("keys", "wrong"),
    [(KEY, ""), (f"{KEY},{KEY}", ""), (f" {KEY} ,\t{KEY},", ""), ("court", "n° 1"),
     (f"{KEY},{KEY[:-2]}", "n° 2"), (KEY.replace("b", "é", 1), "n° 1"), ("A" * 44, "n° 1")],
)  # fmt: skip
def test_a_damaged_encryption_key_is_named_by_its_place(
    tmp_path: Path, keys: str, wrong: str
) -> None:
    environment = {"INSTANCE_DIR": str(tmp_path), "ENCRYPTION_KEYS": keys}
    if not wrong:
        assert set(load(environment).encryption_keys) == {KEY}
        return
    with pytest.raises(ConfigurationError, match=f"ENCRYPTION_KEYS : la clé {wrong} est abîmée"):
        load(environment)


def test_an_older_installation_gets_an_encryption_key_and_keeps_its_secrets(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text(json.dumps({"SECRET_KEY": "s" * 40}))
    first = load({"INSTANCE_DIR": str(tmp_path)})
    assert (first.secret_key, len(first.encryption_keys)) == ("s" * 40, 1)
    assert load({"INSTANCE_DIR": str(tmp_path)}).encryption_keys == first.encryption_keys
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_processes_that_begin_together_have_the_same_secrets(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: own_secrets.load(tmp_path / "instance"), range(24)))
    assert all(each == found[0] for each in found)


def test_no_command_works_beside_a_service_by_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine that serves, a bare command would make a database and secrets of its own."""
    monkeypatch.chdir(tmp_path)
    for name in config.ELSEWHERE:
        monkeypatch.delenv(name, raising=False)
    service = tmp_path / "permanence.env"
    monkeypatch.setattr(config, "SERVICE_SETTINGS", service)
    assert load().embedded_carrier  # no service here: a newcomer's machine
    shutil.rmtree(tmp_path / "instance")
    service.write_text("SECRET_KEY=x\n")
    with pytest.raises(ConfigurationError, match="bin/manage"):
        load()
    assert not (tmp_path / "instance").exists()
    monkeypatch.setenv("INSTANCE_DIR", str(tmp_path / "elsewhere"))
    assert load().instance_dir == tmp_path / "elsewhere"
