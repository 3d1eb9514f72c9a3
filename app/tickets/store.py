"""Reads of contacts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.dossiers.models import Dossier
from app.foundation.clock import day_bounds
from app.foundation.database import paging
from app.foundation.exceptions import NotFound
from app.foundation.extensions import db
from app.tickets.models import Contact

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
    """The contacts of the dossier's person, whichever dossier they were about, latest first."""
    return db.session.scalars(
        select(Contact)
        .where(Contact.person_id == dossier.person_id)
        .options(joinedload(Contact.agent))
        .order_by(Contact.opened_at.desc())
        .limit(limit)
    ).all()


def page(
    day: date, number: int, *, agent_id: int | None = None, unqualified: bool = False
) -> paging.Page[Contact]:
    """One page of a local day's contacts, latest first: all, one agent's, or those left undone."""
    start, end = day_bounds(day)
    query = select(Contact).where(Contact.opened_at >= start, Contact.opened_at < end)
    if agent_id is not None:
        query = query.where(Contact.agent_id == agent_id)
    if unqualified:
        query = query.where(Contact.qualified_at.is_(None))
    return paging.page(
        query.options(
            joinedload(Contact.person), joinedload(Contact.dossier), joinedload(Contact.agent)
        ).order_by(Contact.opened_at.desc(), Contact.id.desc()),
        number,
        PAGE_SIZE,
    )
