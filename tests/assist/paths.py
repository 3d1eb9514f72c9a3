"""Every way through a script, as a person could take it: used by the tests of the scripts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from app.assist import engine
from app.assist.script import Choice, Script, Step

AT = datetime(2021, 6, 22, 8, 30, tzinfo=UTC)

Path = tuple[tuple[Step, Choice], ...]


def every_path(script: Script) -> Iterator[Path]:
    """All the ways from the first step to an end that pass no step twice."""
    yield from _from(script, script.start, ())


def _from(script: Script, step: Step, so_far: Path) -> Iterator[Path]:
    seen = {s.id for s, _choice in so_far} | {step.id}
    for choice in step.choices:
        path = (*so_far, (step, choice))
        following = choice.next or choice.then
        if following is None:
            yield path
        elif following not in seen:
            yield from _from(script, script.step(following), path)


def play(script: Script, path: Path) -> engine.RunState:
    """The state after these choices, scripts called on the way having served."""
    state = engine.start(script)
    for step, choice in path:
        if state.goes_on_at:
            state = engine.resume(state)
        assert state.step_id == step.id
        state = engine.answer(state, step.id, step.choices.index(choice), AT)
    return state


def ended(path: Path) -> str | None:
    """How a path ends: its outcome, ``other_script`` included."""
    return path[-1][1].outcome
