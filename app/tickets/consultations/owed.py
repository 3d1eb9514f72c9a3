"""Consultations as rows of the list of all that is owed: an answer, a ruling, or a decision to read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Agent
from app.dossiers.models import Dossier
from app.foundation.database.paging import how_many
from app.foundation.exceptions import Conflict
from app.foundation.extensions import db
from app.foundation.roles import Role
from app.tickets.consultations import service, whom
from app.tickets.consultations.models import Consultation, ConsultationState
from app.tickets.consultations.whom import Whom
from app.tickets.promises.models import OwedStep
from app.tickets.promises.service import noted
from app.tickets.promises.sources import Asked, Can, Owed, What, number, wanted

State = ConsultationState
_TO_READ = and_(
    Consultation.state.in_((State.ANSWERED, State.RULED)), Consultation.read_at.is_(None)
)


class Consultations:
    """Questions that wait for an answer (whoever was asked), disputes (the managers), decisions not read yet."""

    prefix = "consultation"

    def rows(self, asked: Asked) -> Sequence[Owed]:
        """The most urgent."""
        query = (
            self._asked(asked)
            .options(
                joinedload(Consultation.dossier).joinedload(Dossier.person),
                joinedload(Consultation.asked_by),
                joinedload(Consultation.to),
                selectinload(Consultation.group),
                joinedload(Consultation.decided_by),
            )
            .order_by(Consultation.due_at, Consultation.id)
            .limit(asked.most)
        )
        return [_owed(each) for each in db.session.scalars(query)]

    def count(self, asked: Asked, until: datetime | None = None) -> int:
        """How many are open, or not read yet."""
        query = self._asked(asked)
        return how_many(query if until is None else query.where(Consultation.due_at <= until))

    def _asked(self, asked: Asked) -> Select[Any]:
        open_ones = _open() if asked.agent_id is None else _of(asked.agent_id, asked.team)
        return select(Consultation).where(wanted(asked, What.CONSULTATION), open_ones)

    def keep(self, key: str, agent_id: int, now: datetime) -> OwedStep | None:
        """A decision has been read. A question is kept by answering it."""
        held = service.one(number(key))
        if held.state in (State.OPEN, State.DISPUTED):
            raise Conflict(
                "Une question se termine par une réponse.",
                kept="Elle reste posée.",
                todo="Ouvrez-la, puis répondez.",
            )
        if held.read_at is not None:
            return None
        service.mark_read(held.id, agent_id=agent_id, now=now)
        return noted(f"consultation:{held.id}", "kept", {}, agent_id, now)

    def move(self, key: str, due: datetime, agent_id: int, now: datetime) -> OwedStep | None:
        """Whoever waits for an answer has been told a time: it does not move."""
        raise Conflict("L'heure d'une consultation ne se déplace pas.", kept="Elle reste posée.")

    def hand_over(
        self, key: str, owner_id: int | None, agent_id: int, now: datetime
    ) -> OwedStep | None:
        """Ask somebody else instead."""
        former = service.hand_over(number(key), Whom(owner_id), agent_id=agent_id, now=now)
        return noted(f"consultation:{key}", "handed", former, agent_id, now)

    def take_back(self, step: OwedStep, agent_id: int, now: datetime) -> None:
        """As it was before a step."""
        key = number(step.subject.partition(":")[2])
        if step.act == "handed":
            former = whom.restored(step.before)
            service.hand_over(key, former, agent_id=agent_id, now=now, back=True)
        else:
            service.mark_unread(key, agent_id=agent_id, now=now)


def _open() -> ColumnElement[bool]:
    return or_(Consultation.state.in_((State.OPEN, State.DISPUTED)), _TO_READ)


def _of(agent_id: int, team: bool) -> ColumnElement[bool]:
    waits = Consultation.state == State.OPEN
    ours = and_(waits, whom.by_team(agent_id))
    manager = select(Agent.id).where(Agent.id == agent_id, Agent.role == Role.MANAGER).exists()
    found = [
        and_(waits, whom.by_name(agent_id)),
        and_(Consultation.state == State.DISPUTED, manager),
        and_(_TO_READ, Consultation.asked_by_id == agent_id),
    ]
    return or_(*found, ours) if team else or_(*found)


def _owed(held: Consultation) -> Owed:
    decided = held.state in (State.ANSWERED, State.RULED)
    if decided:
        who = held.decided_by.display_name if held.decided_by else ""
        text = _("%(who)s a décidé : %(decision)s", who=who, decision=held.decision)
    elif held.state is State.DISPUTED:
        text = _("Deux lectures s’opposent : %(question)s", question=held.question)
    else:
        text = held.question
    owner = held.asked_by if decided else held.to
    named = "" if held.to_role is None and not held.group else whom.said(held)
    return Owed(
        subject=f"consultation:{held.id}",
        what=What.CONSULTATION,
        due=held.due_at,
        who=held.dossier.person.full_name,
        text=text,
        href=f"/tickets/consultations/{held.id}",
        owner_id=owner.id if owner else None,
        owner=owner.display_name if owner else named,
        by=held.asked_by.display_name,
        since=held.asked_at,
        dossier_id=held.dossier_id,
        contact_id=held.contact_id,
        can=frozenset({Can.KEEP}) if decided else frozenset({Can.HAND}),
    )
