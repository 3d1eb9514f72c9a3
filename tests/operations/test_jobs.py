"""Background jobs: the queue is embedded or Redis by settings, and the nightly one really runs."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from huey import RedisHuey, SqliteHuey

from app.foundation.extensions import db
from app.operations import jobs
from tests.fixtures.settings import make_settings


def test_the_queue_follows_the_settings(redis_url: str) -> None:
    assert isinstance(jobs.make_queue(make_settings()), SqliteHuey)
    assert isinstance(jobs.make_queue(make_settings(redis_url=redis_url)), RedisHuey)


def test_retention_is_scheduled_every_night_and_runs(app: Flask) -> None:
    queue = jobs.register(app)
    task = next(each for each in queue._registry.periodic_tasks if each.name.endswith("nightly"))
    queue.immediate = True
    db.session.remove()
    assert queue.execute(task) is None  # it logs what it erased and returns nothing

    assert task.validate_datetime(datetime(2026, 11, 22, 3, 10))
    assert not task.validate_datetime(datetime(2026, 11, 22, 15, 10))
