"""Migrations go both ways on both databases, and their head is what the models say."""

from __future__ import annotations

import contextlib

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from app.extensions import db
from app.unit_of_work import unit_of_work


def test_the_head_is_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_down_to_nothing_and_up_again(app: Flask) -> None:
    db.session.remove()
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade()
    assert "calls" in inspect(db.engine).get_table_names()


@pytest.mark.parametrize(
    ("channel", "known"), [("form", True), ("voicemail", True), ("pigeon", False)]
)
def test_the_database_itself_knows_the_channels(app: Flask, channel: str, known: bool) -> None:
    """The constraint was changed in place (0002), and still refuses what is no channel."""
    statement = text(
        "INSERT INTO contacts (channel, direction, reason, note, opened_at)"
        " VALUES (:channel, 'in', 'Pas de qualification', '', '2026-06-22 08:00:00')"
    )
    with contextlib.ExitStack() as stack:
        if not known:
            stack.enter_context(pytest.raises(IntegrityError))
        with unit_of_work():
            db.session.execute(statement, {"channel": channel})
