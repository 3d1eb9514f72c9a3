"""A backup comes back whole, on both databases; one that would not is refused and changes nothing."""

from __future__ import annotations

import dataclasses
import gzip
import io
import json
import stat
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask, current_app
from flask_migrate import downgrade, upgrade

from app.accounts import journal, journal_check
from app.accounts.models import Agent, JournalEntry, Presence
from app.dossiers.models import Person, PersonNir
from app.factory import create_app
from app.foundation import own_secrets
from app.foundation.config import Settings
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput
from app.foundation.extensions import db
from app.lines.models import AnnouncementSound, Line
from app.operations.backups import backup, backup_file, places, restore, table_rows
from tests.fakes import fake_ports

NOW = datetime(2026, 6, 22, 8, 30, tzinfo=UTC)
SECRET, PUBLIC = backup_file.new_identity()
Run = Callable[..., Result]
SOUND = {
    "key": "greeting",
    "language": "fr",
    "token": "t",
    "media_type": "audio/wav",
    "content": bytes(range(256)),
}


def quiet(_line: str) -> None:
    pass


@pytest.fixture
def full(app: Flask, settings: Settings) -> Flask:
    """An installation with people, dossiers, a journal, odd texts, and files."""
    fill(settings)
    return app


def fill(settings: Settings) -> None:
    """People, dossiers, a journal, odd texts, bytes, and files; small: it is moved many times."""
    detail = {"b": 1, "a": [None, 0.1]}
    odd = {"first_name": "Ł'œuf\u202f", "last_name": '"; DROP\n\t\\', "search_name": "x"}
    with unit_of_work():
        for number in range(5):
            subject = f"dossier:{number}"
            journal.record("reveal_nir", subject, agent_id=1, now=NOW, detail=detail)
        person = Person(first_name="Samira", last_name="Haddad", search_name="h", created_at=NOW)
        agent = Agent(email="i@x.example", display_name="I", password_hash="!", role="manager")
        line = Line(name="Portail", number="+33199000100", mode="open")
        db.session.add_all([Person(**odd, created_at=NOW), person, agent, line])
        db.session.flush()
        db.session.add(PersonNir(person_id=person.id, nir="291057512345691"))
        db.session.add(Presence(agent_id=agent.id, chosen_since=NOW, idle_since=NOW))
        db.session.add(AnnouncementSound(**SOUND, line_id=line.id, uploaded_at=NOW))
    (settings.instance_dir / "outbox").mkdir(exist_ok=True)
    (settings.instance_dir / "outbox" / "a.eml").write_bytes(bytes(range(256)) * 600)
    (settings.instance_dir / "secrets.json").write_text('{"SECRET_KEY": "k"}')
    (settings.instance_dir / "jobs.sqlite").write_text("not kept")


def picture() -> dict[str, Any]:
    """Every table of the database as it stores it: names of columns and rows."""
    names = sa.inspect(db.engine).get_table_names()
    found = {}
    with db.engine.connect() as connection:
        for name in names:
            rows = connection.execute(sa.text(f'SELECT * FROM "{name}"'))
            found[name] = (list(rows.keys()), sorted(map(repr, rows)))
    return found


def sums() -> dict[str, Any]:
    """The same as a backup tells it, whichever the database: rows and their sum."""
    found = {}
    with places.snapshot() as connection:
        for table in table_rows.tables(connection):
            total = table_rows.checksum(table)
            for row in table_rows.read(connection, table):
                total.add(row)
            found[table.name] = total.told()
    return found


def make(settings: Settings, path: Path, *recipients: str) -> Path:
    backup.make(settings, path, recipients, now=NOW, say=quiet)
    return path


