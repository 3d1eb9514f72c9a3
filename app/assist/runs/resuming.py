"""Taking up, in a new contact, what an earlier one left: a line that dropped, a call the next day.

The earlier runs stay as they were, for the record; the new contact gets copies of the stack, each with
the answers already given (``origin`` *resumed*). A transfer needs nothing: the contact is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import aliased

from app.assist import engine, store
from app.assist.models import ScriptRun, ScriptRunStep
from app.assist.runs import rows
from app.assist.walk import facts
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import IllegalTransition
from app.foundation.extensions import db
from app.tickets.models import Contact


@dataclass(frozen=True)
class Left:
    """A run that an earlier contact left open: which script, at which step, when."""

    run_id: int
    script_id: str
    title: str
    headline: str
    at: datetime


def left_open(contact_id: int, now: datetime, locale: str) -> Left | None:
    """The run to take up for this contact, or None: the last one interrupted for the same person.

    Younger than ``facts.LASTS``, not at its first step, not taken up already; and only while this
    contact follows nothing of its own.
    """
    run = _interrupted(store.contact(contact_id), now)
    if run is None:
        return None
    state = rows.state_of(run)
    title = state.script.title.get(locale)
    at = run.ended_at or run.started_at
    return Left(run.id, run.script_id, title, _plain(state, locale), at)


def _plain(state: engine.RunState, locale: str) -> str:
    step = state.step
    return dict(step.without).get("ask" if step.ask else "do", step.headline).get(locale)


def _interrupted(contact: Contact, now: datetime) -> ScriptRun | None:
    if contact.closed_at is not None:
        return None
    taken = aliased(ScriptRun)
    earlier = aliased(Contact)
    theirs = [earlier.caller_number == contact.caller_number] if contact.caller_number else []
    if contact.person_id is not None:
        theirs = [earlier.person_id == contact.person_id]
    if not theirs:
        return None
    found = db.session.scalars(
        select(ScriptRun)
        .join(earlier, earlier.id == ScriptRun.contact_id)
        .where(
            or_(*theirs),
            earlier.id != contact.id,
            ScriptRun.outcome == "interrupted",
            ScriptRun.ended_at >= now - facts.LASTS,
            ~exists().where(taken.resumes_id == ScriptRun.id),
            ~exists().where(taken.contact_id == contact.id),
        )
        .order_by(ScriptRun.ended_at.desc(), ScriptRun.id.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    run = store.run(found.id)
    return run if rows.answered(run) or run.came_from_id else None


def take_up(run_id: int, *, contact_id: int, agent_id: int, now: datetime) -> int:
    """Go on, for this contact, where the earlier run was left; the new run.

    Raises IllegalTransition when that run is not (or no longer) the one to take up.
    """
    with unit_of_work():
        contact = store.contact(contact_id, lock=True)
        found = _interrupted(contact, now)
        if found is None or found.id != run_id:
            raise IllegalTransition("Ce script a déjà été repris, ou un autre est en cours.")
        below: ScriptRun | None = None
        for earlier in rows.chain(found):
            below = _copy(earlier, below, contact, agent_id, now, last=earlier.id == found.id)
        assert below is not None  # a chain holds its own run
        return below.id


def _copy(
    earlier: ScriptRun,
    below: ScriptRun | None,
    contact: Contact,
    agent_id: int,
    now: datetime,
    *,
    last: bool,
) -> ScriptRun:
    run = ScriptRun(
        contact_id=contact.id,
        dossier_id=contact.dossier_id,
        agent_id=agent_id,
        script_id=earlier.script_id,
        script_version_id=earlier.script_version_id,
        came_from_id=below.id if below else None,
        resumes_id=earlier.id,
        started_at=now,
        ended_at=None if last else now,
        outcome=None if last else earlier.outcome,
    )
    db.session.add(run)
    db.session.flush()
    for stay in rows.answered(earlier):
        run.steps.append(
            ScriptRunStep(
                position=len(run.steps),
                step_id=stay.step_id,
                entered_at=stay.entered_at,
                left_at=stay.left_at,
                choice=stay.choice,
                origin=rows.KNOWN if stay.origin == rows.KNOWN else rows.RESUMED,
            )
        )
    db.session.flush()
    if last:
        rows.enter_asked(run, rows.state_of(store.run(run.id)).step_id, now)
    return run
