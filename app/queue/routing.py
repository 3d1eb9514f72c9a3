"""Who gets which call. Pure: ``decide(snapshot, now)``.

Order: priority, then first arrival; waiting raises priority, so nobody starves. Who: the sticky
agent for a while, then the dossier's owner when free on front duty, then the front office by
longest idle. Overflow widens, it never moves the call: after ``overflow_after`` seconds (at once,
unless the queue has a threshold), when the queue is longer than ``overflow_length``, or when nobody
is on front duty, back-office agents become eligible *too*. (Front and back: the roles that the
queue's team asks first, and those that widen them.)

Several queues are decided together: an agent who serves two takes the first in order of either.

Who let a call go (declined, missed) is not rung for it again at once, then only when nobody else is
free, then like anybody: the caller never waits for nothing beside the only agent, and the agent is
never rung in a loop. Why these numbers: docs/adr/0010-routing-rules.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter

from app.accounts.presence import ON_DUTY, PresenceState
from app.queue.policy import Policy

_LONGEST_IDLE = attrgetter("idle_since", "agent_id")
# Plain texts, as rows have them: asked of each of a thousand agents at every decision.
_AVAILABLE = PresenceState.AVAILABLE.value
_ON_DUTY = frozenset(state.value for state in ON_DUTY)

REFUSAL_PAUSE = timedelta(seconds=10)
"""Who let a call go is not rung for it meanwhile: time to say « en pause ». Doubles each time."""
REFUSAL_LASTS = timedelta(seconds=40)
"""The longest pause; until then she is the last to be rung for that call."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An agent let this call go: declined, missed, put back in the queue, or her leg never came.

    ``at`` is the last time, ``times`` how often.
    """

    agent_id: int
    at: datetime
    times: int = 1

    def pause(self) -> timedelta:
        """How long she is not rung for this call, from ``at``."""
        return min(REFUSAL_PAUSE * (1 << min(self.times - 1, 8)), REFUSAL_LASTS)


@dataclass(frozen=True, slots=True)
class WaitingCall:
    """A call in the queue. ``arrived_at`` is its first arrival: a returned call keeps it.

    ``excluded`` are never rung for it; ``refusals`` say who let it go, and wear off.
    ``waiting_since``: when this wait began, if it is not the first (an unanswered transfer).
    ``queue_id``: whose rules it waits by (``Snapshot.policies``).
    """

    call_id: int
    arrived_at: datetime
    priority: int = 0
    language: str = "fr"
    preferred_agent_id: int | None = None
    owner_id: int | None = None
    excluded: frozenset[int] = frozenset()
    refusals: tuple[Refusal, ...] = ()
    waiting_since: datetime | None = None
    queue_id: int = 0


@dataclass(frozen=True, slots=True)
class AgentSeat:
    """An agent as routing sees her. ``state`` is her presence; only ``available`` is free."""

    agent_id: int
    role: str
    state: str
    idle_since: datetime
    languages: frozenset[str] = frozenset({"fr"})
    connected: bool = True


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a decision may look at. ``policy`` is that of a queue not in ``policies``."""

    waiting: tuple[WaitingCall, ...]
    agents: tuple[AgentSeat, ...]
    policy: Policy = field(default_factory=Policy)
    policies: Mapping[int, Policy] = field(default_factory=dict)

    def policy_of(self, queue_id: int) -> Policy:
        """The rules of a queue."""
        return self.policies.get(queue_id, self.policy)


# The answers are not frozen: a long queue makes thousands, and freezing triples what one costs.
@dataclass(slots=True, unsafe_hash=True)
class Offer:
    """Ring this agent for this call. ``overflow``: she is there because the front is not."""

    call_id: int
    agent_id: int
    overflow: bool


@dataclass(slots=True, unsafe_hash=True)
class Wait:
    """Nobody can take this call now. ``alone``: nobody is on duty at all: alert somebody."""

    call_id: int
    position: int
    alone: bool = False


Decision = Offer | Wait


