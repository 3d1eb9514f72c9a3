"""Background jobs: the queue is embedded or Redis by settings, and the nightly one really runs."""

from __future__ import annotations

import pickle
from datetime import datetime

import pytest
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


def test_who_can_write_in_redis_cannot_make_us_run_it(redis_url: str) -> None:
    """What lies there is signed: a task that is not ours, or was changed, is not even unpacked."""
    queue = jobs.make_queue(make_settings(redis_url=redis_url))
    ran: list[str] = []
    queue.task()(lambda: ran.append("ours"))
    for forged in (pickle.dumps(Forged()), b"x", pickle.dumps(Forged()) + b":" + b"0" * 40):
        queue.storage.enqueue(forged)
        with pytest.raises(ValueError, match=r"(?i)signature|separator|malformed|corrupt"):
            queue.dequeue()
    assert ran == FORGED == []


FORGED: list[str] = []


class Forged:
    """Runs code as soon as it is unpacked."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return FORGED.append, ("run",)
