"""Reads, for ``conditions``, what is known of whom a run is about."""

from __future__ import annotations

from sqlalchemy import exists, select

from app.accounts.models import Agent
from app.assist import store
from app.assist.conditions import Facts
from app.assist.models import ScriptRun
from app.dossiers import corrections
from app.dossiers import store as dossiers
from app.dossiers.models import Person
from app.dossiers.vocabulary import PieceState
from app.foundation.extensions import db
from app.foundation.roles import Role
from app.foundation.text import phone_numbers
from app.foundation.wiring import ports
from app.tickets.models import Channel, Contact

BY_CALL = (Channel.PHONE, Channel.VOICEMAIL)


def dossier_id(run: ScriptRun) -> int | None:
    """The dossier that a run is about: its own, else its contact's of this moment."""
    contact = _contact(run)
    if contact is not None:
        return contact.dossier_id
    return run.dossier_id


def person_id(run: ScriptRun) -> int | None:
    """The person that a run is about."""
    contact = _contact(run)
    if contact is not None:
        return contact.person_id
    return store.dossier(run.dossier_id).person_id if run.dossier_id is not None else None


def _contact(run: ScriptRun) -> Contact | None:
    return store.contact(run.contact_id) if run.contact_id is not None else None


def of(run: ScriptRun, agent_id: int) -> Facts:
    """What is known now, for the agent who would act; read anew each time."""
    contact, about = _contact(run), dossier_id(run)
    named = person_id(run)
    person = dossiers.person(named) if named is not None else None
    number = contact.caller_number if contact else None
    return Facts(
        person=person is not None,
        dossier=about is not None,
        email=bool(person and person.email),
        refused=person is not None and corrections.refused_at(person) is not None,
        account=named is not None and corrections.has_account(named),
        slots=about is not None and _slots(about),
        contact=contact is not None,
        numbered=number is not None,
        hidden=contact is not None and contact.channel in BY_CALL and number is None,
        phones=tuple(phone_numbers.display(each.e164) for each in person.phones) if person else (),
        mobile=_mobile(number, person),
        managers=_managers(agent_id),
        portal=ports().portal is not None,
    )


def _managers(besides: int) -> bool:
    """Is there a manager besides the agent, who may be one: she cannot call herself for help."""
    other = (Agent.role == Role.MANAGER) & Agent.active.is_(True) & (Agent.id != besides)
    return bool(db.session.scalar(select(exists().where(other))))


def _slots(about: int) -> bool:
    return any(piece.state is not PieceState.GREY for piece in dossiers.dossier(about).pieces)


def _mobile(number: str | None, person: Person | None) -> bool:
    known = [number, *(each.e164 for each in person.phones)] if person else [number]
    return any(phone_numbers.is_mobile(each) for each in known)
