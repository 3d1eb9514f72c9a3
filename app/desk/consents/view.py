"""Requests for consent in words: where each stands, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from app.dossiers import callers
from app.dossiers.wording import Words
from app.tickets.consents import service
from app.tickets.consents.life import State
from app.tickets.consents.models import Consent, Doubt
from app.tickets.models import Contact


@dataclass(frozen=True)
class Shown:
    """One request: a word and its tone, when, for whom, and (``doubt``) what came that is no answer."""

    state: str
    word: str
    tone: str
    line: str
    doubt: str


_TONES = {
    State.AGREED: "live", State.REFUSED: "stop", State.FAILED: "stop", State.REVOKED: "stop",
    State.NO_ANSWER: "neutral", State.ENDED: "neutral",
}  # fmt: skip


def state_words() -> dict[State, str]:
    """Where a request stands."""
    return {
        State.ASKED: _("demandé"),
        State.SENT: _("envoyé"),
        State.DELIVERED: _("remis, attend la réponse"),
        State.FAILED: _("pas arrivé"),
        State.AGREED: _("a dit oui"),
        State.REFUSED: _("a dit non"),
        State.NO_ANSWER: _("pas de réponse : pas d’accord"),
        State.ENDED: _("accord terminé"),
        State.REVOKED: _("accord retiré"),
    }


def shown(consent: Consent, words: Words, now: datetime) -> Shown:
    """A request as the card shows it."""
    state = service.state_of(consent, now)
    return Shown(
        state=state.value,
        word=state_words()[state],
        tone=_TONES.get(state, "wait"),
        line=_(
            "%(holder)s, jusqu’au %(day)s · %(number)s · demandé %(when)s",
            holder=consent.holder,
            day=words.day(consent.until),
            number=words.phone(consent.number) if consent.number else "—",
            when=words.when(consent.asked_at),
        ),
        doubt=_doubt(consent, words),
    )


def _doubt(consent: Consent, words: Words) -> str:
    if consent.doubt is None or consent.doubt_at is None:
        return ""
    when = words.when(consent.doubt_at)
    return {
        Doubt.UNNAMED: _(
            "Un OUI est arrivé %(when)s, sans dire pour qui : le numéro est partagé.", when=when
        ),
        Doubt.AFTER_NO: _(
            "Un OUI est arrivé %(when)s, après un refus : demandez de vive voix.", when=when
        ),
        Doubt.TOO_LATE: _(
            "Un OUI est arrivé %(when)s, trop tard : demandez de nouveau.", when=when
        ),
    }[consent.doubt]


def numbers(contact: Contact, words: Words) -> list[tuple[str, str]]:
    """The numbers by which the person may be asked."""
    return [(each.e164, words.phone(each.e164)) for each in service.askable(contact)]


def holder(contact: Contact) -> str:
    """Who probably asks: the organisme of the calling number, else who helps on the spot."""
    organisation = callers.organisation_for_number(contact.caller_number)
    if organisation is not None:
        return organisation.name
    return contact.person.helper if contact.person else ""
