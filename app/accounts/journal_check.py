"""Does the journal's chain hold? Verified by a job, a few lines at a time; pages read what was found.

Two walks. *Newest* goes on, each minute, from the last line that it verified, whose hash it keeps: if
that line is gone or changed, it says so. *Whole* begins at the first line each night: it finds what was
changed behind the other one's back. Thirty thousand lines take a second, which no page may take from
the callers of this process.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update

from app.accounts.journal import FIRST, digest
from app.accounts.models import JournalCheck, JournalEntry
from app.foundation.database.inserts import inserting
from app.foundation.database.unit_of_work import read_anew, unit_of_work
from app.foundation.extensions import db

log = logging.getLogger(__name__)

SLICE = 250  # lines between two pauses: some ten milliseconds


class Walk(StrEnum):
    """The two ways of verifying."""

    NEWEST = "newest"
    WHOLE = "whole"


@dataclass(frozen=True)
class Mark:
    """A line that holds, with its hash."""

    line: int = 0
    hash: str = FIRST


@dataclass(frozen=True)
class Verified:
    """What the last walks found. ``broken``: the first line that does not follow the one before."""

    line: int
    at: datetime | None
    whole_at: datetime | None
    broken: int | None


def verified() -> Verified:
    """What is known now, without looking at the journal: two rows."""
    rows = {row.kind: row for row in db.session.scalars(select(JournalCheck))}
    newest, whole = rows.get(Walk.NEWEST), rows.get(Walk.WHOLE)
    broken = [row.broken_line for row in rows.values() if row.broken_line is not None]
    return Verified(
        line=newest.line_id if newest else 0,
        at=newest.checked_at if newest else None,
        whole_at=whole.checked_at if whole else None,
        broken=min(broken, default=None),
    )


def check_new(*, now: datetime, pause: Callable[[], None] = lambda: None) -> int | None:
    """Verify what was written since the last time; the broken line or None. ``pause``: between slices."""
    start = _mark(Walk.NEWEST)
    mark, broken = (start, start.line) if _is_changed(start) else _walk(start, pause)
    _keep(Walk.NEWEST, mark, broken, now)
    return broken


def check_all(*, now: datetime, pause: Callable[[], None] = lambda: None) -> int | None:
    """Verify from the first line on; the broken line or None."""
    newest = _mark(Walk.NEWEST)
    mark, broken = _walk(Mark(), pause)
    if broken is None and _is_changed(newest):
        broken = newest.line  # the chain was written anew, or ends too early
    _keep(Walk.WHOLE, mark, broken, now)
    if broken is None:
        _keep(Walk.NEWEST, mark, None, now)
    return broken


def first_break() -> int | None:
    """The first line whose chain does not hold, or None; nothing is kept."""
    return _walk(Mark(), lambda: None)[1]


def _walk(mark: Mark, pause: Callable[[], None]) -> tuple[Mark, int | None]:
    """Follow the chain from ``mark``: the last line that holds, and the first that does not."""
    while True:
        read_anew()
        lines = db.session.execute(
            select(
                JournalEntry.id, JournalEntry.previous_hash, JournalEntry.hash,
                JournalEntry.at, JournalEntry.agent_id, JournalEntry.act, JournalEntry.subject, JournalEntry.detail,
            )
            .where(JournalEntry.id > mark.line)
            .order_by(JournalEntry.id)
            .limit(SLICE)
        ).all()  # fmt: skip
        for line_id, previous, hash_, *said in lines:
            if previous != mark.hash or hash_ != digest(mark.hash, *said):
                return mark, line_id
            mark = Mark(line_id, hash_)
        if len(lines) < SLICE:
            return mark, None
        pause()


def _mark(walk: Walk) -> Mark:
    row = db.session.execute(
        select(JournalCheck.line_id, JournalCheck.line_hash).where(JournalCheck.kind == walk)
    ).first()
    return Mark(*row) if row else Mark()


def _is_changed(mark: Mark) -> bool:
    """Is the line that was verified gone, or another than it was?"""
    query = select(JournalEntry.hash).where(JournalEntry.id == mark.line)
    return mark.line > 0 and db.session.scalar(query) != mark.hash


def _keep(walk: Walk, mark: Mark, broken: int | None, now: datetime) -> None:
    if broken is not None:
        log.error("the journal is broken at line %s", broken)
    with unit_of_work():
        made = inserting(JournalCheck).values(kind=walk, line_id=0, line_hash=FIRST)
        db.session.execute(made.on_conflict_do_nothing())
        # Two workers may walk at once: who is behind does not take the mark back.
        ahead = [] if walk is Walk.WHOLE else [JournalCheck.line_id <= mark.line]
        db.session.execute(
            update(JournalCheck)
            .where(JournalCheck.kind == walk, *ahead)
            .values(line_id=mark.line, line_hash=mark.hash, checked_at=now, broken_line=broken)
        )
