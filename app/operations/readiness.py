"""What this process needs to serve: is it there? One short question to each, none changes anything."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta

from redis import Redis, RedisError
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from app.foundation.extensions import db
from app.foundation.redis_pools import pool
from app.foundation.wiring import settings
from app.queue.models import Deadline

LEAST_ROOM = 50_000_000  # bytes: below, the journal of a busy hour no longer fits
LATE = timedelta(minutes=1)  # of a deadline that a living ticker claims within a second


def database() -> str:
    """« up », « read-only » or « down » (a corrupted one is down)."""
    try:
        kind = db.engine.dialect.name
        db.session.execute(select(func.max(Deadline.id)))
        if kind == "postgresql":
            locked = db.session.scalar(text("SHOW transaction_read_only")) == "on"
            return "read-only" if locked else "up"
        db.session.rollback()
        with db.engine.connect().execution_options(write=True) as connection:
            connection.execute(text("SELECT 1"))  # begins as a writer does
            connection.rollback()
    except OperationalError as error:
        return "read-only" if "readonly" in str(error.orig) else "down"
    except SQLAlchemyError:
        return "down"
    return "up"


def around(now: datetime) -> dict[str, str]:
    """What is missing beside the database, by name; empty when all is there."""
    missing = {}
    if shutil.disk_usage(_folder()).free < LEAST_ROOM:
        missing["disk"] = "full"
    if settings().redis_url and not _redis_answers():
        missing["redis"] = "down"
    if _ticker_is_late(now):
        missing["worker"] = "late"
    return missing


def _folder() -> str:
    folder = settings().instance_dir
    return str(folder if folder.exists() else folder.parent)


def _redis_answers() -> bool:
    try:
        return bool(Redis(connection_pool=pool(settings().redis_url, "limits")).ping())
    except (RedisError, OSError):
        return False


def _ticker_is_late(now: datetime) -> bool:
    try:
        oldest = db.session.scalar(select(func.min(Deadline.due_at)))
    except SQLAlchemyError:
        return False  # the database says it
    return oldest is not None and now - oldest > LATE
