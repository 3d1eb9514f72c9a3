"""Where callers get stuck in a script, counted: per script, per step, per answer. Pure.

What is counted is the script, never who followed it: no agent is in these values. The words of each figure
are in ``words``; why it is counted so is in ADR 0042.

- A *course* is one script followed once for somebody; a run taken up again in a later contact (a line that
  dropped) is the same course.
- An *arrival* is one time somebody was asked a step. A step passed over because its answer was known is no
  arrival, nor is an answer that was taken back. An arrival has exactly one fate: an answer, left there, or
  still open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.assist.script import NOT_THIS, OTHER_SCRIPT, Choice, Script

FEW = 10  # under so many, a share says nothing
HOLDS = timedelta(days=7)  # without a new contact about it, after which solved has stayed solved
DEVICE = "device"  # the fact that says what is in the person's hands (walk.facts)
UNSAID = ""


@dataclass(frozen=True)
class Stay:
    """One stay at a step that was not taken back. ``choice`` is None when it was left without an answer.

    ``asked`` is False when nobody was asked: the answer was known.
    """

    step_id: str
    choice: int | None
    asked: bool = True


@dataclass(frozen=True)
class Course:
    """One script followed once, in the version that it began with.

    ``outcome`` is None while it goes on. ``solved_at``: when it was seen to be solved, in this script or in
    the one that its last answer handed the matter to. ``again_at``: the first time, after that, that the same
    person reached us about it. ``known``: we know who it was, so a new contact would be seen.
    """

    script: Script
    version_id: int
    stays: tuple[Stay, ...]
    outcome: str | None
    solved_at: datetime | None = None
    again_at: datetime | None = None
    known: bool = True

    @property
    def arrivals(self) -> list[Stay]:
        """The stays that count. One without an answer that was followed by another was taken up again."""
        last = len(self.stays) - 1
        return [
            stay
            for place, stay in enumerate(self.stays)
            if stay.asked and (stay.choice is not None or place == last)
        ]

    @property
    def unanswered(self) -> bool:
        """Whether it stands, or was left, at a step without an answer."""
        return bool(self.stays) and self.stays[-1].choice is None

    @property
    def fate(self) -> str:
        """``open``, ``left`` (ended at a step without an answer there) or ``ended`` (by an answer)."""
        if self.outcome is None:
            return "open"
        return "left" if self.unanswered else "ended"

    @property
    def by_mistake(self) -> bool:
        """Opened and closed again as another difficulty, before any answer: it tells nothing of the script."""
        answered = any(stay.asked and stay.choice is not None for stay in self.stays)
        return self.outcome == NOT_THIS and not answered

    @property
    def handed_on(self) -> bool:
        """Whether its last answer passed the matter to another script for good."""
        return self.outcome == OTHER_SCRIPT and not self.unanswered

    def choice(self, stay: Stay) -> Choice | None:
        """The answer given at a stay."""
        return None if stay.choice is None else self.script.step(stay.step_id).choices[stay.choice]


@dataclass(frozen=True)
class Key:
    """What makes two answers the same from one version to another: their step, words and way."""

    step_id: str
    label: str
    way: str


def key_of(step_id: str, choice: Choice) -> Key:
    """The key of a choice."""
    return Key(step_id, choice.label.fr, f"{choice.next}|{choice.script}|{choice.end}")


@dataclass(frozen=True)
class Solved:
    """Times something was followed by « solved », and what became of it within seven days.

    ``at_once`` = ``held`` + ``came_back`` + ``too_soon`` + ``unseen``. ``too_soon``: less than seven days ago;
    ``unseen``: nobody knows who it was. Neither is ever counted as held.
    """

    held: int = 0
    came_back: int = 0
    too_soon: int = 0
    unseen: int = 0

    @property
    def at_once(self) -> int:
        """All of them."""
        return self.held + self.came_back + self.too_soon + self.unseen

    @property
    def judged(self) -> int:
        """Those of which it is known whether it held: the denominator of ``held``."""
        return self.held + self.came_back


@dataclass(frozen=True)
class BranchFigures:
    """One answer of a step: times ``chosen`` out of the step's arrivals, and what followed."""

    key: Key
    chosen: int = 0
    solved: Solved = Solved()
    obstacle: str | None = None


@dataclass(frozen=True)
class StepFigures:
    """One step: ``arrived`` = the answers' ``chosen`` + ``left`` + ``open``. ``passed``: its answer was known."""

    step_id: str
    branches: tuple[BranchFigures, ...] = ()
    left: Mapping[str, int] = field(default_factory=dict)  # by outcome
    open: int = 0
    passed: int = 0

    @property
    def answered(self) -> int:
        """Times it was answered, whatever was said."""
        return sum(branch.chosen for branch in self.branches)

    @property
    def abandoned(self) -> int:
        """Times the script was left there without an answer."""
        return sum(self.left.values())

    @property
    def arrived(self) -> int:
        """The denominator of all the others."""
        return self.answered + self.abandoned + self.open


