"""What may be an incident that nobody has opened: the troubles of the last half hour against their usual.

A trouble is seen in two traces of the work itself: a script that was begun for it, and an event of the
Portal. One contact counts once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.assist.models import ScriptRun
from app.dossiers.models import PortalEvent
from app.dossiers.vocabulary import PortalEventKind
from app.foundation.clock import local_day
from app.foundation.extensions import db
from app.tickets.incidents import store
from app.tickets.incidents.life import SCRIPTS, IncidentKind
from app.tickets.incidents.spike import HISTORY_DAYS, WINDOW, Spike, greatest, spike
from app.tickets.models import Contact, Direction

EVENTS = {
    PortalEventKind.ERROR_SHOWN: IncidentKind.ERROR_SHOWN,
    PortalEventKind.FIELDS_LOST: IncidentKind.FIELDS_LOST,
    PortalEventKind.ACCOUNT_NOT_FOUND: IncidentKind.ACCOUNT_NOT_FOUND,
}


@dataclass(frozen=True)
class Proposal:
    """An incident that nobody has opened, with its figures and the contacts that it would explain."""

    kind: IncidentKind
    spike: Spike
    contacts: tuple[int, ...]


def proposed(now: datetime) -> Sequence[Proposal]:
    """The troubles that are above their usual and have no open incident, the strangest first."""
    since = now - timedelta(days=HISTORY_DAYS)
    seen = _seen(since, now)
    days = _worked_days(since, now)
    known = {incident.kind for incident in store.going_on()}
    found: dict[str, Spike | None] = {
        kind: spike((at for at, _id in rows), now, days)
        for kind, rows in seen.items()
        if kind not in known
    }
    return [
        Proposal(IncidentKind(kind), each, _recent(seen[IncidentKind(kind)], now))
        for kind, each in greatest(found)
    ]


def _seen(since: datetime, now: datetime) -> dict[IncidentKind, list[tuple[datetime, int | None]]]:
    """(when, contact) of each trouble, one for each contact, or for each dossier without a contact: of these minutes of
    the day alone, today and on the days before. Nothing else is compared, and a large service has too much of it."""
    first: dict[tuple[IncidentKind, Any], tuple[datetime, int | None]] = {}
    for script, contact, dossier, at in db.session.execute(
        select(
            ScriptRun.script_id, ScriptRun.contact_id, ScriptRun.dossier_id, ScriptRun.started_at
        )
        .where(ScriptRun.script_id.in_(SCRIPTS), _minutes(ScriptRun.started_at, since, now))
        .order_by(ScriptRun.started_at)
    ):
        who = ("dossier", dossier) if dossier is not None else ("contact", contact)
        first.setdefault((SCRIPTS[script], (who, local_day(at))), (at, contact))
    for event, dossier, at in db.session.execute(
        select(PortalEvent.kind, PortalEvent.dossier_id, PortalEvent.at)
        .where(PortalEvent.kind.in_(EVENTS), _minutes(PortalEvent.at, since, now))
        .order_by(PortalEvent.at)
    ):
        first.setdefault((EVENTS[event], (("dossier", dossier), local_day(at))), (at, None))
    found: dict[IncidentKind, list[tuple[datetime, int | None]]] = {}
    for (kind, _who), row in first.items():
        found.setdefault(kind, []).append(row)
    return found


def _minutes(
    at: InstrumentedAttribute[datetime], since: datetime, now: datetime
) -> ColumnElement[bool]:
    """Is it in the minutes that ``spike`` looks at, of any day since then?"""
    days = [now - timedelta(days=back) for back in range(HISTORY_DAYS + 1)]
    return or_(*(at.between(max(end - WINDOW, since), end) for end in days if end >= since))


def _recent(rows: list[tuple[datetime, int | None]], now: datetime) -> tuple[int, ...]:
    return tuple(contact for at, contact in rows if contact is not None and at > now - WINDOW)


def _worked_days(since: datetime, now: datetime) -> int:
    """On how many of the days before today somebody reached us. (A day is cut in UTC here: the count alone
    matters, and the line is closed at midnight.)"""
    day = func.date(Contact.opened_at)
    return (
        db.session.scalar(
            select(func.count(func.distinct(day))).where(
                Contact.opened_at >= since,
                Contact.opened_at < now - timedelta(hours=12),
                Contact.direction == Direction.IN,
            )
        )
        or 0
    )
