"""Who stands on a step now: what a manager should know before it changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from sqlalchemy import select

from app.assist.models import ScriptRun, ScriptRunStep
from app.foundation.extensions import db


def on(script_id: str, steps: Collection[str]) -> Counter[str]:
    """How many agents follow the script now at each of these steps; runs keep the text they began with."""
    rows = db.session.scalars(
        select(ScriptRunStep.step_id)
        .join(ScriptRun)
        .where(
            ScriptRun.script_id == script_id,
            ScriptRun.ended_at.is_(None),
            ScriptRunStep.left_at.is_(None),
            ScriptRunStep.undone_at.is_(None),
        )
    )
    return Counter(step_id for step_id in rows if step_id in steps)
