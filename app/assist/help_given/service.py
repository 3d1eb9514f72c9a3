"""The gestures of help that were kept of a person, from every script followed with them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.assist.help_given.moving import Gesture
from app.assist.models import ScriptRun, ScriptRunStep
from app.assist.runs import rows
from app.assist.walk import trail
from app.dossiers.models import Dossier
from app.foundation.extensions import db
from app.tickets.models import Contact

MOST = 120  # gestures, the latest


def of(person_id: int, locale: str) -> list[Gesture]:
    """What was said of who did what, for this person: the latest first. What nobody said is not guessed."""
    contacts = select(Contact.id).where(Contact.person_id == person_id)
    dossiers = select(Dossier.id).where(Dossier.person_id == person_id)
    about = ScriptRun.contact_id.in_(contacts) | (
        ScriptRun.contact_id.is_(None) & ScriptRun.dossier_id.in_(dossiers)
    )
    stays = db.session.scalars(
        select(ScriptRunStep)
        .join(ScriptRun)
        .where(about, ScriptRunStep.posture.is_not(None), ScriptRunStep.undone_at.is_(None))
        .options(joinedload(ScriptRunStep.run).joinedload(ScriptRun.version))
        .order_by(ScriptRunStep.entered_at.desc(), ScriptRunStep.id.desc())
        .limit(MOST)
    ).all()
    return [_gesture(stay, locale) for stay in stays]


def _gesture(stay: ScriptRunStep, locale: str) -> Gesture:
    script = rows.script_of(stay.run)
    step = next((each for each in script.steps if each.id == stay.step_id), None)
    name = trail.short(step.headline.get(locale)) if step is not None else stay.step_id
    return Gesture(
        stay.run_id,
        stay.entered_at,
        stay.run.script_id,
        stay.step_id,
        name,
        stay.posture or "",
        stay.posture_reason,
    )
