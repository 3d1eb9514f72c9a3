"""The figures of a script laid on its tree: each step and each answer of the version drawn. Pure.

What other versions asked and this one does not is not lost: it is listed apart, so that sums hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.assist.figures.counting import BranchFigures, ScriptFigures, StepFigures, key_of
from app.assist.script import Script


@dataclass(frozen=True)
class Drawn:
    """``branches``: by step and place of the answer. ``gone``: answers that the drawn version does not have."""

    steps: Mapping[str, StepFigures]
    branches: Mapping[tuple[str, int], BranchFigures]
    gone: tuple[tuple[StepFigures, BranchFigures], ...]
    gone_steps: tuple[StepFigures, ...]


MOST_WORST = 5


def worst(script: Script, figures: ScriptFigures) -> list[StepFigures]:
    """The steps of this version that were left without an answer most often, the worst first."""
    found = [figures.step(step.id) for step in script.steps]
    left = sorted((step for step in found if step.abandoned), key=lambda step: -step.abandoned)
    return left[:MOST_WORST]


def on_tree(script: Script, figures: ScriptFigures) -> Drawn:
    """The figures on this version's steps and answers; nought where nobody came."""
    counted = {branch.key: (step, branch) for step in figures.steps for branch in step.branches}
    branches = {}
    for step in script.steps:
        for place, choice in enumerate(step.choices):
            key = key_of(step.id, choice)
            _step, branch = counted.pop(key, (None, BranchFigures(key, obstacle=choice.obstacle)))
            branches[step.id, place] = branch
    drawn = {step.id for step in script.steps}
    return Drawn(
        steps={step.id: figures.step(step.id) for step in script.steps},
        branches=branches,
        gone=tuple(counted.values()),
        gone_steps=tuple(step for step in figures.steps if step.step_id not in drawn),
    )
