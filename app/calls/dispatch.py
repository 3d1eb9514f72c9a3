"""Routing at work: look, decide, offer. Run whenever something may have changed."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import text

from app import clock
from app.calls import service, snapshot
from app.calls.routing import Offer, Policy, Snapshot, decide
from app.calls.states import Event, Kind
from app.exceptions import Conflict
from app.extensions import db
from app.realtime import MANAGERS_ROOM, publish
from app.unit_of_work import Work, unit_of_work


def run(now: datetime | None = None) -> list[Offer]:
    """Offer what can be offered now; the offers that were really made.

    What is looked at first takes no lock: what changes after it wakes routing again.
    """
    now = now or clock.now()
    waiting, free = snapshot.look()
    if waiting and not free and not snapshot.anybody_on_duty():
        publish("alone", {}, room=MANAGERS_ROOM)
    if not (waiting and free):
        return []
    with unit_of_work() as work:
        _one_at_a_time()
        queue = snapshot_of()
        offers = (d for d in decide(queue, now) if isinstance(d, Offer))
        return [offer for offer in offers if _offer(offer, queue.policy, now, work)]


def snapshot_of() -> Snapshot:
    """The queue, the agents on duty and the line's policy, as rows say now."""
    return snapshot.take(service.policy_of(snapshot.line()))


def _one_at_a_time() -> None:
    """Two dispatchers would be safe (conditional updates) but could serve out of order."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(7402)"))


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
