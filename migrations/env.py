"""Alembic's environment: runs inside the Flask app (``flask --app app.factory db …``)."""

from __future__ import annotations

from alembic import context
from flask import current_app

from app.unit_of_work import WRITING

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


def _run(connection):  # type: ignore[no-untyped-def]
    context.configure(
        connection=connection,
        target_metadata=_metadata(),
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
