"""The promises that were made, as rows of the list of all that is owed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, or_, select
from sqlalchemy.orm import joinedload

from app.foundation.database.paging import how_many
from app.foundation.extensions import db
from app.tickets.promises import service
from app.tickets.promises.models import OwedStep, Promise, PromiseKind
from app.tickets.promises.sources import Asked, Can, Owed, What, number

_WHAT = {
    PromiseKind.REMINDER: What.REMINDER,
    PromiseKind.TRANSFER: What.TRANSFER,
}
_ORIGINS = {
    "mail": What.MAIL,
    "piece": What.PIECE,
    "rejection": What.REJECTION,
    "follow_up": What.FOLLOW_UP,
}
_ALL = frozenset(Can)


class Promises:
    """Rows of ``promises`` that nobody has ended."""

    prefix = "promise"

    def rows(self, asked: Asked) -> Sequence[Owed]:
        """The most urgent open ones."""
        query = (
            self._open(asked)
            .options(
                joinedload(Promise.person), joinedload(Promise.owner), joinedload(Promise.made_by)
            )
            .order_by(Promise.waits_since.is_not(None), Promise.due_at, Promise.id)
            .limit(asked.most)
        )
        return [owed(each) for each in db.session.scalars(query)]

    def count(self, asked: Asked, until: datetime | None = None) -> int:
        """How many are open."""
        query = self._open(asked)
        if until is not None:
            query = query.where(Promise.due_at <= until, Promise.waits_since.is_(None))
        return how_many(query)

    def _open(self, asked: Asked) -> Select[Any]:
        query = select(Promise).where(Promise.ended_at.is_(None))
        if asked.agent_id is not None:
            mine = Promise.owner_id == asked.agent_id
            query = query.where(
                or_(mine, service.nobodys(Promise.owner_id)) if asked.team else mine
            )
        if asked.whats is not None:
            query = query.where(_kind().in_([what.value for what in asked.whats]))
        return query

    def keep(self, key: str, agent_id: int, now: datetime) -> OwedStep | None:
        """It is done."""
        return service.keep(number(key), agent_id=agent_id, now=now)

    def move(self, key: str, due: datetime, agent_id: int, now: datetime) -> OwedStep | None:
        """Another time."""
        return service.move(number(key), due, agent_id=agent_id, now=now)

    def hand_over(
        self, key: str, owner_id: int | None, agent_id: int, now: datetime
    ) -> OwedStep | None:
        """Somebody else's."""
        return service.hand_over(number(key), owner_id, agent_id=agent_id, now=now)

    def take_back(self, step: OwedStep, agent_id: int, now: datetime) -> None:
        """As it was before a step."""
        service.take_back(number(step.subject.partition(":")[2]), step.before, agent_id, now)


def _kind() -> ColumnElement[str]:
    """What a promise is called in the list (``owed``), for the database."""
    return case(
        *((Promise.origin.like(f"{prefix}:%"), what.value) for prefix, what in _ORIGINS.items()),
        *((Promise.kind == kind, what.value) for kind, what in _WHAT.items()),
        else_=What.PROMISE.value,
    )


def owed(held: Promise) -> Owed:
    """A promise as a row of the list."""
    what = _ORIGINS.get((held.origin or "").partition(":")[0]) or _WHAT.get(held.kind, What.PROMISE)
    place = f"/tickets/{held.contact_id}" if held.contact_id else f"/tickets/owed/{held.id}"
    return Owed(
        subject=f"promise:{held.id}",
        what=what,
        due=held.due_at,
        who=held.person.full_name if held.person else "",
        text=held.reason,
        href=f"/dossiers/{held.dossier_id}" if held.dossier_id else place,
        owner_id=held.owner_id,
        owner=held.owner.display_name if held.owner else "",
        by=held.made_by.display_name if held.made_by else "",
        since=held.made_at,
        dossier_id=held.dossier_id,
        contact_id=held.contact_id,
        waits_for=held.waits_for,
        service=held.service,
        can=_ALL,
    )
