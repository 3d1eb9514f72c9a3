"""The place a backup is made of, restored into or tried in: a database in one transaction.

What is restored is made beside what is there, whole, then takes its place at once; what was there is
kept aside. A restore that fails half-way changes nothing.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from app.foundation.database.unit_of_work import WRITING
from app.foundation.exceptions import InvalidInput
from app.foundation.extensions import db

SNAPSHOT: dict[str, dict[str, Any]] = {
    "sqlite": {},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
TRIAL = "permanence_verify"
EXTENSIONS = """
SELECT extname FROM pg_extension WHERE extrelocatable AND extname <> 'plpgsql'
"""
# Tables take their indexes, constraints and sequences along; functions of extensions stay.
MOVES = """
SELECT format('ALTER TABLE %I SET SCHEMA %I', relname, CAST(:to AS text)) FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
UNION ALL
SELECT format('ALTER FUNCTION %s SET SCHEMA %I', p.oid::regprocedure, CAST(:to AS text)) FROM pg_proc p
WHERE pronamespace = current_schema()::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
REFERENCES = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
"""
LAST_NUMBER = "SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence(:t, :c) AS regclass))"
LIVED_IN = ("agents", "journal", "persons", "calls")  # with none of these nothing can be lost


@contextlib.contextmanager
def snapshot() -> Iterator[sa.Connection]:
    """The database as it is at one instant, while others go on writing."""
    options = SNAPSHOT[db.engine.dialect.name]
    with db.engine.connect() as connection:
        connection = connection.execution_options(**options)
        with connection.begin():
            yield connection


def revision(connection: sa.Connection) -> str | None:
    """The migration at which this database is; None: it has no tables of ours."""
    return MigrationContext.configure(connection).get_current_revision()


def known_revisions() -> list[str]:
    """The migrations of this version, oldest first."""
    script = ScriptDirectory.from_config(_alembic())
    return [each.revision for each in script.walk_revisions()][::-1]


def migrate(connection: sa.Connection, target: str) -> None:
    """Bring the schema to ``target`` inside the connection's own transaction."""
    config = _alembic()
    config.attributes["connection"] = connection
    command.upgrade(config, target)


@contextlib.contextmanager
def replacing(stamp: str, *, keep: bool) -> Iterator[sa.Connection]:
    """An empty database that takes the place of this installation's when the block ends well.

    What was there is kept, if it is to be, under a name with ``stamp``.
    """
    db.session.remove()
    kind = _replacing_sqlite if db.engine.dialect.name == "sqlite" else _replacing_postgresql
    with kind(stamp, keep) as connection:
        yield connection


@contextlib.contextmanager
def trying(folder: Path) -> Iterator[sa.Connection]:
    """An empty database of the same kind as this installation's, gone when the block ends."""
    if db.engine.dialect.name == "sqlite":
        with (
            tempfile.TemporaryDirectory(dir=folder, prefix="verify-") as name,
            _sqlite_file(Path(name) / "verify.sqlite") as connection,
        ):
            yield connection
        return
    with _postgresql() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA {TRIAL}"))
        connection.execute(sa.text(f"SET LOCAL search_path = {TRIAL}"))
        for name in connection.scalars(sa.text(EXTENSIONS)).all():  # their operators must be found
            connection.execute(sa.text(f'ALTER EXTENSION "{name}" SET SCHEMA {TRIAL}'))
        yield connection
        connection.rollback()


@contextlib.contextmanager
def _replacing_sqlite(stamp: str, keep: bool) -> Iterator[sa.Connection]:
    path = Path(db.engine.url.database or "")
    fresh = path.with_name(f"{path.name}.restoring")
    _remove(fresh)
    try:
        _let_go(path)
        with _sqlite_file(fresh) as connection:
            yield connection
            connection.commit()
        _let_go(path)
        if keep and path.exists():
            os.replace(path, path.with_name(f"{path.name}.before-restore-{stamp}"))
        os.replace(fresh, path)
    finally:
        _remove(fresh)


@contextlib.contextmanager
def _sqlite_file(path: Path) -> Iterator[sa.Connection]:
    """A new file; foreign keys are looked at when all is in it, not row by row."""
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    with engine.connect().execution_options(**WRITING["sqlite"]) as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        cursor = driver.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")  # before any BEGIN: it does nothing in one
        cursor.close()
        yield connection
    engine.dispose()


