"""Messages on their way to somebody: offers made, taken back, parked ones woken, left ones given back.

Run after the routing of calls, whenever something may have changed: a caller comes first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select

from app.accounts.models import Agent, Connection, Presence
from app.dossiers.models import Dossier
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.foundation.roles import AGENTS
from app.queue import message_routing, queues, work_store, works
from app.queue.life import Stage
from app.queue.message_routing import OFFER_LASTS, Desk
from app.queue.models import Holding, Work, WorkEvent
from app.queue.routing import AgentSeat, Offer, Refusal, Snapshot, WaitingCall
from app.queue.work_record import REFUSED
from app.tickets.models import Contact
from app.web import news

_ACTIVE = (Stage.WAITING, Stage.OFFERED, Stage.HELD)


def run(now: datetime | None = None) -> list[Offer]:
    """Look at the messages; the offers that were really made."""
    now = now or clock.now()
    if not _anything(now):
        return []
    told: set[int] = set()
    with unit_of_work() as work:
        _my_turn()
        told |= _moved(now)
        offers = _offers(now)
        told |= {offer.agent_id for offer in offers}
        if told:
            work.after(lambda: news.desks_changed(sorted(told)))
    return offers


def _anything(now: datetime) -> bool:
    """Is there a message to look at? One short question, asked at every wake-up."""
    parked = (Work.state == Stage.PARKED) & (Work.parked_until <= now)
    open_ = exists().where(Work.kind == work_store.MESSAGE, Work.state.in_(_ACTIVE) | parked)
    return bool(db.session.scalar(select(open_)))


def _my_turn() -> None:
    """One process routes messages at a time (SQLite has one writer at all)."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(7404)))


def _moved(now: datetime) -> set[int]:
    """Wake what is due, take back what nobody will answer; whose desks changed."""
    due = select(Work.id).where(Work.state == Stage.PARKED, Work.parked_until <= now)
    for work_id in db.session.scalars(due).all():
        works.wake(work_id, now=now)
    told: set[int] = set()
    desks = _desks()
    offered = db.session.execute(
        select(Work.id, Work.offered_to, Work.offer_until).where(Work.state == Stage.OFFERED)
    ).all()
    for row in offered:
        lost = message_routing.lost_offer(desks.get(row.offered_to), row.offer_until, now)
        if lost and works.unoffer(row.id, row.offered_to, lost, now):
            told.add(row.offered_to)
    held = db.session.scalars(select(Holding).where(Holding.work_id.is_not(None))).all()
    for work_id, agent_id, since in [
        (each.work_id or 0, each.agent_id, each.since) for each in held
    ]:
        left = message_routing.left_behind(desks.get(agent_id), since)
        if left and works.give_back(work_id, now=now, agent_id=agent_id):
            told.add(agent_id)
    return told


def _offers(now: datetime) -> list[Offer]:
    snapshot, occupied = snapshot_of()
    made = [
        each
        for each in message_routing.decide(snapshot, occupied, now)
        if isinstance(each, Offer)
        and works.offer(each.call_id, each.agent_id, now + OFFER_LASTS, now)
    ]
    return made


def snapshot_of() -> tuple[Snapshot, frozenset[int]]:
    """The messages that wait and the agents on duty, and who has one in hand or is asked."""
    policies = queues.policies(db.session.execute(queues.RULES))
    desks = _desks().values()
    seats = tuple(
        AgentSeat(d.agent_id, d.role, d.state, d.idle_since, d.languages, d.connected)
        for d in desks
    )
    occupied = {
        *db.session.scalars(select(Holding.agent_id).where(Holding.work_id.is_not(None))),
        *db.session.scalars(select(Work.offered_to).where(Work.offered_to.is_not(None))),
    }
    return Snapshot(_waiting(), seats, policies=policies), frozenset(occupied - {None})


def _waiting() -> tuple[WaitingCall, ...]:
    rows = db.session.execute(
        select(
            Work.id,
            Work.first_arrived_at,
            Work.waiting_since,
            Work.priority,
            Work.language,
            Work.preferred_agent_id,
            Work.queue_id,
            Dossier.owner_id,
        )
        .join(Contact, Contact.id == Work.contact_id)
        .outerjoin(Dossier, Dossier.id == Contact.dossier_id)
        .where(Work.state == Stage.WAITING, Work.kind == work_store.MESSAGE)
        .order_by(Work.first_arrived_at, Work.id)
    ).all()
    refusals = _refusals([row.id for row in rows])
    return tuple(
        WaitingCall(
            call_id=row.id,
            arrived_at=row.first_arrived_at,
            waiting_since=row.waiting_since,
            priority=row.priority,
            language=row.language,
            preferred_agent_id=row.preferred_agent_id,
            owner_id=row.owner_id,
            refusals=tuple(refusals[row.id]),
            queue_id=row.queue_id,
        )
        for row in rows
    )


def _refusals(ids: Iterable[int]) -> dict[int, list[Refusal]]:
    found: dict[int, list[Refusal]] = defaultdict(list)
    wanted = list(ids)
    if not wanted:
        return found
    rows = db.session.execute(
        select(WorkEvent.work_id, WorkEvent.agent_id, func.max(WorkEvent.at).label("at"))
        .where(
            WorkEvent.work_id.in_(wanted),
            WorkEvent.kind.in_(REFUSED),
            WorkEvent.agent_id.is_not(None),
        )
        .group_by(WorkEvent.work_id, WorkEvent.agent_id)
    )
    for row in rows:
        found[row.work_id].append(Refusal(row.agent_id, row.at))
    return found


def _desks() -> dict[int, Desk]:
    tab = exists().where(Connection.agent_id == Agent.id)
    rows = db.session.execute(
        select(
            Agent.id,
            Agent.role,
            Agent.languages,
            Presence.state,
            Presence.reason,
            Presence.since,
            Presence.idle_since,
            tab.label("connected"),
        )
        .join(Presence, Presence.agent_id == Agent.id)
        .where(Agent.active.is_(True), Agent.role.in_(AGENTS))
    )
    return {row.id: _desk(row) for row in rows}


def _desk(row: Any) -> Desk:
    return Desk(
        agent_id=row.id,
        role=row.role,
        state=row.state,
        reason=row.reason,
        since=row.since,
        idle_since=row.idle_since,
        languages=frozenset(row.languages or ("fr",)),
        connected=bool(row.connected),
    )
