"""Who stands on a step now: what a manager should know before it changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from app.assist.models import ScriptRun, ScriptRunStep
from app.foundation.extensions import db
from app.tickets.models import Contact

FORGOTTEN = timedelta(hours=12)
"""A run without a contact that has not moved for so long was forgotten: nobody stands there."""


def on(script_id: str, steps: Collection[str], now: datetime) -> Counter[str]:
    """How many follow the script now at each of these steps, beside an open contact or on a dossier.

    Runs keep the text they began with, whatever is published.
    """
    rows = db.session.scalars(
        select(ScriptRunStep.step_id)
        .join(ScriptRun)
        .outerjoin(Contact, Contact.id == ScriptRun.contact_id)
        .where(
            ScriptRun.script_id == script_id,
            ScriptRun.ended_at.is_(None),
            ScriptRunStep.left_at.is_(None),
            ScriptRunStep.undone_at.is_(None),
            Contact.closed_at.is_(None),
            or_(ScriptRun.contact_id.is_not(None), ScriptRunStep.entered_at > now - FORGOTTEN),
        )
    )
    return Counter(step_id for step_id in rows if step_id in steps)
