"""When did it happen, what the provider tells us? Pure.

A callback that was delayed says when it was due (to the second): an abandonment must not become longer
because its news was late. A fresh one is dated by our own clock, which is finer; one from the future or
from long ago has a clock that we do not believe.
"""

from __future__ import annotations

from datetime import datetime, timedelta

FRESH = timedelta(seconds=3)
OLDEST = timedelta(hours=1)


def happened_at(told: datetime | None, now: datetime) -> datetime:
    """The instant of what a callback received at ``now`` tells, by its own date or ours."""
    return now if told is None else _believed(told, now)


def left_queue_at(since: datetime | None, seconds: int | None, now: datetime) -> datetime:
    """When a caller left the queue that she was in since then, for ``seconds``."""
    if since is None or seconds is None:
        return now
    return _believed(since + timedelta(seconds=seconds), now)


def _believed(told: datetime, now: datetime) -> datetime:
    return told if FRESH <= now - told <= OLDEST else now
