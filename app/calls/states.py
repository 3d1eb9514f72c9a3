"""What a call can be, and what may happen to it. Pure.

A call is the fold of its events: ``apply(record, event)`` gives the next record, or *the same
record* when the event cannot happen now (late, repeated, reordered, or lost a race). Terminal
states absorb everything. The ``calls`` row is this record; ``call_events`` are the events that
changed it, so the row can always be rebuilt (``rebuild``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

SHORT_ABANDON = timedelta(seconds=5)


class State(StrEnum):
    """Where a call is."""

    GREETING = "greeting"
    WAITING = "waiting"
    OFFERED = "offered"
    CONNECTING = "connecting"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    ENDED = "ended"


LIVE = frozenset({State.GREETING, State.WAITING, State.OFFERED, State.CONNECTING, State.TALKING})


class Outcome(StrEnum):
    """How a call ended, for the day's figures."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    SHORT_ABANDONED = "short_abandoned"
    CALLBACK = "callback"
    FAILED = "failed"
    CLOSED = "closed"


class Kind(StrEnum):
    """What may happen. Caller's side, agent's side, and the line's own decisions."""

    QUEUED = "queued"
    CLOSED = "closed"
    CALLER_LEFT = "caller_left"
    CALLBACK_CHOSEN = "callback_chosen"
    FAILED = "failed"
    OFFERED = "offered"
    DECLINED = "declined"
    OFFER_EXPIRED = "offer_expired"
    OFFER_WITHDRAWN = "offer_withdrawn"
    ACCEPTED = "accepted"
    LEG_CREATED = "leg_created"
    AGENT_JOINED = "agent_joined"
    CONNECT_FAILED = "connect_failed"
    ANSWERED = "answered"
    HELD = "held"
    RESUMED = "resumed"
    AGENT_LEFT = "agent_left"
    RETURNED = "returned"
    AGENT_HUNG_UP = "agent_hung_up"
    WRAPPED_UP = "wrapped_up"


@dataclass(frozen=True)
class Event:
    """One thing that happened. ``key`` is unique within a call: the same key is the same event."""

    kind: Kind
    at: datetime
    key: str
    agent_id: int | None = None
    leg: str | None = None
    conference: str | None = None
    until: datetime | None = None
    overflow: bool = False


@dataclass(frozen=True)
class CallRecord:
    """All that is derived from a call's events. Times are aware; ``hold_s`` is in seconds.

    ``offered_to`` holds the agent while it rings; ``agent_id`` the one who accepted (and, once
    over, the last who talked). ``answered_at`` is the first answer and never moves.
    """

    received_at: datetime
    state: State = State.GREETING
    outcome: Outcome | None = None
    last_at: datetime | None = None
    queued_at: datetime | None = None
    offered_to: int | None = None
    offered_at: datetime | None = None
    offer_until: datetime | None = None
    overflow: bool = False
    agent_id: int | None = None
    accepted_at: datetime | None = None
    agent_leg_sid: str | None = None
    conference_sid: str | None = None
    agent_present: bool = False
    answered_at: datetime | None = None
    held_since: datetime | None = None
    hold_s: float = 0.0
    ended_at: datetime | None = None
    ended_by: str | None = None
    wrap_up_ended_at: datetime | None = None


Step = Callable[[CallRecord, Event], CallRecord]


def received(at: datetime) -> CallRecord:
    """The record of a call that has just reached us."""
    return CallRecord(received_at=at, last_at=at)


def apply(record: CallRecord, event: Event) -> CallRecord:
    """The record after ``event``; the very same object when it changes nothing.

    A provider's timestamp may lie before what we already know: time never goes back in a record.
    """
    step = TRANSITIONS.get((record.state, event.kind))
    if step is None:
        return record
    at = max(event.at, record.last_at or record.received_at)
    after = step(record, replace(event, at=at))
    return record if after is record else replace(after, last_at=at)


def rebuild(received_at: datetime, events: Iterable[Event]) -> CallRecord:
    """Fold stored events, in their order; a key seen twice counts once."""
    record = received(received_at)
    seen: set[str] = set()
    for event in events:
        if event.key not in seen:
            seen.add(event.key)
            record = apply(record, event)
    return record


