"""What the line says: honest bands, both languages, and TwiML that the provider accepts."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lines.announcements import said as announcements
from app.lines.line_now import LineNow
from tests.lines.test_opening_hours import paris


def test_silent_under_five_samples() -> None:
    assert announcements.expected_wait([10, 20, 30, 40], 1) is None


@pytest.mark.parametrize(
    ("waits", "position", "band"),
    [
        ([20] * 5, 1, "wait_1"),
        ([90] * 9, 1, "wait_3"),
        ([90] * 9, 4, "wait_5"),
        ([500] * 5, 1, "wait_10"),
        ([3000] * 5, 1, "wait_more"),
    ],
)
def test_bands(waits: list[float], position: int, band: str) -> None:
    assert announcements.expected_wait(waits, position) == band


@given(st.lists(st.floats(0, 4000), min_size=5, max_size=50), st.integers(1, 40))
def test_a_place_further_back_never_promises_less(waits: list[float], position: int) -> None:
    order = ["wait_1", "wait_3", "wait_5", "wait_10", "wait_more"]
    here = announcements.expected_wait(waits, position)
    behind = announcements.expected_wait(waits, position + 1)
    assert here is not None
    assert behind is not None
    assert order.index(behind) >= order.index(here)


def test_both_languages_say_everything() -> None:
    assert set(announcements.TEXTS["fr"]) == set(announcements.TEXTS["en"])
    assert all(text.strip() for words in announcements.TEXTS.values() for text in words.values())


def test_the_lines_own_words_come_first() -> None:
    own = {"fr": {"greeting": "Bonjour, ici la Région."}}
    assert announcements.text("greeting", "fr", own) == "Bonjour, ici la Région."
    assert announcements.text("stay", "fr", own) == announcements.TEXTS["fr"]["stay"]
    assert announcements.text("greeting", "xx") == announcements.TEXTS["fr"]["greeting"]


def test_closed_says_the_next_opening() -> None:
    zone, now = ZoneInfo("Europe/Paris"), paris("2021-06-25T18:00:00")
    opening = LineNow("hours", zone).opens_next(now)
    assert "lundi à 9 heures" in announcements.closed_words(opening, now, zone, "fr")


def test_closed_by_hand_says_no_opening() -> None:
    """It lasts until somebody's next choice, which nobody knows."""
    zone, now = ZoneInfo("Europe/Paris"), paris("2021-06-25T18:00:00")
    opening = LineNow("closed", zone).opens_next(now)
    words = announcements.closed_words(opening, now, zone, "fr")
    assert words == announcements.TEXTS["fr"]["closed"]
