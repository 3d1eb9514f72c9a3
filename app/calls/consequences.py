"""What must follow when a call goes from one record to the next. Pure.

``consequences(before, after, event)`` says, as data: how presences move, what becomes due, what to
ask of the provider, and whether routing should look again. The service carries it out: rows inside
the same transaction, provider commands after the commit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.calls.states import CallRecord, Event, Kind, State

CONNECT_LIMIT = timedelta(seconds=12)
REJOIN_LIMIT = timedelta(seconds=45)
WRAP_UP_LOOK = timedelta(seconds=60)


@dataclass(frozen=True)
class MoveAgent:
    """Put the agent that the call holds in a presence state; ``release``: available again,
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
class EnqueueCaller:
    """Bring the caller's leg back into the queue."""


@dataclass(frozen=True)
class HangUpCaller:
    """End the caller's leg."""


@dataclass(frozen=True)
class HangUpLeg:
    """End an agent's leg."""

    leg: str


@dataclass(frozen=True)
class HoldCaller:
    """Put the caller on hold, or take her back."""

    conference: str
    on: bool


Command = CallAgent | ConnectCaller | EnqueueCaller | HangUpCaller | HangUpLeg | HoldCaller


@dataclass(frozen=True)
class Consequences:
    """Everything that follows one event."""

    moves: tuple[MoveAgent, ...] = ()
    dues: tuple[Due, ...] = ()
    commands: tuple[Command, ...] = ()
    route: bool = False
    agents: frozenset[int] = field(default_factory=frozenset)


def consequences(
    before: CallRecord, after: CallRecord, event: Event, *, overflow_after: int
) -> Consequences:
    """What follows from ``before`` becoming ``after`` because of ``event``.

    ``overflow_after`` is the line's threshold, in seconds.
    """
    moves = _moves(before, after, event)
    touched = {before.offered_to, before.agent_id, after.offered_to, after.agent_id}
    return Consequences(
        moves=moves,
        dues=_dues(before, after, overflow_after),
        commands=_commands(before, after, event),
        route=after.state is State.WAITING or any(m.to in ("available", "release") for m in moves),
        agents=frozenset(a for a in touched if a is not None),
    )


_OFFER_END = {
    Kind.DECLINED: "release",
    Kind.OFFER_EXPIRED: "missed",
    Kind.OFFER_WITHDRAWN: "release",
}


def _moves(before: CallRecord, after: CallRecord, event: Event) -> tuple[MoveAgent, ...]:
    if before.state is after.state:
        return ()
    if before.state is State.OFFERED and before.offered_to is not None:
        to = _OFFER_END.get(event.kind, "release")
        return (MoveAgent(before.offered_to, "in_call" if after.agent_id else to),)
    if before.agent_id is None:
        return ()
    if after.state is State.WRAP_UP:
        return (MoveAgent(before.agent_id, "wrap_up"),)
    if before.state is State.CONNECTING and after.state is State.WAITING:
        return (MoveAgent(before.agent_id, "missed"),)
    if after.state in (State.WAITING, State.ENDED):
        return (MoveAgent(before.agent_id, "release"),)
    return ()


def _dues(before: CallRecord, after: CallRecord, overflow_after: int) -> tuple[Due, ...]:
    at = after.last_at or after.received_at
    dues = []
    if before.state is State.GREETING and after.state is State.WAITING:
        dues.append(Due("overflow", at + timedelta(seconds=overflow_after)))
    if after.state is State.OFFERED and after.offer_until:
        dues.append(Due("offer", after.offer_until))
    if after.state is State.CONNECTING and before.state is not State.CONNECTING:
        dues.append(Due("connect", at + CONNECT_LIMIT))
    if after.state is State.TALKING and before.agent_present and not after.agent_present:
        dues.append(Due("rejoin", at + REJOIN_LIMIT))
    if after.state is State.WRAP_UP:
        dues.append(Due("wrap_up", at + WRAP_UP_LOOK))
    return tuple(dues)


def _commands(before: CallRecord, after: CallRecord, event: Event) -> tuple[Command, ...]:
    if event.kind is Kind.ACCEPTED and after.agent_id is not None:
        return (CallAgent(after.agent_id),)
    if event.kind is Kind.AGENT_JOINED:
        return _agent_is_there(after)
    if event.kind in (Kind.HELD, Kind.RESUMED) and after.conference_sid:
        return (HoldCaller(after.conference_sid, on=event.kind is Kind.HELD),)
    if event.kind is Kind.AGENT_LEFT and after.state is State.TALKING and after.conference_sid:
        return (HoldCaller(after.conference_sid, on=True),)
    if after.state is State.WAITING and before.state in (State.CONNECTING, State.TALKING):
        return _back_to_queue(before)
    if before.state in (State.CONNECTING, State.TALKING) and after.ended_at:
        return _over(before, event)
    return ()


def _agent_is_there(after: CallRecord) -> tuple[Command, ...]:
    """First time: bring the caller. After a gap: take her off hold, if it was not asked for."""
    if after.state is State.CONNECTING:
        return (ConnectCaller(),)
    if after.conference_sid and after.held_since is None:
        return (HoldCaller(after.conference_sid, on=False),)
    return ()


def _back_to_queue(before: CallRecord) -> tuple[Command, ...]:
    """The caller left the queue only once the agent was there (``agent_present`` or talking)."""
    left_queue = before.state is State.TALKING or before.agent_present
    commands: list[Command] = [EnqueueCaller()] if left_queue else []
    if before.agent_leg_sid:
        commands.append(HangUpLeg(before.agent_leg_sid))
    return tuple(commands)


def _over(before: CallRecord, event: Event) -> tuple[Command, ...]:
    commands: list[Command] = []
    if event.kind is not Kind.CALLER_LEFT:
        commands.append(HangUpCaller())
    if before.agent_leg_sid:
        commands.append(HangUpLeg(before.agent_leg_sid))
    return tuple(commands)
