"""Which script is called by which, and how far that may go. Pure.

The stack is the chain of runs (``ScriptRun.came_from_id``), the present one last. A script that serves
gives the line back to the nearest caller that waits (``then``); one that was called ``for_good`` carries
the matter to its end, and the caller below still keeps its place. A chain in which the same script
begins too often, or that grows too long, is going round: it is ended and another way is proposed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.assist import engine
from app.assist.script import OTHER_SCRIPT, SERVED, Script
from app.assist.walk import facts

MOST_CALLS = 2  # times one script begins in one chain
MOST_RUNS = 12  # scripts in one chain


def going_round(chain: Sequence[str], script_id: str) -> bool:
    """Would calling ``script_id`` from the end of ``chain`` (script ids, the first first) go round?"""
    return len(chain) >= MOST_RUNS or list(chain).count(script_id) >= MOST_CALLS


def waiting(states: Sequence[engine.RunState]) -> int | None:
    """The place in the chain of the nearest caller that goes on once the last run has served."""
    for place in range(len(states) - 2, -1, -1):
        if states[place].goes_on_at:
            return place
    return None


@dataclass(frozen=True)
class Walk:
    """A chain of runs, the present one last, with the facts that all answers so far have taught."""

    chain: tuple[engine.RunState, ...]
    told: tuple[facts.Told, ...] = ()

    @property
    def here(self) -> engine.RunState:
        """The run that is before the agent's eyes."""
        return self.chain[-1]

    def known(self, now: datetime) -> dict[str, facts.Known]:
        """What is known at ``now``."""
        return facts.gather(self.told, now)


def begin(script: Script, now: datetime) -> Walk:
    """A walk at the first step of ``script``."""
    return passed(Walk((engine.start(script),)), now)


def answer(walk: Walk, choice: int, at: datetime, library: dict[str, Script]) -> Walk:
    """The walk after a choice: within the script, into another, or back to the caller that waits.

    ``library`` holds the scripts by id. Raises what ``engine.answer`` raises.
    """
    step = walk.here.step
    after = engine.answer(walk.here, step.id, choice, at)
    told = (*walk.told, facts.Told(at, step.choices[choice].learns))
    chain = (*walk.chain[:-1], after)
    if after.next_script:
        ids = [state.script.id for state in chain]
        if going_round(ids, after.next_script):
            return Walk((*walk.chain[:-1], engine.stop(after)), told)
        called = engine.start(library[after.next_script])
        return passed(Walk((*chain, called), told), at)
    if after.running:
        return passed(Walk(chain, told), at)
    place = waiting(chain) if after.outcome in SERVED else None
    if place is None:
        return Walk(chain, told)
    return passed(Walk((*chain[:place], engine.resume(chain[place])), told), at)


def passed(walk: Walk, now: datetime) -> Walk:
    """The walk after the steps whose answer is known already."""
    here = skip(walk.here, walk.known(now), now)
    return replace(walk, chain=(*walk.chain[:-1], here))


def skip(state: engine.RunState, known: dict[str, facts.Known], now: datetime) -> engine.RunState:
    """The run after the steps that ``known`` answers, each passed once: met again, it is asked."""
    while state.running and not state.visits(state.step_id):
        choice = facts.passes(state.step, known)
        if choice is None:
            return state
        state = engine.answer(state, state.step_id, choice, now, known=True)
    return state


def over(walk: Walk) -> bool:
    """Whether nothing goes on by itself any more."""
    return not walk.here.running and walk.here.outcome != OTHER_SCRIPT
