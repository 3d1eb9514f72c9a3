"""The words of a call's life: its states, what may happen, and the record of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SHORT_ABANDON = timedelta(seconds=5)


class State(StrEnum):
    """Where a call is. ``outside``: the person talks with an outside number, none of us is left."""

    GREETING = "greeting"
    WAITING = "waiting"
    OFFERED = "offered"
    CONNECTING = "connecting"
    TALKING = "talking"
    OUTSIDE = "outside"
    WRAP_UP = "wrap_up"
    ENDED = "ended"


LIVE = frozenset(set(State) - {State.WRAP_UP, State.ENDED})


class Outcome(StrEnum):
    """How a call ended, for the day's figures. ``limited``: one too many of its number, told another
    way. The last two are of outbound calls alone."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    SHORT_ABANDONED = "short_abandoned"
    CALLBACK = "callback"
    FAILED = "failed"
    CLOSED = "closed"
    LIMITED = "limited"
    UNREACHED = "unreached"
    CANCELLED = "cancelled"


class PartyState(StrEnum):
    """Where the further person is: rung on his desk, called on the telephone, or there."""

    ASKED = "asked"
    CALLED = "called"
    JOINED = "joined"


class Kind(StrEnum):
    """What may happen. Caller's side, agent's side, a third person's, the line's own decisions."""

    QUEUED = "queued"
    CLOSED = "closed"
    LIMITED = "limited"
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
    # outbound
    DIALLED = "dialled"
    CALLBACK_DUE = "callback_due"
    PERSON_RUNG = "person_rung"
    CANCELLED = "cancelled"
    # a further person, and transfers
    CONSULTED = "consulted"
    COACHED = "coached"
    PARTY_ACCEPTED = "party_accepted"
    PARTY_LEG = "party_leg"
    PARTY_JOINED = "party_joined"
    PARTY_LEFT = "party_left"
    PARTY_EXPIRED = "party_expired"
    HANDED_OVER = "handed_over"
    SENT_TO = "sent_to"
    SENT_OUTSIDE = "sent_outside"
    REQUEUED = "requeued"


@dataclass(frozen=True)
class Event:
    """One thing that happened. ``key`` is unique within a call: the same key is the same event.

    ``agent_id``: whose act or leg it is; ``to_agent_id``: the colleague it is meant for.
    ``party_id``: the further person it is about; ``together``: asked without holding the one on the
    line. ``since``: the first arrival of a call-back.
    ``told_at``: the true time, where ``at`` was moved on because the record knew later things.
    """

    kind: Kind
    at: datetime
    key: str
    agent_id: int | None = None
    leg: str | None = None
    conference: str | None = None
    until: datetime | None = None
    overflow: bool = False
    to_agent_id: int | None = None
    party_id: int | None = None
    since: datetime | None = None
    together: bool = False
    told_at: datetime | None = None


@dataclass(frozen=True)
class CallRecord:
    """All that is derived from a call's events. Times are aware; ``hold_s`` is in seconds.

    ``outbound`` is given, not derived: we ring the person, she does not ring us. ``queued_at`` is
    the first arrival and never moves; ``waiting_since`` begins again when a talk goes back to the
    queue. ``offered_to`` holds the agent while it rings; ``agent_id`` the one who accepted (and,
    once over, the last who talked). ``answered_at`` is the first answer and never moves.
    ``party_…``: the one further person in the conversation; ``party_agent_id`` is set for a
    colleague who may go on with it (not for a coach, nor for an outside number). ``outside_since``: when the last of
    us left the person with an outside number.
    """

    received_at: datetime
    outbound: bool = False
    state: State = State.GREETING
    outcome: Outcome | None = None
    last_at: datetime | None = None
    queued_at: datetime | None = None
    waiting_since: datetime | None = None
    offered_to: int | None = None
    offered_at: datetime | None = None
    offer_until: datetime | None = None
    overflow: bool = False
    agent_id: int | None = None
    accepted_at: datetime | None = None
    agent_leg_sid: str | None = None
    conference_sid: str | None = None
    agent_present: bool = False
    person_leg_sid: str | None = None
    answered_at: datetime | None = None
    held_since: datetime | None = None
    hold_s: float = 0.0
    party_id: int | None = None
    party_state: PartyState | None = None
    party_agent_id: int | None = None
    party_leg_sid: str | None = None
    outside_since: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    wrap_up_ended_at: datetime | None = None


def received(at: datetime, *, outbound: bool = False) -> CallRecord:
    """The record of a call that has just reached us, or that we are about to make."""
    return CallRecord(received_at=at, last_at=at, outbound=outbound)


def legal(record: CallRecord) -> bool:
    """Is this record one that events can lead to? (Property tests ask it after each step.)"""
    state = record.state
    with_agent = state in (State.CONNECTING, State.TALKING)
    over = state in (State.WRAP_UP, State.ENDED)
    return all(
        (
            (state is State.OFFERED) == (record.offered_to is not None),
            not with_agent or record.agent_id is not None,
            over == (record.outcome is not None),
            over == (record.ended_at is not None),
            record.held_since is None or state is State.TALKING,
            state not in (State.TALKING, State.OUTSIDE) or record.answered_at is not None,
            (record.outcome is Outcome.ANSWERED) <= (record.answered_at is not None),
            (record.party_id is None) == (record.party_state is None),
            record.party_id is not None or record.party_agent_id is None,
            record.party_id is None or state in (State.TALKING, State.OUTSIDE),
            state is not State.OUTSIDE or (record.party_id is not None and not over),
            record.party_agent_id is None or record.party_agent_id != record.agent_id,
            record.hold_s >= 0,
        )
    )
