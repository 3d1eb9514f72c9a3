"""Alembic's environment: runs inside the Flask app (``flask --app app.factory db …``)."""

from __future__ import annotations

from alembic import context
from flask import current_app

from app.dossiers.finding.models import in_the_models
from app.foundation.database.unit_of_work import WRITING

config = context.config


def _metadata():  # type: ignore[no-untyped-def]
    return current_app.extensions["migrate"].db.metadata


def run() -> None:
    """Run the migrations in one transaction where the database allows.

    On the app's database; or on a connection that is given, inside its own transaction (a restore).
    """
    given = config.attributes.get("connection")
    if given is not None:
        _run(given)
        return
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        _run(connection.execution_options(**WRITING[engine.dialect.name]))
        connection.invalidate()  # its pragmas are not those of a connection that serves


def _run(connection):  # type: ignore[no-untyped-def]
    # SQLite changes a table by making it anew: with its foreign keys on, dropping the old one would
    # fail, or take the rows that refer to it along (sqlite.org/lang_altertable.html, section 7).
    # The pragma does nothing inside a transaction, so it goes before.
    if connection.dialect.name == "sqlite":
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=_metadata(),
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        include_name=in_the_models,
    )
    with context.begin_transaction():
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"rows refer to others that are gone: {broken[:5]}")


run()
