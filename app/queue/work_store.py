"""Messages as work in the database: one conditional update an event, what follows from it, and reads.

Every change is ``UPDATE … WHERE version = …`` inside the caller's transaction: of two who take the same
message one wins. Who holds one is in ``holdings``, with weight 0: a call may interrupt it, and it is
found as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select, update

from app.foundation.database.unit_of_work import rows_changed
from app.foundation.exceptions import Conflict, NotFound
from app.foundation.extensions import db
from app.queue import work_record
from app.queue.life import Life, Stage
from app.queue.models import Holding, Work, WorkEvent
from app.queue.work_record import Event, Kind, Outcome, WorkRecord
from app.tickets.models import Contact

MESSAGE = "message"
ATTEMPTS = 8


@dataclass(frozen=True)
class Seen:
    """A work as it was read at one instant: what an event is judged on, and its contact."""

    work_id: int
    contact_id: int
    version: int
    record: WorkRecord


@dataclass(frozen=True)
class Applied:
    """A work before and after an event that changed it."""

    before: WorkRecord
    after: WorkRecord


def moved_on() -> Conflict:
    """Somebody else was faster."""
    return Conflict(
        "Quelqu'un d'autre vient de prendre ce message.",
        kept="Rien n'a été perdu.",
        todo="Regardez-le, puis recommencez.",
    )


# --- one event -----------------------------------------------------------------------------------


def look(work_id: int) -> Seen:
    """A work and who holds it, read anew. Raises NotFound."""
    row = db.session.execute(
        select(Work, Holding.agent_id, Holding.since)
        .outerjoin(Holding, Holding.work_id == Work.id)
        .where(Work.id == work_id)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFound("Ce message n'existe pas.", todo="Rechargez la page.")
    work, holder, since = row
    return Seen(work.id, work.contact_id, work.version, _record_of(work, holder, since))


def _record_of(work: Work, holder: int | None, since: datetime | None) -> WorkRecord:
    life = Life(
        first_arrived_at=work.first_arrived_at,
        waiting_since=work.waiting_since,
        stage=Stage(work.state),
        offered_to=work.offered_to,
        offered_at=work.offered_at,
        offer_until=work.offer_until,
        held_by=holder,
        held_at=since,
        parked_until=work.parked_until,
        ended_at=work.ended_at,
    )
    outcome = Outcome(work.outcome) if work.outcome else None
    return WorkRecord(life, work.last_at, work.language, work.preferred_agent_id, outcome)


def _columns(record: WorkRecord) -> dict[str, Any]:
    life = record.life
    return {
        "state": life.stage.value,
        "first_arrived_at": life.first_arrived_at,
        "waiting_since": life.waiting_since,
        "last_at": record.last_at,
        "language": record.language,
        "preferred_agent_id": record.preferred_agent_id,
        "offered_to": life.offered_to,
        "offered_at": life.offered_at,
        "offer_until": life.offer_until,
        "parked_until": life.parked_until,
        "ended_at": life.ended_at,
        "outcome": record.outcome and record.outcome.value,
    }


def begin(contact_id: int, queue_id: int, event: Event) -> int:
    """Make the work of a contact from its arrival; its id."""
    columns = _columns(work_record.begun(event))
    made = Work(
        queue_id=queue_id,
        kind=MESSAGE,
        contact_id=contact_id,
        created_at=event.at,
        version=1,
        priority=0,
        **columns,
    )
    db.session.add(made)
    db.session.flush()
    _append(made.id, 1, event)
    return made.id


def happen(work_id: int, event: Event) -> Applied | None:
    """Apply one event, with what follows; None when it cannot happen now, and nothing is changed.

    The update holds only if nobody changed the work since it was read: on a lost race it is read and
    judged again.
    """
    for _attempt in range(ATTEMPTS):
        seen = look(work_id)
        after = work_record.apply(seen.record, event)
        if after is seen.record:
            return None
        if _replaced(seen, after):
            _append(work_id, seen.version + 1, event)
            _follow(seen, after)
            return Applied(seen.record, after)
    raise moved_on()


def _replaced(seen: Seen, after: WorkRecord) -> bool:
    was = _columns(seen.record)
    changed = {name: value for name, value in _columns(after).items() if value != was[name]}
    done = db.session.execute(
        update(Work)
        .where(Work.id == seen.work_id, Work.version == seen.version)
        .values(version=seen.version + 1, **changed)
    )
    return bool(rows_changed(done))


def _follow(seen: Seen, after: WorkRecord) -> None:
    """Who holds it, and what its contact says of that."""
    before, life = seen.record.life, after.life
    contact = update(Contact).where(Contact.id == seen.contact_id)
    if life.held_by != before.held_by:
        _hold(seen.work_id, life)
    if life.stage is Stage.HELD and before.stage is not Stage.HELD:
        db.session.execute(contact.values(agent_id=life.held_by, closed_at=None))
    if life.stage is Stage.WAITING and before.stage is Stage.HELD:
        db.session.execute(contact.where(Contact.qualified_at.is_(None)).values(agent_id=None))
    if life.stage is Stage.DONE:
        db.session.execute(
            contact.where(Contact.closed_at.is_(None)).values(closed_at=after.last_at)
        )


def _hold(work_id: int, life: Life) -> None:
    db.session.execute(delete(Holding).where(Holding.work_id == work_id))
    if life.held_by is not None:
        held = Holding(agent_id=life.held_by, work_id=work_id, weight=0, since=life.held_at)
        db.session.add(held)
    db.session.flush()


# --- its events ----------------------------------------------------------------------------------


def _append(work_id: int, seq: int, event: Event) -> None:
    data = {
        "until": event.until and event.until.isoformat(),
        "to": event.to_agent_id,
        "outcome": event.outcome and event.outcome.value,
        "language": event.language if event.kind is Kind.ARRIVED else None,
    }
    db.session.add(
        WorkEvent(
            work_id=work_id,
            seq=seq,
            kind=event.kind.value,
            at=event.at,
            agent_id=event.agent_id,
            data={name: value for name, value in data.items() if value is not None},
        )
    )
    db.session.flush()


def events_of(work_id: int) -> list[Event]:
    """The events of a work, in the order they were applied."""
    rows = db.session.execute(
        select(WorkEvent.kind, WorkEvent.at, WorkEvent.agent_id, WorkEvent.data)
        .where(WorkEvent.work_id == work_id)
        .order_by(WorkEvent.seq)
    )
    return [_event(row) for row in rows]


def _event(row: Any) -> Event:
    until, outcome = row.data.get("until"), row.data.get("outcome")
    return Event(
        kind=Kind(row.kind),
        at=row.at,
        agent_id=row.agent_id,
        until=datetime.fromisoformat(until) if until else None,
        to_agent_id=row.data.get("to"),
        outcome=Outcome(outcome) if outcome else None,
        language=row.data.get("language", ""),
    )


def rebuild(work_id: int) -> WorkRecord:
    """Make a work's row, and who holds it, again from its events. Raises NotFound, Conflict."""
    seen = look(work_id)
    first, *others = events_of(work_id)
    if not first.language:  # arrived before arrivals said these two: the row does
        asked = seen.record.preferred_agent_id
        first = replace(first, language=seen.record.language, to_agent_id=asked)
    record = work_record.rebuild([first, *others])
    as_seen = update(Work).where(Work.id == work_id, Work.version == seen.version)
    made = as_seen.values(version=1 + len(others), **_columns(record))
    if not rows_changed(db.session.execute(made)):
        raise moved_on()
    _hold(work_id, record.life)
    return record


