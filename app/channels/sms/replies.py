"""Answers by SMS, written by an agent: begun, sent once, followed to their end.

A message is written down before the provider is asked, and its act's key serves once: a double click,
two tabs or a request told twice send one SMS. What could not leave comes back as the draft.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from app.accounts import journal
from app.alerts import service as alerts
from app.channels.sms import parts
from app.dossiers import free_text, health
from app.foundation.database.unit_of_work import release_connection, unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput, PermanenceError
from app.foundation.extensions import db
from app.foundation.wiring import ports
from app.lines.dialling import Use
from app.lines.models import Line
from app.lines.numbers import reach
from app.tickets import messages, threads
from app.tickets.models import Channel, Contact, Thread

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outgoing:
    """A text that may be sent: to whom, from which number of ours, exactly what."""

    number: str
    from_number: str
    text: str


def draft(contact_id: int, text: str, *, seen: int) -> Thread:
    """Keep what is being written. Raises Conflict when it was changed elsewhere since (``seen``)."""
    kept = messages.plain(text)[: parts.LONGEST]
    with unit_of_work():
        if threads.keep(contact_id, kept, seen=seen) is None:
            raise Conflict(
                "Cette réponse vient d'être modifiée ailleurs.",
                kept="Ce que vous tapez reste ici, et n'est pas enregistré.",
                todo="Copiez-le, puis rechargez la page pour voir l'autre version.",
            )
    return _thread(contact_id)


def send(contact_id: int, text: str, key: str, *, agent_id: int, now: datetime) -> int | None:
    """Send one answer; the message's id, None when this very act was done before.

    Raises InvalidInput, with what to do, for a text or a number that cannot be used; nothing left then
    and the draft stays. A provider that refuses, or does not answer, leaves a message « pas arrivé ».
    """
    outgoing = _checked(contact_id, text)
    with unit_of_work():
        if not threads.take_to_send(contact_id, key):
            return None
        message = messages.prepare(
            contact_id, Channel.SMS, outgoing.number, outgoing.text, now=now, agent_id=agent_id
        )
        message_id = message.id
        journal.record("reply_sent", f"contact:{contact_id}", agent_id=agent_id, now=now)
    _hand_over(message_id, contact_id, outgoing, now)
    return message_id


def _hand_over(message_id: int, contact_id: int, outgoing: Outgoing, now: datetime) -> None:
    release_connection()
    try:
        sid = ports().sms.send(
            outgoing.number,
            outgoing.text,
            from_number=outgoing.from_number,
            message_id=message_id,
        )
    except PermanenceError as error:
        log.warning("an answer by SMS was not taken: %s", error.code)
        with unit_of_work():
            messages.told(message_id, "failed", now=now, problem=error.code)
            threads.give_back(contact_id, outgoing.text)
        return
    with unit_of_work():
        messages.name(message_id, sid)


def _checked(contact_id: int, text: str) -> Outgoing:
    contact, thread = db.session.get_one(Contact, contact_id), _thread(contact_id)
    reach.check(contact.caller_number, Use.WRITE, thread.line_id)
    body = parts.plain(messages.plain(text)).strip()
    if not body:
        raise InvalidInput("Il n'y a rien à envoyer.", todo="Écrivez votre réponse.")
    if len(body) > parts.LONGEST:
        raise InvalidInput(
            "Ce message est trop long : %(most)s caractères au plus.",
            kept="Votre texte est gardé.",
            todo="Raccourcissez-le, ou appelez la personne.",
            most=parts.LONGEST,
        )
    spoken_of = health.told(body) and alerts.raised_about(contact_id)
    judged = free_text.check(body, about_somebody=not spoken_of)
    if isinstance(judged, free_text.Refused) and judged.secrets:
        raise InvalidInput(
            "La santé d'une personne ne s'écrit pas dans un message : d'autres le lisent sur le même téléphone."
            if judged.secrets == (free_text.Secret.HEALTH,)
            else "Un mot de passe, un numéro de carte, de sécurité sociale ou un IBAN ne s'écrit pas dans un SMS.",
            kept="Rien n'est parti, votre texte est gardé.",
            todo="Retirez-le, puis envoyez.",
        )
    line = db.session.get_one(Line, thread.line_id)
    assert contact.caller_number is not None  # checked above
    return Outgoing(contact.caller_number, line.number, body)


def _thread(contact_id: int) -> Thread:
    found = threads.of(contact_id)
    if found is None:
        raise Conflict(
            "On ne peut pas répondre à ce contact par écrit.", todo="Appelez la personne."
        )
    return found
