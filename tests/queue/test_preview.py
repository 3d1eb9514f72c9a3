"""The replay of today's calls under other thresholds: same policy, same figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.queue.policy import Policy
from app.queue.preview import PastCall, Seat, preview

NINE = datetime(2021, 6, 22, 7, tzinfo=UTC)
FRONT, BACK = Seat(1, "front"), Seat(2, "back")


def at(seconds: float, **fields) -> PastCall:  # type: ignore[no-untyped-def]
    return PastCall(NINE + timedelta(seconds=seconds), **fields)


calls = st.lists(
    st.builds(
        lambda second, talk, left: at(
            second, talk_s=talk if left is None else None, left_s=left, wrap_up_s=0.0
        ),
        st.integers(0, 4000),
        st.integers(10, 900).map(float),
        st.none() | st.integers(1, 300).map(float),
    ),
    max_size=25,
)
policies = st.builds(Policy, overflow_after=st.integers(0, 300), overflow_length=st.integers(0, 9))
teams = st.lists(st.sampled_from(["front", "back"]), min_size=1, max_size=4).map(
    lambda roles: [Seat(n, role) for n, role in enumerate(roles, start=1)]
)


@given(calls, teams, policies)
def test_the_same_policy_gives_the_same_figures(
    day: list[PastCall], team: list[Seat], policy: Policy
) -> None:
    shown = preview(day, team, policy, policy)
    assert shown.current == shown.proposed
    assert preview(list(reversed(day)), team, policy, policy).current.calls == len(day)


@given(calls, teams, policies, policies)
def test_every_call_is_answered_or_left(
    day: list[PastCall], team: list[Seat], current: Policy, proposed: Policy
) -> None:
    for figures in vars_of(preview(day, team, current, proposed)):
        assert figures.answered + figures.left == figures.calls == len(day)
        assert figures.back_office <= figures.answered
        assert (figures.mean_wait_s is None) == (figures.answered == 0)
        if figures.mean_wait_s is not None and figures.p95_wait_s is not None:
            assert figures.mean_wait_s >= 4.999  # it rings for five seconds


@given(calls, policies, policies)
def test_with_no_back_office_thresholds_change_nothing(
    day: list[PastCall], current: Policy, proposed: Policy
) -> None:
    team = [FRONT, Seat(3, "front")]
    shown = preview(day, team, current, proposed)
    assert shown.current == shown.proposed
    assert shown.current.back_office == 0


def vars_of(shown):  # type: ignore[no-untyped-def]
    return shown.current, shown.proposed


def test_a_threshold_by_hand() -> None:
    """Three calls in ten seconds, one agent at the front, one in the back office."""
    day = [at(0, talk_s=100), at(5, talk_s=100), at(10, talk_s=100)]
    shown = preview(
        day,
        [FRONT, BACK],
        Policy(overflow_after=20),
        Policy(overflow_after=600, overflow_length=99),
        answer_s=5,
    )
    # 0 s → front at 5; 5 s → back office from its 20th second, answers at 30; third: front at 110.
    assert (shown.current.answered, shown.current.back_office) == (3, 1)
    assert shown.current.mean_wait_s == (5 + 25 + 100) / 3
    # Alone, the front answers at 5, 110 and 215.
    assert (shown.proposed.back_office, shown.proposed.p95_wait_s) == (0, 205)
    assert shown.proposed.mean_wait_s == (5 + 105 + 205) / 3
    assert shown.early


def test_who_hung_up_leaves_at_the_same_moment_or_is_answered_sooner() -> None:
    day = [at(0, talk_s=100), at(1, left_s=40)]
    slow, quick = Policy(overflow_after=60, overflow_length=9), Policy(overflow_after=10)
    shown = preview(day, [FRONT, BACK], slow, quick)
    assert (shown.current.left, shown.proposed.left) == (1, 0)


def test_an_empty_day_and_an_empty_team() -> None:
    nothing = preview([], [FRONT], Policy(), Policy()).current
    assert (nothing.calls, nothing.mean_wait_s, nothing.back_office_share) == (0, None, None)
    nobody = preview([at(0, left_s=9), at(1, left_s=4)], [], Policy(), Policy()).current
    assert (nobody.left, nobody.answered) == (2, 0)
