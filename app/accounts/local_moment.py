"""An instant as the pages of accounts say it."""

from __future__ import annotations

from datetime import datetime

from flask_babel import format_datetime

from app.foundation.clock import PARIS


def local_moment(instant: datetime) -> str:
    """« 26 novembre 2026, 14:10 », in Paris time, in the reader's language."""
    return str(format_datetime(instant.astimezone(PARIS), "d MMMM y, HH:mm", rebase=False))
