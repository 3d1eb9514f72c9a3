"""Loads the reference day through the tables and the state machine of live calls."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.accounts.models import Agent
from app.calls.call.life.states import Event
from app.calls.call.replay import PastCall, replay
from app.demo.reference_day import AGENTS, PlannedCall, PlannedEvent, plan
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Unavailable
from app.foundation.extensions import db
from app.foundation.roles import Role
from app.tickets import service as tickets
from app.tickets.models import Contact
from app.tickets.reasons import Suggestion


def load(day: date) -> str:
    """Store the 67 calls of the reference day on ``day``; a sentence that says what was done.

    A call that is there already is left as it is, so loading twice changes nothing. All or
    nothing: raises Unavailable when the line or its three agents are missing.
    """
    calls = plan(day)
    with unit_of_work():
        agents = _agents()
        loaded = sum(_load(call, agents) for call in calls)
    known = len(calls) - loaded
    return f"{day.isoformat()} : {loaded} appels chargés, {known} déjà connus."


def nobody_works_here() -> bool:
    """Whether this installation has no agent at all yet."""
    return db.session.scalar(select(Agent.id).limit(1)) is None


def _agents() -> dict[str, int]:
    """Who plays each part of the plan: two of the front office, one of the back office."""
    found: dict[str, int] = {}
    for role, parts in ((Role.FRONT, AGENTS[:2]), (Role.BACK, AGENTS[2:])):
        ids = db.session.scalars(
            select(Agent.id)
            .where(Agent.role == role, Agent.active.is_(True))
            .order_by(Agent.id)
            .limit(len(parts))
        ).all()
        if len(ids) < len(parts):
            raise Unavailable(
                "Il faut deux agents de l'accueil et un agent du renfort.",
                kept="Rien n'a été chargé.",
                todo="Chargez d'abord les comptes : flask --app app.factory demo seed",
            )
        found.update(zip(parts, ids, strict=True))
    return found


def _load(call: PlannedCall, agents: dict[str, int]) -> bool:
    events = [_event(call, planned, agents) for planned in call.events()]
    stored = replay(PastCall(call.provider_sid, call.caller_number, call.received_at, events))
    if stored is None:
        return False
    if call.agent and call.answered:
        _qualify(stored[1], call, agents[call.agent])
    return True


def _event(call: PlannedCall, planned: PlannedEvent, agents: dict[str, int]) -> Event:
    return Event(
        kind=planned.kind,
        at=planned.at,
        key=planned.key,
        agent_id=agents[planned.agent] if planned.agent else None,
        leg=call.leg_sid if planned.agent and call.answered else None,
        until=planned.until,
        overflow=planned.overflow,
    )


def _qualify(contact: Contact, call: PlannedCall, agent_id: int) -> None:
    """What the trace shows, and what the agent said at the end of her wrap-up: nothing preset."""
    if call.digital_seen:
        tickets.note_scripts(contact.id, [Suggestion(digital=call.digital_seen)])
    if not call.qualified:
        return  # left undone: « Pas de qualification »
    contact.reason = call.reason
    contact.caller_role = call.role
    contact.caller_role_by_id = agent_id if call.role else None
    if call.digital_declared:
        contact.digital_declared, contact.digital_kind = True, call.digital_seen
        contact.digital_by_id = agent_id
    contact.note = call.note
    contact.qualified_at = call.wrapped_up_at
    contact.qualified_by_id = agent_id
