"""Groups of colleagues: named by a manager, asked by anybody. A question keeps whom it was put to, whatever becomes
of the group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from app.accounts import journal
from app.accounts.models import Agent
from app.dossiers.name_folding import fold
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput, NotFound
from app.foundation.extensions import db
from app.tickets.consultations.groups.models import ColleagueGroup
from app.tickets.promises.service import colleague, colleagues

LONGEST = 60  # characters of a name
MOST = 12  # colleagues: more of them are a team


def every() -> Sequence[ColleagueGroup]:
    """The groups, by name."""
    return db.session.scalars(
        select(ColleagueGroup)
        .options(selectinload(ColleagueGroup.members))
        .order_by(ColleagueGroup.folded)
    ).all()


def one(group_id: int) -> ColleagueGroup:
    """A group. Raises NotFound."""
    found = db.session.get(ColleagueGroup, group_id)
    if found is None:
        raise NotFound("Ce groupe n'existe plus.", todo="Rechargez la page.")
    return found


def here(group: ColleagueGroup) -> list[Agent]:
    """Those of a group who work here."""
    known = {each for each, _name in colleagues()}
    return [each for each in group.members if each.id in known]


def name(
    group_id: int | None, typed: str, members: Sequence[int], *, agent_id: int, now: datetime
) -> ColleagueGroup:
    """Make a group, or change the one of this id. Raises InvalidInput, NotFound, Conflict for a name that is taken."""
    said, chosen = " ".join(typed.split()), list(dict.fromkeys(members))
    if not fold(said) or len(said) > LONGEST:
        raise InvalidInput(
            "Donnez un nom au groupe, de %(most)s caractères au plus.",
            kept="Rien n'a été changé.",
            most=LONGEST,
        )
    if not 2 <= len(chosen) <= MOST:
        raise InvalidInput(
            "Un groupe a de deux à %(most)s collègues : au-delà, c'est une équipe.",
            kept="Rien n'a été changé.",
            most=MOST,
        )
    for each in chosen:
        colleague(each)
    with unit_of_work():
        held = ColleagueGroup() if group_id is None else one(group_id)
        held.name, held.folded = said, fold(said)[:LONGEST]
        held.members = list(db.session.scalars(select(Agent).where(Agent.id.in_(chosen))))
        try:
            with db.session.begin_nested():
                db.session.add(held)
                db.session.flush()
        except IntegrityError as taken:
            raise Conflict(
                "Un groupe porte déjà ce nom.",
                kept="Rien n'a été changé.",
                todo="Choisissez un autre nom, ou changez ce groupe-là.",
            ) from taken
        _record("group_named", held.id, agent_id, now)
    return held


def remove(group_id: int, *, agent_id: int, now: datetime) -> None:
    """Take a group away; what was asked of it stays asked of its members. Twice changes nothing."""
    with unit_of_work():
        held = db.session.get(ColleagueGroup, group_id)
        if held is None:
            return
        db.session.delete(held)
        _record("group_removed", group_id, agent_id, now)


def _record(act: str, group_id: int, agent_id: int, now: datetime) -> None:
    journal.record(act, f"group:{group_id}", agent_id=agent_id, now=now)
