"""Routing at work: take a snapshot, decide, offer. Run whenever something may have changed."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, text

from app import clock
from app.calls import service, store
from app.calls.models import Line
from app.calls.routing import AgentSeat, Offer, Policy, Snapshot, Wait, WaitingCall, decide
from app.calls.states import Event, Kind
from app.exceptions import Conflict
from app.extensions import db
from app.realtime import MANAGERS_ROOM, publish
from app.unit_of_work import Work, unit_of_work

# An agent who let a call go is not rung for it again at once.
REFUSAL_LASTS = timedelta(seconds=40)


def run(now: datetime | None = None) -> list[Offer]:
    """Offer what can be offered now; the offers that were really made."""
    now = now or clock.now()
    with unit_of_work() as work:
        _one_at_a_time()
        snapshot = snapshot_of(now)
        if not snapshot.waiting:
            return []
        decisions = decide(snapshot, now)
        if any(isinstance(d, Wait) and d.alone for d in decisions):
            work.after(lambda: publish("alone", {}, room=MANAGERS_ROOM))
        return [
            d for d in decisions if isinstance(d, Offer) and _offer(d, snapshot.policy, now, work)
        ]


def _one_at_a_time() -> None:
    """Two dispatchers would be safe (conditional updates) but could serve out of order."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(7402)"))


def snapshot_of(now: datetime) -> Snapshot:
    """The queue, the agents and the line's policy, as rows say now."""
    waiting = store.waiting_rows()
    line = db.session.scalar(select(Line).order_by(Line.id).limit(1))
    if not waiting:
        return Snapshot((), (), service.policy_of(line))
    refusals = store.recent_refusals([row.id for row in waiting], now - REFUSAL_LASTS)
    return Snapshot(
        waiting=tuple(
            WaitingCall(
                call_id=row.id,
                arrived_at=row.queued_at,
                waiting_since=row.waiting_since,
                priority=row.priority,
                language=row.language,
                preferred_agent_id=row.preferred_agent_id,
                owner_id=row.owner_id,
                excluded=frozenset(refusals.get(row.id, ())),
            )
            for row in waiting
        ),
        agents=tuple(
            AgentSeat(
                agent_id=row.id,
                role=row.role,
                state=row.state,
                idle_since=row.idle_since,
                languages=frozenset(row.languages or ("fr",)),
                connected=bool(row.connected),
            )
            for row in store.agent_rows()
        ),
        policy=service.policy_of(line),
    )


def _offer(offer: Offer, policy: Policy, now: datetime, work: Work) -> bool:
    """Make one offer; False when the call or the agent was taken meanwhile."""
    event = Event(
        Kind.OFFERED,
        now,
        f"offered:{secrets.token_hex(6)}",
        agent_id=offer.agent_id,
        until=now + timedelta(seconds=policy.ring_seconds),
        overflow=offer.overflow,
    )
    try:
        with db.session.begin_nested():
            return service.happen_within(offer.call_id, event, work) is not None
    except Conflict:
        return False
