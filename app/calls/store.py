"""Calls in the database: one conditional update an event, and the reads that routing needs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.accounts.models import Presence
from app.calls import states
from app.calls.models import Call, CallEvent, CallSegment, Deadline
from app.calls.states import CallRecord, Event, Kind, PartyState, State
from app.exceptions import Conflict, NotFound
from app.extensions import db
from app.unit_of_work import rows_changed

DERIVED = tuple(f.name for f in fields(CallRecord) if f.name != "outbound")
ATTEMPTS = 8


def new_ref() -> str:
    """A public name for a call: random, says nothing, fits a conference's name and a URL."""
    return secrets.token_hex(8)


def by_ref(ref: str) -> Call:
    """The call named ``ref``. Raises NotFound."""
    call = db.session.scalar(select(Call).where(Call.ref == ref))
    if call is None:
        raise NotFound("Cet appel n'existe pas.")
    return call


def by_caller_sid(sid: str) -> Call | None:
    """The call whose person's leg is ``sid``: she rang us, or else we rang her."""
    if not sid:
        return None
    call = db.session.scalar(select(Call).where(Call.provider_sid == sid))
    return call or db.session.scalar(select(Call).where(Call.person_leg_sid == sid))


def by_agent_leg(sid: str) -> Call | None:
    """The call whose current agent's leg is ``sid``."""
    return db.session.scalar(select(Call).where(Call.agent_leg_sid == sid)) if sid else None


def by_party_leg(sid: str) -> Call | None:
    """The call whose further person's leg is ``sid``."""
    return db.session.scalar(select(Call).where(Call.party_leg_sid == sid)) if sid else None


def person_sid(call: Call) -> str:
    """The leg of the person, whoever rang."""
    return call.person_leg_sid or call.provider_sid


def record_of(call: Call) -> CallRecord:
    """The pure record that a row holds."""
    values = {name: getattr(call, name) for name in DERIVED}
    values["state"] = State(call.state)
    values["outcome"] = states.Outcome(call.outcome) if call.outcome else None
    values["party_state"] = PartyState(call.party_state) if call.party_state else None
    return CallRecord(outbound=is_outbound(call), **values)


def is_outbound(call: Call) -> bool:
    """Did we ring the person?"""
    return call.direction == "out"


def apply_event(call_id: int, event: Event) -> tuple[CallRecord, CallRecord] | None:
    """Apply one event inside the caller's transaction.

    Returns the record before and after, or None when the event changed nothing (illegal now,
    already applied, or its key seen before). The update holds only if nobody changed the row
    since it was read: on a lost race it is read and judged again.
    """
    for _attempt in range(ATTEMPTS):
        call = db.session.get(Call, call_id, populate_existing=True)
        if call is None:
            raise NotFound("Cet appel n'existe pas.")
        before = record_of(call)
        after = states.apply(before, event)
        if after is before:
            return None
        if _replace(call, before, after, event.key):
            _append(call_id, call.version + 1, event)
            if after.state in (State.WRAP_UP, State.ENDED):
                write_segments(call_id)
            db.session.expire(call)
            return before, after
        if _key_known(call_id, event.key):
            return None
    raise Conflict("Cet appel vient de changer.", todo="Regardez son état, puis recommencez.")


def _key_seen(call_id: int, key: str) -> ColumnElement[bool]:
    return exists().where(CallEvent.call_id == call_id, CallEvent.key == key)


def _key_known(call_id: int, key: str) -> bool:
    return bool(db.session.scalar(select(_key_seen(call_id, key))))


def _replace(call: Call, before: CallRecord, after: CallRecord, key: str) -> bool:
    """Write what changed, if nobody changed the row meanwhile and this event was never applied."""
    changed = {
        name: value for name in DERIVED if (value := getattr(after, name)) != getattr(before, name)
    }
    result = db.session.execute(
        update(Call)
        .where(Call.id == call.id, Call.version == call.version, ~_key_seen(call.id, key))
        .values(version=call.version + 1, **changed)
        .execution_options(synchronize_session=False)
    )
    return bool(rows_changed(result))


def _append(call_id: int, sequence: int, event: Event) -> None:
    data = {
        name: value
        for name, value in (
            ("leg", event.leg),
            ("conference", event.conference),
            ("until", event.until.isoformat() if event.until else None),
            ("overflow", event.overflow or None),
            ("to", event.to_agent_id),
            ("party", event.party_id),
            ("since", event.since.isoformat() if event.since else None),
        )
        if value
    }
    db.session.execute(
        insert(CallEvent).values(
            call_id=call_id,
            sequence=sequence,
            key=event.key,
            kind=event.kind,
            at=event.at,
            agent_id=event.agent_id,
            data=data,
        )
    )


