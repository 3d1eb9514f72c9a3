"""The help that a person was given, from call to call: what they did alone, together, or was done for them. Pure.

To help better next time, never to judge: no sum over a person, no rate, no order from better to worse. A gesture that
comes back is shown with its dates, as it was; nothing is concluded from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Gesture:
    """One gesture: in which run, when, what (script and step, and its name), how, and why in the person's place."""

    run_id: int
    at: datetime
    script_id: str
    step_id: str
    name: str
    posture: str
    reason: str | None = None


@dataclass(frozen=True)
class Call:
    """The gestures of one run of a script, in their order."""

    run_id: int
    at: datetime
    script_id: str
    gestures: tuple[Gesture, ...]


def by_call(gestures: Iterable[Gesture]) -> tuple[Call, ...]:
    """The gestures run by run, the latest run first."""
    runs: dict[int, list[Gesture]] = {}
    for each in gestures:
        runs.setdefault(each.run_id, []).append(each)
    calls = []
    for run_id, held in runs.items():
        held.sort(key=lambda each: each.at)
        calls.append(Call(run_id, held[0].at, held[0].script_id, tuple(held)))
    return tuple(sorted(calls, key=lambda call: (call.at, call.run_id), reverse=True))


def again(gestures: Iterable[Gesture]) -> tuple[tuple[Gesture, ...], ...]:
    """Each gesture that was met in several runs, with how it was done each time, the first time first.

    Within one run the last word counts: an agent who went back has said it anew.
    """
    met: dict[tuple[str, str], dict[int, Gesture]] = {}
    for each in sorted(gestures, key=lambda one: one.at):
        met.setdefault((each.script_id, each.step_id), {})[each.run_id] = each
    found = [tuple(runs.values()) for runs in met.values() if len(runs) > 1]
    return tuple(sorted(found, key=lambda same: same[-1].at, reverse=True))
