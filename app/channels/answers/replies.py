"""Answers to people who wrote, by an agent: begun, sent once by the way they asked, followed to their end.

A message is written down before the provider is asked, and its act's key serves once: a double click,
two tabs or a request told twice send one answer. What could not leave comes back as the draft.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import render_template

from app.accounts import journal
from app.alerts import service as alerts
from app.channels import letters
from app.channels.answers import way as ways
from app.channels.answers.way import Way
from app.dossiers.screening import health
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict
from app.foundation.extensions import db
from app.foundation.text.bilingual import Text, language
from app.foundation.wiring import ports
from app.lines.dialling import Use
from app.lines.numbers import reach
from app.tickets.models import Contact, Thread
from app.tickets.written import messages, threads
from app.web import helpline

# With the word « Portail », which the scripts tell people to search their mailbox for.
SUBJECT = Text(
    "Votre demande à la permanence du Portail",
    "Your request to the help line of the Portal (Portail)",
)


@dataclass(frozen=True)
class Outgoing:
    """An answer that may be sent: by which way, exactly what."""

    way: Way
    text: str


def draft(contact_id: int, text: str, *, seen: int) -> Thread:
    """Keep what is being written. Raises Conflict when it was changed elsewhere since (``seen``)."""
    kept = messages.plain(text)[: letters.LONGEST_MAIL]
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
    way = outgoing.way
    tongue = language(letters.language_of(db.session.get_one(Contact, contact_id)))
    with unit_of_work():
        if not threads.take_to_send(contact_id, key):
            return None
        message = messages.prepare(
            contact_id,
            way.channel,
            way.to or "",
            outgoing.text,
            now=now,
            agent_id=agent_id,
            subject=SUBJECT.get(tongue) if way.by_mail else "",
        )
        message_id = message.id
        journal.record("reply_sent", f"contact:{contact_id}", agent_id=agent_id, now=now)
    sent = letters.hand_over(
        message_id,
        now=now,
        ending=_ending(tongue) if way.by_mail else "",
        headers=_answering(contact_id) if way.by_mail else None,
    )
    if sent.error is not None:
        with unit_of_work():
            threads.give_back(contact_id, outgoing.text)
    return message_id


def _ending(tongue: str) -> str:
    """Who writes, and how to answer: by this mail only where somebody reads what comes back."""
    return "\n\n" + render_template(
        f"channels/answer_ending.{tongue}.txt",
        line=helpline.with_hours(tongue),
        read=ports().mailbox is not None,
    )


def _answering(contact_id: int) -> dict[str, str]:
    """The headers that keep a conversation by mail together in the person's mailbox."""
    key = messages.last_mail_key(contact_id)
    return {"In-Reply-To": key, "References": key} if key else {}


def _checked(contact_id: int, text: str) -> Outgoing:
    contact, thread = db.session.get_one(Contact, contact_id), _thread(contact_id)
    way = ways.of(contact)
    if not way.by_mail:
        reach.check(way.to, Use.WRITE, thread.line_id)
    spoken_of = health.told(text) and alerts.raised_about(contact_id)
    body = letters.checked(text, "mail" if way.by_mail else "sms", about_somebody=not spoken_of)
    return Outgoing(way, body)


def _thread(contact_id: int) -> Thread:
    found = threads.of(contact_id)
    if found is None:
        raise Conflict(
            "On ne peut pas répondre à ce contact par écrit.", todo="Appelez la personne."
        )
    return found
