"""A call is the fold of its events: ``apply(record, event)``. Pure.

It gives the next record, or *the same record* when the event cannot happen now (late, repeated,
reordered, or lost a race). Terminal states absorb everything. The ``calls`` row is this record;
``call_events`` are the events that changed it, so the row can always be rebuilt (``rebuild``).
Words are in ``record``, what each event does in ``steps``; here is which may happen when.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from app.calls.call.life import party_steps, steps
from app.calls.call.life.record import (
    LIVE,
    SHORT_ABANDON,
    CallRecord,
    Event,
    Kind,
    Outcome,
    PartyState,
    State,
    legal,
    received,
)

__all__ = [
    "LIVE",
    "SHORT_ABANDON",
    "CallRecord",
    "Event",
    "Kind",
    "Outcome",
    "PartyState",
    "Segment",
    "State",
    "apply",
    "legal",
    "rebuild",
    "received",
    "segments",
]

_LEFT = steps.unanswered_end(None, "caller")
_FAILED = steps.unanswered_end(Outcome.FAILED, "line")
_CALLBACK = steps.unanswered_end(Outcome.CALLBACK, "caller")

TRANSITIONS: dict[tuple[State, Kind], steps.Step] = {
    (State.GREETING, Kind.QUEUED): steps.queued,
    (State.GREETING, Kind.CLOSED): steps.unanswered_end(Outcome.CLOSED, "line"),
    (State.GREETING, Kind.LIMITED): steps.unanswered_end(Outcome.LIMITED, "line"),
    (State.GREETING, Kind.CALLER_LEFT): _LEFT,
    (State.GREETING, Kind.FAILED): _FAILED,
    (State.GREETING, Kind.DIALLED): steps.dialled,
    (State.GREETING, Kind.CALLBACK_DUE): steps.callback_due,
    (State.WAITING, Kind.OFFERED): steps.offered,
    (State.WAITING, Kind.CALLER_LEFT): _LEFT,
    (State.WAITING, Kind.CALLBACK_CHOSEN): _CALLBACK,
    (State.WAITING, Kind.FAILED): _FAILED,
    (State.WAITING, Kind.CANCELLED): steps.cancelled,
    (State.OFFERED, Kind.DECLINED): steps.offer_over,
    (State.OFFERED, Kind.OFFER_EXPIRED): steps.offer_over,
    (State.OFFERED, Kind.OFFER_WITHDRAWN): steps.offer_over,
    (State.OFFERED, Kind.ACCEPTED): steps.accepted,
    (State.OFFERED, Kind.CALLER_LEFT): _LEFT,
    (State.OFFERED, Kind.CALLBACK_CHOSEN): _CALLBACK,
    (State.OFFERED, Kind.FAILED): _FAILED,
    (State.OFFERED, Kind.CANCELLED): steps.cancelled,
    (State.CONNECTING, Kind.LEG_CREATED): steps.leg_created,
    (State.CONNECTING, Kind.AGENT_JOINED): steps.agent_joined,
    (State.CONNECTING, Kind.PERSON_RUNG): steps.person_rung,
    (State.CONNECTING, Kind.ANSWERED): steps.answered,
    (State.CONNECTING, Kind.CONNECT_FAILED): steps.connect_failed,
    (State.CONNECTING, Kind.AGENT_LEFT): steps.agent_left_before_answer,
    (State.CONNECTING, Kind.AGENT_HUNG_UP): steps.given_up,
    (State.CONNECTING, Kind.CALLER_LEFT): _LEFT,
    (State.CONNECTING, Kind.FAILED): _FAILED,
    (State.TALKING, Kind.HELD): steps.held,
    (State.TALKING, Kind.RESUMED): steps.resumed,
    (State.TALKING, Kind.LEG_CREATED): steps.leg_created,
    (State.TALKING, Kind.AGENT_JOINED): steps.agent_joined,
    (State.TALKING, Kind.AGENT_LEFT): steps.agent_left_talk,
    (State.TALKING, Kind.RETURNED): steps.returned,
    (State.TALKING, Kind.REQUEUED): steps.requeued,
    (State.TALKING, Kind.CONSULTED): party_steps.consulted,
    (State.TALKING, Kind.COACHED): party_steps.coached,
    (State.TALKING, Kind.PARTY_ACCEPTED): party_steps.party_accepted,
    (State.TALKING, Kind.PARTY_LEG): party_steps.party_leg,
    (State.TALKING, Kind.PARTY_JOINED): party_steps.party_joined,
    (State.TALKING, Kind.PARTY_LEFT): party_steps.party_left,
    (State.TALKING, Kind.PARTY_EXPIRED): party_steps.party_left,
    (State.TALKING, Kind.HANDED_OVER): party_steps.handed_over,
    (State.TALKING, Kind.SENT_TO): party_steps.sent_to,
    (State.TALKING, Kind.SENT_OUTSIDE): party_steps.sent_outside,
    (State.TALKING, Kind.CALLER_LEFT): steps.conversation_end("caller"),
    (State.TALKING, Kind.AGENT_HUNG_UP): steps.conversation_end("agent"),
    (State.TALKING, Kind.FAILED): steps.conversation_end("line"),
    (State.OUTSIDE, Kind.PARTY_LEG): party_steps.party_leg,
    (State.OUTSIDE, Kind.PARTY_JOINED): party_steps.party_joined,
    (State.OUTSIDE, Kind.PARTY_LEFT): party_steps.outside_left,
    (State.OUTSIDE, Kind.PARTY_EXPIRED): party_steps.outside_left,
    (State.OUTSIDE, Kind.CALLER_LEFT): steps.over("caller"),
    (State.OUTSIDE, Kind.FAILED): steps.over("line"),
    (State.WRAP_UP, Kind.WRAPPED_UP): steps.wrapped_up,
}


def apply(record: CallRecord, event: Event) -> CallRecord:
    """The record after ``event``; the very same object when it changes nothing.

    A provider's timestamp may lie before what we already know: time never goes back in a record.
    """
    step = TRANSITIONS.get((record.state, event.kind))
    if step is None:
        return record
    at = max(event.at, record.last_at or record.received_at)
    after = step(record, replace(event, at=at, told_at=event.at))
    return record if after is record else replace(after, last_at=at)


def rebuild(
    received_at: datetime, events: Iterable[Event], *, outbound: bool = False
) -> CallRecord:
    """Fold stored events, in their order; a key seen twice counts once."""
    record = received(received_at, outbound=outbound)
    seen: set[str] = set()
    for event in events:
        if event.key not in seen:
            seen.add(event.key)
            record = apply(record, event)
    return record


# --- what follows from a record ----------------------------------------------------------------


@dataclass(frozen=True)
class Segment:
    """A span of a call's life: greeting, queue, ring, connect, talk, hold, outside or wrap_up."""

    kind: str
    started_at: datetime
    ended_at: datetime | None
    agent_id: int | None


_SEGMENT_OF = {
    State.GREETING: "greeting",
    State.WAITING: "queue",
    State.OFFERED: "ring",
    State.CONNECTING: "connect",
    State.TALKING: "talk",
    State.OUTSIDE: "outside",
    State.WRAP_UP: "wrap_up",
}


def segments(
    received_at: datetime, events: Iterable[Event], *, outbound: bool = False
) -> list[Segment]:
    """The spans of a call, in order and without gap; the last one is open while it lives."""
    record = received(received_at, outbound=outbound)
    spans: list[Segment] = []
    for event in (None, *events):
        record = apply(record, event) if event else record
        _extend(spans, record)
    return [s for s in spans if s.ended_at != s.started_at]


def _extend(spans: list[Segment], record: CallRecord) -> None:
    kind = "hold" if record.held_since else _SEGMENT_OF.get(record.state)
    agent = record.offered_to or record.agent_id
    at = record.last_at or record.received_at
    if spans and (spans[-1].kind, spans[-1].agent_id) == (kind, agent):
        return
    if spans and spans[-1].ended_at is None:
        spans[-1] = replace(spans[-1], ended_at=at)
    if kind:
        spans.append(Segment(kind, at, None, agent))
