"""What the wall says of the line at one instant, and why each caller waits. Pure.

The wall shows waiting times and states, never who is calling: it hangs in a room.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.accounts.presence import ON_DUTY, PresenceState
from app.queue.policy import Policy
from app.queue.routing import (
    AgentSeat,
    Offer,
    Snapshot,
    WaitingCall,
    decide,
    in_order,
    widened,
)


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that no agent has answered yet. ``callback``: we ring the person back."""

    call_id: int
    ref: str
    state: str
    received_at: datetime
    queued_at: datetime | None
    offered_to: int | None = None
    agent_id: int | None = None
    priority: int = 0
    language: str = "fr"
    callback: bool = False
    queue_id: int = 0

    @property
    def since(self) -> datetime:
        """Since when the person waits: her first arrival."""
        return self.queued_at or self.received_at


@dataclass(frozen=True, slots=True)
class Doing:
    """The call that holds an agent: « in », « out » or « callback »; ``held``: on hold music.

    ``beside``: it is a colleague's, she was asked into it. ``joined``: somebody more is in it;
    ``coached``: a manager, who listens or whispers.
    """

    kind: str
    ref: str
    held: bool = False
    overflow: bool = False
    beside: bool = False
    talking: bool = False
    joined: bool = False
    coached: bool = False


@dataclass(frozen=True, slots=True)
class Seat:
    """An agent who takes calls, and what she does now."""

    agent_id: int
    name: str
    role: str
    state: str
    reason: str | None
    since: datetime
    connected: bool
    doing: Doing | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a call waits: a code of ``WHYS``; ``who`` it speaks of; ``until`` when it may change."""

    code: str
    who: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the queue. ``held``: it rings somewhere or hears the greeting; ``first``: a manager
    put it first."""

    place: int
    ref: str
    since: datetime
    why: str
    who: str = ""
    until: datetime | None = None
    callback: bool = False
    first: bool = False
    held: bool = False


WHYS = (
    "greeting",
    "ringing",
    "connecting",
    "choosing",
    "kept_for",
    "nobody",
    "language",
    "refused",
    "turn",
    "front_busy",
    "threshold",
    "all_busy",
    "no_back",
)


@dataclass(frozen=True, slots=True)
class Board:
    """The line at one instant."""

    waiting: tuple[Waiting, ...]
    seats: tuple[Seat, ...]

    @property
    def oldest(self) -> datetime | None:
        """Since when the one who has waited longest waits."""
        return min((call.since for call in self.waiting), default=None)

    @property
    def free(self) -> int:
        """How many agents could take a call now."""
        return sum(
            1 for seat in self.seats if seat.state == PresenceState.AVAILABLE and seat.connected
        )

    @property
    def talking(self) -> int:
        """How many agents are talking with somebody."""
        return sum(1 for seat in self.seats if seat.state == PresenceState.IN_CALL)


def board(
    calls: Iterable[LiveCall], seats: Iterable[Seat], snapshot: Snapshot, now: datetime
) -> Board:
    """The queue in the order in which it will be served, each call with the reason why it waits."""
    team = tuple(seats)
    names = {seat.agent_id: seat.name for seat in team}
    queue = _served_in_order(calls, snapshot, now)
    return Board(
        tuple(_line(n, call, snapshot, names, now) for n, call in enumerate(queue, start=1)), team
    )


def _served_in_order(
    calls: Iterable[LiveCall], snapshot: Snapshot, now: datetime
) -> list[LiveCall]:
    """Those in a queue as routing serves them; then who still hears the greeting."""
    live = list(calls)
    queued = {call.call_id: call for call in live if call.queued_at}
    places = [
        WaitingCall(call.call_id, call.since, priority=call.priority, queue_id=call.queue_id)
        for call in queued.values()
    ]
    served = [queued[place.call_id] for place in in_order(places, snapshot, now)]
    return served + sorted((c for c in live if not c.queued_at), key=lambda c: c.received_at)


