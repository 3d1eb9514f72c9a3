"""Each thing that is not as it must be has its line, with what to do; what is right has one too."""

from __future__ import annotations

import dataclasses
import socketserver
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade

from app.dossiers.models import PersonNir
from app.dossiers.service import add_person
from app.foundation import clock, own_secrets
from app.foundation.config import Settings
from app.foundation.database import sealed
from app.foundation.extensions import db
from app.foundation.ports import Ports
from app.operations import doctor
from tests.deploy.front import make_certificate


def told(settings: Settings, ports: Ports, **changes: Any) -> dict[str, list[Any]]:
    """The findings by what they are about."""
    found: dict[str, list[Any]] = {}
    changed = dataclasses.replace(settings, **changes)
    for finding in doctor.examine(changed, ports, clock.now()):
        found.setdefault(finding.what, []).append(finding)
    return found


@pytest.fixture
def embedded(settings: Settings) -> Settings:
    """As `make run` is: nothing outside is asked."""
    return dataclasses.replace(settings, embedded_carrier=True, public_base_url="http://localhost")


@pytest.fixture
def ports(ports: Ports) -> Ports:
    return dataclasses.replace(ports, provisioning=None)


def test_nothing_is_wrong_with_a_sound_installation(
    app: Flask, embedded: Settings, ports: Ports
) -> None:
    found = told(embedded, ports)
    wrong = [str(each) for group in found.values() for each in group if each.wrong]
    # The PostgreSQL of the tests has the connections of its package.
    assert [each for each in wrong if "connexions" not in each] == []
    assert {"réglages", "base", "clés", "disque", "fichiers"} <= set(found)


def test_every_unsafe_setting_of_a_production_is_named(
    app: Flask, settings: Settings, ports: Ports
) -> None:
    asked = {"database_url": "sqlite:///x", "redis_url": "", "smtp_url": "", "trusted_proxies": 0}
    found = told(settings, ports, public_base_url="http://permanence.example", **asked)
    todo = " ".join(each.todo for each in found["réglages"])
    for name in ("DATABASE_URL", "REDIS_URL", "SMTP_URL", "PUBLIC_BASE_URL", "TRUSTED_PROXIES"):
        assert name in todo


def test_an_older_schema_and_a_lost_key_are_told(
    app: Flask, embedded: Settings, ports: Ports
) -> None:
    person = add_person("S", "Haddad", now=clock.now())
    db.session.add(PersonNir(person_id=person.id, nir="291057512345691"))
    db.session.commit()
    keys = embedded.encryption_keys
    sealed.install(app, (own_secrets.encryption_key(),))
    assert "ENCRYPTION_KEYS" in told(embedded, ports)["clés"][0].todo
    sealed.install(app, keys)
    db.session.remove()
    downgrade(revision="0005")
    assert "db upgrade" in told(embedded, ports)["base"][0].todo


def test_what_does_not_answer_is_told(app: Flask, settings: Settings, ports: Ports) -> None:
    found = told(
        settings,
        ports,
        redis_url="redis://:x@127.0.0.1:9/0",
        smtp_url="smtp://127.0.0.1:9",
        public_base_url="https://127.0.0.1:9",
    )
    for what in ("Redis", "mail", "certificat", "horloge"):
        assert found[what][0].wrong, what


def test_redis_answers_and_is_asked_for_a_password(
    app: Flask, embedded: Settings, ports: Ports, redis_url: str
) -> None:
    finding = told(embedded, ports, redis_url=redis_url)["Redis"][0]
    assert "sans mot de passe" in finding.state
    assert "requirepass" in finding.todo


def test_files_that_others_may_read_are_named(app: Flask, embedded: Settings, ports: Ports) -> None:
    path = embedded.instance_dir / "copy.sql"
    path.write_text("x")
    path.chmod(0o644)
    assert any("copy.sql" in each.state for each in told(embedded, ports)["disque"])


@pytest.fixture
def https(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A site of ours with a certificate for sixty days, which this test trusts."""
    make_certificate(tmp_path, "localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "fullchain.pem", tmp_path / "privkey.pem")
    trusting = ssl.create_default_context(cafile=str(tmp_path / "fullchain.pem"))
    monkeypatch.setattr(doctor.ssl, "create_default_context", lambda: trusting)

    class Quiet(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def get_request(self) -> Any:
            connection, address = self.socket.accept()
            return context.wrap_socket(connection, server_side=True), address

    server = Quiet(("127.0.0.1", 0), socketserver.BaseRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://localhost:{server.server_address[1]}"
    server.shutdown()


def test_the_days_left_of_a_certificate_are_counted(
    app: Flask, embedded: Settings, ports: Ports, https: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = told(embedded, ports, public_base_url=https)["certificat"][0]
    assert finding.state == "jours de validité restants : 59"
    assert not finding.wrong
    monkeypatch.setattr(doctor, "CERTIFICATE_DAYS", 61)
    assert "certbot" in told(embedded, ports, public_base_url=https)["certificat"][0].todo