@contextmanager
def elsewhere(url: str, folder: Path, **changes: Any) -> Iterator[Settings]:
    """Another installation, whose database is at ``url``."""
    from tests.fixtures.settings import make_settings

    settings = make_settings(database_url=url, instance_dir=folder / "elsewhere", **changes)
    with create_app(settings, fake_ports()).app_context():
        yield settings
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[str]:
    """An empty database of the same kind: the migrations have not even run."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path}/elsewhere.sqlite"
        return
    postgres = request.getfixturevalue("postgres")
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


def back(
    settings: Settings, path: Path, *identities: str, overwrite: bool = False
) -> restore.Found:
    return restore.restore(settings, path, identities, overwrite=overwrite, now=NOW, say=quiet)


def test_it_comes_back_in_an_empty_place_as_it_was(
    full: Flask, settings: Settings, empty_url: str, tmp_path: Path
) -> None:
    before = picture()
    path = make(settings, tmp_path / "b.backup")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (
        restore.verify(settings, path, [], say=quiet).missing_keys(settings.encryption_keys) == []
    )
    assert picture() == before
    with elsewhere(empty_url, tmp_path) as there:
        back(there, path)
        assert picture() == before
        mail = there.instance_dir / "outbox" / "a.eml"
        assert mail.read_bytes() == bytes(range(256)) * 600
        assert stat.S_IMODE(mail.stat().st_mode) == 0o600
        assert not (there.instance_dir / "jobs.sqlite").exists()
        assert journal_check.first_break() is None
        assert len(db.session.scalar(sa.select(PersonNir.nir)) or "") == 15
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), unit_of_work():
            db.session.execute(sa.delete(JournalEntry))
        db.session.rollback()
        new = Agent(email="n@x.example", display_name="N", password_hash="!", role="front")
        with unit_of_work():
            db.session.add(new)  # numbers go on where they were
        assert [each.name for each in there.instance_dir.glob("*restor*")] == []


def test_a_number_once_given_is_not_given_again(
    full: Flask, settings: Settings, empty_url: str, tmp_path: Path
) -> None:
    with unit_of_work():
        gone = Agent(email="g@x.example", display_name="G", password_hash="!", role="front")
        db.session.add(gone)
        db.session.flush()
        number = gone.id
        db.session.delete(gone)
    if db.engine.dialect.name == "sqlite":
        return  # SQLite itself gives the highest number again, restored or not
    path = make(settings, tmp_path / "b.backup")
    with elsewhere(empty_url, tmp_path) as there:
        back(there, path)
        new = Agent(email="n@x.example", display_name="N", password_hash="!", role="front")
        with unit_of_work():
            db.session.add(new)
        assert new.id > number


def test_from_one_database_to_the_other(
    full: Flask,
    settings: Settings,
    request: pytest.FixtureRequest,
    database_url: str,
    tmp_path: Path,
) -> None:
    """An office that grows takes its SQLite to PostgreSQL by a backup; the way back is open too."""
    before = sums()
    path = make(settings, tmp_path / "b.backup")
    if database_url.startswith("sqlite"):
        postgres = request.getfixturevalue("postgres")
        name = postgres.create()
        url = postgres.url(name)
        request.addfinalizer(lambda: postgres.drop(name))
    else:
        url = f"sqlite:///{tmp_path}/other.sqlite"
    with elsewhere(url, tmp_path) as there:
        back(there, path)
        assert sums() == before
        assert journal_check.first_break() is None


def test_what_is_here_is_not_overwritten_unless_told_and_then_kept_aside(
    full: Flask, settings: Settings, tmp_path: Path
) -> None:
    path = make(settings, tmp_path / "b.backup")
    before = picture()
    with unit_of_work():
        db.session.execute(sa.update(Person).values(first_name="Après"))
    (settings.instance_dir / "secrets.json").write_text('{"SECRET_KEY": "other"}')
    with pytest.raises(Conflict, match="déjà des données"):
        back(settings, path)
    assert picture() != before
    back(settings, path, overwrite=True)
    assert picture() == before
    aside = settings.instance_dir / "before-restore-20260622T083000"
    assert (aside / "secrets.json").read_text() == '{"SECRET_KEY": "other"}'
    assert not (aside / "outbox").exists()
    if db.engine.dialect.name == "sqlite":
        kept = sa.create_engine(
            f"sqlite:///{db.engine.url.database}.before-restore-20260622T083000"
        )
        query = "SELECT DISTINCT first_name FROM persons"
    else:
        kept = db.engine
        query = "SELECT DISTINCT first_name FROM before_restore_20260622t083000.persons"
    with kept.connect() as connection:
        assert list(connection.scalars(sa.text(query))) == ["Après"]


def test_a_migrated_place_where_nobody_worked_is_empty(
    full: Flask, settings: Settings, empty_url: str, tmp_path: Path
) -> None:
    path = make(settings, tmp_path / "b.backup")
    before = picture()
    with elsewhere(empty_url, tmp_path) as there:
        upgrade()
        back(there, path)
        assert picture() == before


def test_an_older_schema_is_brought_up_to_date(
    full: Flask, settings: Settings, empty_url: str, tmp_path: Path
) -> None:
    nir = db.session.scalar(sa.select(PersonNir.nir).order_by(PersonNir.person_id))
    db.session.remove()
    downgrade(revision="0004")
    path = make(settings, tmp_path / "old.backup")
    with elsewhere(empty_url, tmp_path) as there:
        found = back(there, path)
        assert found.header["revision"] == "0004"
        assert db.session.scalar(sa.select(PersonNir.nir).order_by(PersonNir.person_id)) == nir
        with db.engine.connect() as connection:
            assert places.revision(connection) == places.known_revisions()[-1]


def test_it_is_one_instant_while_others_write(
    full: Flask, settings: Settings, tmp_path: Path
) -> None:
    """A line written between two tables is in none of them."""
    before = sums()

    def write(line: str) -> None:
        if line.startswith("agents"):
            with db.engine.connect().execution_options(write=True) as connection:
                connection.execute(sa.text("UPDATE persons SET first_name = 'Pendant'"))
                connection.commit()

    path = tmp_path / "b.backup"
    made = backup.make(settings, path, [], now=NOW, say=write)
    assert made.tables == before
    assert sums() != before


def test_a_damaged_file_is_refused_and_nothing_changes(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    """Where it may be damaged: test_backup_file.py, byte by byte."""
    with unit_of_work():
        db.session.add(Line(name="Portail", number="+33199000100", mode="open"))
    path, before = make(settings, tmp_path / "b.backup", PUBLIC), picture()
    whole = path.read_bytes()
    for content in (whole[:-40], whole[:600] + b"?" + whole[601:], b""):
        path.write_bytes(content)
        with pytest.raises(InvalidInput, match="incomplète ou abîmée"):
            back(settings, path, SECRET)
        assert picture() == before
    path.write_bytes(whole)
    assert restore.verify(settings, path, [SECRET], say=quiet).rows > 0


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The same backup with entries changed, taken out (None), its checksum right; one leads out."""
    out = path.with_name("changed.backup")
    with (
        tarfile.open(path) as old,
        gzip.open(out, "wb") as packed,
        tarfile.open(fileobj=packed, mode="w|") as new,
    ):
        for entry in old:
            content = change(entry.name, old.extractfile(entry).read())  # type: ignore[union-attr]
            if content is not None:
                info = tarfile.TarInfo(entry.name)
                if change is FORGED["a way out"] and entry.name == "files/outbox/a.eml":
                    info.name = "files/../../evil"
                info.size = len(content)
                new.addfile(info, io.BytesIO(content))
    return out