def legal(record: CallRecord) -> bool:
    """Is this record one that events can lead to? (Property tests ask it after each step.)"""
    offered = record.state is State.OFFERED
    held_by_agent = record.state in (State.CONNECTING, State.TALKING)
    over = record.state in (State.WRAP_UP, State.ENDED)
    return all(
        (
            offered == (record.offered_to is not None),
            not held_by_agent or record.agent_id is not None,
            over == (record.outcome is not None),
            over == (record.ended_at is not None),
            record.held_since is None or record.state is State.TALKING,
            record.state is not State.TALKING or record.answered_at is not None,
            (record.outcome is Outcome.ANSWERED) <= (record.answered_at is not None),
            record.hold_s >= 0,
        )
    )


# --- steps -------------------------------------------------------------------------------------


def _queued(record: CallRecord, event: Event) -> CallRecord:
    return replace(record, state=State.WAITING, queued_at=record.queued_at or event.at)


def _offered(record: CallRecord, event: Event) -> CallRecord:
    if event.agent_id is None:
        return record
    return replace(
        record,
        state=State.OFFERED,
        offered_to=event.agent_id,
        offered_at=event.at,
        offer_until=event.until,
        overflow=event.overflow,
    )


def _offer_over(record: CallRecord, event: Event) -> CallRecord:
    if event.agent_id != record.offered_to:
        return record
    return _back_in_place(record)


def _back_in_place(record: CallRecord) -> CallRecord:
    """Waiting again, at the same place (``queued_at`` does not move), held by nobody."""
    return replace(
        record,
        state=State.WAITING,
        offered_to=None,
        offered_at=None,
        offer_until=None,
        overflow=False,
        agent_id=None,
        accepted_at=None,
        agent_leg_sid=None,
        conference_sid=None,
        agent_present=False,
        held_since=None,
    )


def _accepted(record: CallRecord, event: Event) -> CallRecord:
    if event.agent_id != record.offered_to:
        return record
    return replace(
        record,
        state=State.CONNECTING,
        offered_to=None,
        offer_until=None,
        agent_id=event.agent_id,
        accepted_at=event.at,
        agent_leg_sid=None,
        agent_present=False,
    )


def _leg_created(record: CallRecord, event: Event) -> CallRecord:
    if record.agent_leg_sid == event.leg or event.agent_id != record.agent_id:
        return record
    return replace(record, agent_leg_sid=event.leg, agent_present=False)


def _agent_joined(record: CallRecord, event: Event) -> CallRecord:
    if record.agent_present or event.leg != record.agent_leg_sid or event.leg is None:
        return record
    return replace(
        record, agent_present=True, conference_sid=event.conference or record.conference_sid
    )


def _connect_failed(record: CallRecord, event: Event) -> CallRecord:
    if event.agent_id != record.agent_id:
        return record
    return _back_in_place(record)


def _answered(record: CallRecord, event: Event) -> CallRecord:
    if not record.agent_present:
        return record
    return replace(
        record,
        state=State.TALKING,
        answered_at=record.answered_at or event.at,
        conference_sid=event.conference or record.conference_sid,
    )


def _held(record: CallRecord, event: Event) -> CallRecord:
    return record if record.held_since else replace(record, held_since=event.at)


def _resumed(record: CallRecord, event: Event) -> CallRecord:
    return _end_hold(record, event.at) if record.held_since else record


def _end_hold(record: CallRecord, at: datetime) -> CallRecord:
    if record.held_since is None:
        return record
    held = (at - record.held_since).total_seconds()
    return replace(record, held_since=None, hold_s=record.hold_s + held)


def _agent_left_before_answer(record: CallRecord, event: Event) -> CallRecord:
    if event.leg is None or event.leg != record.agent_leg_sid:
        return record
    return _back_in_place(record)


def _agent_left_talk(record: CallRecord, event: Event) -> CallRecord:
    if not record.agent_present or event.leg is None or event.leg != record.agent_leg_sid:
        return record
    return replace(record, agent_present=False)


def _returned(record: CallRecord, event: Event) -> CallRecord:
    if record.agent_present or event.agent_id != record.agent_id:
        return record
    return _back_in_place(_end_hold(record, event.at))


