"""What must follow when a call goes from one record to the next. Pure.

``consequences(before, after, event)`` says, as data: how presences move, what becomes due, what to
ask of the provider, and whether routing should look again. The service carries it out: rows inside
the same transaction, provider commands after the commit.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.accounts.presence import PresenceState
from app.calls.call.life.record import CallRecord, Event, Kind, PartyState, State

CONNECT_LOOK = timedelta(seconds=6)  # later than usual: is she there, and nobody told us?
CONNECT_LIMIT = timedelta(seconds=12)
PERSON_LIMIT = timedelta(seconds=75)  # her telephone rings 40 s, then she is asked for a key
REJOIN_LIMIT = timedelta(seconds=45)
WRAP_UP_LOOK = timedelta(seconds=60)
PARTY_LIMIT = timedelta(seconds=45)


RELEASE = "release"
"""Where she was before the call: no state, for it is hers to have chosen."""


@dataclass(frozen=True)
class MoveAgent:
    """Put an agent that the call holds in a presence state; ``release``: available again,
    and offline after a grace period when no tab of hers is left."""

    agent_id: int
    to: str


@dataclass(frozen=True)
class Due:
    """Look at this call again at ``at``."""

    kind: str
    at: datetime


@dataclass(frozen=True)
class CallAgent:
    """Create the agent's leg."""

    agent_id: int


@dataclass(frozen=True)
class ConnectCaller:
    """Bring the waiting caller's leg into the conference."""


@dataclass(frozen=True)
class RingPerson:
    """Ring the person's telephone: the agent is there."""


@dataclass(frozen=True)
class CallParty:
    """Create the leg of the further person."""

    party_id: int


@dataclass(frozen=True)
class AnnounceCoach:
    """Tell everybody in the conference that somebody listens."""

    conference: str


@dataclass(frozen=True)
class EnqueueCaller:
    """Bring the caller's leg back into the queue."""


@dataclass(frozen=True)
class HangUpCaller:
    """End the caller's leg."""


@dataclass(frozen=True)
class HangUpLeg:
    """End another leg."""

    leg: str


@dataclass(frozen=True)
class HoldCaller:
    """Put the caller on hold, or take her back."""

    conference: str
    on: bool


Command = (
    CallAgent
    | ConnectCaller
    | RingPerson
    | CallParty
    | AnnounceCoach
    | EnqueueCaller
    | HangUpCaller
    | HangUpLeg
    | HoldCaller
)


@dataclass(frozen=True)
class Consequences:
    """Everything that follows one event."""

    moves: tuple[MoveAgent, ...] = ()
    dues: tuple[Due, ...] = ()
    commands: tuple[Command, ...] = ()
    route: bool = False
    agents: frozenset[int] = field(default_factory=frozenset)


def consequences(before: CallRecord, after: CallRecord, event: Event) -> Consequences:
    """What follows from ``before`` becoming ``after`` because of ``event``."""
    moves = _moves(before, after, event)
    touched = {event.agent_id, before.agent_id, *holders(before), *holders(after)}
    if not _shows(before, after):
        touched = set()
    return Consequences(
        moves=moves,
        dues=_dues(before, after, event),
        commands=_commands(before, after, event),
        route=after.state is State.WAITING
        or any(m.to in (PresenceState.AVAILABLE, RELEASE) for m in moves),
        agents=frozenset(a for a in touched if a is not None),
    )


_UNSEEN = {"last_at": None, "agent_leg_sid": None, "conference_sid": None, "party_leg_sid": None}


def _shows(before: CallRecord, after: CallRecord) -> bool:
    """Did anything change that a desk shows? (A leg's name, or that it joined, is not shown.)"""
    if before.state is after.state is State.CONNECTING:
        before, after = replace(before, agent_present=False), replace(after, agent_present=False)
    return replace(before, **_UNSEEN) != replace(after, **_UNSEEN)  # type: ignore[arg-type]


# --- presences -----------------------------------------------------------------------------------


def holders(record: CallRecord) -> dict[int, PresenceState]:
    """The agents whom this call holds, and the presence state it gives them."""
    held: dict[int, PresenceState] = {}
    if record.offered_to is not None:
        held[record.offered_to] = PresenceState.RINGING
    if record.agent_id is not None:
        if record.state in (State.CONNECTING, State.TALKING):
            held[record.agent_id] = PresenceState.IN_CALL
        if record.state is State.WRAP_UP:
            held[record.agent_id] = PresenceState.WRAP_UP
    if record.party_agent_id is not None:
        asked = record.party_state is PartyState.ASKED
        held[record.party_agent_id] = PresenceState.RINGING if asked else PresenceState.IN_CALL
    return held


def _moves(before: CallRecord, after: CallRecord, event: Event) -> tuple[MoveAgent, ...]:
    """Who is held otherwise than before. Who is held anew was claimed by the service."""
    now = holders(after)
    moves = []
    for agent_id, state in holders(before).items():
        to = now.get(agent_id) or _let_go(agent_id, before, after, event)
        if to != state:
            moves.append(MoveAgent(agent_id, to))
    return tuple(moves)


def _let_go(agent_id: int, before: CallRecord, after: CallRecord, event: Event) -> str:
    """The state of an agent whom the call holds no more."""
    if agent_id == before.offered_to and event.kind is Kind.OFFER_EXPIRED:
        return PresenceState.MISSED
    if agent_id == before.party_agent_id and event.kind is Kind.PARTY_EXPIRED:
        return PresenceState.MISSED
    if agent_id == before.agent_id:
        if before.state is State.CONNECTING and after.state is State.WAITING:
            return PresenceState.MISSED
        if after.state is State.OUTSIDE:
            return PresenceState.WRAP_UP
    return RELEASE


