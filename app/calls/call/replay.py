"""Past calls through the same tables and the same state machine as live ones.

Used by the demo day and by imports. Presences and provider are left alone: it is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.calls.call import store
from app.calls.call.life.states import CallRecord, Event, State
from app.calls.call.models import Call
from app.foundation.exceptions import InvalidInput
from app.foundation.extensions import db
from app.lines import store as lines
from app.tickets import service as tickets
from app.tickets.models import Channel, Contact, Direction


@dataclass(frozen=True)
class PastCall:
    """A call that was: who rang when, and all that happened to it, in order."""

    sid: str
    number: str | None
    received_at: datetime
    events: Sequence[Event]


def replay(past: PastCall) -> tuple[Call, Contact] | None:
    """Store one past call with its contact, inside the caller's transaction.

    None when this SID is stored already (a second load changes nothing). Raises InvalidInput when
    an event could not have happened: a past that the states refuse is a mistake in the data.
    """
    if store.by_caller_sid(past.sid) is not None:
        return None
    line = lines.set_up(lines.first())
    contact = tickets.open_contact(
        channel=Channel.PHONE, direction=Direction.IN, number=past.number, now=past.received_at
    )
    call = Call(
        ref=store.new_ref(),
        provider_sid=past.sid,
        line_id=line.id,
        contact_id=contact.id,
        number=contact.caller_number,
        received_at=past.received_at,
        last_at=past.received_at,
    )
    db.session.add(call)
    db.session.flush()
    record = _play(call.id, past)
    if record is not None:
        if record.agent_id is not None:
            tickets.assign(contact.id, record.agent_id)
        if record.state is State.ENDED and record.last_at is not None:
            tickets.close_contact(contact.id, now=record.last_at)
    db.session.refresh(contact)
    return call, contact


def _play(call_id: int, past: PastCall) -> CallRecord | None:
    record = None
    for event in past.events:
        changed = store.apply_event(call_id, event)
        if changed is None:
            raise InvalidInput(
                "L'événement « %(kind)s » ne peut pas arriver à cet appel.",
                kept="Rien n'a été enregistré.",
                kind=event.kind,
            )
        record = changed.after
    return record
