"""Which hours count for a promise: those of the service's line, which stand above this room.

``app.factory`` gives them (``install``). Without a line, the whole day counts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import cast

from flask import Flask, current_app

from app.foundation.clock import day_bounds
from app.tickets.promises import clock
from app.tickets.promises.clock import Spans

KEY = "permanence.working_hours"


def install(app: Flask, spans: Callable[[], Spans]) -> None:
    """Say how the service's opening spans are read."""
    app.extensions[KEY] = spans


def of_service() -> Spans:
    """The opening spans of the service, day by day, as they are now."""
    return cast(Callable[[], Spans], current_app.extensions.get(KEY, lambda: _always))()


def target(start: datetime, hours: float) -> datetime:
    """When ``hours`` of the service have passed since ``start``; by the wall clock where it never opens."""
    wanted = timedelta(hours=hours)
    return clock.after(of_service(), start, wanted) or start + wanted


def latest_start(until: datetime, hours: float) -> datetime:
    """The last instant of which ``target`` is not later than ``until``."""
    wanted = timedelta(hours=hours)
    return clock.before(of_service(), until, wanted) or until - wanted


def _always(day: date) -> list[tuple[datetime, datetime]]:
    return [day_bounds(day)]
