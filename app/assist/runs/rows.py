"""The rows of runs read as the pure values of ``engine``, ``facts`` and ``stack``, and written back."""

from __future__ import annotations

import functools
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.assist import condition_facts, engine, loader, store
from app.assist.models import ScriptRun, ScriptRunStep
from app.assist.runs import written
from app.assist.script import LOOPED, Script
from app.assist.walk import facts, stack
from app.foundation.extensions import db

MOST_BESIDE = 20  # scripts of one contact whose answers are still known: the latest
ASKED, KNOWN, RESUMED = "asked", "known", "resumed"


@functools.lru_cache(maxsize=256)
def parsed(source: str) -> Script:
    """The script that a kept text describes, read once a process."""
    return loader.parse(source)


def script_of(run: ScriptRun) -> Script:
    """The script that a run follows, in the version it began with."""
    return parsed(run.version.source)


def answered(run: ScriptRun) -> list[ScriptRunStep]:
    """The stays of a run that count: answered, and not undone."""
    return [s for s in run.steps if s.choice is not None and s.undone_at is None]


def state_of(run: ScriptRun) -> engine.RunState:
    """Where a stored run stands, in the version it began with."""
    answers = tuple(
        engine.Answer(s.step_id, s.choice, s.left_at or s.entered_at, s.origin == KNOWN)
        for s in answered(run)
        if s.choice is not None
    )
    return engine.replay(script_of(run), answers, run.outcome)


def chain(run: ScriptRun) -> list[ScriptRun]:
    """The stack that ends with ``run``: who called whom, the first caller first."""
    runs, seen = [run], {run.id}
    while run.came_from_id is not None and run.came_from_id not in seen:
        run = store.run(run.came_from_id)
        runs.append(run)
        seen.add(run.id)
    return runs[::-1]


def known(run: ScriptRun, now: datetime) -> dict[str, facts.Known]:
    """What the answers of this contact (or, with none, of this run's stack) have taught so far about whom
    it is about now, on top of what stands in the dossier and on the card."""
    about = condition_facts.dossier_id(run)
    told = (one for each in _beside(run) for one in _told(each, about))
    return written.of(run, about, now) | facts.gather(told, now)


def _beside(run: ScriptRun) -> list[ScriptRun]:
    if run.contact_id is None:
        return chain(run)
    query = (
        select(ScriptRun)
        .where(ScriptRun.contact_id == run.contact_id)
        .where(or_(ScriptRun.outcome.is_(None), ScriptRun.outcome != "not_this"))
        .where(ScriptRun.started_at > run.started_at - timedelta(days=2))
        .order_by(ScriptRun.id.desc())
        .limit(MOST_BESIDE)
        .options(joinedload(ScriptRun.version), selectinload(ScriptRun.steps))
    )
    return list(db.session.scalars(query))


def _told(run: ScriptRun, about: int | None) -> list[facts.Told]:
    script = script_of(run)
    return [
        facts.Told(
            s.left_at or s.entered_at,
            script.step(s.step_id).choices[s.choice].learns,
            s.origin == RESUMED,
            run.dossier_id not in (None, about),
        )
        for s in answered(run)
        if s.choice is not None and s.origin != KNOWN
    ]


def enter(run: ScriptRun, step_id: str, now: datetime) -> None:
    """Open a stay at a step, after those that the facts already answer, each kept as such."""
    state = engine.RunState(script_of(run), step_id, _answers_before(run))
    after = stack.skip(state, known(run, now), now)
    for given in after.answers[len(state.answers) :]:
        _stay(run, given.step_id, now, choice=given.choice, left_at=now, origin=KNOWN)
    if after.outcome == LOOPED:
        run.outcome, run.ended_at = after.outcome, now
    _stay(run, after.step_id, now)


def enter_asked(run: ScriptRun, step_id: str, now: datetime) -> None:
    """Open a stay at a step that is asked whatever is known: somebody went back to it."""
    _stay(run, step_id, now)


def _answers_before(run: ScriptRun) -> tuple[engine.Answer, ...]:
    return tuple(
        engine.Answer(s.step_id, s.choice, s.left_at or s.entered_at, s.origin == KNOWN)
        for s in answered(run)
        if s.choice is not None
    )


def _stay(run: ScriptRun, step_id: str, now: datetime, **fields: object) -> None:
    run.steps.append(
        ScriptRunStep(position=len(run.steps), step_id=step_id, entered_at=now, **fields)
    )
    db.session.flush()