def decide(snapshot: Snapshot, now: datetime) -> list[Decision]:
    """One decision for each waiting call, best placed first; no agent is offered two calls."""
    staff = _Staff(snapshot, now)
    decisions: list[Decision] = []
    positions: dict[int, int] = {}
    for call in in_order(snapshot.waiting, snapshot, now):
        rules = staff.rules(call.queue_id)
        agent = staff.choose(call, rules) if staff.free else None
        if agent is None:
            positions[call.queue_id] = position = positions.get(call.queue_id, 0) + 1
            decisions.append(Wait(call.call_id, position, rules.alone))
            continue
        del staff.free[agent.agent_id]
        overflow = agent.role not in rules.first and agent.agent_id != call.preferred_agent_id
        decisions.append(Offer(call.call_id, agent.agent_id, overflow))
    return decisions


def in_order(
    waiting: Iterable[WaitingCall], rules: Policy | Snapshot, now: datetime
) -> list[WaitingCall]:
    """The queue as it will be served; by the ``rules`` of one queue, or each by its own."""
    paces: dict[int, timedelta] = {}

    def pace(queue_id: int) -> timedelta:
        policy = rules.policy_of(queue_id) if isinstance(rules, Snapshot) else rules
        paces[queue_id] = found = timedelta(seconds=policy.ageing_seconds)
        return found

    def risen(call: WaitingCall) -> int:
        steps = (now - call.arrived_at) // (paces.get(call.queue_id) or pace(call.queue_id))
        return -call.priority - steps if steps > 0 else -call.priority

    # Two stable sorts: rows come nearly in order of arrival, so the first is almost free.
    return sorted(sorted(waiting, key=attrgetter("arrived_at", "call_id")), key=risen)


def widened(call: WaitingCall, snapshot: Snapshot, now: datetime) -> bool:
    """Are the agents of the overflow eligible for this call?"""
    policy = snapshot.policy_of(call.queue_id)
    return (
        _widened_for_all(snapshot, call.queue_id, policy)
        or _waited(call, now) >= policy.overflow_after
    )


def _widened_for_all(snapshot: Snapshot, queue_id: int, policy: Policy) -> bool:
    length = sum(1 for call in snapshot.waiting if call.queue_id == queue_id)
    return length > policy.overflow_length or not any(
        a.role in policy.team.first and a.state in _ON_DUTY for a in snapshot.agents
    )


def _waited(call: WaitingCall, now: datetime) -> float:
    return (now - call.arrived_at).total_seconds()


class _Rules:
    """The rules of one queue at one instant."""

    __slots__ = ("alone", "any_language", "anybody", "back", "first", "overflow", "wide")

    def __init__(self, snapshot: Snapshot, queue_id: int, now: datetime) -> None:
        policy = snapshot.policy_of(queue_id)
        self.first, self.overflow = policy.team.first, policy.team.overflow
        # Who arrived before these instants has waited long enough for…
        self.any_language = now - timedelta(seconds=policy.language_wait)
        self.anybody = now - timedelta(seconds=policy.sticky_wait)
        self.back = now - timedelta(seconds=policy.overflow_after)
        self.wide = _widened_for_all(snapshot, queue_id, policy)
        team = {*self.first, *self.overflow}
        self.alone = not any(
            a.state in _ON_DUTY and a.connected and a.role in team for a in snapshot.agents
        )


