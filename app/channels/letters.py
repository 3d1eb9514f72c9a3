"""What we write of our own accord to the person of a contact: an SMS or a mail, kept as its message.

Written down before the provider is asked, and followed as any message: what was refused says so. An
answer to somebody who wrote is ``answers.replies``'.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from app.channels.sms import parts
from app.dossiers import corrections, free_text
from app.dossiers.models import Person
from app.dossiers.vocabulary import Reach
from app.foundation.database.unit_of_work import release_connection, unit_of_work
from app.foundation.exceptions import InvalidInput, PermanenceError
from app.foundation.extensions import db
from app.foundation.ports import MailMessage
from app.foundation.text import phone_numbers
from app.foundation.wiring import ports
from app.lines import store as lines
from app.lines.dialling import Use
from app.lines.models import Line
from app.lines.numbers import reach
from app.queue import work_store
from app.tickets.models import Channel, Contact
from app.tickets.written import messages, threads

log = logging.getLogger(__name__)

LONGEST_MAIL = 6_000  # signs


@dataclass(frozen=True)
class Ways:
    """By what a contact's person can be reached in writing: a mobile number, a mail address, or "".

    ``wish`` is how she said that she wants to be reached; None when nobody asked her.
    """

    mobile: str = ""
    mail: str = ""
    language: str = "fr"
    wish: Reach | None = None

    @property
    def first(self) -> str:
        """The way to take when nobody chose: hers where it leads anywhere, else « sms », « mail », or « call »
        when neither is there. Who wants a voice is called; a letter on paper is not ours to send: called too."""
        if self.wish in (Reach.PHONE, Reach.POST):
            return "call"
        if self.wish is not None and self.to(self.wish.value):
            return self.wish.value
        if self.mobile:
            return "sms"
        return "mail" if self.mail else "call"

    def to(self, way: str) -> str:
        """The number or address of a way; "" when it has none."""
        return {"sms": self.mobile, "mail": self.mail}.get(way, "")


@dataclass(frozen=True)
class Sent:
    """A letter that was handed over, or ``error``: why it could not leave. Its message says the rest."""

    message_id: int
    error: PermanenceError | None = None


def ways(contact: Contact) -> Ways:
    """How to write to the person of a contact. The number of a trainer who called for somebody is the
    trainer's: a person's own mobiles come first. So does the address that was given with what was written."""
    person, line_id = contact.person, _line(contact.id).id
    own = [each.e164 for each in person.phones] if person else []
    numbers = [*own, *([contact.caller_number] if contact.caller_number else [])]
    mobile = next(
        (n for n in numbers if phone_numbers.is_mobile(n) and reach.allows(n, Use.WRITE, line_id)),
        "",
    )
    given = messages.mail_address_of(contact.id) if contact.id is not None else ""
    wish = Reach.MAIL if given else person.prefers if person else None
    return Ways(mobile, given or _mail(person), language_of(contact), wish)


def language_of(contact: Contact) -> str:
    """In which language this contact's person is written to."""
    if contact.person is not None:
        return contact.person.language
    work = work_store.open_of(contact.id) if contact.id is not None else None
    return work.language if work is not None else "fr"


def _mail(person: Person | None) -> str:
    if person is None or not person.email or corrections.refused_at(person) is not None:
        return ""
    return person.email


def _line(contact_id: int) -> Line:
    thread = threads.of(contact_id)
    return db.session.get_one(Line, thread.line_id) if thread else lines.set_up(lines.first())


def checked(text: str, way: str, *, about_somebody: bool = True) -> str:
    """The text as it would leave by this way. Raises InvalidInput for one that may not.

    ``about_somebody``: it may tell of the person's health to whoever reads their telephone.
    """
    body = messages.plain(text).strip()
    body = parts.plain(body) if way == "sms" else body
    longest = parts.LONGEST if way == "sms" else LONGEST_MAIL
    if not body:
        raise InvalidInput("Il n'y a rien à envoyer.", todo="Écrivez le message.")
    if len(body) > longest:
        raise InvalidInput(
            "Ce message est trop long : %(most)s caractères au plus.",
            kept="Rien n'est parti, votre texte est gardé.",
            todo="Raccourcissez-le.",
            most=longest,
        )
    judged = free_text.check(body, about_somebody=about_somebody)
    if isinstance(judged, free_text.Refused) and judged.secrets:
        raise InvalidInput(
            "La santé d'une personne ne s'écrit pas dans un message : d'autres le lisent sur le même téléphone."
            if judged.secrets == (free_text.Secret.HEALTH,)
            else "Un mot de passe, un numéro de carte, de sécurité sociale ou un IBAN ne s'écrit pas dans un message.",
            kept="Rien n'est parti, votre texte est gardé.",
            todo="Retirez-le, puis envoyez.",
        )
    return body


def prepare(
    contact: Contact, way: str, text: str, *, subject: str, agent_id: int, now: datetime
) -> int:
    """Write the letter down, inside the caller's transaction; its message's id, for ``hand_over``.

    Raises InvalidInput for a text that may not leave, or a way that the person does not have.
    """
    body, to = checked(text, way), ways(contact).to(way)
    if not to:
        raise InvalidInput(
            "Aucun téléphone portable n'est connu : un SMS n'arriverait nulle part."
            if way == "sms"
            else "Aucune adresse mail n'est connue, ou le dernier mail est revenu.",
            kept="Rien n'est parti.",
            todo="Choisissez un autre moyen, ou corrigez la fiche.",
        )
    channel = Channel.SMS if way == "sms" else Channel.MAIL
    made = messages.prepare(
        contact.id, channel, to, body, now=now, agent_id=agent_id,
        subject=subject if way == "mail" else "",
    )  # fmt: skip
    return made.id


def hand_over(
    message_id: int,
    *,
    now: datetime,
    ending: str = "",
    headers: dict[str, str] | None = None,
    text: str = "",
) -> Sent:
    """Give a letter that was written down to its provider; no transaction may be open.

    ``ending``: what stands under a mail and is no word of its author's. ``text``: what leaves in the place of
    what is kept, for an SMS that holds a key which is to be found nowhere else.
    """
    message = messages.one(message_id)
    contact_id, to, body = message.contact_id, message.address or "", message.body
    by_sms, subject = message.channel is Channel.SMS, message.subject
    ours = _line(contact_id).number
    tongue = language_of(db.session.get_one(Contact, contact_id))
    release_connection()
    try:
        if by_sms:
            said = parts.plain(text) if text else body
            key = ports().sms.send(to, said, from_number=ours, message_id=message_id)
            there = False
        else:
            letter = MailMessage(to, subject, body + ending, language=tongue, headers=headers or {})
            receipt = ports().mail.send(letter)
            key, there = receipt.message_id, receipt.delivered
    except PermanenceError as error:
        log.warning("a letter was not taken: %s", error.code)
        with unit_of_work():
            messages.told(message_id, "failed", now=now, problem=error.code)
        return Sent(message_id, error)
    with unit_of_work():
        messages.name(message_id, key)
        if not by_sms:
            messages.told(message_id, "delivered" if there else "sent", now=now)
    return Sent(message_id)
