"""The rule of what may be said to whom that holds now, and its versions; managers change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts import journal
from app.dossiers import may_say
from app.dossiers.may_say import Table
from app.dossiers.saying.models import SayRule
from app.foundation import edits
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput
from app.foundation.extensions import db

SHOWN = 20  # versions


@dataclass(frozen=True)
class InForce:
    """The table that holds, and the version that said so (None: the house's own table, never changed)."""

    table: Table
    version: SayRule | None


def current() -> InForce:
    """What holds now. A cell that a version does not know is as in the house's table."""
    last = db.session.scalar(select(SayRule).order_by(SayRule.id.desc()).limit(1))
    return InForce(may_say.read(last.levels) if last else may_say.DEFAULTS, last)


def history() -> Sequence[SayRule]:
    """The versions, the latest first."""
    return db.session.scalars(
        select(SayRule).options(joinedload(SayRule.by)).order_by(SayRule.id.desc()).limit(SHOWN)
    ).all()


def change(
    table: Table, *, reason: str, source: str, reviewed_by: str, seen: str, by: int, now: datetime
) -> SayRule:
    """A new version, in force at once; journaled with the cells that changed.

    Raises InvalidInput without a reason, StaleEdit when somebody else changed it since the form was drawn,
    Conflict when nothing would change.
    """
    if not reason:
        raise InvalidInput("Dites pourquoi la règle change.", kept="Rien n'a été changé.")
    with unit_of_work():
        held = current()
        before, after = may_say.texts(held.table), may_say.texts(table)
        edits.refuse_stale(seen, before, after)
        changed = [cell for cell, level in after.items() if before[cell] != level]
        review = held.version.reviewed_by if held.version else ""
        if not changed and review == reviewed_by:
            raise Conflict("Rien n'a changé dans la règle.", kept="Elle reste comme elle est.")
        made = SayRule(
            levels=after, reason=reason, source=source, reviewed_by=reviewed_by, by_id=by, at=now
        )
        db.session.add(made)
        db.session.flush()
        journal.record(
            "say_rule",
            f"say_rule:{made.id}",
            agent_id=by,
            now=now,
            detail={"cells": changed, "reviewed": bool(reviewed_by)},
        )
    return made
