"""The scripts followed on a day and where people got stuck in them: the report's ``scripts{}``. Pure.

Counted by ``app.assist.figures.counting``; each figure is defined under ``script_<key>``. None is by agent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.assist.figures.counting import Course, ScriptFigures, StepFigures, count
from app.foundation.text.bilingual import Text


@dataclass(frozen=True, slots=True)
class ScriptDay:
    """One script on one day."""

    script_id: str
    title: Text
    figures: ScriptFigures


def figures(courses: Iterable[Course], now: datetime) -> tuple[ScriptDay, ...]:
    """The scripts that were followed, the most followed first; those opened by mistake alone are left out."""
    by: dict[str, list[Course]] = {}
    for course in courses:
        by.setdefault(course.script.id, []).append(course)
    days = [
        ScriptDay(script_id, theirs[-1].script.title, count(theirs, now))
        for script_id, theirs in by.items()
    ]
    return tuple(
        sorted(
            (day for day in days if day.figures.followed),
            key=lambda day: (-day.figures.followed, day.script_id),
        )
    )


def as_json(each: Iterable[ScriptDay]) -> list[dict[str, Any]]:
    """A script an entry: its figures, then its steps, with the answers that were chosen."""
    return [
        {
            "script": day.script_id,
            "followed": day.figures.followed,
            "left": day.figures.abandoned,
            "open": day.figures.open,
            "solved": day.figures.solved.at_once,
            "held": day.figures.solved.held,
            "came_back": day.figures.solved.came_back,
            "obstacles": dict(day.figures.obstacles),
            "devices": {name or "unknown": n for name, n in day.figures.devices.items()},
            "steps": [_step_json(step) for step in day.figures.steps],
        }
        for day in each
    ]


def _step_json(step: StepFigures) -> dict[str, Any]:
    return {
        "step": step.step_id,
        "arrived": step.arrived,
        "left": step.abandoned,
        "open": step.open,
        "answers": [
            {
                "answer": branch.key.label,
                "chosen": branch.chosen,
                "solved": branch.solved.at_once,
                "held": branch.solved.held,
            }
            for branch in step.branches
        ],
    }
