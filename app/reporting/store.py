"""What the report and the wall read: calls with their contacts and agents, one query each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from app.accounts.models import Agent, Connection, Presence
from app.calls.models import Call, Line
from app.calls.states import LIVE
from app.clock import PARIS, day_bounds
from app.extensions import db
from app.reporting.statistics import CallFact
from app.reporting.wall import AgentSeat, LiveCall
from app.tickets.models import Contact


@dataclass(frozen=True, slots=True)
class LineHours:
    """When the line is open, as it is stored, and its zone."""

    hours: dict[str, object]
    zone: ZoneInfo


def line_hours() -> LineHours:
    """The hours of the service's line; empty ones in Paris when there is no line yet."""
    line = db.session.scalar(select(Line).order_by(Line.id).limit(1))
    if line is None:
        return LineHours({}, PARIS)
    return LineHours(line.hours, ZoneInfo(line.zone))


def day_facts(day: date, zone: ZoneInfo = PARIS) -> list[CallFact]:
    """The facts of every call received on a local day, in the order of their arrival."""
    start, end = day_bounds(day, zone)
    rows = db.session.execute(
        select(
            Call.ref,
            Call.direction,
            Call.received_at,
            Call.queued_at,
            Call.answered_at,
            Call.ended_at,
            Call.wrap_up_ended_at,
            Call.outcome,
            Call.hold_s,
            Call.language,
            Agent.id.label("agent_id"),
            Agent.display_name.label("agent_name"),
            Agent.role.label("agent_role"),
            Contact.reason,
            Contact.caller_role,
            Contact.digital_declared,
            Contact.digital_kind,
            Contact.digital_seen,
        )
        .outerjoin(Contact, Contact.id == Call.contact_id)
        .outerjoin(Agent, Agent.id == Call.agent_id)
        .where(Call.received_at >= start, Call.received_at < end)
        .order_by(Call.received_at, Call.id)
    )
    return [_fact(row._mapping) for row in rows]


def _fact(row: object) -> CallFact:
    values = dict(row)  # type: ignore[call-overload]
    seen = values.pop("digital_seen")
    values["digital_kind"] = values["digital_kind"] or seen
    return CallFact(**values, digital_observed=seen is not None)


def live_calls() -> list[LiveCall]:
    """The calls of people who wait for an agent, longest wait first."""
    rows = db.session.execute(
        select(
            Call.ref,
            Call.state,
            Call.received_at,
            Call.queued_at,
            Call.offered_to,
            Call.agent_id,
            Call.preferred_agent_id,
            Call.overflow,
        )
        .where(Call.state.in_(LIVE), Call.state != "talking", Call.direction == "in")
        .order_by(Call.queued_at.is_(None), Call.queued_at, Call.received_at)
    )
    return [LiveCall(**row._mapping) for row in rows]


def seats() -> list[AgentSeat]:
    """Agents who take calls, front office first, always in the same order."""
    tab = exists().where(Connection.agent_id == Agent.id).label("connected")
    rows = db.session.execute(
        select(
            Agent.id.label("agent_id"),
            Agent.display_name.label("name"),
            Agent.role,
            Presence.state,
            Presence.reason,
            Presence.since,
            tab,
        )
        .join(Presence, Presence.agent_id == Agent.id)
        .where(Agent.active.is_(True), Agent.role.in_(("front", "back")))
        .order_by(Agent.role.desc(), Agent.display_name, Agent.id)
    )
    return [AgentSeat(**row._mapping) for row in rows]
