"""How messages and contacts are called on a screen: one name for each, wherever it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from app.foundation.text import phone_numbers
from app.tickets import delivery
from app.tickets.delivery import Delivery, Problem
from app.tickets.models import Author, Channel, Contact, Direction, Message
from app.tickets.written import messages

_ANSWERS = ("re:", "re :", "rép:", "rép :")


@dataclass(frozen=True)
class Shown:
    """One message as it is read. ``state``: how far one of ours got; empty for one that came.

    ``voice``: the contact whose sound is to be heard, for a voice message.
    """

    id: int
    title: str
    icon: str
    tone: str
    at: datetime
    body: str
    absent: str
    state: str
    by: str
    mine: bool
    voice: int | None


def who(contact: Contact) -> str:
    """Who a contact is with, as it is read in a list: a name, else where it came from."""
    if contact.person is not None:
        return contact.person.full_name
    if contact.caller_number is not None:
        return phone_numbers.display(contact.caller_number)
    return messages.mail_sender(contact.id) or _("Numéro masqué")


def channel_name(channel: Channel) -> str:
    """How one reached us, for a list to choose from."""
    return {
        Channel.PHONE: _("Téléphone"),
        Channel.MAIL: _("Mail"),
        Channel.SMS: _("SMS"),
        Channel.COUNTER: _("Guichet"),
        Channel.FORM: _("Formulaire"),
        Channel.VOICEMAIL: _("Message vocal"),
    }[channel]


def shown(several: Sequence[Message]) -> list[Shown]:
    """Messages, ready to be laid out."""
    return [_shown(message) for message in several]


def _shown(message: Message) -> Shown:
    out = message.direction is Direction.OUT
    title, icon = name_of(message.channel, message.direction)
    voice = message.channel is Channel.VOICEMAIL
    state, tone = _state(message) if out else ("", "action")
    return Shown(
        id=message.id,
        title=title,
        icon=icon,
        tone=tone,
        at=message.at,
        body=_words(message),
        absent="" if voice else _absent(message),
        state=state,
        by=_author(message),
        mine=out,
        voice=message.contact_id if voice else None,
    )


def _words(message: Message) -> str:
    """What is read of a message: a mail's subject before its words, for some write all of it there."""
    theirs = message.channel is Channel.MAIL and message.direction is Direction.IN
    if not theirs or not message.subject or message.subject.lower().startswith(_ANSWERS):
        return message.body
    return f"{_('Objet : %(subject)s', subject=message.subject)}\n{message.body}".strip()


def _state(message: Message) -> tuple[str, str]:
    """How far one of ours got; why, and what else to do, when it did not arrive."""
    if message.channel is Channel.MAIL and message.delivery is Delivery.SENT:
        return _("parti : s’il revient, c’est dit ici"), "live"  # few servers tell of what arrived
    state, tone = _DELIVERY[message.delivery]()
    if message.delivery is not Delivery.FAILED:
        return state, tone
    return f"{state} : {_PROBLEMS[delivery.problem(message.delivery_problem)]()}", tone


def _author(message: Message) -> str:
    if message.author is Author.AGENT and message.agent is not None:
        return message.agent.display_name
    return _("envoyé automatiquement") if message.author is Author.SERVICE else ""


def _absent(message: Message) -> str:
    """Why there is nothing to read, where there is nothing."""
    if message.erased_at is not None:
        return _("Le texte n’a pas été gardé.")
    return "" if _words(message) else _("Aucun texte.")


_DELIVERY = {
    Delivery.RECEIVED: lambda: ("", "action"),
    Delivery.QUEUED: lambda: (_("pas encore parti"), "wait"),
    Delivery.SENT: lambda: (_("parti, pas encore arrivé"), "wait"),
    Delivery.DELIVERED: lambda: (_("arrivé"), "live"),
    Delivery.FAILED: lambda: (_("pas arrivé"), "stop"),
}


_PROBLEMS = {
    Problem.OFF: lambda: _(
        "son téléphone est éteint ou hors réseau. Réessayez plus tard, ou appelez."
    ),
    Problem.GONE: lambda: _("ce numéro n’existe pas ou plus. Cherchez-en un autre."),
    Problem.NO_MOBILE: lambda: _("ce numéro ne reçoit pas de SMS. Appelez."),
    Problem.REFUSED: lambda: _("la personne a répondu STOP, elle ne veut plus de SMS. Appelez."),
    Problem.BLOCKED: lambda: _(
        "son opérateur l’a bloqué. Changez les mots ou retirez le lien, ou appelez."
    ),
    Problem.ABROAD: lambda: _(
        "notre fournisseur n’écrit pas dans ce pays. Appelez, si la ligne le peut."
    ),
    Problem.NO_ANSWER: lambda: _("notre fournisseur ne l’a pas accepté. Réessayez dans un moment."),
    Problem.NO_ADDRESS: lambda: _("cette adresse mail n’existe pas. Écrivez par SMS, ou appelez."),
    Problem.FULL: lambda: _("sa boîte mail est pleine. Écrivez par SMS, ou appelez."),
    Problem.MAIL_REFUSED: lambda: _("sa messagerie l’a refusé. Écrivez par SMS, ou appelez."),
    Problem.UNKNOWN: lambda: _("le fournisseur ne dit pas pourquoi. Appelez."),
}


def contact_name(contact: Contact) -> tuple[str, str]:
    """What a contact is called, and its icon: « SMS reçu », « Appel vers la personne »…"""
    return name_of(contact.channel, contact.direction)


def name_of(channel: Channel, direction: Direction) -> tuple[str, str]:
    """The same, of a channel and a direction."""
    return _NAMES[direction][channel]()


# Called when they are read: the language is the reader's.
_NAMES = {
    Direction.IN: {
        Channel.PHONE: lambda: (_("Appel reçu"), "phone-in"),
        Channel.MAIL: lambda: (_("Mail reçu"), "mail"),
        Channel.SMS: lambda: (_("SMS reçu"), "message"),
        Channel.COUNTER: lambda: (_("Passage au guichet"), "users"),
        Channel.FORM: lambda: (_("Formulaire reçu"), "file"),
        Channel.VOICEMAIL: lambda: (_("Message vocal"), "volume"),
    },
    Direction.OUT: {
        Channel.PHONE: lambda: (_("Appel vers la personne"), "phone-out"),
        Channel.MAIL: lambda: (_("Mail envoyé"), "send"),
        Channel.SMS: lambda: (_("SMS envoyé"), "send"),
        Channel.COUNTER: lambda: (_("Rendez-vous proposé"), "users"),
        Channel.FORM: lambda: (_("Réponse au formulaire"), "send"),
        Channel.VOICEMAIL: lambda: (_("Message vocal laissé"), "volume"),
    },
}
