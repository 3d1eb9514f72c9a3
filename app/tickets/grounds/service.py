"""On what ground who speaks in a contact stands now: chosen by the agent, and never beyond what holds."""

from __future__ import annotations

from datetime import datetime

from app.dossiers.mandates import life
from app.dossiers.mandates import service as mandates
from app.dossiers.mandates.models import Mandate
from app.dossiers.may_say import Basis
from app.dossiers.models import Dossier
from app.foundation.clock import local_day
from app.foundation.exceptions import InvalidInput
from app.foundation.extensions import db
from app.tickets.grounds.models import ContactGround
from app.tickets.models import Contact


def mandate_of(contact: Contact) -> Mandate | None:
    """The mandate chosen in this contact for the person spoken of now, if its ground is one."""
    if contact.person_id is None or contact.basis in (None, Basis.SPOKEN):
        return None
    row = db.session.get(ContactGround, (contact.id, contact.person_id))
    return row.mandate if row is not None else None


def basis_now(contact: Contact, now: datetime) -> Basis | None:
    """What the ground is worth at this instant: None for a mandate that ended or was taken back."""
    if contact.basis in (None, Basis.SPOKEN):
        return contact.basis
    mandate = mandate_of(contact)
    if mandate is None or not life.holds(mandate, local_day(now), contact.id):
        return None
    return mandate.basis


def stand_on(contact: Contact, chosen: str, now: datetime) -> tuple[Basis | None, int | None]:
    """What was chosen: the kind, and the mandate's id if it is one. « spoken », a mandate's id, or nothing.

    « mandate » and « remote » alone mean the only one that holds. Raises InvalidInput for a mandate of somebody
    else, or one that does not hold, ValueError for no choice at all.
    """
    if not chosen:
        return None, None
    if not chosen.isdigit():
        basis = Basis(chosen)
        if basis is Basis.SPOKEN or contact.person_id is None:
            return basis, None
        mandates.check(contact.person_id, basis, now)
        held = [each for each in mandates.lasting(contact.person_id, now) if each.basis is basis]
        return basis, held[0].id
    mandate = mandates.one(int(chosen[:9]))
    mine = mandate.person_id == contact.person_id and mandate.basis is not Basis.SPOKEN
    if not mine or not life.holds(mandate, local_day(now), contact.id):
        raise InvalidInput(
            "Ce mandat ne vaut pas, ou plus, pour cette personne.",
            kept="Rien n'a été changé.",
            todo="Regardez la liste de ses mandats.",
        )
    return mandate.basis, mandate.id


def keep(contact: Contact, mandate_id: int | None) -> None:
    """Write down which mandate the person spoken of now is spoken for on, inside the caller's transaction."""
    if contact.person_id is not None:
        keep_for(contact.id, contact.person_id, mandate_id)


def keep_for(contact_id: int, person_id: int, mandate_id: int | None) -> None:
    """The same, for any person of a contact; None: on none."""
    row = db.session.get(ContactGround, (contact_id, person_id))
    if mandate_id is None:
        if row is not None:
            db.session.delete(row)
    elif row is not None:
        row.mandate_id = mandate_id
    else:
        row = ContactGround(contact_id=contact_id, person_id=person_id, mandate_id=mandate_id)
        db.session.add(row)


def person_beside(contact_id: int | None, dossier_id: int | None) -> int | None:
    """Whom an act is about: its contact's person, else its dossier's; None when neither says."""
    contact = db.session.get(Contact, contact_id) if contact_id else None
    if contact is not None and contact.person_id is not None:
        return contact.person_id
    dossier = db.session.get(Dossier, dossier_id) if dossier_id else None
    return dossier.person_id if dossier is not None else None


def check_beside(
    contact_id: int | None, dossier_id: int | None, basis: str | None, now: datetime
) -> None:
    """Raise InvalidInput for an act in a person's name on a mandate that does not hold for them."""
    mandates.check(person_beside(contact_id, dossier_id), basis, now)
