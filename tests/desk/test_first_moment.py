"""The moment that is proposed for a call-back can still be promised when it has been read aloud."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.calls.callbacks.rules import Slot
from app.desk.hands.callback import QUARTER, TO_PROMISE, first_moment

OPENS = datetime(2026, 11, 26, 13, 30, tzinfo=UTC)
CLOSES = OPENS + timedelta(hours=3, minutes=30)


@given(st.timedeltas(timedelta(hours=-2), timedelta(hours=4)))
def test_a_quarter_of_an_hour_ahead_while_it_is_open(after: timedelta) -> None:
    now = OPENS + after
    first = first_moment([Slot(OPENS, CLOSES)], now)
    soonest = max(OPENS, now + TO_PROMISE)
    if first is None:
        assert soonest > CLOSES - QUARTER
        return
    assert first < CLOSES
    assert first - QUARTER < soonest <= first
    assert (first.minute % 15, first.second, first.microsecond) == (0, 0, 0)