# --- what becomes due ----------------------------------------------------------------------------


def _dues(before: CallRecord, after: CallRecord, event: Event) -> tuple[Due, ...]:
    at = after.last_at or after.received_at
    dues = []
    if after.state is State.OFFERED and after.offer_until:
        dues.append(Due("offer", after.offer_until))
    if after.state is State.CONNECTING:
        if before.state is not State.CONNECTING:
            dues.append(Due("connect", at + CONNECT_LOOK))
        elif after.outbound and after.agent_present and not before.agent_present:
            dues.append(Due("connect", at + PERSON_LIMIT))
    if after.state is State.TALKING and before.agent_present and not after.agent_present:
        dues.append(Due("rejoin", at + REJOIN_LIMIT))
    if after.party_state is not before.party_state:
        if after.party_state is PartyState.ASKED and event.until:
            dues.append(Due("party", event.until))
        if after.party_state is PartyState.CALLED:
            dues.append(Due("party", at + PARTY_LIMIT))
    if after.state is State.WRAP_UP:
        dues.append(Due("wrap_up", at + WRAP_UP_LOOK))
    return tuple(dues)


# --- what to ask of the provider -----------------------------------------------------------------

_IN_CONFERENCE = (State.CONNECTING, State.TALKING, State.OUTSIDE)


def _commands(before: CallRecord, after: CallRecord, event: Event) -> tuple[Command, ...]:
    if before.state in _IN_CONFERENCE and after.ended_at:
        return _over(before, event)
    if before.state in _IN_CONFERENCE and after.state in (State.WAITING, State.OFFERED):
        return _back_to_queue(before)
    match event.kind:
        case Kind.ACCEPTED | Kind.DIALLED if after.agent_id is not None:
            return (CallAgent(after.agent_id),)
        case Kind.AGENT_JOINED:
            return _agent_is_there(after)
        case Kind.HELD | Kind.RESUMED:
            return _hold(after, on=event.kind is Kind.HELD)
        case Kind.AGENT_LEFT if after.state is State.TALKING and not _in_company(after):
            return _hold(after, on=True)
    return _third_person(before, after, event)


def _hold(record: CallRecord, *, on: bool) -> tuple[Command, ...]:
    return (HoldCaller(record.conference_sid, on=on),) if record.conference_sid else ()


def _hold_moved(before: CallRecord, after: CallRecord) -> tuple[Command, ...]:
    """The person hears music who did not, or hears us again."""
    on = after.held_since is not None
    return _hold(after, on=on) if on != (before.held_since is not None) else ()


def _hang_up(*legs: str | None) -> tuple[Command, ...]:
    return tuple(HangUpLeg(leg) for leg in legs if leg)


def _in_company(record: CallRecord) -> bool:
    """Does the person talk with a third one while the agent is away?"""
    return record.party_state is PartyState.JOINED and record.held_since is None


def _agent_is_there(after: CallRecord) -> tuple[Command, ...]:
    """First time: bring the person. After a gap: take her off hold, if it was not asked for."""
    if after.state is State.CONNECTING:
        ring = after.outbound and after.person_leg_sid is None
        return (RingPerson(),) if ring else (ConnectCaller(),)
    return _hold(after, on=False) if after.held_since is None else ()


def _third_person(before: CallRecord, after: CallRecord, event: Event) -> tuple[Command, ...]:
    party = after.party_id
    match event.kind:
        case Kind.CONSULTED if party is not None:
            hold = _hold_moved(before, after)
            return hold if after.party_agent_id is not None else (*hold, CallParty(party))
        case Kind.COACHED if party is not None:
            announce = (AnnounceCoach(after.conference_sid),) if after.conference_sid else ()
            return (*announce, CallParty(party))
        case Kind.PARTY_ACCEPTED if party is not None:
            return (CallParty(party),)
        case Kind.SENT_OUTSIDE if party is not None:
            hold = () if before.held_since else _hold(after, on=True)
            return (*hold, CallParty(party), *_hang_up(before.agent_leg_sid))
        case Kind.PARTY_JOINED if after.state is State.OUTSIDE:
            return _hold(after, on=False)
        case Kind.PARTY_LEFT | Kind.PARTY_EXPIRED:
            return _hang_up(before.party_leg_sid)
        case Kind.HANDED_OVER | Kind.RETURNED:
            release = (
                _hold(after, on=False) if before.held_since or not before.agent_present else ()
            )
            return (*release, *_hang_up(before.agent_leg_sid))
    return ()


def _back_to_queue(before: CallRecord) -> tuple[Command, ...]:
    """The person left the queue only once the agent was there (``agent_present`` or talking)."""
    legs = _hang_up(before.agent_leg_sid, before.party_leg_sid)
    if before.state is State.CONNECTING and before.outbound and before.answered_at is None:
        return (*_hang_up(before.person_leg_sid), *legs)
    left_queue = before.state is not State.CONNECTING or before.agent_present
    return (EnqueueCaller(), *legs) if left_queue else legs


def _over(before: CallRecord, event: Event) -> tuple[Command, ...]:
    there = not before.outbound or before.person_leg_sid is not None
    caller = (HangUpCaller(),) if there and event.kind is not Kind.CALLER_LEFT else ()
    return (*caller, *_hang_up(before.agent_leg_sid, before.party_leg_sid))