def _let_go(path: Path) -> None:
    """Put all of a database into its one file. Raises InvalidInput while a process has it open."""
    db.engine.dispose()
    if not path.exists():
        return
    with contextlib.closing(sqlite3.connect(path, timeout=2)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            raise _in_use() from error
        except sqlite3.DatabaseError:
            return  # no database any more: it is put aside as it is


def _in_use() -> InvalidInput:
    return InvalidInput(
        "La base est utilisée : Permanence tourne encore.",
        kept="Rien n'a été changé.",
        todo="Arrêtez Permanence, puis recommencez.",
    )


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


@contextlib.contextmanager
def _postgresql() -> Iterator[sa.Connection]:
    with db.engine.connect() as connection:
        yield connection.execution_options(**WRITING["postgresql"])


@contextlib.contextmanager
def _replacing_postgresql(stamp: str, keep: bool) -> Iterator[sa.Connection]:
    """All in one transaction: the old tables go to a schema of their own, the new ones are made."""
    with _postgresql() as connection:
        before = f"before_restore_{stamp.lower()}"
        connection.execute(sa.text("SET LOCAL lock_timeout = '5s'"))
        connection.execute(sa.text(f"CREATE SCHEMA {before}"))
        try:
            for statement in connection.scalars(sa.text(MOVES), {"to": before}).all():
                connection.execute(sa.text(statement))
        except OperationalError as error:
            raise _in_use() from error
        if not keep:
            connection.execute(sa.text(f"DROP SCHEMA {before} CASCADE"))
        yield connection
        connection.commit()


@contextlib.contextmanager
def loading(connection: sa.Connection, tables: Sequence[sa.Table]) -> Iterator[None]:
    """Let rows come in any order: what they refer to, and what guards them, is looked at in the end.

    Raises InvalidInput when a row refers to one that is not there.
    """
    if connection.dialect.name == "sqlite":
        yield
        if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise _dangling()
        return
    names = [table.name for table in tables]
    references = connection.execute(sa.text(REFERENCES)).all()
    for table, name, _definition in references:
        connection.execute(sa.text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    for name in names:
        connection.execute(sa.text(f'ALTER TABLE "{name}" DISABLE TRIGGER USER'))
    yield
    for name in names:
        connection.execute(sa.text(f'ALTER TABLE "{name}" ENABLE TRIGGER USER'))
    try:
        for table, name, definition in references:
            connection.execute(sa.text(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"))
    except IntegrityError as error:
        raise _dangling() from error


def _dangling() -> InvalidInput:
    return InvalidInput(
        "Dans cette sauvegarde, des lignes renvoient à d'autres qui n'y sont pas.",
        kept="Rien n'a été changé.",
        todo="Prenez une autre sauvegarde.",
    )


def _alembic() -> Any:
    found = current_app.extensions["migrate"]
    return found.migrate.get_config(found.directory)


def is_taken() -> bool:
    """Has anybody worked here? A database that cannot be read may hold something too."""
    try:
        with db.engine.connect() as connection:
            return _is_lived_in(connection)
    except (DatabaseError, sqlite3.DatabaseError):
        return True


def _is_lived_in(connection: sa.Connection) -> bool:
    there = set(sa.inspect(connection).get_table_names())
    return any(
        connection.scalar(sa.text(f"SELECT EXISTS (SELECT 1 FROM {name})"))  # noqa: S608 - our names
        for name in LIVED_IN
        if name in there
    )


def sequences(connection: sa.Connection, tables: Sequence[sa.Table]) -> dict[str, int]:
    """The highest number that each table has given out, so that none is given twice."""
    if connection.dialect.name == "sqlite":
        return {}
    found = {}
    for name, column in _numbered(tables):
        last = connection.scalar(sa.text(LAST_NUMBER), {"t": name, "c": column})
        if last is not None:
            found[name] = int(last)
    return found


def set_sequences(
    connection: sa.Connection, tables: Sequence[sa.Table], highest: dict[str, int]
) -> None:
    """Go on counting after the highest number that was given out, here or there."""
    if connection.dialect.name == "sqlite":
        return
    for name, column in _numbered(tables):
        query = sa.text(f'SELECT max("{column}") FROM "{name}"')  # noqa: S608 - our names
        last = max(connection.scalar(query) or 0, highest.get(name, 0))
        if last:
            connection.execute(
                sa.text("SELECT setval(pg_get_serial_sequence(:t, :c), :last)"),
                {"t": name, "c": column, "last": last},
            )


def _numbered(tables: Sequence[sa.Table]) -> list[tuple[str, str]]:
    """Tables whose primary key is one integer, with its name."""
    return [
        (table.name, column.name)
        for table in tables
        for column in table.primary_key
        if len(table.primary_key) == 1 and isinstance(column.type, sa.Integer)
    ]
