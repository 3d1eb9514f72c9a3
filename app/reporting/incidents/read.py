"""What the report reads of incidents: those that went on in a day, and its contacts. Nobody's name is read."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select

from app.desk.incidents.exchanges import linked
from app.foundation.clock import PARIS, day_bounds
from app.foundation.extensions import db
from app.reporting.incidents.figures import DayIncidents, IncidentFact, figures
from app.tickets.incidents.cost import Exchange
from app.tickets.incidents.models import Incident


def of_day(day: date, zone: ZoneInfo = PARIS) -> DayIncidents:
    """The incidents that went on in a local day, and what they cost on it."""
    start, end = day_bounds(day, zone)
    ended = func.coalesce(Incident.repaired_at, Incident.closed_at)
    rows = db.session.scalars(
        select(Incident).where(
            Incident.opened_at < end,
            or_(ended.is_(None), ended >= start),
            Incident.unfounded.is_(False),
        )
    ).all()
    contacts = linked([each.id for each in rows], start, end) if rows else {}
    facts = [_fact(each, tuple(contacts.get(each.id, {}).items()), zone) for each in rows]
    return figures(facts, start, end)


def _fact(
    found: Incident, contacts: tuple[tuple[int, Exchange], ...], zone: ZoneInfo
) -> IncidentFact:
    def local(at: datetime | None) -> datetime | None:
        return at.astimezone(zone) if at else None

    return IncidentFact(
        id=found.id,
        kind=found.kind.value,
        name=found.title,
        opened_at=found.opened_at.astimezone(zone),
        confirmed_at=local(found.confirmed_at),
        repaired_at=local(found.repaired_at),
        closed_at=local(found.closed_at),
        contacts=contacts,
    )
