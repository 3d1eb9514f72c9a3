"""When a command that the Portal has not answered is asked again, and until when. Pure.

An outage of minutes must not cost an hour, one of hours must not be hammered: pauses grow to a quarter
of an hour and stay there.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from app.dossiers.facts import LINK_LIFE

LEASE = timedelta(seconds=30)  # a process that died while it asked
PAUSES = tuple(timedelta(seconds=s) for s in (5, 15, 60, 300, 900))
KEPT = LINK_LIFE  # a command older than a link's life serves nobody any more


def next_try(attempts: int, now: datetime) -> datetime:
    """The instant of the next try after ``attempts`` tries (1 or more) that nobody answered."""
    return now + PAUSES[min(max(attempts, 1), len(PAUSES)) - 1]


def too_late(created_at: datetime, now: datetime) -> bool:
    """Is there no use in asking any more?"""
    return now - created_at >= KEPT
