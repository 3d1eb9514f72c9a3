"""Figures for whoever watches the installation, beside those of the line (``/metrics``)."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from prometheus_client import Gauge
from sqlalchemy import func, select

from app.accounts import journal_check
from app.accounts.models import JournalEntry
from app.calls.call.life.states import State
from app.calls.call.models import Call
from app.foundation.extensions import db
from app.operations.readiness import TICKER
from app.queue.models import Beat, Deadline

WAIT = Gauge("permanence_longest_wait_seconds", "How long the caller who has waited longest waits.")
OVERDUE = Gauge(
    "permanence_deadline_overdue_seconds", "How late the oldest deadline is; the ticker."
)
SILENCE = Gauge("permanence_ticker_silence_seconds", "Since the ticker was last seen at work.")
BACKUP = Gauge("permanence_backup_age_seconds", "Since the last backup; not a number: none yet.")
BROKEN = Gauge(
    "permanence_journal_broken_line", "First line of the journal that does not hold; 0: all hold."
)
CHECKED = Gauge(
    "permanence_journal_check_age_seconds", "Since the journal's new lines were verified."
)
CHECKED_WHOLE = Gauge(
    "permanence_journal_whole_check_age_seconds",
    "Since the whole journal was verified; not a number: not yet.",
)
FREE = Gauge("permanence_instance_free_bytes", "Free on the disk of the instance folder.")


def refresh(instance: Path, now: datetime) -> None:
    """Look at what has no event of its own."""
    waiting = select(func.min(Call.queued_at)).where(Call.state == State.WAITING)
    WAIT.set(_since(now, db.session.scalar(waiting), never=0))
    OVERDUE.set(_since(now, db.session.scalar(select(func.min(Deadline.due_at))), never=0))
    seen = db.session.scalar(select(Beat.at).where(Beat.name == TICKER))
    SILENCE.set(_since(now, seen, never=float("nan")))
    backup = select(func.max(JournalEntry.at)).where(JournalEntry.act == "backup")
    BACKUP.set(_since(now, db.session.scalar(backup), never=float("nan")))
    checked = journal_check.verified()
    BROKEN.set(checked.broken or 0)
    CHECKED.set(_since(now, checked.at, never=float("nan")))
    CHECKED_WHOLE.set(_since(now, checked.whole_at, never=float("nan")))
    FREE.set(shutil.disk_usage(instance).free)


def _since(now: datetime, at: datetime | None, *, never: float) -> float:
    return never if at is None else max(0.0, (now - at).total_seconds())
