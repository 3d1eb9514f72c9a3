"""What is done with the list of all that is owed: one thing, or several where it is safe; and taken back.

Bulk moves a date or gives to a colleague; it never ends anything without a word (``drop`` asks why, one by one).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict, Forbidden, InvalidInput, NotFound
from app.foundation.extensions import db
from app.tickets.promises import service, sources
from app.tickets.promises.models import OwedStep
from app.tickets.promises.sources import Source

AT_ONCE = 50  # in one transaction


@dataclass(frozen=True)
class Done:
    """What a bulk act did: the steps to take back, and how many were left alone (somebody else's, over already)."""

    steps: tuple[int, ...]
    left: int = 0


def keep(subject: str, *, agent_id: int, now: datetime) -> Done:
    """It is done. Raises what the source raises."""
    with unit_of_work():
        source, key = sources.of(subject)
        step = source.keep(key, agent_id, now)
        return Done(() if step is None else (step.id,))


def move(subjects: Sequence[str], due: datetime, *, agent_id: int, now: datetime) -> Done:
    """Another time for all of them."""
    return _each(subjects, lambda source, key: source.move(key, due, agent_id, now))


def hand_over(
    subjects: Sequence[str], owner_id: int | None, *, agent_id: int, now: datetime
) -> Done:
    """All of them to one colleague, or to the team."""
    return _each(subjects, lambda source, key: source.hand_over(key, owner_id, agent_id, now))


def _each(subjects: Sequence[str], act: Callable[[Source, str], OwedStep | None]) -> Done:
    """One thing: what is wrong is said. Several: what cannot be done is left alone and counted."""
    wanted = list(dict.fromkeys(subjects))
    if not wanted:
        raise InvalidInput("Choisissez au moins une ligne.", kept="Rien n'a été changé.")
    if len(wanted) > AT_ONCE:
        raise InvalidInput(
            "Au plus %(most)s lignes à la fois.", kept="Rien n'a été changé.", most=AT_ONCE
        )
    steps: list[int] = []
    with unit_of_work():
        for subject in wanted:
            try:
                step = act(*sources.of(subject))
            except (Forbidden, NotFound, Conflict):
                if len(wanted) == 1:
                    raise
                continue
            if step is not None:
                steps.append(step.id)
    return Done(tuple(steps), len(wanted) - len(steps))


def undo(step_ids: Sequence[int], *, agent_id: int, now: datetime) -> int:
    """Take back acts of one's own of the last quarter of an hour; how many.

    Raises Conflict when something was done since with one of them: nothing of it is overwritten.
    """
    taken = 0
    with unit_of_work():
        for step_id in sorted(set(step_ids), reverse=True)[:AT_ONCE]:
            step = db.session.get(OwedStep, step_id)
            if step is None or step.by_id != agent_id or step.undone_at is not None:
                continue
            if now - step.at > service.UNDO_FOR or _last(step.subject) != step.id:
                raise Conflict(
                    "Cela a changé depuis : on ne peut plus l'annuler.",
                    kept="Rien n'a été changé.",
                    todo="Regardez la liste, puis corrigez à la main.",
                )
            source, _key = sources.of(step.subject)
            source.take_back(step, agent_id, now)
            step.undone_at = now
            taken += 1
    return taken


def _last(subject: str) -> int | None:
    return db.session.scalar(
        select(OwedStep.id)
        .where(OwedStep.subject == subject, OwedStep.undone_at.is_(None))
        .order_by(OwedStep.id.desc())
        .limit(1)
    )
