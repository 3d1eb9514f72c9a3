"""Reads what the forecast of the next open day is made from: times of calls and how long they took, nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.calls.call.models import Call
from app.foundation.clock import day_bounds
from app.foundation.database.columns import Seconds
from app.foundation.extensions import db
from app.lines import line_now
from app.lines import store as lines
from app.lines.line_now import LineNow
from app.reporting.definitions import SERVICE_LEVEL_S
from app.reporting.tomorrow.forecast import Forecast, forecast

WEEKS = 4
FARTHEST = 14  # days: a line that opens later is closed for longer than anybody plans
MOST_CALLS = 20_000  # times that are read: four days of the busiest line


def after(day: date, share: float) -> Forecast | None:
    """The forecast of the next day that the line is open after ``day``; None when there is none, or too little is
    known. ``share`` (0 to 1): answered in time, as the targets say."""
    line = line_now.of(lines.first())
    wanted = next(_open_days(line, day), None)
    if wanted is None:
        return None
    days = [wanted - timedelta(weeks=back) for back in range(1, WEEKS + 1)]
    days = [each for each in days if each <= day and line.spans(each)]
    return forecast(
        wanted,
        {each: _times(each, line.zone) for each in days},
        [(start.time(), end.time()) for start, end in line.spans(wanted)],
        _handling(days, line.zone),
        share=share,
        within_s=SERVICE_LEVEL_S,
    )


def _open_days(line: LineNow, day: date) -> Iterator[date]:
    for ahead in range(1, FARTHEST + 1):
        if line.spans(day + timedelta(days=ahead)):
            yield day + timedelta(days=ahead)


def _on(day: date, zone: ZoneInfo) -> ColumnElement[bool]:
    start, end = day_bounds(day, zone)
    return and_(Call.received_at >= start, Call.received_at < end)


def _times(day: date, zone: ZoneInfo) -> Sequence[time]:
    """When the calls of a day came into the queue, local time."""
    found = db.session.scalars(
        select(Call.queued_at)
        .where(_on(day, zone), Call.direction == "in", Call.queued_at.is_not(None))
        .limit(MOST_CALLS)
    )
    return [at.astimezone(zone).time() for at in found if at is not None]


def _handling(days: Sequence[date], zone: ZoneInfo) -> float | None:
    """What an answered call took on those days, wrap-up included, in seconds: the mean."""
    if not days:
        return None
    mean = db.session.scalar(
        select(
            func.avg(Seconds(Call.answered_at, func.coalesce(Call.wrap_up_ended_at, Call.ended_at)))
        ).where(
            or_(*(_on(day, zone) for day in days)),
            Call.direction == "in",
            Call.answered_at.is_not(None),
            Call.ended_at.is_not(None),
        )
    )
    return float(mean) if mean else None