def _unanswered_end(outcome: Outcome | None, by: str) -> Step:
    """End a call that no agent is talking with; a call answered earlier stays answered."""

    def step(record: CallRecord, event: Event) -> CallRecord:
        final = outcome or _abandonment(record, event.at)
        if record.answered_at is not None:
            final = Outcome.ANSWERED
        return replace(
            record,
            state=State.ENDED,
            outcome=final,
            offered_to=None,
            offer_until=None,
            agent_present=False,
            ended_at=event.at,
            ended_by=by,
        )

    return step


def _abandonment(record: CallRecord, at: datetime) -> Outcome:
    """Hung up within 5 s of entering the queue, or before entering it: short (definitions)."""
    if record.queued_at is None or at - record.queued_at < SHORT_ABANDON:
        return Outcome.SHORT_ABANDONED
    return Outcome.ABANDONED


def _conversation_end(by: str) -> Step:
    def step(record: CallRecord, event: Event) -> CallRecord:
        ended = _end_hold(record, event.at)
        return replace(
            ended,
            state=State.WRAP_UP,
            outcome=Outcome.ANSWERED,
            agent_present=False,
            ended_at=event.at,
            ended_by=by,
        )

    return step


def _wrapped_up(record: CallRecord, event: Event) -> CallRecord:
    return replace(record, state=State.ENDED, wrap_up_ended_at=event.at)


_LEFT = _unanswered_end(None, "caller")
_FAILED = _unanswered_end(Outcome.FAILED, "line")
_CALLBACK = _unanswered_end(Outcome.CALLBACK, "caller")
_CLOSED = _unanswered_end(Outcome.CLOSED, "line")

TRANSITIONS: dict[tuple[State, Kind], Step] = {
    (State.GREETING, Kind.QUEUED): _queued,
    (State.GREETING, Kind.CLOSED): _CLOSED,
    (State.GREETING, Kind.CALLER_LEFT): _LEFT,
    (State.GREETING, Kind.FAILED): _FAILED,
    (State.WAITING, Kind.OFFERED): _offered,
    (State.WAITING, Kind.CALLER_LEFT): _LEFT,
    (State.WAITING, Kind.CALLBACK_CHOSEN): _CALLBACK,
    (State.WAITING, Kind.FAILED): _FAILED,
    (State.OFFERED, Kind.DECLINED): _offer_over,
    (State.OFFERED, Kind.OFFER_EXPIRED): _offer_over,
    (State.OFFERED, Kind.OFFER_WITHDRAWN): _offer_over,
    (State.OFFERED, Kind.ACCEPTED): _accepted,
    (State.OFFERED, Kind.CALLER_LEFT): _LEFT,
    (State.OFFERED, Kind.CALLBACK_CHOSEN): _CALLBACK,
    (State.OFFERED, Kind.FAILED): _FAILED,
    (State.CONNECTING, Kind.LEG_CREATED): _leg_created,
    (State.CONNECTING, Kind.AGENT_JOINED): _agent_joined,
    (State.CONNECTING, Kind.ANSWERED): _answered,
    (State.CONNECTING, Kind.CONNECT_FAILED): _connect_failed,
    (State.CONNECTING, Kind.AGENT_LEFT): _agent_left_before_answer,
    (State.CONNECTING, Kind.CALLER_LEFT): _LEFT,
    (State.CONNECTING, Kind.FAILED): _FAILED,
    (State.TALKING, Kind.HELD): _held,
    (State.TALKING, Kind.RESUMED): _resumed,
    (State.TALKING, Kind.LEG_CREATED): _leg_created,
    (State.TALKING, Kind.AGENT_JOINED): _agent_joined,
    (State.TALKING, Kind.AGENT_LEFT): _agent_left_talk,
    (State.TALKING, Kind.RETURNED): _returned,
    (State.TALKING, Kind.CALLER_LEFT): _conversation_end("caller"),
    (State.TALKING, Kind.AGENT_HUNG_UP): _conversation_end("agent"),
    (State.TALKING, Kind.FAILED): _conversation_end("line"),
    (State.WRAP_UP, Kind.WRAPPED_UP): _wrapped_up,
}


# --- what follows from a record ----------------------------------------------------------------


@dataclass(frozen=True)
class Segment:
    """A span of a call's life: greeting, queue, ring, connect, talk, hold or wrap_up."""

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
    State.WRAP_UP: "wrap_up",
}


def segments(received_at: datetime, events: Iterable[Event]) -> list[Segment]:
    """The spans of a call, in order and without gap; the last one is open while it lives."""
    record = received(received_at)
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
