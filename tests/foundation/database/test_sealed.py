"""NIR and IBAN are encrypted in the database; keys change; a wrong one loses nothing."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from app.dossiers import service
from app.dossiers.models import Dossier, DossierIban, Person, PersonNir
from app.factory import create_app
from app.foundation import own_secrets
from app.foundation.config import Settings
from app.foundation.database import sealed
from app.foundation.database.sealed import Keyring, WrongKey
from app.foundation.extensions import db
from app.operations import keys
from tests.fakes import fake_ports

NOW = datetime(2026, 6, 22, 8, tzinfo=UTC)
NIR, IBAN = "291057512345691", "FR7630006000011234567890189"


@pytest.fixture
def dossier(app: Flask) -> int:
    person = service.add_person("Samira", "Haddad", now=NOW)
    dossier = Dossier(reference="PF-1", person_id=person.id, created_at=NOW)
    db.session.add_all([PersonNir(person_id=person.id, nir=NIR), dossier])
    db.session.flush()
    db.session.add(DossierIban(dossier_id=dossier.id, iban=IBAN, payee="Samira Haddad"))
    db.session.commit()
    return dossier.id


@contextmanager
def with_keys(settings: Settings, *encryption_keys: str) -> Iterator[Flask]:
    """The same installation, started with other keys."""
    app = create_app(dataclasses.replace(settings, encryption_keys=encryption_keys), fake_ports())
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def stored() -> list[str]:
    """What the database itself holds."""
    statement = text("SELECT nir FROM person_nirs UNION ALL SELECT iban FROM dossier_ibans")
    found = list(db.session.scalars(statement))
    db.session.commit()
    return found


@given(value=st.text(max_size=200), past=st.integers(0, 3))
def test_any_text_comes_back_and_no_token_shows_it(value: str, past: int) -> None:
    old = tuple(own_secrets.encryption_key() for _ in range(past + 1))
    token = Keyring(old[:1]).seal(value)
    assert value not in token or len(value) < 4
    newest = Keyring((own_secrets.encryption_key(), *reversed(old)))
    assert newest.open(token) == value
    assert not newest.is_newest(token)
    assert newest.is_newest(newest.seal(value))
    with pytest.raises(WrongKey):
        Keyring((own_secrets.encryption_key(),)).open(token)


@pytest.mark.parametrize("token", ["", NIR, "é" * 40, "gAAAAA", "gAAAAA" + "A" * 94])
def test_what_is_no_token_is_refused_with_a_word(token: str) -> None:
    with pytest.raises(WrongKey, match="chiffrée"):
        Keyring((own_secrets.encryption_key(),)).open(token)


def test_the_database_sees_tokens_the_code_sees_values(app: Flask, dossier: int) -> None:
    assert not {NIR, IBAN} & set(stored())
    assert db.session.scalar(select(PersonNir.nir)) == NIR
    assert db.session.scalar(select(DossierIban.iban)) == IBAN


def test_a_sealed_column_cannot_be_searched(app: Flask) -> None:
    with pytest.raises(TypeError, match="cannot be compared"):
        select(PersonNir).where(PersonNir.nir == NIR)
    with pytest.raises(TypeError, match="cannot be compared"):
        select(PersonNir).where(PersonNir.nir.like("2%"))
    assert db.session.scalars(select(PersonNir).where(PersonNir.nir.is_(None))).all() == []


def test_the_migration_seals_existing_rows_and_opens_them_again(app: Flask, dossier: int) -> None:
    db.session.remove()
    downgrade(revision="0004")
    assert sorted(stored()) == [NIR, IBAN]
    db.session.remove()
    upgrade()
    assert not {NIR, IBAN} & set(stored())
    assert db.session.scalar(select(PersonNir.nir)) == NIR
    payee = db.session.scalar(select(DossierIban.payee))
    assert (db.session.scalar(select(DossierIban.iban)), payee) == (IBAN, "Samira Haddad")


def test_no_clear_value_stays_in_the_sqlite_file(sqlite_url: str) -> None:
    from tests.fixtures.settings import make_settings

    app = create_app(make_settings(database_url=sqlite_url), fake_ports())
    path = sqlite_url.removeprefix("sqlite:///")
    with app.app_context():
        downgrade(revision="0004")
        connection = sqlite3.connect(path)
        connection.execute(
            "INSERT INTO persons (id, first_name, last_name, search_name, address, language, helper,"
            " nir_masked, created_at) VALUES (1, 'S', 'H', 'h', '', 'fr', '', '', '2026-01-01')"
        )
        connection.execute("INSERT INTO person_nirs VALUES (1, ?)", (NIR,))
        connection.commit()
        connection.close()
        upgrade()
        db.session.remove()
        db.engine.dispose()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with open(path, "rb") as file:
        assert NIR.encode() not in file.read()


def test_another_key_is_told_and_nothing_is_lost(
    app: Flask, settings: Settings, dossier: int, login: Callable[..., Any]
) -> None:
    client = login("front")
    sealed.install(app, (own_secrets.encryption_key(),))
    for field in ("nir", "iban"):
        answer = client.post(f"/dossiers/{dossier}/reveal", data={"field": field})
        assert answer.status_code == 503
        assert "Elle est intacte dans la base." in answer.text
    assert keys.closed_values() == {"dossier_ibans.iban": 1, "person_nirs.nir": 1}
    sealed.install(app, settings.encryption_keys)
    assert "2 91 05" in client.post(f"/dossiers/{dossier}/reveal", data={"field": "nir"}).text


def test_keys_are_rotated(app: Flask, settings: Settings, dossier: int) -> None:
    old, new = settings.encryption_keys[0], own_secrets.encryption_key()
    before = stored()
    with with_keys(settings, new, old) as turning:
        run = turning.test_cli_runner().invoke
        dry = run(args=["keys", "rotate", "--dry-run"])
        assert (dry.exit_code, stored()) == (0, before), dry.output
        assert "person_nirs.nir : 0 déjà sous la nouvelle clé, 1 à rechiffrer" in dry.output
        real = run(args=["keys", "rotate"])
        assert "dossier_ibans.iban : 0 déjà sous la nouvelle clé, 1 rechiffrées" in real.output
        again = run(args=["keys", "rotate"])
        assert "person_nirs.nir : 1 déjà sous la nouvelle clé, 0 rechiffrées" in again.output
    with with_keys(settings, new):
        assert db.session.scalar(select(PersonNir.nir)) == NIR
        assert db.session.scalar(select(DossierIban.iban)) == IBAN
        assert keys.closed_values() == {}


def test_a_rotation_without_the_old_key_changes_nothing_and_says_so(
    app: Flask, settings: Settings, dossier: int
) -> None:
    before = stored()
    with with_keys(settings, own_secrets.encryption_key()) as turning:
        result = turning.test_cli_runner().invoke(args=["keys", "rotate"])
        assert result.exit_code == 1
        assert "intactes" in result.output
        assert stored() == before


def test_a_rotation_walks_through_more_rows_than_a_batch(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "BATCH", 3)
    persons = [service.add_person(f"P{n}", "Dupont", now=NOW) for n in range(8)]
    db.session.add_all([PersonNir(person_id=p.id, nir=f"{p.id:015}") for p in persons])
    db.session.commit()
    numbers = [p.id for p in persons]
    with with_keys(settings, own_secrets.encryption_key(), *settings.encryption_keys):
        found = {each.column: each for each in keys.rotate(now=NOW, dry_run=False)}
        assert found["person_nirs.nir"].turned == 8
        rows = dict(db.session.execute(select(PersonNir.person_id, PersonNir.nir)).all())
        assert rows == {number: f"{number:015}" for number in numbers}


def test_every_sealed_column_is_known_and_none_is_indexed(app: Flask) -> None:
    found = {f"{c.table.name}.{c.name}" for c in keys.sealed_columns()}
    assert {"person_nirs.nir", "dossier_ibans.iban"} <= found
    assert not any(c.index or c.unique for c in keys.sealed_columns())


def test_a_new_key_is_one(app: Flask) -> None:
    printed = app.test_cli_runner().invoke(args=["keys", "new"]).output.strip()
    assert Keyring((printed,)).open(Keyring((printed,)).seal("été")) == "été"
    assert sealed.keyring()
    assert db.session.scalar(select(Person.id)) is None
