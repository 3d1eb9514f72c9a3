"""Calls in the database: one conditional update an event, and the reads that routing needs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from app.accounts.models import Holding
from app.calls.call.life import states
from app.calls.call.life.states import CallRecord, Event, Kind, PartyState, State
from app.calls.call.models import Call, CallEvent, CallSegment
from app.foundation.database.unit_of_work import rows_changed
from app.foundation.exceptions import Conflict, NotFound
from app.foundation.extensions import db

DERIVED = tuple(f.name for f in fields(CallRecord) if f.name != "outbound")
ATTEMPTS = 8

# Written and read at every event of every call: prepared once, columns and not objects.
_calls, _events, _segments = (
    cast(Table, model.__table__) for model in (Call, CallEvent, CallSegment)
)
_ROW = select(
    _calls.c.version, _calls.c.direction, _calls.c.contact_id, *(_calls.c[name] for name in DERIVED)
).where(_calls.c.id == bindparam("call_id"))
# As it is now, whatever the session has read of it before.
_BY_REF, _BY_CALLER, _BY_PERSON_RUNG = (
    select(Call)
    .where(column == bindparam("name"))
    .limit(1)
    .execution_options(populate_existing=True)
    for column in (
        Call.ref,
        Call.provider_sid,
        Call.person_leg_sid,
    )
)
_BY_LEG = (
    select(Call)
    .where(
        or_(
            Call.provider_sid == bindparam("name"),
            Call.person_leg_sid == bindparam("name"),
            Call.agent_leg_sid == bindparam("name"),
            Call.party_leg_sid == bindparam("name"),
        )
    )
    .limit(1)
    .execution_options(populate_existing=True)
)
_EVENTS_OF = (
    select(_events).where(_events.c.call_id == bindparam("call_id")).order_by(_events.c.sequence)
)
_NEW_EVENT = insert(_events).inline()  # whose id nobody asks for
_NEW_SEGMENTS = insert(_segments)
_NO_SEGMENTS = delete(_segments).where(_segments.c.call_id == bindparam("of_call"))


def new_ref() -> str:
    """A public name for a call: random, says nothing, fits a conference's name and a URL."""
    return secrets.token_hex(8)


def by_ref(ref: str) -> Call:
    """The call named ``ref``, as it is now. Raises NotFound."""
    call = named(ref)
    if call is None:
        raise NotFound("Cet appel n'existe pas.")
    return call


def named(ref: str) -> Call | None:
    """The call whose public name is ``ref``."""
    return _first(_BY_REF, ref)


def by_caller_sid(sid: str) -> Call | None:
    """The call whose person's leg is ``sid``: she rang us, or else we rang her."""
    return _first(_BY_CALLER, sid) or _first(_BY_PERSON_RUNG, sid)


def by_leg(sid: str) -> Call | None:
    """The call that has this leg now, whoever's it is."""
    return _first(_BY_LEG, sid)


def _first(query: Select[Any], name: str) -> Call | None:
    return cast("Call | None", db.session.scalar(query, {"name": name})) if name else None


def person_sid(call: Any) -> str:
    """The leg of the person, whoever rang."""
    return str(call.person_leg_sid or call.provider_sid)


def record_of(call: Any) -> CallRecord:
    """The pure record that a row of ``calls`` holds, read as an object or as columns."""
    values = {name: getattr(call, name) for name in DERIVED}
    values["state"] = State(call.state)
    values["outcome"] = states.Outcome(call.outcome) if call.outcome else None
    values["party_state"] = PartyState(call.party_state) if call.party_state else None
    return CallRecord(outbound=is_outbound(call), **values)


@dataclass(frozen=True)
class Seen:
    """A call as it was read at one instant: what an event is judged on, and its contact."""

    version: int
    record: CallRecord
    contact_id: int | None


def look(call_id: int) -> Seen:
    """The call as it is now. Raises NotFound."""
    row = db.session.execute(_ROW, {"call_id": call_id}).first()
    if row is None:
        raise NotFound("Cet appel n'existe pas.")
    return seen_of(row)


def seen_of(call: Any) -> Seen:
    """The same of a call that was just read, as an object or as columns."""
    return Seen(call.version, record_of(call), call.contact_id)


class Applied(NamedTuple):
    """A call before and after an event that changed it."""

    before: CallRecord
    after: CallRecord
    contact_id: int | None


def is_outbound(call: Any) -> bool:
    """Did we ring the person?"""
    return call.direction == "out"