@dataclass(frozen=True)
class ScriptFigures:
    """A script over a period: ``followed`` = ``ended`` + ``abandoned`` + ``open``; ``by_mistake`` apart.

    ``obstacles`` and ``devices`` count courses: in how many an obstacle was met (once or more), and with
    what device the person was (``UNSAID`` when nobody said; these sum to ``followed``).
    """

    steps: tuple[StepFigures, ...] = ()
    ends: Mapping[str, int] = field(default_factory=dict)  # by outcome, ended by an answer
    left: Mapping[str, int] = field(default_factory=dict)  # by outcome, without an answer
    open: int = 0
    by_mistake: int = 0
    solved: Solved = Solved()
    obstacles: Mapping[str, int] = field(default_factory=dict)
    devices: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[int, int] = field(default_factory=dict)  # courses by version

    @property
    def ended(self) -> int:
        """Courses that an answer ended."""
        return sum(self.ends.values())

    @property
    def abandoned(self) -> int:
        """Courses left at a step without an answer."""
        return sum(self.left.values())

    @property
    def followed(self) -> int:
        """The denominator."""
        return self.ended + self.abandoned + self.open

    def step(self, step_id: str) -> StepFigures:
        """The figures of a step; nought when nobody arrived there."""
        return next((s for s in self.steps if s.step_id == step_id), StepFigures(step_id))


def conclusive(denominator: int) -> bool:
    """Whether a share of so many says anything."""
    return denominator >= FEW


def count(courses: Iterable[Course], now: datetime) -> ScriptFigures:
    """The figures of one script's courses as they stand at ``now``."""
    given = list(courses)
    counted = [course for course in given if not course.by_mistake]
    fates = Counter(course.fate for course in counted)
    return ScriptFigures(
        steps=_steps(counted, now),
        ends=Counter(c.outcome for c in counted if c.outcome and c.fate == "ended"),
        left=Counter(c.outcome for c in counted if c.outcome and c.fate == "left"),
        open=fates["open"],
        by_mistake=len(given) - len(counted),
        solved=_solved(verdict(course, now) for course in counted),
        obstacles=Counter(code for course in counted for code in _obstacles(course)),
        devices=Counter(_device(course) for course in counted),
        versions=Counter(course.version_id for course in counted),
    )


def verdict(course: Course, now: datetime) -> str | None:
    """What became of a course that was solved: one of the fields of ``Solved``; None when it was not."""
    if course.solved_at is None:
        return None
    if not course.known:
        return "unseen"
    if course.again_at is not None and course.again_at - course.solved_at < HOLDS:
        return "came_back"
    return "held" if now - course.solved_at >= HOLDS else "too_soon"


def _solved(verdicts: Iterable[str | None]) -> Solved:
    return Solved(**Counter(each for each in verdicts if each))


def _steps(courses: Sequence[Course], now: datetime) -> tuple[StepFigures, ...]:
    order: dict[str, None] = {}
    chosen: dict[str, dict[Key, list[str | None]]] = {}
    obstacles: dict[Key, str | None] = {}
    left: dict[str, Counter[str]] = {}
    still: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for course in courses:
        after = verdict(course, now)
        passed.update(s.step_id for s in course.stays if not s.asked and s.choice is not None)
        for stay in course.arrivals:
            order.setdefault(stay.step_id)
            choice = course.choice(stay)
            if choice is not None:
                key = key_of(stay.step_id, choice)
                obstacles[key] = choice.obstacle
                chosen.setdefault(stay.step_id, {}).setdefault(key, []).append(after)
            elif course.outcome is None:
                still[stay.step_id] += 1
            else:
                left.setdefault(stay.step_id, Counter())[course.outcome] += 1
    return tuple(
        StepFigures(
            step_id,
            tuple(
                BranchFigures(key, len(verdicts), _solved(verdicts), obstacles[key])
                for key, verdicts in chosen.get(step_id, {}).items()
            ),
            left.get(step_id, Counter()),
            still[step_id],
            passed[step_id],
        )
        for step_id in dict.fromkeys([*order, *passed])
    )


def _obstacles(course: Course) -> set[str]:
    met = (course.choice(stay) for stay in course.arrivals)
    return {choice.obstacle for choice in met if choice and choice.obstacle}


def _device(course: Course) -> str:
    """The last word on what the person has in hand, known before or said here."""
    said = UNSAID
    for stay in course.stays:
        choice = course.choice(stay)
        said = dict(choice.learns).get(DEVICE, said) if choice else said
    return said
