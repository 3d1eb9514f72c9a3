"""Who speaks, for whom, on what ground, and whether identity was confirmed: said during the contact.

Who speaks is the contact's ``caller_role``, for whom its person: one fact once, the card of the end shows
what was said here. Nothing is preset; each statement has its author and a line of the journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from app.accounts import journal
from app.dossiers import may_say
from app.dossiers.may_say import Answer, Basis, Relation, Topic
from app.dossiers.saying import service as saying
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput
from app.tickets import service
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


def answers(contact: Contact) -> tuple[tuple[Topic, Answer], ...]:
    """What may be said now to who speaks, topic by topic."""
    role = role_of(contact)
    return may_say.answers(
        Relation.UNKNOWN if role is None else RELATIONS[role],
        identity=contact.identity_at is not None,
        basis=contact.basis,
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

    Raises Conflict as ``confirm_identity``, InvalidInput for a word that is in no list.
    """
    try:
        who = CallerRole(role) if role else None
        ground = Basis(basis) if basis and who is not CallerRole.STAGIAIRE else None
    except ValueError:
        raise InvalidInput("Ce choix n'existe pas.", kept="Rien n'a été changé.") from None
    with unit_of_work():
        contact = service.as_seen(contact_id, seen)
        if (role_of(contact), contact.basis) == (who, ground):
            return contact
        contact.caller_role, contact.caller_role_by_id = who, agent_id if who else None
        draft = {k: v for k, v in (contact.draft or {}).items() if k != "caller_role"}
        contact.draft = draft or None
        contact.basis, contact.basis_by_id = ground, agent_id if ground else None
        detail = {"role": who, "basis": ground}
        journal.record(
            "who_speaks", f"contact:{contact_id}", agent_id=agent_id, now=now, detail=detail
        )
    return contact
