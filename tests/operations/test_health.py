"""What a supervisor asks: the process lives, it can serve, and the line in figures."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import DatabaseError

from app.accounts.models import Agent
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.operations import readiness
from app.queue import deadlines


def test_alive_and_ready(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/health/live").json == {"status": "ok"}
    assert client.get("/health/ready").json == {"status": "ok", "database": "up"}


def test_the_line_in_figures_without_anybodys_name(
    app: Flask, create_agent: Callable[..., Agent]
) -> None:
    create_agent("front", state="available", display_name="Inès")
    create_agent("manager", state="available")
    shown = app.test_client().get("/metrics").text
    assert 'permanence_agents{state="available"} 1.0' in shown
    assert 'permanence_calls{state="waiting"} 0.0' in shown
    assert "Inès" not in shown


def test_a_dead_worker_is_named_and_people_are_served(app: Flask) -> None:
    with unit_of_work():
        deadlines.set_deadline("ring", clock.now() - timedelta(minutes=5))
    answer = app.test_client().get("/health/ready")
    assert (answer.status_code, answer.json["status"]) == (200, "degraded")
    assert answer.json["worker"] == "late"


def test_redis_that_is_down_is_named_and_people_are_served(app: Flask) -> None:
    settings = app.extensions["permanence.settings"]
    app.extensions["permanence.settings"] = dataclasses.replace(
        settings,
        redis_url="redis://127.0.0.1:9/0",  # the discard port: nobody answers
    )
    answer = app.test_client().get("/health/ready")
    assert (answer.status_code, answer.json["redis"]) == (200, "down")


def test_a_corrupted_database_is_named(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db.session(), "execute", broken)
    answer = app.test_client().get("/health/ready")
    assert (answer.status_code, answer.json["database"]) == (503, "down")


def broken(*_words: object, **_named: object) -> None:
    raise DatabaseError("SELECT", {}, Exception("database disk image is malformed"))


def test_a_full_disk_is_named(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "LEAST_ROOM", 1 << 62)
    answer = app.test_client().get("/health/ready")
    assert (answer.status_code, answer.json["disk"]) == (503, "full")