class _Staff:
    """The agents of one snapshot, sorted once: a long queue must not sort them for each call.

    ``free`` shrinks as offers are made. A pool holds the free agents of one role and set of
    skills, longest idle last, by their rank; who is no longer free is dropped when met.
    """

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self._snapshot, self._now = snapshot, now
        self._rules: dict[int, _Rules] = {}
        self._on_duty = {a.agent_id for a in snapshot.agents if a.connected and a.state in _ON_DUTY}
        self._seats = [a for a in snapshot.agents if a.state == _AVAILABLE and a.connected]
        self._seats.sort(key=_LONGEST_IDLE, reverse=True)
        self.free = {a.agent_id: a for a in self._seats}
        self._pools: dict[tuple[str, frozenset[str]], list[int]] = {}
        for rank, agent in enumerate(self._seats):
            self._pools.setdefault((agent.role, agent.languages), []).append(rank)
        self._fitting: dict[tuple[tuple[str, ...], str | None], list[list[int]]] = {}

    def rules(self, queue_id: int) -> _Rules:
        """Those of this queue, worked out once."""
        found = self._rules.get(queue_id)
        if found is None:
            found = self._rules[queue_id] = _Rules(self._snapshot, queue_id, self._now)
        return found

    def choose(self, call: WaitingCall, rules: _Rules) -> AgentSeat | None:
        """Who rings for this call, if anybody may: who let it go comes after all others."""
        if not call.refusals:
            return self._choose(call, rules, call.excluded)
        resting, last = self._reluctant(call)
        first = self._choose(call, rules, call.excluded | resting | last)
        if first is not None or not last:
            return first
        return self._choose(call, rules, call.excluded | resting)

    def _reluctant(self, call: WaitingCall) -> tuple[set[int], set[int]]:
        """Free agents not to be rung now for a call that they let go, and those to be rung last.

        Who became available again since (her own act, or the end of another call) is neither.
        """
        resting, last = set(), set()
        for refusal in call.refusals:
            agent = self.free.get(refusal.agent_id)
            if agent is None or agent.idle_since > refusal.at:
                continue
            ago = self._now - refusal.at
            if ago < refusal.pause():
                resting.add(refusal.agent_id)
            elif ago < REFUSAL_LASTS:
                last.add(refusal.agent_id)
        return resting, last

    def _choose(
        self, call: WaitingCall, rules: _Rules, barred: AbstractSet[int]
    ) -> AgentSeat | None:
        # A caller whose language nobody speaks is not left to wait for ever: anybody, with S29.
        language = call.language if call.arrived_at > rules.any_language else None
        if call.preferred_agent_id is not None and self._kept_for_one(call, rules):
            return self._named(call.preferred_agent_id, barred, language)
        owner = self._named(call.owner_id, barred, language)
        if owner is not None and owner.role in rules.first:
            return owner
        front = self._longest_idle(rules.first, barred, language)
        if front is not None:
            return front
        wide = rules.wide or call.arrived_at <= rules.back
        return self._longest_idle(rules.overflow, barred, language) if wide else None

    def _kept_for_one(self, call: WaitingCall, rules: _Rules) -> bool:
        """Is the agent this call is kept for still worth waiting for?"""
        return (
            call.preferred_agent_id in self._on_duty
            and (call.waiting_since or call.arrived_at) > rules.anybody
            and call.preferred_agent_id not in call.excluded
            and all(r.agent_id != call.preferred_agent_id for r in call.refusals)
        )

    def _named(
        self, agent_id: int | None, barred: AbstractSet[int], language: str | None
    ) -> AgentSeat | None:
        agent = self.free.get(agent_id) if agent_id is not None else None
        if agent is None or agent_id in barred:
            return None
        return agent if language is None or language in agent.languages else None

    def _longest_idle(
        self, roles: tuple[str, ...], barred: AbstractSet[int], language: str | None
    ) -> AgentSeat | None:
        seats, free, found = self._seats, self.free, -1
        for pool in self._fitting.get((roles, language)) or self._fit(roles, language):
            while pool and seats[pool[-1]].agent_id not in free:
                pool.pop()
            if not barred:
                found = max(found, pool[-1] if pool else -1)
                continue
            for rank in reversed(pool):
                agent_id = seats[rank].agent_id
                if agent_id in free and agent_id not in barred:
                    found = max(found, rank)
                    break
        return seats[found] if found >= 0 else None

    def _fit(self, roles: tuple[str, ...], language: str | None) -> list[list[int]]:
        """The pools of these roles whose agents can serve; found once for each need."""
        self._fitting[roles, language] = [
            pool
            for (of, languages), pool in self._pools.items()
            if of in roles and (language is None or language in languages)
        ]
        return self._fitting[roles, language]
