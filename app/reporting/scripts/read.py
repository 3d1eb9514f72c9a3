"""What the report reads of guided scripts: those begun on a day, with no name and no agent."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.assist.figures import store
from app.foundation.clock import PARIS, day_bounds
from app.reporting.scripts.figures import ScriptDay, figures


def of_day(day: date, now: datetime, zone: ZoneInfo = PARIS) -> tuple[ScriptDay, ...]:
    """The scripts followed on a local day, as they stand at ``now``."""
    return figures(store.courses(None, *day_bounds(day, zone)), now)
