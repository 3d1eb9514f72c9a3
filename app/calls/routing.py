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
from operator import attrgetter

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
    language_wait: int = 20


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
    staff = _Staff(snapshot)
    alone = not any(a.state in ON_DUTY and a.connected for a in snapshot.agents)
    decisions: list[Decision] = []
    position = 0
    for call in in_order(snapshot.waiting, snapshot.policy, now):
        agent = staff.choose(call, now) if staff.free else None
        if agent is None:
            position += 1
            decisions.append(Wait(call.call_id, position, alone))
            continue
        del staff.free[agent.agent_id]
        overflow = agent.role != "front" and agent.agent_id != call.preferred_agent_id
        decisions.append(Offer(call.call_id, agent.agent_id, overflow))
    return decisions


def in_order(waiting: Iterable[WaitingCall], policy: Policy, now: datetime) -> list[WaitingCall]:
    """The queue as it will be served."""

    ageing = policy.ageing_seconds

    def risen(call: WaitingCall) -> float:
        return -call.priority - max(0.0, (now - call.arrived_at).total_seconds()) // ageing

    # Two stable sorts: rows come nearly in order of arrival, so the first is almost free.
    return sorted(sorted(waiting, key=attrgetter("arrived_at", "call_id")), key=risen)


def widened(call: WaitingCall, snapshot: Snapshot, now: datetime) -> bool:
    """Are back-office agents eligible for this call?"""
    return _widened_for_all(snapshot) or _waited(call, now) >= snapshot.policy.overflow_after


def _widened_for_all(snapshot: Snapshot) -> bool:
    return len(snapshot.waiting) > snapshot.policy.overflow_length or not any(
        a.role == "front" and a.state in ON_DUTY for a in snapshot.agents
    )


def _waited(call: WaitingCall, now: datetime) -> float:
    return (now - call.arrived_at).total_seconds()


def _idle(agent: AgentSeat) -> tuple[datetime, int]:
    return agent.idle_since, agent.agent_id


class _Staff:
    """The agents of one snapshot, sorted once: a long queue must not sort them for each call.

    ``free`` shrinks as offers are made. A pool holds the free agents of one role and set of
    languages, longest idle last; who is no longer free is dropped when met.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._policy = snapshot.policy
        self._wide = _widened_for_all(snapshot)
        self._on_duty = {a.agent_id for a in snapshot.agents if a.connected and a.state in ON_DUTY}
        free = [a for a in snapshot.agents if a.state == "available" and a.connected]
        free.sort(key=_idle, reverse=True)
        self.free = {a.agent_id: a for a in free}
        self._pools: dict[str, dict[frozenset[str], list[AgentSeat]]] = {}
        for agent in free:
            pools = self._pools.setdefault(agent.role, {})
            pools.setdefault(agent.languages, []).append(agent)

    def choose(self, call: WaitingCall, now: datetime) -> AgentSeat | None:
        """Who rings for this call, if anybody may."""
        waited = _waited(call, now)
        # A caller whose language nobody speaks is not left to wait for ever: anybody, with S29.
        language = call.language if waited < self._policy.language_wait else None
        if self._kept_for_one(call, waited):
            return self._named(call.preferred_agent_id, call, language)
        owner = self._named(call.owner_id, call, language)
        if owner is not None and owner.role == "front":
            return owner
        front = self._longest_idle("front", call, language)
        if front is not None:
            return front
        wide = self._wide or waited >= self._policy.overflow_after
        return self._longest_idle("back", call, language) if wide else None

    def _kept_for_one(self, call: WaitingCall, waited: float) -> bool:
        """Is the agent this call is kept for still worth waiting for?"""
        return (
            call.preferred_agent_id in self._on_duty
            and call.preferred_agent_id not in call.excluded
            and waited < self._policy.sticky_wait
        )

    def _named(
        self, agent_id: int | None, call: WaitingCall, language: str | None
    ) -> AgentSeat | None:
        agent = self.free.get(agent_id) if agent_id is not None else None
        if agent is None or agent_id in call.excluded:
            return None
        return agent if language is None or language in agent.languages else None

    def _longest_idle(self, role: str, call: WaitingCall, language: str | None) -> AgentSeat | None:
        found: AgentSeat | None = None
        for languages, pool in self._pools.get(role, {}).items():
            if language is not None and language not in languages:
                continue
            while pool and pool[-1].agent_id not in self.free:
                pool.pop()
            for agent in reversed(pool):
                if agent.agent_id in self.free and agent.agent_id not in call.excluded:
                    if found is None or _idle(agent) < _idle(found):
                        found = agent
                    break
        return found
