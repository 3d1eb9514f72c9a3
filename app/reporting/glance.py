"""The wall at a glance: three figures with their level and its word, and the last hour by five minutes. Pure.

A level is a colour *and* a word. It speaks of the queue and of who is free, never of how long somebody talks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.foundation.text.bilingual import Text
from app.reporting import formats
from app.reporting.targets import Level, Targets, level
from app.reporting.wall import Board

STEP = timedelta(minutes=5)
STEPS = 12


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the three figures: how it stands, in a word."""

    level: Level
    words: str


def waiting(board: Board, targets: Targets, locale: str = "fr") -> Tile:
    """How many people wait for one of us."""
    count = len(board.waiting)
    if not count:
        return Tile("live", Text("personne", "nobody").get(locale))
    found = level(count, targets.waiting_watch, targets.waiting_many)
    return Tile(found, _QUEUE[found].get(locale))


_QUEUE: dict[Level, Text] = {
    "live": Text("ça avance", "moving"),
    "wait": Text("à surveiller", "to watch"),
    "stop": Text("trop de monde", "too many"),
}


def longest_words(targets: Targets, locale: str = "fr") -> dict[Level, str]:
    """The words of the longest wait, by its level: the page changes them as its clock runs."""
    watch = formats.round_duration(targets.longest_watch_s, locale)
    many = formats.round_duration(targets.longest_many_s, locale)
    return {
        "live": Text(f"moins de {watch}", f"under {watch}").get(locale),
        "wait": Text(f"plus de {watch}", f"over {watch}").get(locale),
        "stop": Text(f"plus de {many}", f"over {many}").get(locale),
    }


def longest(board: Board, targets: Targets, now: datetime, locale: str = "fr") -> Tile:
    """How long the one who has waited longest waits."""
    if board.oldest is None:
        return Tile("live", Text("aucune", "none").get(locale))
    waited = (now - board.oldest).total_seconds()
    found = level(waited, targets.longest_watch_s, targets.longest_many_s)
    return Tile(found, longest_words(targets, locale)[found])


def free(board: Board, locale: str = "fr") -> Tile:
    """How many agents could take a call now; nobody is worse when somebody waits."""
    if board.free:
        return Tile("live", Text("prêts" if board.free > 1 else "prêt", "ready").get(locale))
    return Tile("stop" if board.waiting else "wait", Text("personne", "nobody").get(locale))


def steps_of_the_hour(now: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """The last twelve five minutes, the oldest first: after the first instant, up to the second."""
    return tuple((now - STEP * (back + 1), now - STEP * back) for back in reversed(range(STEPS)))
