"""The wall at a glance: levels by thresholds, each with its word; the last hour counted once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reporting import formats, glance
from app.reporting.targets import Targets
from app.reporting.wall import Board, Seat, Waiting

pytestmark = pytest.mark.unit

NOW = datetime(2026, 1, 13, 9, 0, tzinfo=UTC)
TARGETS = Targets()


def board(*waits_s: int, free: int = 0) -> Board:
    waiting = tuple(
        Waiting(n, f"c{n}", NOW - timedelta(seconds=wait), "turn")
        for n, wait in enumerate(waits_s, 1)
    )
    seats = tuple(
        Seat(n, f"Agent {n}", "front", "available", None, NOW, connected=True) for n in range(free)
    )
    return Board(waiting, seats)


@pytest.mark.parametrize(
    ("waits", "free", "levels"),
    [
        ((), 2, ("live", "live", "live")),
        ((), 0, ("live", "live", "wait")),
        ((10,), 1, ("live", "live", "live")),
        ((10,), 0, ("live", "live", "stop")),
        ((84, 30, 5), 0, ("wait", "wait", "stop")),
        ((181, 1, 1, 1, 1, 1), 1, ("stop", "stop", "live")),
    ],
)
def test_each_figure_has_a_level_and_a_word(
    waits: tuple[int, ...], free: int, levels: tuple[str, ...]
) -> None:
    now = board(*waits, free=free)
    for locale in ("fr", "en"):
        tiles = (
            glance.waiting(now, TARGETS, locale),
            glance.longest(now, TARGETS, NOW, locale),
            glance.free(now, locale),
        )
        assert tuple(tile.level for tile in tiles) == levels
        assert all(tile.words for tile in tiles)


@given(st.integers(-600, 8000))
def test_the_last_hour_counts_each_call_of_it_once(ago_s: int) -> None:
    came, steps = NOW - timedelta(seconds=ago_s), glance.steps_of_the_hour(NOW)
    assert len(steps) == glance.STEPS
    assert sum(after < came <= until for after, until in steps) == (0 <= ago_s < 3600)


def test_a_threshold_as_it_is_said() -> None:
    said = [formats.round_duration(s).replace("\N{NO-BREAK SPACE}", " ") for s in (45, 60, 90, 180)]
    assert said == ["45 s", "1 min", "1 min 30", "3 min"]
