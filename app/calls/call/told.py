"""When did it happen, what the provider tells us? Pure.

A callback that was delayed says when it was due (``Timestamp``, to the second): an abandonment
must not become longer because its news was late. A fresh one is dated by our own clock, which is
finer; one from the future or from long ago has a clock that we do not believe.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from app.foundation.text import outside

FRESH = timedelta(seconds=3)
OLDEST = timedelta(hours=1)
LONGEST_DATE = 64  # signs of an RFC 2822 date


def happened_at(timestamp: str, now: datetime) -> datetime:
    """The instant of a callback whose ``Timestamp`` (RFC 2822) is given, received at ``now``."""
    try:
        told = parsedate_to_datetime(timestamp[:LONGEST_DATE])
    except (TypeError, ValueError, OverflowError):
        return now
    return _believed(told if told.tzinfo else told.replace(tzinfo=UTC), now)


def left_queue_at(since: datetime | None, queue_time: str, now: datetime) -> datetime:
    """When a caller left the queue that she was in since then, for ``queue_time`` seconds."""
    seconds = outside.whole_number(queue_time, 0, 86_400)
    if since is None or seconds is None:
        return now
    return _believed(since + timedelta(seconds=seconds), now)


def _believed(told: datetime, now: datetime) -> datetime:
    return told if FRESH <= now - told <= OLDEST else now