def _line(
    place: int, call: LiveCall, snapshot: Snapshot, names: Mapping[int, str], now: datetime
) -> Waiting:
    reason = reason_of(call, snapshot, now)
    return Waiting(
        place=place,
        ref=call.ref,
        since=call.since,
        why=reason.code,
        who=names.get(reason.who or 0, ""),
        until=reason.until,
        callback=call.callback,
        first=call.priority > 0,
        held=call.state != "waiting",
    )


def reason_of(call: LiveCall, snapshot: Snapshot, now: datetime) -> Reason:
    """Why this call is not answered yet, whatever its state."""
    if call.state == "greeting":
        return Reason("greeting")
    if call.state == "offered":
        return Reason("ringing", call.offered_to)
    if call.state == "connecting":
        return Reason("connecting", call.agent_id)
    waiting = next((w for w in snapshot.waiting if w.call_id == call.call_id), None)
    return waiting_reason(waiting, snapshot, now) if waiting else Reason("choosing")


def waiting_reason(call: WaitingCall, snapshot: Snapshot, now: datetime) -> Reason:
    """Why routing offers this call to nobody now.

    It asks routing first (``decide``), so that it never gives a reason that does not hold.
    """
    decisions = {decision.call_id: decision for decision in decide(snapshot, now)}
    if isinstance(decisions.get(call.call_id), Offer):
        return Reason("choosing")
    on_duty = [a for a in snapshot.agents if a.state in ON_DUTY and a.connected]
    if not on_duty:
        return Reason("nobody")
    policy = snapshot.policy_of(call.queue_id)
    if _kept_for(call, on_duty, policy, now):
        until = _wait_began(call) + timedelta(seconds=policy.sticky_wait)
        return Reason("kept_for", call.preferred_agent_id, until)
    free = [a for a in on_duty if a.state == PresenceState.AVAILABLE]
    wide = widened(call, snapshot, now)
    eligible = [
        a for a in free if a.role in policy.team.first or (wide and a.role in policy.team.overflow)
    ]
    if eligible:
        return _why_not_by_them(call, eligible, decisions.values(), policy, now)
    return _nobody_free(call, free, on_duty, wide, policy)


def _kept_for(call: WaitingCall, on_duty: list[AgentSeat], policy: Policy, now: datetime) -> bool:
    preferred = call.preferred_agent_id
    return (
        any(a.agent_id == preferred for a in on_duty)
        and preferred not in call.excluded
        and all(refusal.agent_id != preferred for refusal in call.refusals)
        and (now - _wait_began(call)).total_seconds() < policy.sticky_wait
    )


def _why_not_by_them(
    call: WaitingCall,
    eligible: list[AgentSeat],
    decisions: Iterable[object],
    policy: Policy,
    now: datetime,
) -> Reason:
    """Somebody is free and may take calls such as this one; still it was offered to nobody."""
    speakers = [a for a in eligible if call.language in a.languages]
    if not speakers and _waited(call, now) < policy.language_wait:
        return Reason("language", until=call.arrived_at + timedelta(seconds=policy.language_wait))
    taken = {d.agent_id for d in decisions if isinstance(d, Offer)}
    left = [a for a in speakers or eligible if a.agent_id not in taken]
    if not left:
        return Reason("turn")  # those before in the queue are served first
    return Reason("refused", left[0].agent_id)


def _nobody_free(
    call: WaitingCall,
    free: list[AgentSeat],
    on_duty: list[AgentSeat],
    wide: bool,
    policy: Policy,
) -> Reason:
    if not any(a.role in policy.team.overflow for a in on_duty):
        return Reason("no_back")
    if wide:
        return Reason("all_busy")
    until = call.arrived_at + timedelta(seconds=policy.overflow_after)
    return Reason("threshold" if free else "front_busy", until=until)


def _waited(call: WaitingCall, now: datetime) -> float:
    return (now - call.arrived_at).total_seconds()


def _wait_began(call: WaitingCall) -> datetime:
    """When this wait began: an unanswered transfer waits anew, at its old place."""
    return call.waiting_since or call.arrived_at
