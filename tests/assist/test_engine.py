"""The engine of guided scripts: any order of answers and steps back stays legal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assist import engine, loader
from app.assist.script import LOOPED, OUTCOMES, Script
from app.foundation.exceptions import IllegalTransition, InvalidInput

AT = datetime(2021, 6, 22, 8, 30, tzinfo=UTC)
SCRIPTS = list(loader.library().values())

BY_HAND = [outcome for outcome in OUTCOMES if outcome != LOOPED]

scripts = st.sampled_from(SCRIPTS)
# A move: a choice (its number, wrapped to what the step has), or back, or a decided end.
moves = st.lists(
    st.one_of(st.integers(0, 8), st.just("back"), st.sampled_from(BY_HAND)), max_size=40
)


def play(script: Script, path: list[int | str]) -> list[engine.RunState]:
    """The states that these moves lead through; a move that makes no sense is skipped."""
    states = [engine.start(script)]
    for number, move in enumerate(path):
        state = states[-1]
        at = AT + timedelta(seconds=number)
        try:
            states.append(_after(state, move, at))
        except IllegalTransition:
            assert not state.running or (move == "back" and not state.answers)
    return states


def _after(state: engine.RunState, move: int | str, at: datetime) -> engine.RunState:
    if move == "back":
        return engine.back(state)
    if isinstance(move, str):
        return engine.finish(state, move)
    return engine.answer(state, state.step_id, move % len(state.step.choices), at)


@given(scripts, moves)
def test_any_path_stays_legal(script: Script, path: list[int | str]) -> None:
    for state in play(script, path):
        assert state.step in script.steps
        assert state.running == (state.outcome is None)
        assert state.outcome is None or state.outcome in OUTCOMES
        assert engine.replay(script, state.answers, state.outcome) == state


@given(scripts, moves, st.integers(0, 8))
def test_back_undoes_an_answer(script: Script, path: list[int | str], number: int) -> None:
    state = next(s for s in reversed(play(script, path)) if s.running)
    answered = engine.answer(state, state.step_id, number % len(state.step.choices), AT)
    assert engine.back(answered) == state


@given(scripts, moves, st.sampled_from(BY_HAND))
def test_every_state_can_end_and_the_end_can_be_lifted(
    script: Script, path: list[int | str], outcome: str
) -> None:
    state = next(s for s in reversed(play(script, path)) if s.running)
    ended = engine.finish(state, outcome)
    assert ended.outcome == outcome
    assert engine.back(ended) == state


@given(scripts, moves)
def test_an_end_absorbs_answers(script: Script, path: list[int | str]) -> None:
    state = next(s for s in reversed(play(script, path)) if s.running)
    ended = engine.finish(state, "solved")
    with pytest.raises(IllegalTransition):
        engine.answer(ended, ended.step_id, 0, AT)
    with pytest.raises(IllegalTransition):
        engine.finish(ended, "solved")


def test_a_late_double_click_does_not_count_twice() -> None:
    first = engine.start(loader.get("S01"))
    second = engine.answer(first, "adresse", 0, AT)
    assert second.step_id == "parti"
    with pytest.raises(IllegalTransition):
        engine.answer(second, "adresse", 0, AT)


def test_a_choice_that_does_not_exist_is_refused() -> None:
    state = engine.start(loader.get("S01"))
    for number in (-1, 99):
        with pytest.raises(InvalidInput):
            engine.answer(state, "adresse", number, AT)


def test_back_at_the_first_step_is_refused() -> None:
    with pytest.raises(IllegalTransition):
        engine.back(engine.start(loader.get("S01")))


def test_an_outcome_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidInput):
        engine.finish(engine.start(loader.get("S01")), "won")


def test_a_choice_may_lead_to_another_script() -> None:
    state = engine.answer(engine.start(loader.get("S01")), "adresse", 2, AT)
    assert state.outcome == "other_script"
    assert state.next_script == "S04"


@given(scripts, st.lists(st.integers(0, 8), min_size=60, max_size=400))
def test_every_walk_ends_without_going_back(script: Script, choices: list[int]) -> None:
    """Whatever is answered, a run takes no more answers than its steps allow visits."""
    state = engine.start(script)
    for choice in choices * 4:
        if not state.running:
            break
        state = engine.answer(state, state.step_id, choice % len(state.step.choices), AT)
        if state.goes_on_at:
            state = engine.resume(state)
    assert len(state.answers) <= engine.MOST_VISITS * len(script.steps)
    assert not state.running or len(choices) * 4 <= len(state.answers)


def test_a_step_met_too_often_ends_the_run_and_going_back_still_works() -> None:
    s13 = loader.get("S13")
    state = engine.start(s13)
    round_again = {"ecouter": 0, "qui": 0, "lire": 0, "fait": 0, "adresse": 0, "renvoi": 0,
                   "date_du_mail": 1, "ancien": 0}  # fmt: skip
    while state.running:
        before = state
        state = engine.answer(state, state.step_id, round_again[state.step_id], AT)
    assert state.outcome == LOOPED
    assert state.visits("date_du_mail") == engine.MOST_VISITS
    assert engine.replay(s13, state.answers, LOOPED) == state
    assert engine.back(state) == before
    with pytest.raises(InvalidInput):
        engine.finish(before, LOOPED)
