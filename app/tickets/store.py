"""Reads of contacts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, nulls_last, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from app.accounts.models import Agent
from app.dossiers.models import Dossier, Person
from app.foundation.clock import day_bounds
from app.foundation.database import paging
from app.foundation.exceptions import NotFound
from app.foundation.extensions import db
from app.tickets.models import Channel, Contact, ContactPerson
from app.tickets.reasons import Reason

PAGE_SIZE = 25


def contact(contact_id: int) -> Contact:
    """A contact, read anew, with the person, dossier and agent. Raises NotFound."""
    found = db.session.scalar(
        select(Contact)
        .where(Contact.id == contact_id)
        .options(joinedload(Contact.person), joinedload(Contact.dossier), joinedload(Contact.agent))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("Ce contact n'existe pas.", todo="Rechargez la page.")
    return found


def of_dossier(dossier: Dossier, limit: int = 20) -> Sequence[Contact]:
    """The contacts of the dossier's person, whichever dossier they were about, latest first; those with several
    persons among them."""
    also = select(ContactPerson.contact_id).where(ContactPerson.person_id == dossier.person_id)
    return db.session.scalars(
        select(Contact)
        .where(or_(Contact.person_id == dossier.person_id, Contact.id.in_(also)))
        .options(joinedload(Contact.agent))
        .order_by(Contact.opened_at.desc())
        .limit(limit)
    ).all()


@dataclass(frozen=True, slots=True)
class Asked:
    """Which contacts of a list: those of a local day, narrowed; ``sort`` is a key of ``ORDERS``, « - » before
    it turns it round."""

    day: date
    agent_id: int | None = None
    unqualified: bool = False
    channel: Channel | None = None
    reason: Reason | None = None
    digital: str = ""  # "declared", "seen" (and not declared), or all
    sort: str = "-at"


ORDERS: dict[str, tuple[Any, ...]] = {
    "at": (Contact.opened_at,),
    "person": (Person.last_name, Person.first_name),
    "reason": (Contact.reason,),
    "agent": (Agent.display_name,),
}
DIGITAL = ("declared", "seen")


def page(asked: Asked, number: int) -> paging.Page[Contact]:
    """One page of a day's contacts, as they are asked for."""
    start, end = day_bounds(asked.day)
    query = (
        select(Contact)
        .outerjoin(Contact.person)
        .outerjoin(Contact.agent)
        .where(Contact.opened_at >= start, Contact.opened_at < end, *_narrowed(asked))
        .options(
            contains_eager(Contact.person),
            joinedload(Contact.dossier),
            contains_eager(Contact.agent),
        )
    )
    columns = ORDERS.get(asked.sort.removeprefix("-"), ORDERS["at"])
    turned = asked.sort.startswith("-")
    order = [
        nulls_last(column.desc() if turned else column.asc())
        for column in (*columns, Contact.opened_at, Contact.id)
    ]
    return paging.page(query.order_by(*order), number, PAGE_SIZE)


def _narrowed(asked: Asked) -> Iterator[ColumnElement[bool]]:
    if asked.agent_id is not None:
        yield Contact.agent_id == asked.agent_id
    if asked.unqualified:
        yield Contact.qualified_at.is_(None)
    if asked.channel is not None:
        yield Contact.channel == asked.channel
    if asked.reason is not None:
        yield Contact.reason == asked.reason
    if asked.digital == "declared":
        yield Contact.digital_declared.is_(True)
    elif asked.digital == "seen":
        yield Contact.digital_seen.is_not(None)
        yield Contact.digital_declared.is_not(True)
