"""What this process needs to serve: is it there? One short question to each, none changes anything."""

from __future__ import annotations

import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from flask import current_app
from redis import Redis, RedisError
from sqlalchemy import false, func, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from app.foundation.database.trouble import KEY, Notes, kind_of
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.foundation.redis_pools import pool
from app.foundation.wiring import settings
from app.queue.models import Beat, Deadline

TICKER = "ticker"
LEAST_ROOM = 50_000_000  # bytes: below, the journal of a busy hour no longer fits
LEAST_FILES = 100  # a disk may have room and no name left for a further file
LATE = timedelta(minutes=1)  # of a deadline that a living ticker claims within a second
BEAT_EVERY = timedelta(seconds=5)
SILENT = timedelta(seconds=30)


# SQLite begins a writing transaction on a file that it may only read, and refuses the first write.
_CHANGES_NOTHING = update(Beat).where(false()).values(at=Beat.at)


def database() -> str:
    """« up », or what is wrong: ``trouble.kind_of``."""
    try:
        if db.engine.dialect.name == "postgresql":
            db.session.execute(select(func.max(Deadline.id)))
            locked = db.session.scalar(text("SHOW transaction_read_only")) == "on"
            found = "read-only" if locked else "up"
        else:
            db.session.execute(select(func.max(Deadline.id)))
            db.session.rollback()
            with db.engine.connect().execution_options(write=True) as connection:
                connection.execute(_CHANGES_NOTHING)
                connection.rollback()
            found = "up"
    except SQLAlchemyError as error:
        return kind_of(error)
    return (_noted().lately() or "up") if found == "up" else found


def _noted() -> Notes:
    return cast(Notes, current_app.extensions[KEY])


def around(now: datetime) -> dict[str, str]:
    """What is missing beside the database, by name; empty when all is there."""
    missing = {}
    if (disk := _disk()) != "up":
        missing["disk"] = disk
    if settings().redis_url and not _redis_answers():
        missing["redis"] = "down"
    if (worker := _worker(now)) != "up":
        missing["worker"] = worker
    return missing


def _disk() -> str:
    folder = settings().instance_dir
    place = str(folder if folder.exists() else folder.parent)
    try:
        names = os.statvfs(place)
        if shutil.disk_usage(place).free < LEAST_ROOM:
            return "full"
        if names.f_files and names.f_favail < LEAST_FILES:
            return "full"
    except OSError:
        return "gone"
    return "up" if _is_writable(Path(place)) else "read-only"


def _is_writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)


def _redis_answers() -> bool:
    try:
        return bool(Redis(connection_pool=pool(settings().redis_url, "limits")).ping())
    except (RedisError, OSError):
        return False


def _worker(now: datetime) -> str:
    """« up », « late » (something due waits), « silent » (nobody ticks), « never seen »."""
    try:
        oldest = db.session.scalar(select(func.min(Deadline.due_at)))
        beat = db.session.scalar(select(Beat.at).where(Beat.name == TICKER))
    except SQLAlchemyError:
        return "up"  # the database says it
    if beat is None:
        return "never seen"
    if now - beat > SILENT:
        return "silent"
    return "late" if oldest is not None and now - oldest > LATE else "up"


def beat(now: datetime) -> None:
    """The ticker lives, in whichever process."""
    with unit_of_work():
        db.session.merge(Beat(name=TICKER, at=now))
