"""Background jobs: Huey, in SQLite when embedded, in Redis in production.

Tasks are plain functions registered here, run inside an app context.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask
from huey import RedisHuey, SqliteHuey, crontab
from huey.api import Huey
from huey.consumer import Consumer
from huey.serializer import SignedSerializer
from redis.exceptions import RedisError

from app.accounts import journal_check
from app.dossiers.payments import forgotten
from app.foundation import clock, sqlite
from app.foundation.config import Settings
from app.foundation.extensions import socketio
from app.foundation.redis_pools import pool
from app.operations import retention

log = logging.getLogger(__name__)

PAUSE_SECONDS = (
    0.02  # between two slices of a long job: who serves callers in this process goes first
)


def make_queue(settings: Settings) -> Huey:
    """The job queue of this installation."""
    # What lies in Redis is signed: who can write there cannot make this process run it.
    signed = SignedSerializer(secret=settings.secret_key, salt="jobs")
    if settings.redis_url:
        jobs = pool(settings.redis_url, "jobs")
        return RedisHuey("permanence", connection_pool=jobs, serializer=signed)
    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    return SqliteHuey(
        "permanence",
        filename=str(settings.instance_dir / "jobs.sqlite"),
        serializer=signed,
        timeout=sqlite.LIBRARY_WAIT_S,
    )


def register(app: Flask) -> Huey:
    """Declare the jobs of ``app``: what the journal has that is new each minute, the rest at 3:10 at night."""
    queue = make_queue(app.extensions["permanence.settings"])

    def within_app(task: Callable[[], Any]) -> Callable[[], None]:
        def run() -> None:
            with app.app_context():
                done = task()
                if done:
                    log.info("job %s: %s", task.__name__, done)

        run.__name__ = task.__name__
        return run

    queue.periodic_task(crontab(hour="3", minute="10"))(within_app(nightly))
    queue.periodic_task(crontab())(within_app(each_minute))
    return queue


def nightly() -> dict[str, int]:
    """Forget what is past its term, look for grants that wait for their payment, then verify the whole journal,
    a slice at a time."""
    counts = retention.run(now=clock.now(), dry_run=False)
    counts["payments_waiting"] = forgotten.look(clock.now())
    journal_check.check_all(now=clock.now(), pause=_pause)
    return counts


def each_minute() -> None:
    """Verify the journal's new lines."""
    journal_check.check_new(now=clock.now(), pause=_pause)


def _pause() -> None:
    socketio.sleep(PAUSE_SECONDS)


class EmbeddedConsumer(Consumer):
    """Huey's consumer inside the web process: signals stay the server's."""

    def _set_signal_handlers(self) -> None:
        """The web server decides when this process stops."""


def start_embedded(app: Flask) -> None:
    """Run the jobs beside the requests of the one embedded process."""
    EmbeddedConsumer(register(app), workers=1, worker_type="greenlet", periodic=True).start()


def _in_one_line(record: logging.LogRecord) -> bool:
    """Redis away is no surprise: a line says it at each try, not forty."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, RedisError):
        record.exc_info, record.levelno, record.levelname = None, logging.WARNING, "WARNING"
        record.msg = (
            f"{record.getMessage()} Redis does not answer; jobs wait ({type(error).__name__})."
        )
        record.args = ()
    return True


def serve(app: Flask) -> None:
    """Run the jobs in a process of their own, until it is told to stop."""
    for name in ("huey.consumer.Worker", "huey.consumer.Scheduler"):
        logging.getLogger(name).addFilter(_in_one_line)
    register(app).create_consumer(workers=2, periodic=True).run()