# --- reads ---------------------------------------------------------------------------------------


def work(work_id: int) -> Work:
    """A work's row, read anew. Raises NotFound."""
    found = db.session.scalar(
        select(Work).where(Work.id == work_id).execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("Ce message n'existe pas.", todo="Rechargez la page.")
    return found


def open_of(contact_id: int) -> Work | None:
    """The open work of a contact, read anew."""
    return db.session.scalar(
        select(Work)
        .where(Work.contact_id == contact_id, Work.kind == MESSAGE, Work.ended_at.is_(None))
        .execution_options(populate_existing=True)
    )


def open_among(contacts: Select[Any]) -> int | None:
    """Of these contacts, the last one that is still owed an answer, however long ago it was opened."""
    return db.session.scalar(
        select(Work.contact_id)
        .where(Work.contact_id.in_(contacts), Work.kind == MESSAGE, Work.ended_at.is_(None))
        .order_by(Work.id.desc())
        .limit(1)
    )


def holder_of(work_id: int) -> int | None:
    """Who holds a work now."""
    return db.session.scalar(select(Holding.agent_id).where(Holding.work_id == work_id))


def held_by(agent_id: int) -> list[int]:
    """The works that an agent holds now."""
    hers = (Holding.agent_id == agent_id, Holding.work_id.is_not(None))
    return [each for each in db.session.scalars(select(Holding.work_id).where(*hers)) if each]


def at_desk_of(agent_id: int) -> Work | None:
    """The message that an agent holds, else the one offered to her."""
    held = select(Holding.work_id).where(Holding.agent_id == agent_id, Holding.work_id.is_not(None))
    return db.session.scalar(
        select(Work)
        .where(Work.id.in_(held) | (Work.offered_to == agent_id))
        .order_by(Work.state, Work.id)  # « held » stands before « offered »
        .limit(1)
    )


def waiting_figures() -> tuple[int, datetime | None]:
    """How many messages wait for somebody to take them, and since when the oldest does."""
    count, oldest = db.session.execute(
        select(func.count(), func.min(Work.waiting_since)).where(
            Work.kind == MESSAGE, Work.state.in_((Stage.WAITING, Stage.OFFERED))
        )
    ).one()
    return int(count), oldest
