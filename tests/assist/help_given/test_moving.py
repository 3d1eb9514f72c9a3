"""The help given is shown as it was: nothing is lost, nothing is summed up into a mark."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.assist.help_given import moving
from app.assist.help_given.moving import Call, Gesture

GESTURES = st.lists(
    st.builds(
        Gesture,
        st.integers(1, 4),
        st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(
            lambda at: at.replace(tzinfo=UTC)
        ),
        st.sampled_from(["S01", "S07"]),
        st.sampled_from(["mail", "compte"]),
        st.just("Créer le mot de passe"),
        st.sampled_from(["alone", "with", "for"]),
    ),
    max_size=20,
)


@given(GESTURES)
def test_every_gesture_is_in_one_call_the_latest_first(gestures: list[Gesture]) -> None:
    calls = moving.by_call(gestures)
    assert sorted(map(repr, gestures)) == sorted(repr(g) for call in calls for g in call.gestures)
    assert [call.at for call in calls] == sorted((call.at for call in calls), reverse=True)


@given(GESTURES)
def test_what_comes_back_is_said_once_for_each_call_in_order(gestures: list[Gesture]) -> None:
    for same in moving.again(gestures):
        assert len({each.run_id for each in same}) == len(same) > 1
        assert len({(each.script_id, each.step_id) for each in same}) == 1


def test_nothing_here_counts_or_marks_a_person() -> None:
    kept = {each.name for kind in (Gesture, Call) for each in fields(kind)}
    assert kept.isdisjoint({"score", "rate", "level", "count", "mark", "better"})