FORGED: dict[str, Callable[[str, bytes], bytes | None]] = {
    "no manifest": lambda n, c: None if n == "manifest.json" else c,
    "no header": lambda n, c: None if n == "header.json" else c,
    "a row less": lambda n, c: c.partition(b"\n")[2] if n.startswith("tables/persons/") else c,
    "a letter": lambda n, c: (
        c.replace(b"Haddad", b"Hadaad") if n.startswith("tables/persons/") else c
    ),
    "a row twice": lambda n, c: c + b"\n" + c if n.startswith("tables/journal/") else c,
    "a column less": lambda n, c: b"[1]" if n.startswith("tables/agents/") else c,
    "a dangling row": lambda n, c: None if n.startswith("tables/agents/") else c,
    "a file changed": lambda n, c: c[:-1] if n == "files/outbox/a.eml" else c,
    "a way out": lambda n, c: c,
    "no such text": lambda n, c: (
        c.replace(b"Haddad", b"Hadd\\u0000") if n.startswith("tables/persons/") else c
    ),
    "a later version": lambda n, c: (
        c.replace(b'"revision": "0', b'"revision": "9') if n == "header.json" else c
    ),
    "another format": lambda n, c: (
        c.replace(b'"format": 1', b'"format": 2') if n == "header.json" else c
    ),
    "a table of nowhere": lambda n, c: (
        c.replace(b'"lines": [', b'"lanes": [') if n == "header.json" else c
    ),
}


