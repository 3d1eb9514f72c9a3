"""The journal: who saw or did what, chained by hashes so that a removed line shows.

Database triggers refuse UPDATE and DELETE on it (migration 0001); ``journal_check`` verifies the chain.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from app.accounts.models import JournalEntry
from app.foundation.extensions import db

FIRST = "0" * 64


def record(
    act: str,
    subject: str,
    *,
    agent_id: int | None,
    now: datetime,
    detail: dict[str, Any] | None = None,
) -> JournalEntry:
    """Append one line inside the caller's transaction.

    ``subject`` is ``kind:id``; ``detail`` holds codes and ids only, never a name or a number.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        # One writer at a time: two would chain to the same line.
        db.session.execute(text("SELECT pg_advisory_xact_lock(7401)"))
    last = db.session.scalar(select(JournalEntry.hash).order_by(JournalEntry.id.desc()).limit(1))
    previous = last or FIRST
    entry = JournalEntry(
        at=now,
        agent_id=agent_id,
        act=act,
        subject=subject,
        detail=detail or {},
        previous_hash=previous,
        hash=digest(previous, now, agent_id, act, subject, detail or {}),
    )
    db.session.add(entry)
    db.session.flush()
    return entry


def last_of(subject: str, *acts: str) -> JournalEntry | None:
    """The last line about a subject: of these acts, or of any. Who changed it last, and when."""
    query = select(JournalEntry).where(JournalEntry.subject == subject)
    if acts:
        query = query.where(JournalEntry.act.in_(acts))
    return db.session.scalar(query.order_by(JournalEntry.id.desc()).limit(1))


def digest(
    previous: str,
    at: datetime,
    agent_id: int | None,
    act: str,
    subject: str,
    detail: dict[str, Any],
) -> str:
    """The hash of a line that follows the one whose hash is ``previous``."""
    line = json.dumps(
        [previous, at.isoformat(timespec="microseconds"), agent_id, act, subject, detail],
        sort_keys=True,
        ensure_ascii=False,
    )
    return hashlib.sha256(line.encode()).hexdigest()
