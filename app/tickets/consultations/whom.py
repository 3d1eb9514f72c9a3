"""To whom a question is put: a colleague, a team (front office, back office, managers), chosen colleagues, everybody.

What is asked of several is in the list of each, and leaves all of them once one has answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select

from app.accounts.models import Agent
from app.accounts.role_words import role_words
from app.foundation.exceptions import InvalidInput
from app.foundation.extensions import db
from app.foundation.roles import DESK, Role
from app.foundation.text import outside
from app.tickets.consultations.groups import service as groups
from app.tickets.consultations.models import Consultation, consultation_group
from app.tickets.promises.service import colleague, is_here, nobodys

MOST = 12  # chosen colleagues: more of them are a team


@dataclass(frozen=True)
class Whom:
    """One of the three, or none: everybody. ``owner``: whoever follows the dossier, else everybody."""

    agent_id: int | None = None
    role: str | None = None
    group: tuple[int, ...] = ()
    owner: bool = False
    named: str = ""  # how the group is called, when a manager has named it


OWNER, EVERYBODY = Whom(owner=True), Whom()


def read(chosen: str, colleagues: Sequence[int] = ()) -> Whom:
    """What a form says: « owner », « team », « role:back », « group:3 », or the colleagues that were ticked, who come
    first. Raises NotFound for a group that was taken away, InvalidInput for one of which nobody works here."""
    if colleagues:
        return Whom(group=tuple(dict.fromkeys(colleagues)))
    if chosen.startswith("group:"):
        return _of_group(outside.identifier(chosen.partition(":")[2]))
    if chosen.startswith("role:"):
        return Whom(role=chosen.partition(":")[2])
    return EVERYBODY if chosen == "team" else OWNER


def _of_group(group_id: int | None) -> Whom:
    group = groups.one(group_id or 0)
    members = tuple(each.id for each in groups.here(group))
    if not members:
        raise InvalidInput(
            "Plus personne de ce groupe ne travaille ici.",
            kept="La question n'est pas posée.",
            todo="Demandez à une équipe, ou à des collègues choisis.",
        )
    return Whom(group=members, named=group.name)


def put(held: Consultation, whom: Whom, *, owner_id: int | None, asked_by: int) -> None:
    """Put a question to them, inside the caller's transaction; nobody asks herself. Raises InvalidInput."""
    agent_id = whom.agent_id
    if whom.owner and is_here(
        owner_id
    ):  # whoever followed the dossier may have left: everybody, then
        agent_id = owner_id
    group = tuple(each for each in whom.group if each != asked_by)
    if whom.role is not None and whom.role not in DESK:
        raise InvalidInput("Cette équipe n'existe pas.", kept="Rien n'a été changé.")
    if whom.group and not group:
        raise InvalidInput(
            "Choisissez quelqu'un d'autre que vous.", kept="La question n'est pas posée."
        )
    if len(group) > MOST:
        raise InvalidInput(
            "Au plus %(most)s collègues : au-delà, demandez à une équipe.",
            kept="La question n'est pas posée.",
            most=MOST,
        )
    for each in group:
        colleague(each)
    if len(group) == 1 and not whom.named:
        agent_id, group = group[0], ()
    if agent_id is not None and agent_id != asked_by:
        colleague(agent_id)
    held.to_id = None if agent_id == asked_by else agent_id
    held.to_role, held.group_name = whom.role, whom.named
    held.group = list(db.session.scalars(select(Agent).where(Agent.id.in_(group)))) if group else []


def stored(held: Consultation) -> dict[str, Any]:
    """To whom it is put, as a step keeps it."""
    group = [each.id for each in held.group]
    return {"to_id": held.to_id, "role": held.to_role, "group": group, "named": held.group_name}


def restored(before: Mapping[str, Any]) -> Whom:
    """The same, read back."""
    group = tuple(before.get("group") or ())
    return Whom(before["to_id"], before.get("role"), group, named=before.get("named") or "")


def asked(held: Consultation, agent_id: int, role: str) -> bool:
    """Is it put to this agent?"""
    if held.to is not None and works_here(held.to):
        return held.to_id == agent_id
    if any(works_here(each) for each in held.group):
        return any(each.id == agent_id for each in held.group)
    return held.asked_by_id != agent_id and held.to_role in (None, role)


def works_here(agent: Agent) -> bool:
    """May this agent still answer?"""
    return agent.active and agent.role in DESK


def by_name(agent_id: int) -> ColumnElement[bool]:
    """Questions that name this agent, alone or among chosen colleagues."""
    among = select(consultation_group.c.consultation_id).where(
        consultation_group.c.agent_id == agent_id
    )
    return or_(Consultation.to_id == agent_id, Consultation.id.in_(among))


def by_team(agent_id: int) -> ColumnElement[bool]:
    """Questions put to this agent's team, or to everybody; also those of which whoever was asked has left."""
    team = select(Agent.role).where(Agent.id == agent_id).scalar_subquery()
    grouped = (
        select(consultation_group.c.consultation_id)
        .join(Agent, Agent.id == consultation_group.c.agent_id)
        .where(Agent.active, Agent.role.in_(DESK))
    )
    return and_(
        nobodys(Consultation.to_id),
        Consultation.id.not_in(grouped),
        Consultation.asked_by_id != agent_id,
        or_(Consultation.to_role.is_(None), Consultation.to_role == team),
    )


def said(held: Consultation) -> str:
    """To whom it is put, in words: « Bruno Keller », « Renfort », « Bruno Keller, Nadia Ferhat »,
    « Bourses (Bruno Keller, Nadia Ferhat) », « l’équipe »."""
    if held.to is not None:
        return held.to.display_name
    if held.group:
        names = ", ".join(each.display_name for each in held.group)
        return f"{held.group_name} ({names})" if held.group_name else names
    return team_words()[held.to_role] if held.to_role else _("l’équipe")


def team_words() -> dict[str, str]:
    """The teams that may be asked, in the reader's words."""
    words = role_words()
    return {role: words[role] for role in (Role.FRONT, Role.BACK, Role.MANAGER)}