def test_a_file_that_says_something_else_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    with elsewhere(sqlite_url, tmp_path) as settings:
        fill(settings)
        path, before = make(settings, tmp_path / "b.backup"), picture()
        for what, change in FORGED.items():
            with pytest.raises(InvalidInput, check=lambda error: bool(error.told().kept)):
                back(settings, rewritten(path, change), overwrite=True)
            assert picture() == before, what
    assert not list(tmp_path.rglob("evil"))


def test_a_row_that_postgresql_refuses_changes_nothing(postgres_url: str, tmp_path: Path) -> None:
    with elsewhere(postgres_url, tmp_path) as there:
        fill(there)
        path, before = make(there, tmp_path / "b.backup"), picture()
        for what in ("a row twice", "a dangling row", "no such text"):
            with pytest.raises(InvalidInput) as caught:
                back(there, rewritten(path, FORGED[what]), overwrite=True)
            assert caught.value.told().kept, what
            assert picture() == before, what


WRONG_KEYS = ((), (backup_file.new_identity()[0],), ("AGE-SECRET-KEY-1X",), (PUBLIC,))


def test_without_the_right_key_it_does_not_open(
    full: Flask, settings: Settings, tmp_path: Path
) -> None:
    path, before = make(settings, tmp_path / "b.backup", PUBLIC), picture()
    for keys in WRONG_KEYS:
        with pytest.raises(InvalidInput, match=r"clé|chiffrée"):
            back(settings, path, *keys, overwrite=True)
    assert picture() == before
    assert b"header.json" not in path.read_bytes()
    assert back(settings, path, SECRET, overwrite=True).keys == settings.encryption_keys


def test_only_an_encrypted_backup_holds_the_keys(
    full: Flask, settings: Settings, tmp_path: Path
) -> None:
    path = make(settings, tmp_path / "b.backup")
    with tarfile.open(path) as archive:
        content = b"".join(archive.extractfile(e).read() for e in archive)  # type: ignore[union-attr]
    assert settings.encryption_keys[0].encode() not in content
    found = restore.verify(settings, path, [], say=quiet)
    assert found.missing_keys((own_secrets.encryption_key(),)) == [
        backup.fingerprint(settings.encryption_keys[0])
    ]


