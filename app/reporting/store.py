"""What the report and the wall read: calls with their contacts and agents, one query each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import joinedload

from app.accounts.models import Agent, Connection, Presence
from app.calls.call.life.record import Kind, State
from app.calls.call.models import Call, CallEvent, CallParty
from app.foundation.clock import PARIS, day_bounds
from app.foundation.extensions import db
from app.foundation.roles import AGENTS
from app.lines.models import Line
from app.reporting.call_fact import APART, CallFact
from app.reporting.models import ReportTargets
from app.reporting.wall import Doing, LiveCall, Seat
from app.tickets.models import Contact

BEFORE_ANSWER = ("greeting", "waiting", "offered", "connecting")
HOLDING = ("offered", "connecting", "talking")


# Did a person's telephone ring? An attempt that was withdrawn, or whose agent never came, called nobody.
_rung = or_(
    Call.direction == "in",
    exists().where(CallEvent.call_id == Call.id, CallEvent.kind == Kind.PERSON_RUNG),
)


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
            # Sent to another service, the conversation goes on without us: our part ended before.
            case(
                (Call.ended_at.is_not(None), func.coalesce(Call.outside_since, Call.ended_at))
            ).label("ended_at"),
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
            _rung.label("rung"),
        )
        .outerjoin(Contact, Contact.id == Call.contact_id)
        .outerjoin(Agent, Agent.id == Call.agent_id)
        .where(Call.received_at >= start, Call.received_at < end)
        .order_by(Call.received_at, Call.id)
    )
    return [_fact(row._mapping) for row in rows]


def day_mark(day: date, zone: ZoneInfo = PARIS) -> tuple[int, ...]:
    """Numbers that change as soon as anything happens to a call of that day: two indexes are read."""
    start, end = day_bounds(day, zone)
    row = db.session.execute(
        select(
            func.count(),
            func.coalesce(func.max(Call.id), 0),
            func.coalesce(func.sum(Call.version), 0),
        ).where(Call.received_at >= start, Call.received_at < end)
    ).one()
    return (int(row[0]), int(row[1]), int(row[2]))


def _fact(row: object) -> CallFact:
    values = dict(row)  # type: ignore[call-overload]
    seen = values.pop("digital_seen")
    values["rung"] = bool(values["rung"])
    values["digital_kind"] = values["digital_kind"] or seen
    return CallFact(**values, digital_observed=seen is not None)


def contacts_of(refs: Sequence[str]) -> dict[str, Contact]:
    """The contact of each call, by its ref, with the person and the dossier."""
    rows = db.session.execute(
        select(Call.ref, Contact)
        .join(Contact, Contact.id == Call.contact_id)
        .where(Call.ref.in_(refs))
        .options(joinedload(Contact.person), joinedload(Contact.dossier))
    )
    return {row.ref: row.Contact for row in rows}


def arrivals(spans: Sequence[tuple[datetime, datetime]]) -> list[int]:
    """How many calls were presented in each span, after its first instant and up to its second."""
    came = Call.received_at
    counts = [
        func.coalesce(func.sum(case((and_(came > after, came <= until), 1), else_=0)), 0)
        for after, until in spans
    ]
    (row,) = db.session.execute(
        select(*counts).where(
            came > spans[0][0],
            Call.direction == "in",
            or_(Call.outcome.is_(None), Call.outcome.not_in(APART)),
        )
    )
    return list(row)


def stored_targets(at: datetime) -> dict[str, Any] | None:
    """The targets that held at an instant; None before any was set."""
    return db.session.scalar(
        select(ReportTargets.targets)
        .where(ReportTargets.set_at <= at)
        .order_by(ReportTargets.set_at.desc(), ReportTargets.id.desc())
        .limit(1)
    )


def add_targets(targets: dict[str, Any], *, by: int, now: datetime) -> None:
    """From now on, these."""
    db.session.add(ReportTargets(set_at=now, set_by=by, targets=targets))


def live_calls() -> list[LiveCall]:
    """Who waits for one of us: callers, and people whom we owe a call-back whose time has come."""
    rows = db.session.execute(
        select(
            Call.id.label("call_id"),
            Call.ref,
            Call.state,
            Call.received_at,
            Call.queued_at,
            Call.offered_to,
            Call.agent_id,
            Call.priority,
            Call.language,
            Call.callback_id.is_not(None).label("callback"),
            Line.queue_id,
        )
        .join(Line, Line.id == Call.line_id)
        .where(
            Call.state.in_(BEFORE_ANSWER),
            or_(Call.direction == "in", Call.callback_id.is_not(None)),
        )
    )
    return [LiveCall(**{**row._mapping, "callback": bool(row.callback)}) for row in rows]


def seats() -> list[Seat]:
    """Agents who take calls, front office first, always in the same order."""
    tab = exists().where(Connection.agent_id == Agent.id).label("connected")
    rows = db.session.execute(
        select(
            Agent.id.label("agent_id"),
            Agent.display_name.label("name"),
            Agent.role,
            Presence.state.label("state"),
            Presence.reason.label("reason"),
            Presence.since.label("since"),
            tab,
        )
        .join(Presence, Presence.agent_id == Agent.id)
        .where(Agent.active.is_(True), Agent.role.in_(AGENTS))
        .order_by(Agent.role.desc(), Agent.display_name, Agent.id)
    ).all()
    doing = _doing()
    return [Seat(**row._mapping, doing=doing.get(row.agent_id)) for row in rows]


def _doing() -> dict[int, Doing]:
    """The call that holds each agent now, her own before a colleague's."""
    rows = db.session.execute(
        select(
            Call.ref,
            Call.state,
            Call.direction,
            Call.callback_id,
            Call.overflow,
            Call.held_since,
            Call.offered_to,
            Call.agent_id,
            Call.party_agent_id,
            Call.party_id,
            CallParty.kind.label("party_kind"),
        )
        .outerjoin(CallParty, CallParty.id == Call.party_id)
        .where(Call.state.in_((*HOLDING, State.WRAP_UP)))
    ).all()
    found: dict[int, Doing] = {}
    for row in rows:
        own = row.offered_to or row.agent_id
        kind = "callback" if row.callback_id else row.direction
        talking = row.state == "talking"
        if own:
            found[own] = Doing(
                kind,
                row.ref,
                held=row.held_since is not None,
                overflow=row.overflow,
                talking=talking,
                joined=row.party_id is not None,
                coached=row.party_kind == "coach",
            )
    for row in rows:
        if row.party_agent_id:
            found.setdefault(row.party_agent_id, Doing(row.direction, row.ref, beside=True))
    return found