def events_of(call_id: int) -> list[Event]:
    """The events of a call, in the order they were applied."""
    rows = db.session.scalars(
        select(CallEvent).where(CallEvent.call_id == call_id).order_by(CallEvent.sequence)
    )
    return [
        Event(
            kind=Kind(row.kind),
            at=row.at,
            key=row.key,
            agent_id=row.agent_id,
            leg=row.data.get("leg"),
            conference=row.data.get("conference"),
            until=_instant(row.data.get("until")),
            overflow=bool(row.data.get("overflow")),
            to_agent_id=row.data.get("to"),
            party_id=row.data.get("party"),
            since=_instant(row.data.get("since")),
        )
        for row in rows
    ]


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def rebuild(call: Call) -> CallRecord:
    """Make the row and its segments again from its events; the record it now holds."""
    record = states.rebuild(call.received_at, events_of(call.id), outbound=is_outbound(call))
    for name in DERIVED:
        setattr(call, name, getattr(record, name))
    write_segments(call.id)
    return record


def write_segments(call_id: int) -> None:
    """Derive the spans of a call anew."""
    received_at, direction = db.session.execute(
        select(Call.received_at, Call.direction).where(Call.id == call_id)
    ).one()
    db.session.execute(delete(CallSegment).where(CallSegment.call_id == call_id))
    spans = states.segments(received_at, events_of(call_id), outbound=direction == "out")
    if spans:
        db.session.execute(
            insert(CallSegment),
            [
                {
                    "call_id": call_id,
                    "kind": s.kind,
                    "agent_id": s.agent_id,
                    "started_at": s.started_at,
                    "ended_at": s.ended_at,
                }
                for s in spans
            ],
        )


# --- reads ---------------------------------------------------------------------------------------


def current_call_of(agent_id: int) -> Call | None:
    """The call that rings at, or is held by, this agent; her wrap-up included.

    A consultation of hers counts, and a call she has sent outside until she has wrapped it up.
    """
    hers = select(Presence.call_id).where(Presence.agent_id == agent_id).scalar_subquery()
    return db.session.scalar(
        select(Call)
        .where(
            or_(
                Call.id == hers,
                (Call.agent_id == agent_id)
                & Call.state.in_((State.CONNECTING, State.TALKING, State.WRAP_UP)),
            )
        )
        .order_by(Call.received_at.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def recent_waits(since: datetime, limit: int = 50) -> list[float]:
    """Seconds that recently answered callers waited, newest first."""
    rows = db.session.execute(
        select(Call.queued_at, Call.answered_at)
        .where(Call.answered_at >= since, Call.queued_at.is_not(None), Call.direction == "in")
        .order_by(Call.answered_at.desc())
        .limit(limit)
    )
    return [(answered - queued).total_seconds() for queued, answered in rows if answered and queued]


# --- deadlines -----------------------------------------------------------------------------------


def set_deadline(
    kind: str, due_at: datetime, *, call_id: int | None = None, agent_id: int | None = None
) -> None:
    """Make something due; the same kind for the same call and agent is moved, not doubled."""
    postgresql = db.session.get_bind().dialect.name == "postgresql"
    row = (postgresql_insert if postgresql else sqlite_insert)(Deadline).values(
        key=f"{kind}:{call_id or ''}:{agent_id or ''}",
        kind=kind,
        due_at=due_at,
        call_id=call_id,
        agent_id=agent_id,
    )
    db.session.execute(
        row.on_conflict_do_update(
            index_elements=[Deadline.key], set_={"due_at": due_at, "claimed_at": None}
        )
    )


@dataclass(frozen=True)
class Due:
    """A claimed deadline."""

    id: int
    kind: str
    call_id: int | None
    agent_id: int | None


def claim_due(now: datetime, lease: timedelta, limit: int = 100) -> list[Due]:
    """Claim what is due and not claimed (or whose claim's lease is over)."""
    free = or_(Deadline.claimed_at.is_(None), Deadline.claimed_at < now - lease)
    rows = db.session.execute(
        select(Deadline.id, Deadline.kind, Deadline.call_id, Deadline.agent_id)
        .where(Deadline.due_at <= now, free)
        .order_by(Deadline.due_at)
        .limit(limit)
    ).all()
    return [Due(*row) for row in rows if _claim(row.id, free, now)]


def _claim(deadline_id: int, free: ColumnElement[bool], now: datetime) -> bool:
    result = db.session.execute(
        update(Deadline)
        .where(Deadline.id == deadline_id, free, Deadline.due_at <= now)
        .values(claimed_at=now)
        .execution_options(synchronize_session=False)
    )
    return bool(rows_changed(result))


def finish_deadline(deadline_id: int, claimed_at: datetime) -> None:
    """Forget a deadline that was acted upon, unless it was moved meanwhile."""
    db.session.execute(
        delete(Deadline).where(Deadline.id == deadline_id, Deadline.claimed_at == claimed_at)
    )
