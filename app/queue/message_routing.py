"""Who is offered which message. Pure: ``decide(snapshot, occupied, now)``.

By the same rules as calls (``routing.decide``: order, preferred agent, dossier's owner, front office by
longest idle, overflow that widens), with two of its own: nobody is disturbed for a message but an agent
who is available with nothing in hand, and who said « Plus tard » is left in peace for a while. A message
is offered after calls were: a caller waits on the line, a message does not.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.accounts.presence import PresenceState
from app.queue.policy import Policy
from app.queue.routing import AgentSeat, Decision, Snapshot, WaitingCall
from app.queue.routing import decide as decide_calls
from app.queue.work_record import Kind

OFFER_LASTS = timedelta(minutes=2)
"""An offer that nobody looks at goes to somebody else: it makes no sound."""
LATER = timedelta(minutes=10)
"""Who said « Plus tard », or let an offer pass, is not offered that message again meanwhile."""
KEPT_FOR_ONE = timedelta(minutes=15)
"""A message entrusted to somebody, or that answers what she wrote, waits so long for her to be free."""

WRITES = frozenset({"dossiers"})
"""Reasons of an absence that is no absence from what one writes."""


@dataclass(frozen=True, slots=True)
class Desk:
    """An agent as messages see her: what she does, since when, and whether a tab is open."""

    agent_id: int
    role: str
    state: str
    since: datetime
    idle_since: datetime
    reason: str | None = None
    languages: frozenset[str] = frozenset({"fr"})
    connected: bool = True


def lost_offer(desk: Desk | None, until: datetime | None, now: datetime) -> Kind | None:
    """Why an offer is taken back: « lapsed » (nobody looked), « withdrawn » (she cannot), or None."""
    if desk is None or desk.state != PresenceState.AVAILABLE or not desk.connected:
        return Kind.WITHDRAWN
    return Kind.LAPSED if until is not None and until <= now else None


def left_behind(desk: Desk | None, held_since: datetime) -> bool:
    """Did the one who holds a message leave? A call, its wrap-up or « ne pas déranger » is no leaving,
    nor an absence that had begun when she took it."""
    if desk is None or desk.state == PresenceState.OFFLINE:
        return True
    away = desk.state == PresenceState.AWAY and desk.reason not in WRITES
    return away and desk.since > held_since


def decide(snapshot: Snapshot, occupied: AbstractSet[int], now: datetime) -> list[Decision]:
    """One decision for each waiting message; ``call_id`` in it names the work.

    ``occupied``: agents who hold a message, or are offered one. Their state in the snapshot says
    whether they are in a call; both count as on duty.
    """
    waiting = tuple(_rested(work, now) for work in snapshot.waiting)
    agents = tuple(_seat(agent, occupied) for agent in snapshot.agents)
    policies = {queue_id: _patient(policy) for queue_id, policy in snapshot.policies.items()}
    patient = replace(
        snapshot,
        waiting=waiting,
        agents=agents,
        policy=_patient(snapshot.policy),
        policies=policies,
    )
    return decide_calls(patient, now)


def _patient(policy: Policy) -> Policy:
    return replace(policy, sticky_wait=max(policy.sticky_wait, int(KEPT_FOR_ONE.total_seconds())))


def _seat(agent: AgentSeat, occupied: AbstractSet[int]) -> AgentSeat:
    busy = agent.agent_id in occupied and agent.state == PresenceState.AVAILABLE
    return replace(agent, state=PresenceState.IN_CALL) if busy else agent


def _rested(work: WaitingCall, now: datetime) -> WaitingCall:
    later = {refusal.agent_id for refusal in work.refusals if now - refusal.at < LATER}
    return replace(work, excluded=work.excluded | later, refusals=())
