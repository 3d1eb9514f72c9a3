"""Lines in the database: by id, by number, or the first one, which every installation begins with."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import bindparam, select

from app.foundation.exceptions import Unavailable
from app.foundation.extensions import db
from app.lines.models import Line
from app.queue import queues
from app.queue.models import Queue
from app.queue.policy import Policy

Found = TypeVar("Found")


def every() -> list[Line]:
    """The lines of the installation, the first one first."""
    return list(db.session.scalars(select(Line).order_by(Line.id)))


def first() -> Line | None:
    """The first line; None where none is set up yet."""
    return db.session.scalar(select(Line).order_by(Line.id).limit(1))


def named(line_id: int | None) -> Line | None:
    """That line; the first one when none is named."""
    return db.session.get(Line, line_id) if line_id is not None else first()


def dialled(number: str) -> Line | None:
    """The line whose number was called or written to; the first one when it is none of ours."""
    return db.session.scalar(select(Line).order_by(Line.number != number, Line.id).limit(1))


def policy_of(line_id: int) -> Policy:
    """By which rules the queue of this line offers its calls."""
    return queues.policy(db.session.execute(_RULES, {"line_id": line_id}).one())


_RULES = queues.RULES.join(Line, Line.queue_id == Queue.id).where(Line.id == bindparam("line_id"))


def set_up(line: Found | None) -> Found:
    """The line that was looked for. Raises Unavailable where none is set up yet."""
    if line is None:
        raise Unavailable("Aucune ligne n'est configurée.", todo="flask --app app.factory line add")
    return line
