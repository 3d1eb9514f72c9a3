"""The bulletin: written and withdrawn by managers, read and acknowledged by each agent. Counted, never ranked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from app.accounts import journal
from app.accounts.models import Agent
from app.foundation.database.inserts import inserting
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import NotFound
from app.foundation.extensions import db
from app.foundation.roles import AGENTS
from app.tickets import screened
from app.tickets.bulletin.models import BulletinNote, BulletinRead

LISTED = 30
NEW_FOR = timedelta(days=60)  # older news are on the page, and ask for nothing more


def write(
    title: str, text: str, *, agent_id: int, now: datetime, locale: str = "fr"
) -> BulletinNote:
    """Something that changed, for everybody to read. Raises InvalidInput."""
    note = BulletinNote(
        title=screened.accepted(title, locale)[:120],
        text=screened.accepted(text, locale),
        written_by_id=agent_id,
        written_at=now,
    )
    with unit_of_work():
        db.session.add(note)
        db.session.flush()
        journal.record("bulletin_written", f"bulletin:{note.id}", agent_id=agent_id, now=now)
    return note


def withdraw(note_id: int, *, agent_id: int, now: datetime) -> None:
    """It holds no more: nobody is asked to read it. A second time changes nothing."""
    with unit_of_work():
        note = _one(note_id)
        if note.withdrawn_at is None:
            note.withdrawn_at = now
            journal.record("bulletin_withdrawn", f"bulletin:{note_id}", agent_id=agent_id, now=now)


def acknowledge(note_id: int, *, agent_id: int, now: datetime) -> None:
    """« J'ai lu » : it leaves this agent's desk. A second time changes nothing."""
    with unit_of_work():
        _one(note_id)
        read = {"note_id": note_id, "agent_id": agent_id, "read_at": now}
        made = inserting(BulletinRead).values(read).on_conflict_do_nothing()
        if db.session.scalar(made.returning(BulletinRead.note_id)) is not None:
            journal.record("bulletin_read", f"bulletin:{note_id}", agent_id=agent_id, now=now)


def unread(agent_id: int, now: datetime) -> Sequence[BulletinNote]:
    """What this agent has not said to have read, the oldest first."""
    read = exists().where(
        BulletinRead.note_id == BulletinNote.id, BulletinRead.agent_id == agent_id
    )
    return db.session.scalars(
        select(BulletinNote)
        .where(BulletinNote.withdrawn_at.is_(None), BulletinNote.written_at >= now - NEW_FOR, ~read)
        .options(joinedload(BulletinNote.written_by))
        .order_by(BulletinNote.written_at, BulletinNote.id)
        .limit(3)
    ).all()


def listed() -> Sequence[tuple[BulletinNote, int]]:
    """The last news, the latest first, each with how many agents have read it."""
    count = (
        select(func.count())
        .select_from(BulletinRead)
        .join(Agent, Agent.id == BulletinRead.agent_id)
        .where(BulletinRead.note_id == BulletinNote.id, Agent.active, Agent.role.in_(AGENTS))
        .correlate(BulletinNote)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(BulletinNote, count)
        .options(joinedload(BulletinNote.written_by))
        .order_by(BulletinNote.written_at.desc(), BulletinNote.id.desc())
        .limit(LISTED)
    )
    return [(row[0], row[1]) for row in rows]


def readers() -> int:
    """How many agents are to read it."""
    query = select(func.count()).select_from(Agent).where(Agent.active, Agent.role.in_(AGENTS))
    return db.session.scalar(query) or 0


def _one(note_id: int) -> BulletinNote:
    note = db.session.get(BulletinNote, note_id, populate_existing=True)
    if note is None:
        raise NotFound("Cette nouvelle n'existe pas.")
    return note
