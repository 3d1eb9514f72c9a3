"""Lines in the database: by id, by number, or the first one, which every installation begins with."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import select

from app.foundation.exceptions import Unavailable
from app.foundation.extensions import db
from app.lines.models import Line

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


def set_up(line: Found | None) -> Found:
    """The line that was looked for. Raises Unavailable where none is set up yet."""
    if line is None:
        raise Unavailable("Aucune ligne n'est configurée.", todo="flask --app app.factory line add")
    return line
