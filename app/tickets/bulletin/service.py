"""The bulletin: written and withdrawn by managers, read and acknowledged by each agent.

Managers see who has read what (a rule that changed is no use to who does not know of it); nobody is ranked. What
changes for good is asked to be read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import joinedload

from app.accounts import journal
from app.accounts.models import Agent
from app.foundation.database.inserts import inserting
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict, NotFound
from app.foundation.extensions import db
from app.foundation.roles import AGENTS
from app.tickets import screened
from app.tickets.bulletin.models import BulletinNote, BulletinRead
from app.tickets.promises.service import tell

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
    with unit_of_work() as work:
        db.session.add(note)
        db.session.flush()
        journal.record("bulletin_written", f"bulletin:{note.id}", agent_id=agent_id, now=now)
        tell(work, None)
    return note


def change(
    note_id: int,
    title: str,
    text: str,
    *,
    again: bool,
    seen: str,
    agent_id: int,
    now: datetime,
    locale: str = "fr",
) -> None:
    """Other words; ``again``: everybody is asked to read it once more.

    ``seen`` is what the form had shown (``version``). Raises InvalidInput, NotFound; Conflict when somebody changed it
    meanwhile, or when it holds no more.
    """
    with unit_of_work() as work:
        note = _one(note_id, lock=True)
        if note.withdrawn_at is not None or seen != version(note):
            raise Conflict(
                "Cette nouvelle a changé entre-temps.",
                kept="Rien n'a été écrasé.",
                todo="Rechargez la page, relisez-la, puis recommencez.",
            )
        note.title = screened.accepted(title, locale)[:120]
        note.text = screened.accepted(text, locale)
        note.changed_at = now
        if again:
            note.asked_again_at = now
            tell(work, None)
        db.session.flush()
        journal.record(
            "bulletin_changed", f"bulletin:{note_id}", agent_id=agent_id, now=now,
            detail={"again": again},
        )  # fmt: skip


def version(note: BulletinNote) -> str:
    """Which words a form shows."""
    return note.changed_at.isoformat() if note.changed_at else ""


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
        note = _one(note_id)
        read = {"note_id": note_id, "agent_id": agent_id, "read_at": now}
        made = inserting(BulletinRead).values(read)
        if note.asked_again_at is None:
            made = made.on_conflict_do_nothing()
        else:
            made = made.on_conflict_do_update(
                index_elements=["note_id", "agent_id"],
                set_={"read_at": now},
                where=BulletinRead.read_at < note.asked_again_at,
            )
        if db.session.scalar(made.returning(BulletinRead.note_id)) is not None:
            journal.record("bulletin_read", f"bulletin:{note_id}", agent_id=agent_id, now=now)


def unread(agent_id: int, now: datetime) -> Sequence[BulletinNote]:
    """What this agent has not said to have read as it stands, the oldest first."""
    read = exists().where(
        BulletinRead.note_id == BulletinNote.id, BulletinRead.agent_id == agent_id, _counts()
    )
    since = func.coalesce(BulletinNote.asked_again_at, BulletinNote.written_at)
    return db.session.scalars(
        select(BulletinNote)
        .where(BulletinNote.withdrawn_at.is_(None), since >= now - NEW_FOR, ~read)
        .options(joinedload(BulletinNote.written_by))
        .order_by(BulletinNote.written_at, BulletinNote.id)
        .limit(3)
    ).all()


def _counts() -> ColumnElement[bool]:
    """Was it read since everybody was last asked to?"""
    again = BulletinNote.asked_again_at
    return or_(again.is_(None), BulletinRead.read_at >= again)


def listed() -> Sequence[BulletinNote]:
    """The last news, the latest first."""
    return db.session.scalars(
        select(BulletinNote)
        .options(joinedload(BulletinNote.written_by))
        .order_by(BulletinNote.written_at.desc(), BulletinNote.id.desc())
        .limit(LISTED)
    ).all()


@dataclass(frozen=True)
class Readers:
    """Of one piece of news: who has read it as it stands, and when, the first one first; and who has not."""

    read: tuple[tuple[str, datetime], ...]
    missing: tuple[str, ...]


def readers(notes: Sequence[BulletinNote]) -> dict[int, Readers]:
    """By note, for the managers: the agents who work here now."""
    team = dict(
        db.session.execute(
            select(Agent.id, Agent.display_name)
            .where(Agent.active, Agent.role.in_(AGENTS))
            .order_by(Agent.display_name, Agent.id)
        ).all()
    )
    rows = db.session.execute(
        select(BulletinRead.note_id, BulletinRead.agent_id, BulletinRead.read_at)
        .join(BulletinNote, BulletinNote.id == BulletinRead.note_id)
        .where(BulletinRead.note_id.in_([note.id for note in notes]), _counts())
        .order_by(BulletinRead.read_at, BulletinRead.agent_id)
    ).all()
    found = {}
    for note in notes:
        mine = {row.agent_id: row.read_at for row in rows if row.note_id == note.id}
        found[note.id] = Readers(
            tuple((team[each], at) for each, at in mine.items() if each in team),
            tuple(name for each, name in team.items() if each not in mine),
        )
    return found


def _one(note_id: int, *, lock: bool = False) -> BulletinNote:
    note = db.session.get(
        BulletinNote, note_id, populate_existing=True, with_for_update=True if lock else None
    )
    if note is None:
        raise NotFound("Cette nouvelle n'existe pas.")
    return note
