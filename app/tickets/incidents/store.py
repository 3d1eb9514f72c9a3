"""Reads of incidents: those that go on, one, and whom it concerns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from app.foundation.exceptions import NotFound
from app.foundation.extensions import db
from app.tickets.incidents.life import GOING_ON, IncidentState
from app.tickets.incidents.models import Incident, IncidentLink, IncidentNotice, NoticeState
from app.tickets.models import Contact

JUST_REPAIRED = timedelta(hours=4)  # callers of the morning call again: agents still read of it
MOST_LINKED = 50_000  # all of them: whoever is beyond it would never be told


def incident(incident_id: int, *, lock: bool = False) -> Incident:
    """One incident; raises NotFound. ``lock`` keeps it from others until the commit."""
    query = select(Incident).where(Incident.id == incident_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("Cet incident n'existe pas.", todo="Rechargez la page.")
    return found


def going_on() -> Sequence[Incident]:
    """Those that are not repaired, the latest first."""
    return db.session.scalars(
        select(Incident)
        .where(Incident.state.in_(GOING_ON))
        .options(joinedload(Incident.opened_by))
        .order_by(Incident.opened_at.desc(), Incident.id.desc())
    ).all()


def to_know(now: datetime) -> Sequence[Incident]:
    """What an agent should know of: those that go on, and those repaired in the last hours."""
    recent = (Incident.state == IncidentState.REPAIRED) & (
        Incident.repaired_at > now - JUST_REPAIRED
    )
    return db.session.scalars(
        select(Incident)
        .where(Incident.state.in_(GOING_ON) | recent)
        .options(joinedload(Incident.opened_by), joinedload(Incident.repaired_by))
        .order_by(Incident.repaired_at.is_not(None), Incident.opened_at.desc())
    ).all()


def listed(*, closed: bool, most: int) -> Sequence[Incident]:
    """Those that are not closed, or the last that are."""
    which = (
        Incident.state == IncidentState.CLOSED if closed else Incident.state != IncidentState.CLOSED
    )
    return db.session.scalars(
        select(Incident)
        .where(which)
        .options(joinedload(Incident.opened_by), joinedload(Incident.closed_by))
        .order_by(Incident.opened_at.desc(), Incident.id.desc())
        .limit(most)
    ).all()


def of_contact(contact_id: int) -> Sequence[Incident]:
    """The incidents that a contact is linked to, the latest first."""
    return db.session.scalars(
        select(Incident)
        .join(IncidentLink, IncidentLink.incident_id == Incident.id)
        .where(IncidentLink.contact_id == contact_id)
        .order_by(Incident.id.desc())
    ).all()


def links_of(incident_id: int) -> Sequence[IncidentLink]:
    """The contacts linked, the first linked first, each with its person and dossier."""
    return db.session.scalars(
        select(IncidentLink)
        .where(IncidentLink.incident_id == incident_id)
        .options(
            joinedload(IncidentLink.contact).joinedload(Contact.person),
            joinedload(IncidentLink.contact).joinedload(Contact.dossier),
        )
        .order_by(IncidentLink.id)
        .limit(MOST_LINKED)
    ).all()


def counts(ids: Sequence[int]) -> dict[int, int]:
    """How many contacts each is linked to."""
    rows = db.session.execute(
        select(IncidentLink.incident_id, func.count())
        .where(IncidentLink.incident_id.in_(ids))
        .group_by(IncidentLink.incident_id)
    )
    found = dict.fromkeys(ids, 0)
    found.update({row[0]: row[1] for row in rows})
    return found


def notices_of(incident_id: int) -> Sequence[IncidentNotice]:
    """Whom we told that it is repaired, or are to call, in the order in which they called us."""
    return db.session.scalars(
        select(IncidentNotice)
        .where(IncidentNotice.incident_id == incident_id)
        .options(
            joinedload(IncidentNotice.person),
            joinedload(IncidentNotice.dossier),
            selectinload(IncidentNotice.contact),
        )
        .order_by(IncidentNotice.contact_id)
    ).all()


def to_call_count() -> int:
    """How many people of all incidents are still to be called."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(IncidentNotice)
            .where(IncidentNotice.state.in_((NoticeState.TO_CALL, NoticeState.REFUSED)))
        )
        or 0
    )
