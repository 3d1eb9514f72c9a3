"""Working time of a service: its opening spans, and nothing else. Pure.

A target of four hours set at 11:30 ends at 16:30 where lunch closes from 12:30 to 13:30; nights, week-ends,
public holidays and closures do not count, and a day of 23 or 25 hours has the hours that it has: spans are
compared in UTC, since the difference of two wall clocks is an hour wrong twice a year.

``spans`` gives a local day's opening spans, in order, without overlap (``app.lines.line_now.LineNow.spans``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.foundation.clock import PARIS, local_day

Span = tuple[datetime, datetime]
Spans = Callable[[date], Sequence[Span]]

FARTHEST_DAYS = 400  # a service that does not open within a year has no target
SOON = timedelta(hours=2)  # of working time: enough to keep the promise still
NONE = timedelta(0)


class Standing(StrEnum):
    """How a promise stands, before and after its time."""

    LATE = "late"
    SOON = "soon"
    TODAY = "today"
    LATER = "later"
    PAUSED = "paused"


@dataclass(frozen=True)
class Stands:
    """How it stands, and the working time that is left; past the limit: the time since, and less than nothing."""

    standing: Standing
    left: timedelta


def worked(spans: Spans, start: datetime, end: datetime, zone: ZoneInfo = PARIS) -> timedelta:
    """The working time from ``start`` to ``end``; nothing when ``end`` comes first."""
    total = NONE
    for begins, ends in _spans_from(spans, start, zone):
        if begins >= end:
            break
        total += min(ends, end) - max(begins, start)
    return total


def after(
    spans: Spans, start: datetime, work: timedelta, zone: ZoneInfo = PARIS
) -> datetime | None:
    """The instant (UTC) at which ``work`` has been worked since ``start``; None when the service is not
    open so long within ``FARTHEST_DAYS``. No work at all: ``start`` itself."""
    left = work
    if left <= NONE:
        return start.astimezone(UTC)
    for begins, ends in _spans_from(spans, start, zone):
        begins = max(begins, start.astimezone(UTC))
        if ends - begins >= left:
            return begins + left
        left -= ends - begins
    return None


def before(spans: Spans, end: datetime, work: timedelta, zone: ZoneInfo = PARIS) -> datetime | None:
    """The last instant (UTC) from which ``work`` is worked by ``end``: ``after`` of any instant up to it is not
    later than ``end``. None when the service was not open so long within ``FARTHEST_DAYS``. No work at all: ``end``."""
    left = work
    last = local_day(end, zone) + timedelta(days=1)
    if left <= NONE:
        return end.astimezone(UTC)
    for offset in range(FARTHEST_DAYS):
        for begins, ends in reversed(spans(last - timedelta(days=offset))):
            if begins >= end:
                continue
            ends = min(ends, end).astimezone(UTC)
            if ends - begins >= left:
                return ends - left
            left -= ends - begins
    return None


def soon_until(
    spans: Spans, now: datetime, soon: timedelta = SOON, zone: ZoneInfo = PARIS
) -> datetime | None:
    """The last instant that is *soon* (``stands``): closed hours after it hold no work, so it may be the next
    opening. None when there is no working time beyond it: whatever is due is soon."""
    tick = timedelta(microseconds=1)
    beyond = after(spans, now, soon + tick, zone)
    return None if beyond is None else beyond - tick


def stands(
    spans: Spans,
    due: datetime,
    now: datetime,
    *,
    paused: bool = False,
    soon: timedelta = SOON,
    zone: ZoneInfo = PARIS,
) -> Stands:
    """How what is due at ``due`` stands at ``now``. *Soon* is said before it is late: less than ``soon`` of
    working time is left. While a third party is waited for (``paused``) nothing is late."""
    if now >= due:
        late = NONE - worked(spans, due, now, zone)
        return Stands(Standing.PAUSED if paused else Standing.LATE, late)
    left = worked(spans, now, due, zone)
    if paused:
        return Stands(Standing.PAUSED, left)
    if left <= soon:
        return Stands(Standing.SOON, left)
    same_day = local_day(due, zone) == local_day(now, zone)
    return Stands(Standing.TODAY if same_day else Standing.LATER, left)


def _spans_from(spans: Spans, start: datetime, zone: ZoneInfo) -> Iterator[Span]:
    """The spans that are not over at ``start``, in UTC, in order. A span may end past its day's midnight, and the
    service's own day may be the one before (overseas)."""
    first = local_day(start, zone) - timedelta(days=1)
    for offset in range(FARTHEST_DAYS):
        for begins, ends in spans(first + timedelta(days=offset)):
            if ends > start:
                yield begins.astimezone(UTC), ends.astimezone(UTC)
