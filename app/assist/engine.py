"""The run of a guided script: a small state machine over frozen values. Pure.

A state is the list of answers given so far; where the run stands is derived from it, so that going
back is only forgetting the last answer. Times come in as arguments. A step that was answered
``MOST_VISITS`` times is not entered again: the run ends as *looped*, and another way is proposed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from app.assist.script import LOOPED, OTHER_SCRIPT, OUTCOMES, Choice, Script, Step
from app.foundation.exceptions import IllegalTransition, InvalidInput

MOST_VISITS = 4  # an instruction said a fifth time helps nobody


@dataclass(frozen=True)
class Answer:
    """One answer: at which step, which choice (its number from 0), and when.

    ``known``: nobody was asked, the fact was known; the step was passed over.
    """

    step_id: str
    choice: int
    at: datetime
    known: bool = False


@dataclass(frozen=True)
class RunState:
    """A run at one moment. ``outcome`` is None while it goes on."""

    script: Script
    step_id: str
    answers: tuple[Answer, ...] = ()
    outcome: str | None = None

    @property
    def step(self) -> Step:
        """The step the agent has before her eyes (the last one seen, when the run has ended)."""
        return self.script.step(self.step_id)

    @property
    def running(self) -> bool:
        """Whether a choice may still be made."""
        return self.outcome is None

    @property
    def next_script(self) -> str | None:
        """The script that the last answer leads to, when the run ended that way."""
        if self.outcome != OTHER_SCRIPT or not self.answers:
            return None
        return self._last_choice.script

    @property
    def goes_on_at(self) -> str | None:
        """The step to go on with once the script called by the last answer has served, if any; the
        present one, when the agent left for another script by hand."""
        if self.outcome != OTHER_SCRIPT:
            return None
        return self.step_id if self.left_by_hand else self._last_choice.then

    @property
    def left_by_hand(self) -> bool:
        """Whether the agent took another script by herself, no answer leading to it."""
        called = self.answers and self._last_choice.script is not None
        return self.outcome == OTHER_SCRIPT and not called

    def visits(self, step_id: str) -> int:
        """How many times the step was answered so far."""
        return sum(given.step_id == step_id for given in self.answers)

    @property
    def _last_choice(self) -> Choice:
        last = self.answers[-1]
        return _choice(self.script.step(last.step_id), last.choice)


def start(script: Script) -> RunState:
    """A new run, at the first step of ``script``."""
    return RunState(script, script.start.id)


def answer(
    state: RunState, step_id: str, choice: int, at: datetime, *, known: bool = False
) -> RunState:
    """The run after ``choice`` was made at ``step_id``.

    Raises IllegalTransition when the run has ended or stands at another step (a late double
    click), InvalidInput when the step has no such choice.
    """
    after = _answered(state, step_id, choice, at, known)
    return _stopped(after) if after.running else after


def _answered(state: RunState, step_id: str, choice: int, at: datetime, known: bool) -> RunState:
    if not state.running:
        raise IllegalTransition("Ce script est déjà terminé.")
    if step_id != state.step_id:
        raise IllegalTransition("Le script a déjà avancé : cette réponse ne compte pas.")
    made = _choice(state.step, choice)
    return replace(
        state,
        step_id=made.next or state.step_id,
        answers=(*state.answers, Answer(step_id, choice, at, known)),
        outcome=made.outcome,
    )


def _stopped(state: RunState) -> RunState:
    """The run just entered a step: ended as *looped* when it came there too often."""
    return replace(state, outcome=LOOPED) if state.visits(state.step_id) >= MOST_VISITS else state


def stop(state: RunState) -> RunState:
    """The run whose last answer called a script that was called too often already: ended as *looped*."""
    return replace(state, outcome=LOOPED)


def back(state: RunState) -> RunState:
    """The run before its last act: an end decided by hand is lifted, else the last answer.

    Raises IllegalTransition at the very first step.
    """
    if state.outcome is not None and not _ended_by_answer(state):
        return replace(state, outcome=None)
    if not state.answers:
        raise IllegalTransition("Le script est à sa première étape.")
    return RunState(state.script, state.answers[-1].step_id, state.answers[:-1])


def finish(state: RunState, outcome: str) -> RunState:
    """The run ended by the agent's decision, at whatever step it stands.

    Raises InvalidInput for an outcome that does not exist or that only an answer gives,
    IllegalTransition if already ended.
    """
    if outcome not in OUTCOMES or outcome == LOOPED:
        raise InvalidInput("Cette issue n'existe pas.")
    if not state.running:
        raise IllegalTransition("Ce script est déjà terminé.")
    return replace(state, outcome=outcome)


def resume(state: RunState) -> RunState:
    """The run taken up again after the script that its last answer called.

    Raises IllegalTransition when that answer says no step to go on with.
    """
    return _stopped(_resumed(state))


def _resumed(state: RunState) -> RunState:
    step_id = state.goes_on_at
    if step_id is None:
        raise IllegalTransition("Ce script ne reprend pas après un autre.")
    return replace(state, step_id=step_id, outcome=None)


def replay(script: Script, answers: tuple[Answer, ...], outcome: str | None = None) -> RunState:
    """The state that these stored answers lead to. ``outcome`` is the stored one, if any.

    A run whose last answer called another script and whose stored outcome is None was taken up
    again. What was once allowed is not judged anew. Raises what ``answer`` raises when the answers
    are not a legal path of ``script``.
    """
    state = start(script)
    for given in answers:
        state = _answered(_taken_up(state), given.step_id, given.choice, given.at, given.known)
    if outcome is None:
        return _taken_up(state)
    if outcome == LOOPED:
        return replace(_taken_up(state), outcome=LOOPED)
    return finish(state, outcome) if state.running else state


def _taken_up(state: RunState) -> RunState:
    return _resumed(state) if state.goes_on_at else state


def _choice(step: Step, number: int) -> Choice:
    if not 0 <= number < len(step.choices):
        raise InvalidInput("Cette réponse n'est pas proposée à cette étape.")
    return step.choices[number]


def _ended_by_answer(state: RunState) -> bool:
    """Not so after ``resume``: there the last answer called a script, and the end came later."""
    if state.outcome == LOOPED:
        return bool(state.answers)
    return bool(state.answers) and state._last_choice.outcome == state.outcome
