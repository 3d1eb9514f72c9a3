"""Who gets which call. Pure: ``decide(snapshot, now)``.

Order: priority, then first arrival; waiting raises priority, so nobody starves. Who: the sticky
agent for a while, then the dossier's owner when free on front duty, then the front office by
longest idle. Overflow widens, it never moves the call: after ``overflow_after`` seconds, when the
queue is longer than ``overflow_length``, or when nobody is on front duty, back-office agents
become eligible *too*.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

ON_DUTY = frozenset({"available", "ringing", "in_call", "wrap_up"})


@dataclass(frozen=True)
class WaitingCall:
    """A call in the queue. ``arrived_at`` is its first arrival: a returned call keeps it."""

    call_id: int
    arrived_at: datetime
    priority: int = 0
    language: str = "fr"
    preferred_agent_id: int | None = None
    owner_id: int | None = None
    excluded: frozenset[int] = frozenset()


@dataclass(frozen=True)
class AgentSeat:
    """An agent as routing sees her. ``state`` is her presence; only ``available`` is free."""

    agent_id: int
    role: str
    state: str
    idle_since: datetime
    languages: frozenset[str] = frozenset({"fr"})
    connected: bool = True


@dataclass(frozen=True)
class Policy:
    """The line's rules; all durations in seconds."""

    ring_seconds: int = 20
    overflow_after: int = 20
    overflow_length: int = 3
    sticky_wait: int = 30
    ageing_seconds: int = 120


@dataclass(frozen=True)
class Snapshot:
    """All that a decision may look at."""

    waiting: tuple[WaitingCall, ...]
    agents: tuple[AgentSeat, ...]
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True)
class Offer:
    """Ring this agent for this call. ``overflow``: she is there because the front is not."""

    call_id: int
    agent_id: int
    overflow: bool


@dataclass(frozen=True)
class Wait:
    """Nobody can take this call now. ``alone``: nobody is on duty at all: alert somebody."""

    call_id: int
    position: int
    alone: bool = False


Decision = Offer | Wait


def decide(snapshot: Snapshot, now: datetime) -> list[Decision]:
    """One decision for each waiting call, best placed first; no agent is offered two calls."""
    free = {a.agent_id: a for a in snapshot.agents if a.state == "available" and a.connected}
    decisions: list[Decision] = []
    position = 0
    for call in in_order(snapshot.waiting, snapshot.policy, now):
        agent = _choose(call, snapshot, free, now)
        if agent is None:
            position += 1
            decisions.append(Wait(call.call_id, position, alone=not _anyone(snapshot.agents)))
            continue
        del free[agent.agent_id]
        overflow = agent.role != "front" and agent.agent_id != call.preferred_agent_id
        decisions.append(Offer(call.call_id, agent.agent_id, overflow))
    return decisions


def in_order(waiting: Iterable[WaitingCall], policy: Policy, now: datetime) -> list[WaitingCall]:
    """The queue as it will be served."""

    def place(call: WaitingCall) -> tuple[float, datetime, int]:
        waited = (now - call.arrived_at).total_seconds()
        risen = call.priority + max(0.0, waited) // policy.ageing_seconds
        return (-risen, call.arrived_at, call.call_id)

    return sorted(waiting, key=place)


def widened(call: WaitingCall, snapshot: Snapshot, now: datetime) -> bool:
    """Are back-office agents eligible for this call?"""
    policy = snapshot.policy
    waited = (now - call.arrived_at).total_seconds()
    return (
        waited >= policy.overflow_after
        or len(snapshot.waiting) > policy.overflow_length
        or not any(a.role == "front" and a.state in ON_DUTY for a in snapshot.agents)
    )


def _anyone(agents: Iterable[AgentSeat]) -> bool:
    return any(a.state in ON_DUTY and a.connected for a in agents)


def _choose(
    call: WaitingCall, snapshot: Snapshot, free: dict[int, AgentSeat], now: datetime
) -> AgentSeat | None:
    # A caller whose language nobody speaks is not left to wait for ever: anybody, with S29.
    patient = (now - call.arrived_at).total_seconds() < snapshot.policy.overflow_after
    able = [
        a
        for a in free.values()
        if a.agent_id not in call.excluded and (call.language in a.languages or not patient)
    ]
    sticky = _sticky(call, snapshot, now)
    if sticky is not None:
        return next((a for a in able if a.agent_id == sticky.agent_id), None)
    front = [a for a in able if a.role == "front"]
    owner = next((a for a in front if a.agent_id == call.owner_id), None)
    if owner or front:
        return owner or _longest_idle(front)
    back = [a for a in able if a.role == "back"]
    return _longest_idle(back) if back and widened(call, snapshot, now) else None


def _sticky(call: WaitingCall, snapshot: Snapshot, now: datetime) -> AgentSeat | None:
    """The agent this call is kept for, while it may still be worth waiting for her."""
    if call.preferred_agent_id is None or call.preferred_agent_id in call.excluded:
        return None
    if (now - call.arrived_at).total_seconds() >= snapshot.policy.sticky_wait:
        return None
    return next(
        (
            a
            for a in snapshot.agents
            if a.agent_id == call.preferred_agent_id and a.connected and a.state in ON_DUTY
        ),
        None,
    )


def _longest_idle(agents: list[AgentSeat]) -> AgentSeat:
    return min(agents, key=lambda a: (a.idle_since, a.agent_id))
