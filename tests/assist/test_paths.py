"""Each script is walked from its start to each of its ends, by every way that there is."""

from __future__ import annotations

import pytest

from app.assist import engine, loader
from app.assist.script import OUTCOMES, SERVED, Script
from tests.assist.paths import Path, ended, every_path, play

SCRIPTS = list(loader.library().values())


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.id)
def test_every_way_ends_as_its_last_choice_says(script: Script) -> None:
    walked = set()
    for path in every_path(script):
        state = play(script, path)
        assert not state.running
        assert state.outcome == ended(path)
        assert state.outcome in OUTCOMES
        assert state.next_script == path[-1][1].script
        walked |= {(step.id, step.choices.index(choice)) for step, choice in path}
    loops = {
        (step.id, number)
        for step in script.steps
        for number, choice in enumerate(step.choices)
        if (step.id, number) not in walked
    }
    # What no straight way takes leads back to a step already seen, never to an end of its own.
    assert all(script.step(step_id).choices[number].outcome is None
               or script.step(step_id).choices[number].then for step_id, number in loops)  # fmt: skip


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.id)
def test_what_is_called_exists_and_may_serve(script: Script) -> None:
    """A script that calls another and waits for it: the other has an end that gives the line back, by
    itself or (a call-back promised, a third party awaited) by a button."""
    for step in script.steps:
        for choice in step.choices:
            if choice.then is None:
                continue
            called = loader.get(choice.script or "")
            assert any(_serves(path) for path in every_path(called)), f"{script.id} → {called.id}"


def _serves(path: Path) -> bool:
    return ended(path) in (*SERVED, "follow_up", "third_party", "callback")


def test_a_script_called_on_the_way_gives_the_line_back() -> None:
    """S13: mailbox lost (S04), then back here, never from the start."""
    s13 = loader.get("S13")
    path = next(
        path
        for path in every_path(s13)
        if any(choice.script == "S04" and choice.then for _step, choice in path)
    )
    called = next(n for n, (_step, choice) in enumerate(path) if choice.script == "S04")
    state = play(s13, path[: called + 1])
    assert (state.outcome, state.next_script, state.goes_on_at) == ("other_script", "S04", "dedans")
    resumed = engine.resume(state)
    assert resumed.running
    assert resumed.step_id == "dedans"
    assert engine.replay(s13, resumed.answers) == resumed
    assert engine.back(resumed).step_id == "adresse"
    assert engine.back(engine.finish(resumed, "follow_up")) == resumed
