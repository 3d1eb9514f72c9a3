"""When a call-back is due, tried again, given up or late; which times a person may choose. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from app.lines.line_now import LineNow
from app.lines.rules import LineRules

LATE_AFTER = timedelta(minutes=30)
SLOTS = 6  # half-days that a form offers
FARTHEST = timedelta(days=60)  # a promise further away is an appointment, not a call-back
# Those who wait at closing time are served; call-backs among them for this long.
AFTER_CLOSING = timedelta(minutes=30)


@dataclass(frozen=True)
class Slot:
    """A span of opening hours that may be chosen; ``key`` names it in a form."""

    start: datetime
    end: datetime

    @property
    def key(self) -> str:
        """« 20261124-0900 », local: nothing personal, stable while the page is open."""
        return self.start.strftime("%Y%m%d-%H%M")


def first_due(line: LineNow, now: datetime) -> datetime:
    """When a call-back asked for now is due: at once, or at the next opening of a closed line. None is
    known of one closed by hand: due at once, so that it is placed as soon as the line opens again."""
    return now if line.is_open(now) else line.opens_next(now) or now


def called_from(line: LineNow, due_at: datetime, now: datetime) -> datetime | None:
    """From when a person whose call-back is due at ``due_at`` is called, as she is told; None while
    nobody knows when the line opens again."""
    if line.is_open(now):
        return max(due_at, now)
    opening = line.opens_next(now)
    return max(due_at, opening) if opening else None


def next_try(attempts: int, rules: LineRules, now: datetime) -> datetime | None:
    """When to try again after ``attempts`` unanswered ones; None: it is given up."""
    if attempts >= rules.callback_attempts:
        return None
    return now + timedelta(minutes=rules.callback_pause_minutes)


def is_late(due_at: datetime, now: datetime) -> bool:
    """Was it due half an hour ago or more?"""
    return now - due_at >= LATE_AFTER


def slots(line: LineNow, now: datetime) -> list[Slot]:
    """The next opening spans, today's what is left of them included, in the line's zone."""
    return [Slot(start, end) for start, end in islice(line.spans_from(now), SLOTS)]


def closed_since(line: LineNow, now: datetime) -> datetime | None:
    """When the line last closed today, at its first instant included (yesterday ended at midnight);
    None if it has not been open today yet."""
    today = line.day_of(now)
    ends = [end for day in (today - timedelta(days=1), today) for _start, end in line.spans(day)]
    return max((end for end in ends if end <= now and end.date() == today), default=None)


def goes_home(line: LineNow, now: datetime) -> bool:
    """On a closed line, do call-backs that still wait go to the next opening?

    At once when those who wait are asked rather than served; else half an hour after closing:
    nobody's telephone must ring at night.
    """
    since = closed_since(line, now)
    return line.rules.closing == "callback" or since is None or now - since >= AFTER_CLOSING
