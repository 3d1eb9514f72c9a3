"""One contact about several persons: added, switched between, each with what was said of who speaks for them.

It stays one contact: one call in the figures, one reason; each person's dossier has its line in the timeline.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts import journal
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict
from app.foundation.extensions import db
from app.tickets import service
from app.tickets.models import Contact, ContactPerson

MOST = 30  # persons of one contact: a class


def of(contact_id: int) -> Sequence[ContactPerson]:
    """The persons of a contact, in the order in which they were named; none when there is but one."""
    return db.session.scalars(
        select(ContactPerson)
        .where(ContactPerson.contact_id == contact_id)
        .options(joinedload(ContactPerson.person), joinedload(ContactPerson.dossier))
        .order_by(ContactPerson.added_at, ContactPerson.person_id)
    ).all()


def turn_to(
    contact_id: int,
    person_id: int,
    dossier_id: int | None,
    *,
    agent_id: int,
    now: datetime,
    seen: str = "",
) -> Contact:
    """Speak of another person from now on, a new one of this contact or one named before; nobody is forgotten.

    What was said of who speaks for the one left is kept with them, and given back when the agent comes back.
    Raises as ``service.attach``, Conflict past ``MOST`` persons.
    """
    with unit_of_work():
        contact = service.as_seen(contact_id, seen)
        if contact.person_id is None or contact.person_id == person_id:
            return service.attach(
                contact_id, person_id=person_id, dossier_id=dossier_id, agent_id=agent_id, now=now
            )
        _leave(contact)
        found = db.session.get(ContactPerson, (contact_id, person_id))
        if found is None and len(of(contact_id)) >= MOST:
            raise Conflict(
                "Ce contact compte déjà trop de personnes.",
                kept="Rien n'a changé.",
                todo="Nommez les suivantes dans la note.",
            )
        wanted = dossier_id or (found.dossier_id if found else None)
        contact = service.attach(
            contact_id, person_id=person_id, dossier_id=wanted, agent_id=agent_id, now=now
        )
        if found is None:
            found = ContactPerson(contact_id=contact_id, person_id=person_id, added_at=now)
            db.session.add(found)
            journal.record(
                "person_added",
                f"contact:{contact_id}",
                agent_id=agent_id,
                now=now,
                detail={"person": person_id},
            )
        found.dossier_id = contact.dossier_id
        contact.basis, contact.basis_by_id = found.basis, found.basis_by_id
        contact.identity_at, contact.identity_by_id = found.identity_at, found.identity_by_id
    return contact


def _leave(contact: Contact) -> None:
    """Keep what was said of who speaks for the person spoken of until now."""
    assert contact.person_id is not None
    row = db.session.get(ContactPerson, (contact.id, contact.person_id))
    if row is None:
        row = ContactPerson(
            contact_id=contact.id, person_id=contact.person_id, added_at=contact.opened_at
        )
        db.session.add(row)
    row.dossier_id = contact.dossier_id
    row.basis, row.basis_by_id = contact.basis, contact.basis_by_id
    row.identity_at, row.identity_by_id = contact.identity_at, contact.identity_by_id
    db.session.flush()
