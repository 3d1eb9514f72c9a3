"""Reads what really happened during a contact, for its summary: rows that were made, and still stand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.assist.models import Mail, MailState, PortalLink, ScriptAct, ScriptRun
from app.assist.portal.models import CommandKind, CommandState, PortalCommand
from app.assist.summary.compose import Facts, Happened, What
from app.dossiers.models import Dossier, PriorityFlag
from app.dossiers.vocabulary import FlagKind, PieceKind
from app.dossiers.wording import label
from app.foundation.extensions import db
from app.foundation.text.bilingual import language
from app.tickets.consultations.models import Consultation, ConsultationState
from app.tickets.incidents.life import NOT_CLOSED
from app.tickets.incidents.models import Incident, IncidentLink
from app.tickets.models import CallBack, CallBackState, Contact
from app.tickets.places import service as places
from app.tickets.promises.models import Promise, PromiseKind
from app.web import helpline

LEFT = (MailState.SENT, MailState.DELIVERED)
Dated = tuple[datetime, Happened]


def facts_of(contact: Contact) -> Facts:
    """What a summary of this contact is made of."""
    dossier = contact.dossier
    tongue = language(contact.person.language if contact.person else "fr")
    line = helpline.with_hours(tongue)
    found = [
        *_links(contact.id), *_commands(contact.id, tongue), *_corrected(contact.id),
        *_flags(contact), *_callbacks(contact.id), *_promises(contact.id),
        *_questions(contact.id), *_incidents(contact.id), *_places(contact.id),
    ]  # fmt: skip
    found.sort(key=lambda pair: pair[0])
    return Facts(
        happened=tuple(each for _at, each in found),
        on=contact.opened_at,
        language=tongue,
        number=line.number,
        hours=line.hours,
        reference=dossier.reference if isinstance(dossier, Dossier) else "",
    )


def _links(contact_id: int) -> list[Dated]:
    rows = db.session.execute(
        select(PortalLink.created_at, PortalLink.expires_at)
        .join(Mail, Mail.link_id == PortalLink.id)
        .where(
            PortalLink.contact_id == contact_id,
            PortalLink.superseded_at.is_(None),
            Mail.state.in_(LEFT),
        )
    )
    return [(row.created_at, Happened(What.LINK, row.expires_at)) for row in rows]


_COMMANDS = {CommandKind.SEND_RESET: What.RESET, CommandKind.UNLOCK: What.UNLOCKED}


def _commands(contact_id: int, tongue: str) -> list[Dated]:
    rows = db.session.scalars(
        select(PortalCommand).where(
            PortalCommand.contact_id == contact_id, PortalCommand.state == CommandState.DONE
        )
    )
    found: list[Dated] = []
    for row in rows:
        if row.kind is CommandKind.HAND_SLOT_BACK:
            name = label(PieceKind(row.slot), tongue) if row.slot in set(PieceKind) else row.slot
            found.append((row.created_at, Happened(What.SLOT, name=name)))
        elif row.kind in _COMMANDS:
            found.append((row.created_at, Happened(_COMMANDS[row.kind])))
    return found


def _corrected(contact_id: int) -> list[Dated]:
    at = db.session.scalar(
        select(ScriptAct.at)
        .join(ScriptRun, ScriptRun.id == ScriptAct.run_id)
        .where(ScriptRun.contact_id == contact_id, ScriptAct.action == "correct_address")
        .order_by(ScriptAct.id)
        .limit(1)
    )
    return [] if at is None else [(at, Happened(What.CORRECTED))]


def _flags(contact: Contact) -> list[Dated]:
    """Priorities promised since the contact began, by whoever follows it; a danger is nobody's to read."""
    if contact.dossier_id is None:
        return []
    rows = db.session.scalars(
        select(PriorityFlag).where(
            PriorityFlag.dossier_id == contact.dossier_id,
            PriorityFlag.created_at >= contact.opened_at,
            PriorityFlag.author_id == contact.agent_id,
            PriorityFlag.kind != FlagKind.DISTRESS,
            PriorityFlag.done_at.is_(None),
        )
    )
    return [(row.created_at, Happened(What.PRIORITY, row.due_on)) for row in rows]


def _callbacks(contact_id: int) -> list[Dated]:
    rows = db.session.scalars(
        select(CallBack).where(
            CallBack.contact_id == contact_id, CallBack.state == CallBackState.OPEN
        )
    )
    return [(row.due_at, Happened(What.CALL_BACK, row.due_at)) for row in rows]


_PROMISED = {PromiseKind.ANSWER: What.ANSWER, PromiseKind.CALL: What.CALL_BACK}


def _promises(contact_id: int) -> list[Dated]:
    rows = db.session.scalars(
        select(Promise).where(
            Promise.contact_id == contact_id,
            Promise.ended_at.is_(None),
            Promise.origin.is_(None),
            Promise.kind.in_(tuple(_PROMISED)),
        )
    )
    return [(row.made_at, Happened(_PROMISED[row.kind], row.due_at)) for row in rows]


def _questions(contact_id: int) -> list[Dated]:
    rows = db.session.scalars(
        select(Consultation).where(
            Consultation.contact_id == contact_id,
            Consultation.state != ConsultationState.WITHDRAWN,
        )
    )
    return [(row.asked_at, Happened(What.QUESTION)) for row in rows]


def _incidents(contact_id: int) -> list[Dated]:
    rows = db.session.execute(
        select(IncidentLink.linked_at)
        .join(Incident, Incident.id == IncidentLink.incident_id)
        .where(IncidentLink.contact_id == contact_id, Incident.state.in_(NOT_CLOSED))
    )
    return [(row.linked_at, Happened(What.INCIDENT)) for row in rows]


def _places(contact_id: int) -> list[Dated]:
    return [
        (each.booked_at, Happened(What.PLACE, each.at, each.place.name))
        for each in places.of_contact(contact_id)
    ]