def apply_event(call_id: int, event: Event, seen: Seen | None = None) -> Applied | None:
    """Apply one event inside the caller's transaction.

    Returns the call before and after, or None when the event changed nothing (illegal now,
    already applied, or its key seen before). The update holds only if nobody changed the row
    since it was read (``seen``): on a lost race it is read and judged again.
    """
    for _attempt in range(ATTEMPTS):
        seen = seen or look(call_id)
        after = states.apply(seen.record, event)
        if after is seen.record:
            return None
        if _write(call_id, seen, after, event):
            if after.state is State.ENDED:
                write_segments(call_id, after, anew=seen.record.state is State.ENDED)
            return Applied(seen.record, after, seen.contact_id)
        if _key_known(call_id, event.key):
            return None
        seen = None
    raise Conflict("Cet appel vient de changer.", todo="Regardez son état, puis recommencez.")


def _write(call_id: int, seen: Seen, after: CallRecord, event: Event) -> bool:
    """Write what changed, and the event.

    False if the row was changed since it was ``seen``, or knows the event's key: nothing is written.
    """
    changed = {
        name: value
        for name in DERIVED
        if (value := getattr(after, name)) != getattr(seen.record, name)
    } | {"version": seen.version + 1}
    values = {"of_call": call_id, "of_key": event.key, "seen": seen.version}
    values |= {f"to_{name}": value for name, value in changed.items()}
    if not rows_changed(db.session.execute(_replacing(tuple(changed)), values)):
        return False
    db.session.execute(_NEW_EVENT, _row_of(call_id, seen.version + 1, event))
    _say_anew(call_id, changed)
    return True


def _say_anew(call_id: int, changed: dict[str, Any]) -> None:
    """The object of this row, if one was read, says what is now stored."""
    held = db.session.identity_map.get(identity_key(Call, call_id))
    if held is not None:
        for name, value in changed.items():
            set_committed_value(held, name, value)


_KEY_SEEN = exists().where(
    _events.c.call_id == bindparam("of_call"), _events.c.key == bindparam("of_key")
)
_KEY_KNOWN = select(_KEY_SEEN)


def _key_known(call_id: int, key: str) -> bool:
    return bool(db.session.scalar(_KEY_KNOWN, {"of_call": call_id, "of_key": key}))


@lru_cache(maxsize=256)
def _replacing(names: tuple[str, ...]) -> Update:
    """The update of these columns: there are few different ones."""
    as_seen = (_calls.c.id == bindparam("of_call"), _calls.c.version == bindparam("seen"))
    return (
        update(_calls)
        .where(*as_seen, ~_KEY_SEEN)
        .values({name: bindparam(f"to_{name}") for name in names})
    )


def _row_of(call_id: int, sequence: int, event: Event) -> dict[str, Any]:
    """An event as its row in ``call_events``."""
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
            ("together", event.together or None),
        )
        if value
    }
    return {
        "call_id": call_id,
        "sequence": sequence,
        "key": event.key,
        "kind": event.kind,
        "at": event.at,
        "agent_id": event.agent_id,
        "data": data,
    }


def events_of(call_id: int) -> list[Event]:
    """The events of a call, in the order they were applied."""
    rows = db.session.execute(_EVENTS_OF, {"call_id": call_id})
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
            together=bool(row.data.get("together")),
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
    db.session.flush()
    write_segments(call.id, record)
    return record


def write_segments(call_id: int, record: CallRecord, *, anew: bool = True) -> None:
    """Derive the spans of a call (``anew``: it had some); a call has them once it is over."""
    if anew:
        db.session.execute(_NO_SEGMENTS, {"of_call": call_id})
    spans = states.segments(record.received_at, events_of(call_id), outbound=record.outbound)
    if spans:
        db.session.execute(
            _NEW_SEGMENTS,
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


def at_desk_of(agent_id: int | BindParameter[int], call: Any = Call) -> ColumnElement[bool]:
    """Is ``call`` the one that rings at, or is held by, this agent; her wrap-up included?

    A consultation of hers counts, and a call she has sent outside until she has wrapped it up.
    """
    hers = (
        select(Holding.call_id)
        .where(Holding.agent_id == agent_id, Holding.weight == 1)
        .scalar_subquery()
    )
    held = call.state.in_((State.CONNECTING, State.TALKING, State.WRAP_UP))
    return or_(call.id == hers, (call.agent_id == agent_id) & held)


def current_call_of(agent_id: int) -> Call | None:
    """The call at this agent's desk (``at_desk_of``), as it is now."""
    return db.session.scalar(
        select(Call)
        .where(at_desk_of(agent_id))
        .order_by(Call.received_at.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def recent_waits(since: datetime, limit: int = 50) -> list[float]:
    """Seconds that recently answered callers waited, newest first."""
    rows = db.session.execute(_RECENT_WAITS, {"since": since, "most": limit})
    return [(answered - queued).total_seconds() for queued, answered in rows if answered and queued]


_RECENT_WAITS = (
    select(_calls.c.queued_at, _calls.c.answered_at)
    .where(
        _calls.c.answered_at >= bindparam("since"),
        _calls.c.queued_at.is_not(None),
        _calls.c.direction == "in",
    )
    .order_by(_calls.c.answered_at.desc())
    .limit(bindparam("most"))
)
