"""When a call-back is due, tried again, given up or late; which times a person may choose. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.lines import opening_hours
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


def first_due(opening: datetime | None, now: datetime, *, open: bool) -> datetime:
    """When a call-back asked for now is due: at once, or at the ``opening`` of a closed line. None is
    known of one closed by hand: due at once, so that it is placed as soon as the line opens again."""
    return now if open else opening or now


def called_from(
    due_at: datetime, opening: datetime | None, now: datetime, *, open: bool
) -> datetime | None:
    """From when the person is called back, as she is told; None while nobody knows when the line
    opens again."""
    if open:
        return max(due_at, now)
    return max(due_at, opening) if opening else None


def next_try(attempts: int, rules: LineRules, now: datetime) -> datetime | None:
    """When to try again after ``attempts`` unanswered ones; None: it is given up."""
    if attempts >= rules.callback_attempts:
        return None
    return now + timedelta(minutes=rules.callback_pause_minutes)


def is_late(due_at: datetime, now: datetime) -> bool:
    """Was it due half an hour ago or more?"""
    return now - due_at >= LATE_AFTER


def slots(hours: dict[str, Any], now: datetime, zone: ZoneInfo) -> list[Slot]:
    """The next opening spans, today's what is left of them included, in the line's zone."""
    day = now.astimezone(zone).date()
    found: list[Slot] = []
    for offset in range(opening_hours.SEARCH_DAYS):
        spans = opening_hours.spans(hours, day + timedelta(days=offset), zone)
        found += [Slot(start, end) for start, end in spans if end > now]
        if len(found) >= SLOTS:
            break
    return found[:SLOTS]


def within_hours(hours: dict[str, Any], at: datetime, zone: ZoneInfo) -> bool:
    """May somebody be promised a call at this time?"""
    return opening_hours.is_open(hours, at, zone)


def closed_since(hours: dict[str, Any], now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the line last closed today, at its first instant included (yesterday ended at midnight);
    None if it has not been open today yet."""
    today = now.astimezone(zone).date()
    ends = [
        end
        for day in (today - timedelta(days=1), today)
        for _start, end in opening_hours.spans(hours, day, zone)
    ]
    return max((end for end in ends if end <= now and end.date() == today), default=None)


def goes_home(hours: dict[str, Any], now: datetime, zone: ZoneInfo, rules: LineRules) -> bool:
    """On a closed line, do call-backs that still wait go to the next opening?

    At once when those who wait are asked rather than served; else half an hour after closing:
    nobody's telephone must ring at night.
    """
    since = closed_since(hours, now, zone)
    return rules.closing == "callback" or since is None or now - since >= AFTER_CLOSING
