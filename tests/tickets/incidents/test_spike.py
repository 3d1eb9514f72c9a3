"""When an incident is proposed: more contacts of one trouble than the same minutes usually bring."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tickets.incidents.spike import AT_LEAST, WINDOW, Spike, greatest, spike

NOW = datetime(2021, 6, 22, 8, 30, tzinfo=UTC)

recent = st.lists(
    st.integers(0, int(WINDOW.total_seconds()) - 1).map(lambda s: NOW - timedelta(seconds=s)),
    max_size=40,
)
before = st.lists(
    st.tuples(st.integers(1, 13), st.integers(0, 86_399)).map(
        lambda pair: NOW - timedelta(days=pair[0], seconds=pair[1])
    ),
    max_size=60,
)


def minutes_ago(*minutes: float) -> list[datetime]:
    return [NOW - timedelta(minutes=each) for each in minutes]


@pytest.mark.parametrize(
    ("times", "proposed"),
    [
        pytest.param(minutes_ago(1, 5), False, id="two are chance"),
        pytest.param(minutes_ago(1, 5, 20), True, id="three of what never happens"),
        pytest.param(minutes_ago(1, 5, 31), False, id="the third was earlier"),
        pytest.param(
            minutes_ago(1, 5, 20)
            + [NOW - timedelta(days=d, minutes=5) for d in range(1, 11) for _ in range(2)],
            False,
            id="three where two are usual",
        ),
        pytest.param(
            minutes_ago(1, 5, 20)
            + [NOW - timedelta(days=d, hours=3) for d in range(1, 11) for _ in range(9)],
            True,
            id="other hours of the day say nothing of this one",
        ),
    ],
)
def test_what_is_proposed(times: list[datetime], proposed: bool) -> None:
    assert (spike(times, NOW, 10) is not None) is proposed


def test_the_figures_are_those_of_the_contacts() -> None:
    usual = [NOW - timedelta(days=d, minutes=3) for d in (1, 2, 3, 4, 5)]
    assert spike(minutes_ago(*range(6)) + usual, NOW, 10) == Spike(6, 30, 0.5)


@given(recent, before, st.integers(0, 14))
def test_the_figures_never_lie_and_few_are_never_a_series(
    now_there: list[datetime], earlier: list[datetime], days: int
) -> None:
    found = spike([*now_there, *earlier], NOW, days)
    if found is None:
        return
    assert found.count == len(now_there) >= AT_LEAST
    assert found.count > found.usual


@given(recent, before, st.integers(1, 14))
def test_one_more_contact_now_never_takes_a_proposal_back(
    now_there: list[datetime], earlier: list[datetime], days: int
) -> None:
    """And one more on an earlier day never makes one."""
    times = [*now_there, *earlier]
    if spike(times, NOW, days) is not None:
        assert spike([*times, NOW], NOW, days) is not None
    else:
        usual = NOW - timedelta(days=3, minutes=1)
        assert spike([*times, usual], NOW, days) is None


@given(recent, before, st.integers(0, 14))
def test_the_order_in_which_they_are_read_changes_nothing(
    now_there: list[datetime], earlier: list[datetime], days: int
) -> None:
    times = [*now_there, *earlier]
    assert spike(times, NOW, days) == spike(reversed(times), NOW, days)


def test_the_furthest_from_its_usual_comes_first() -> None:
    often, rare = Spike(9, 30, 3.0), Spike(4, 30, 0.1)
    found = greatest({"a": often, "b": None, "c": rare})
    assert found == [("c", rare), ("a", often)]
