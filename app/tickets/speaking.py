"""Who speaks, for whom, on what ground, and whether identity was confirmed: said during the contact.

Who speaks is the contact's ``caller_role``, for whom its person: one fact once, the card of the end shows
what was said here. Nothing is preset; each statement has its author and a line of the journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from app.accounts import journal
from app.dossiers import callers, may_say
from app.dossiers.mandates import service as mandates
from app.dossiers.may_say import Answer, Basis, Relation, Topic
from app.dossiers.saying import service as saying
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput
from app.tickets import service
from app.tickets.grounds import service as grounds
from app.tickets.models import Contact
from app.tickets.reasons import CallerRole

RELATIONS: Mapping[CallerRole, Relation] = {
    CallerRole.STAGIAIRE: Relation.SELF,
    CallerRole.DUO: Relation.DUO,
    CallerRole.FORMATEUR: Relation.ORGANISATION,
    CallerRole.SECRETAIRE: Relation.ORGANISATION,
    CallerRole.AUTRE: Relation.THIRD,
}


class Spoken(Protocol):
    """What of a contact says who speaks: its row, or those columns of it."""

    @property
    def draft(self) -> dict[str, Any] | None:
        """What was chosen in the bar and is not confirmed yet."""

    @property
    def caller_role(self) -> CallerRole | None:
        """What was stored."""


def role_of(contact: Spoken) -> CallerRole | None:
    """Who speaks, as far as a person has said it: stored, or chosen in the bar and not confirmed yet."""
    chosen = (contact.draft or {}).get("caller_role", "")
    return CallerRole(chosen) if chosen else contact.caller_role


def relation_of(contact: Spoken) -> Relation:
    """How who speaks stands to the person, as far as somebody has said it."""
    role = role_of(contact)
    return Relation.UNKNOWN if role is None else RELATIONS[role]


def for_oneself(contact: Spoken) -> bool:
    """Does the person speak for themselves, or has nobody said otherwise?"""
    return relation_of(contact) in (Relation.SELF, Relation.UNKNOWN)


def answers(contact: Contact, now: datetime) -> tuple[tuple[Topic, Answer], ...]:
    """What may be said at this instant to who speaks, topic by topic: a mandate that ended opens nothing."""
    return may_say.answers(
        relation_of(contact),
        identity=contact.identity_at is not None,
        basis=grounds.basis_now(contact, now),
        table=saying.current().table,
    )


def confirm_identity(
    contact_id: int, *, confirmed: bool, agent_id: int, now: datetime, seen: str = ""
) -> Contact:
    """The one who speaks is who they say (or: it was confirmed by mistake).

    ``seen``: whom the page showed (``service.about_of``). Raises Conflict when the contact is about
    somebody else meanwhile, InvalidInput when it is about nobody yet.
    """
    with unit_of_work():
        contact = service.as_seen(contact_id, seen)
        if contact.person_id is None:
            raise InvalidInput("Dites d'abord de qui il s'agit.", kept="Rien n'a été changé.")
        if (contact.identity_at is not None) != confirmed:
            contact.identity_at = now if confirmed else None
            contact.identity_by_id = agent_id if confirmed else None
            act = "identity_confirmed" if confirmed else "identity_withdrawn"
            journal.record(act, f"contact:{contact_id}", agent_id=agent_id, now=now)
    return contact


def say_who(
    contact_id: int, role: str, basis: str, *, agent_id: int, now: datetime, seen: str = ""
) -> Contact:
    """Who speaks and on what ground; "" takes either back. Whoever speaks for themselves needs no ground.

    ``basis``: « spoken », or the id of a mandate that holds for this person (``grounds.stand_on``). A yes said aloud
    is noted as a mandate for this contact alone. Raises Conflict as ``confirm_identity``, InvalidInput for a word
    that is in no list, or a mandate that does not hold.
    """
    with unit_of_work():
        contact = service.as_seen(contact_id, seen)
        try:
            who = CallerRole(role) if role else None
            alone = who is CallerRole.STAGIAIRE
            ground, mandate_id = grounds.stand_on(contact, "" if alone else basis, now)
        except ValueError:
            raise InvalidInput("Ce choix n'existe pas.", kept="Rien n'a été changé.") from None
        held = grounds.mandate_of(contact)
        if (role_of(contact), contact.basis, held.id if held else None) == (
            who,
            ground,
            mandate_id,
        ):
            return contact
        contact.caller_role, contact.caller_role_by_id = who, agent_id if who else None
        draft = {k: v for k, v in (contact.draft or {}).items() if k != "caller_role"}
        contact.draft = draft or None
        contact.basis, contact.basis_by_id = ground, agent_id if ground else None
        grounds.keep(contact, mandate_id)
        _note_spoken(contact, agent_id, now)
        detail = {"role": who, "basis": ground, "mandate": mandate_id}
        journal.record(
            "who_speaks", f"contact:{contact_id}", agent_id=agent_id, now=now, detail=detail
        )
    return contact


def _note_spoken(contact: Contact, agent_id: int, now: datetime) -> None:
    """Keep the yes that was said aloud as a mandate of this contact, or take it back with the choice."""
    if contact.person_id is None:
        return
    if contact.basis is Basis.SPOKEN:
        organisation = callers.organisation_for_number(contact.caller_number)
        mandates.note_spoken(
            contact.person_id,
            relation_of(contact),
            contact_id=contact.id,
            holder=organisation.name if organisation else "",
            agent_id=agent_id,
            now=now,
        )
        return
    mandates.take_back_spoken(
        contact.person_id,
        contact_id=contact.id,
        why="Choix repris pendant le contact",
        agent_id=agent_id,
        now=now,
    )
