"""What the report reads of promises: those due on a day, counted by kind and end. Nobody's name is read."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from app.foundation.clock import PARIS, day_bounds
from app.foundation.extensions import db
from app.reporting.promises.figures import PromiseFact
from app.tickets.promises.models import Promise


def facts(day: date, zone: ZoneInfo = PARIS) -> list[PromiseFact]:
    """The promises whose time, as first said, falls on a local day."""
    start, end = day_bounds(day, zone)
    rows = db.session.execute(
        select(Promise.kind, Promise.outcome, Promise.missed, func.count())
        .where(Promise.first_due_at >= start, Promise.first_due_at < end)
        .group_by(Promise.kind, Promise.outcome, Promise.missed)
    )
    return [
        PromiseFact(kind.value, outcome.value if outcome else None, missed, count)
        for kind, outcome, missed, count in rows
    ]
