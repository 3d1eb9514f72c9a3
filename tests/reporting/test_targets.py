"""Targets: what a manager types is judged whole; a figure stands beside its target in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reporting import targets
from app.reporting.targets import BOUNDS, Targets

pytestmark = pytest.mark.unit


def test_the_form_reads_back_what_it_shows() -> None:
    assert targets.read(targets.shown(Targets())) == (Targets(), {})
    assert targets.stored(targets.as_stored(Targets(mean_wait_s=30))).mean_wait_s == 30
    assert targets.stored({"gone": 1}) == targets.stored(None) == Targets()


@given(st.fixed_dictionaries({name: st.text(max_size=6) for name in BOUNDS}))
def test_what_is_no_number_within_bounds_is_refused(form: dict[str, str]) -> None:
    wanted, errors = targets.read(form)
    assert (wanted is None) == bool(errors)


def test_the_second_threshold_is_not_below_the_first() -> None:
    form = targets.shown(Targets()) | {"waiting_watch": "9", "waiting_many": "4"}
    assert list(targets.read(form)[1]) == ["waiting_many"]


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [
        ("answered", 0.9, True),
        ("answered", 0.899, False),
        ("mean_wait_s", 45, True),
        ("mean_wait_s", 45.1, False),
        ("abandoned", 0.05, True),
        ("abandoned", 0.06, False),
        ("service_level", 0.8, True),
    ],
)
def test_a_figure_beside_its_target(key: str, value: float, kept: bool) -> None:
    for locale in ("fr", "en"):
        verdict = targets.judge(key, value, Targets(), locale)
        assert verdict is not None
        assert verdict.kept is kept
        assert verdict.words


def test_no_figure_no_verdict_and_talk_has_no_target() -> None:
    assert targets.judge("answered", None, Targets()) is None
    assert targets.judge("mean_talk_s", 1200, Targets()) is None


def test_levels_of_the_wall() -> None:
    assert [targets.level(n, 3, 6) for n in (0, 2, 3, 5, 6)] == [
        "live",
        "live",
        "wait",
        "wait",
        "stop",
    ]
