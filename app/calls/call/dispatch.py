"""Routing at work: look, decide, offer. Run whenever something may have changed."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, func

from app.calls.call import service, snapshot
from app.calls.call.life.states import Event, Kind
from app.foundation import clock
from app.foundation.database.unit_of_work import Work, unit_of_work
from app.foundation.exceptions import Conflict
from app.foundation.extensions import db
from app.queue import queues
from app.queue.policy import Policy
from app.queue.routing import Offer, Snapshot, decide
from app.web.realtime import MANAGERS_ROOM, publish


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
    try:
        with unit_of_work() as work:
            seen = snapshot.brief(_my_turn())
            waits_in = {call.call_id: call.queue_id for call in seen.waiting}
            offers = [d for d in decide(seen, now) if isinstance(d, Offer)]
            make = _offer if len(offers) == 1 else _offer_or_not
            return [
                offer
                for offer in offers
                if make(offer, seen.policy_of(waits_in[offer.call_id]), now, work)
            ]
    except Conflict:
        return []  # of a single offer: its agent was taken meanwhile; the ticker looks again soon


def snapshot_of() -> Snapshot:
    """The calls that wait, the agents on duty and the rules of each queue, as rows say now."""
    return snapshot.take(queues.policies(db.session.execute(queues.RULES)))


def _my_turn() -> dict[int, Policy]:
    """The rules of each queue, once no other process routes.

    Two dispatchers would be safe (conditional updates) but could serve out of order.
    """
    return queues.policies(db.session.execute(_turn_on(db.session.get_bind().dialect.name)))


@lru_cache(maxsize=2)
def _turn_on(dialect: str) -> Select[Any]:
    lock = func.pg_advisory_xact_lock(7402).label("lock")
    return queues.RULES.add_columns(lock) if dialect == "postgresql" else queues.RULES


def _offer_or_not(offer: Offer, policy: Policy, now: datetime, work: Work) -> bool:
    """One of several offers: if its agent was taken meanwhile, the others stand."""
    try:
        with db.session.begin_nested():
            return _offer(offer, policy, now, work)
    except Conflict:
        db.session.expire_all()  # a call that was read is not offered after all
        return False


def _offer(offer: Offer, policy: Policy, now: datetime, work: Work) -> bool:
    """Make one offer; False when the call was taken meanwhile. Raises Conflict if the agent was."""
    event = Event(
        Kind.OFFERED,
        now,
        f"offered:{secrets.token_hex(6)}",
        agent_id=offer.agent_id,
        until=now + timedelta(seconds=policy.ring_seconds),
        overflow=offer.overflow,
    )
    return service.happen_within(offer.call_id, event, work) is not None
