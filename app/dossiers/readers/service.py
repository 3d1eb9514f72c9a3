"""Who reads a dossier: now, told to the others who have it before them; and ever, in the journal.

A tab says which dossiers it shows (socket event ``reading``); its rows go with its connection, so that a closed
browser, or a process that died, leaves nobody behind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from app.accounts import journal
from app.accounts.models import Agent, Connection, JournalEntry
from app.dossiers.models import Dossier
from app.dossiers.readers.models import DossierReader
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.web import realtime

MOST = 4  # dossiers that one tab shows at once: a page and the desk's column
READ_AGAIN = timedelta(minutes=30)  # the same agent on the same dossier: one line of the journal


def note_read(dossier_id: int, *, agent_id: int, now: datetime) -> None:
    """Journal that an agent opened a dossier; a page that draws itself again within half an hour is no new reading."""
    _note_read("read_dossier", f"dossier:{dossier_id}", agent_id, now)


def note_read_person(person_id: int, *, agent_id: int, now: datetime) -> None:
    """The same, of somebody who has no dossier."""
    _note_read("read_person", f"person:{person_id}", agent_id, now)


def _note_read(act: str, subject: str, agent_id: int, now: datetime) -> None:
    lately = select(JournalEntry.id).where(
        JournalEntry.subject == subject,
        JournalEntry.act == act,
        JournalEntry.agent_id == agent_id,
        JournalEntry.at > now - READ_AGAIN,
    )
    if db.session.scalar(lately.limit(1)) is None:
        with unit_of_work():
            journal.record(act, subject, agent_id=agent_id, now=now)


def shows(sid: str, dossier_ids: Collection[int]) -> None:
    """A tab shows these dossiers and no other; whoever else has one of them before them is told."""
    wanted = set(sorted(set(dossier_ids))[:MOST])
    with unit_of_work() as work:
        if db.session.get(Connection, sid) is None:
            return
        before = set(_shown_by(sid))
        if wanted == before:
            return
        there = set(db.session.scalars(select(Dossier.id).where(Dossier.id.in_(wanted))))
        gone = before - wanted
        db.session.execute(
            delete(DossierReader).where(
                DossierReader.sid == sid, DossierReader.dossier_id.in_(gone)
            )
        )
        db.session.add_all(
            DossierReader(sid=sid, dossier_id=each) for each in (wanted - before) & there
        )
        moved = gone | ((wanted - before) & there)
        work.after(lambda: _tell(moved))


def left(sid: str) -> None:
    """A tab is about to be forgotten: the others on its dossiers look again once it is."""
    shows(sid, ())


def _shown_by(sid: str) -> list[int]:
    return list(
        db.session.scalars(select(DossierReader.dossier_id).where(DossierReader.sid == sid))
    )


def _tell(dossier_ids: Iterable[int]) -> None:
    for dossier_id in sorted(dossier_ids):
        realtime.publish("readers", {"dossier_id": dossier_id}, room=realtime.LINE_ROOM)


def others(dossier_id: int, agent_id: int) -> list[str]:
    """The colleagues who have a dossier on the screen now, by name."""
    return list(
        db.session.scalars(
            select(Agent.display_name)
            .join(Connection, Connection.agent_id == Agent.id)
            .join(DossierReader, DossierReader.sid == Connection.sid)
            .where(DossierReader.dossier_id == dossier_id, Agent.id != agent_id)
            .distinct()
            .order_by(Agent.display_name)
        )
    )
