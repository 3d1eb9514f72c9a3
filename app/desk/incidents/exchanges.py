"""The contacts that incidents explain, with what they cost: read for a page, and for the report of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from app.calls.call.models import Call
from app.foundation.database.columns import Seconds
from app.foundation.extensions import db
from app.tickets.incidents.cost import Exchange
from app.tickets.incidents.models import IncidentLink
from app.tickets.models import Contact
from app.tickets.promises.models import Promise, PromiseKind

AT_ONCE = 500


def linked(
    incident_ids: Collection[int], start: datetime | None = None, end: datetime | None = None
) -> dict[int, dict[int, Exchange]]:
    """By incident, its contacts (those that began in ``[start, end)``), each with its cost."""
    query = select(IncidentLink.incident_id, IncidentLink.contact_id).join(IncidentLink.contact)
    query = query.where(IncidentLink.incident_id.in_(incident_ids))
    if start is not None and end is not None:
        query = query.where(Contact.opened_at >= start, Contact.opened_at < end)
    links = db.session.execute(query.order_by(IncidentLink.id)).all()
    costs = _costs(sorted({row.contact_id for row in links}))
    found: dict[int, dict[int, Exchange]] = defaultdict(dict)
    for incident_id, contact_id in links:
        found[incident_id][contact_id] = costs[contact_id]
    return dict(found)


def _costs(contact_ids: list[int]) -> dict[int, Exchange]:
    found = dict.fromkeys(contact_ids, Exchange())
    for first in range(0, len(contact_ids), AT_ONCE):
        part = contact_ids[first : first + AT_ONCE]
        promised = _promises(part)
        talked = _calls(part)
        for each in part:
            calls, seconds = talked.get(each, (0, 0.0))
            found[each] = Exchange(calls, seconds, promised.get(each, 0))
    return found


def _calls(contact_ids: list[int]) -> dict[int, tuple[int, float]]:
    """By contact: its calls received, and the seconds of talk in them."""
    rows = db.session.execute(
        select(Call.contact_id, Seconds(Call.answered_at, Call.ended_at)).where(
            Call.contact_id.in_(contact_ids), Call.direction == "in"
        )
    )
    found: dict[int, tuple[int, float]] = {}
    for contact_id, seconds in rows.all():
        calls, talk = found.get(contact_id or 0, (0, 0.0))
        found[contact_id or 0] = (
            calls + 1,
            talk + round(float(seconds or 0.0), 3),
        )  # SQLite counts in days
    return found


def _promises(contact_ids: list[int]) -> dict[int, int]:
    """By contact: the promises made on its occasion; what the list found by itself was promised to nobody."""
    rows = db.session.execute(
        select(Promise.contact_id, func.count())
        .where(Promise.contact_id.in_(contact_ids), Promise.kind != PromiseKind.CAUGHT)
        .group_by(Promise.contact_id)
    )
    return {contact_id or 0: count for contact_id, count in rows.all()}
