"""What tomorrow may ask for (app/reporting/tomorrow): bounds that were seen, agents that suffice and no fewer."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reporting.tomorrow.forecast import HALF_HOUR_S, agents, forecast, in_time

pytestmark = pytest.mark.unit
DAY = date(2026, 11, 27)
OPEN = [(time(9), time(12, 30)), (time(13, 30), time(17))]
TIMES = st.lists(st.builds(time, st.integers(0, 23), st.integers(0, 59)), max_size=40)
SEEN = st.lists(TIMES, max_size=5).map(
    lambda days: {DAY - timedelta(weeks=n): times for n, times in enumerate(days, 1)}
)
HANDLE = st.floats(30, 1800)
SHARE = st.floats(0.1, 0.99)


@given(SEEN, st.none() | HANDLE, SHARE)
def test_it_stays_between_what_was_seen_and_adds_up(
    seen: dict[date, list[time]], handle: float | None, share: float
) -> None:
    told = forecast(DAY, seen, OPEN, handle, share=share, within_s=20)
    known = {day: times for day, times in seen.items() if times}
    if len(known) < 2:
        assert told is None
        return
    assert told is not None
    assert told.seen == tuple(sorted(known, reverse=True))
    assert [half.start for half in told.halves][:2] == [time(9), time(9, 30)]
    assert len(told.halves) == 14
    assert told.least <= told.expected + 1e-9
    assert told.expected <= told.most + 1e-9
    assert sum(half.expected for half in told.halves) == pytest.approx(told.expected)
    for half in told.halves:
        assert half.least <= half.expected + 1e-9
        assert half.expected <= half.most + 1e-9
        assert (half.agents is None) == (handle is None)
        assert (half.agents == 0) == (handle is not None and half.expected == 0)


@given(st.floats(0.1, 100), HANDLE, SHARE, st.floats(1, 120))
def test_so_many_agents_suffice_and_one_less_does_not(
    calls: float, handle: float, share: float, within: float
) -> None:
    number, load = agents(calls, handle, share, within), calls * handle / HALF_HOUR_S
    assert in_time(number, load, handle, within) >= share
    assert in_time(number - 1, load, handle, within) < share
    assert 0 <= in_time(number, load, handle, within) <= 1
    assert agents(calls * 2, handle, share, within) >= number
    assert agents(calls, handle, min(0.995, share + 0.005), within) >= number


def test_known_values_of_erlang_c() -> None:
    """10 erlangs, 14 agents, 180 s a call: 88.8 % within 20 s (any Erlang C table)."""
    assert in_time(14, 10, 180, 20) == pytest.approx(0.888, abs=0.002)
    assert agents(100, 180, 0.8, 20) == 14
    assert agents(0, 180, 0.8, 20) == 0