def test_no_backup_is_written_over_another_nor_half(
    full: Flask, settings: Settings, tmp_path: Path
) -> None:
    path = make(settings, tmp_path / "b.backup")
    content = path.read_bytes()
    with pytest.raises(InvalidInput, match="existe déjà"):
        make(settings, path)
    assert path.read_bytes() == content

    def die(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup.make(settings, tmp_path / "half.backup", [PUBLIC], now=NOW, say=die)
    with pytest.raises(InvalidInput, match="n'a pas pu être écrit"):
        make(settings, tmp_path / "none" / "b.backup")
    with pytest.raises(InvalidInput, match="n'a pas pu être écrit"):
        make(settings, Path("/dev/full/b.backup"))
    assert [each.name for each in tmp_path.glob("*.backup*")] == ["b.backup"]


def commands_of(app: Flask) -> Run:
    runner = app.test_cli_runner()
    return lambda *words: runner.invoke(args=[str(w) for w in words])


def test_the_commands_make_verify_try_and_keep_some(
    full: Flask, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = commands_of(full)
    key = tmp_path / "key.txt"
    public = run("backup", "key", "--out", key).stdout.strip()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    folder = tmp_path / "backups"
    times = iter(NOW + timedelta(days=day, seconds=s) for day in range(4) for s in range(30))
    monkeypatch.setattr("app.foundation.clock.now", lambda: next(times))
    words = ("backup", "--folder", folder, "--keep", "2", "--recipient", public)
    made = [run(*words, *more) for more in ((), (), ("--verify",))]
    assert [each.exit_code for each in made] == [0, 0, 0], made[-1].output
    assert "Vérifiée" in made[-1].output
    assert len(list(folder.glob("*.backup"))) == 2
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    newest = max(folder.glob("*.backup"))
    seen = run("backup", "verify", newest, "--identity", key)
    assert (seen.exit_code, "complète" in seen.output) == (0, True), seen.output
    before = picture()
    dry = run("restore", newest, "--identity", key, "--dry-run")
    assert "À restaurer : lignes, " in dry.output
    assert picture() == before
    refused = run("restore", newest, "--identity", key)
    assert (refused.exit_code, "--overwrite" in refused.output) == (1, True)
    other = tmp_path / "other.txt"
    run("backup", "key", "--out", other)
    assert "n'ouvre pas" in run("backup", "verify", newest, "--identity", other).output
    assert "pas de clé" in run("backup", "verify", newest, "--identity", "/dev/null").output
    acts = list(db.session.scalars(sa.select(JournalEntry.act).where(JournalEntry.act == "backup")))
    assert len(acts) == 3


BAD_WORDS = [
    (("backup",), "--out"),
    (("backup", "--out", "{}/none/x"), "n'a pas pu être écrit"),
    (("backup", "--out", "{}/x", "--recipient", "age1nothing"), "clé publique"),
    (("backup", "--folder", "/dev/null/x"), "n'a pas pu être écrit"),
    (("backup", "verify", "{}/missing"), "n'a pas pu être lu"),
    (("backup", "verify", "{}"), "is a directory"),
    (("backup", "verify", "{}/secrets.json"), "incomplète ou abîmée"),
    (("restore", "{}/empty.tar.gz", "--overwrite"), "n'est pas une sauvegarde"),
    (("restore", "{}/secrets.json"), "--overwrite"),
    (("restore", "{}/x", "--identity", "{}/none"), "est-ce la clé"),
    (("backup", "key", "--out", "{}/secrets.json"), "n'a pas pu être écrit"),
]


def test_bad_words_are_told(sqlite_url: str, tmp_path: Path) -> None:
    with elsewhere(sqlite_url, tmp_path) as settings:
        fill(settings)
        run = commands_of(current_app)
        with tarfile.open(settings.instance_dir / "empty.tar.gz", "w:gz"):
            pass
        for words, says in BAD_WORDS:
            result = run(*(word.format(settings.instance_dir) for word in words))
            assert (result.exit_code in (1, 2), says in result.output) == (True, True), (
                result.output
            )


def test_a_database_in_use_is_not_replaced(full: Flask, settings: Settings, tmp_path: Path) -> None:
    path = make(settings, tmp_path / "b.backup")
    before = picture()
    url = settings.database_url
    using = sa.create_engine(
        url, isolation_level="AUTOCOMMIT" if "sqlite" in url else "READ COMMITTED"
    )
    with using.connect() as connection:
        connection.execute(sa.text("SELECT * FROM persons")).all()
        with pytest.raises(InvalidInput, match="tourne encore"):
            back(settings, path, overwrite=True)
    using.dispose()
    assert picture() == before


def test_what_is_backed_up_says_what_it_is(full: Flask, settings: Settings, tmp_path: Path) -> None:
    path = make(settings, tmp_path / "b.backup")
    with tarfile.open(path) as archive:
        names = archive.getnames()
        header = json.load(archive.extractfile("header.json"))  # type: ignore[arg-type]
    assert (names[0], names[-1]) == ("header.json", "manifest.json")
    assert header["database"] == db.engine.dialect.name
    assert "files/secrets.json" in names
    assert not any("sqlite" in name for name in names)
    assert dataclasses.asdict(restore.verify(settings, path, [], say=quiet))["header"] == header
