"""What the desk shows around a contact: who speaks and what may be said to them, the last contact, the promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from app.accounts.models import Connection, Presence
from app.accounts.presence import PresenceState
from app.dossiers.may_say import Answer, Topic
from app.dossiers.models import Dossier, Person
from app.dossiers.saying import words as saying_words
from app.dossiers.wording import Words
from app.foundation.extensions import db
from app.foundation.text.patterns import pattern
from app.tickets import callbacks, reasons, speaking
from app.tickets.models import CallBack, CallBackState, Contact
from app.tickets.pane import message_view
from app.tickets.reasons import CallerRole

LATELY = timedelta(days=7)
_TOWN = pattern(r"\d{5}\s+(\D+)$")


@dataclass(frozen=True)
class Sayable:
    """A line of « ce qu'on peut lui dire »: what, its answer (a code, for the icon), and what is missing."""

    what: str
    answer: str
    missing: str


def sayable(contact: Contact, now: datetime) -> Sequence[Sayable]:
    """What may be said to who speaks: topics with the same answer stand in one line."""
    grouped = groupby(speaking.answers(contact, now), key=lambda each: each[1])
    return [_line(answer, [topic for topic, _answer in each]) for answer, each in grouped]


def _line(answer: Answer, topics: list[Topic]) -> Sayable:
    named = saying_words.topics()
    missing = "" if answer is Answer.YES else saying_words.missing_words()[answer]
    what = ", ".join(named[topic] for topic in topics)
    return Sayable(what[:1].upper() + what[1:], answer.value, missing)


def compared(person: Person, words: Words) -> str:
    """What is asked of who speaks, and compared: the day of birth, the town."""
    town = _TOWN.search(person.address or "")
    born = person.born_on
    asked = [_("date de naissance %(day)s", day=words.day(born))] if born else []
    if person.address:
        asked.append(_("habite %(town)s", town=town[1].strip() if town else person.address))
    return ", ".join(asked)


def roles(locale: str) -> list[tuple[str, str]]:
    """Who may speak, as the card lists them."""
    return [(role.value, reasons.label(role, locale)) for role in CallerRole]


@dataclass(frozen=True)
class Owner:
    """Whose dossier it is, and whether they can be asked now. ``free``: an open desk, available."""

    id: int
    name: str
    word: str
    tone: str
    free: bool
    mine: bool


def owner_of(dossier: Dossier, agent_id: int) -> Owner | None:
    """The dossier's owner with what they do now; None for a dossier that is nobody's."""
    owner = dossier.owner
    if owner is None:
        return None
    presence = db.session.get(Presence, owner.id)
    state = PresenceState(presence.state) if presence else PresenceState.OFFLINE
    there = db.session.scalar(select(func.count()).where(Connection.agent_id == owner.id)) or 0
    if not there:
        state = PresenceState.OFFLINE
    word, tone = {
        PresenceState.AVAILABLE: (_("disponible"), "live"),
        PresenceState.RINGING: (_("un appel sonne"), "wait"),
        PresenceState.IN_CALL: (_("en ligne"), "wait"),
        PresenceState.WRAP_UP: (_("termine un appel"), "wait"),
        PresenceState.MISSED: (_("pas à son poste"), "neutral"),
        PresenceState.AWAY: (_("sur ses dossiers"), "live")
        if presence and presence.reason == "dossiers"
        else (_("pas à son poste"), "neutral"),
        PresenceState.DO_NOT_DISTURB: (_("ne pas déranger"), "stop"),
        PresenceState.OFFLINE: (_("hors ligne"), "neutral"),
    }[state]
    free = state is PresenceState.AVAILABLE
    return Owner(owner.id, owner.display_name, word, tone, free, owner.id == agent_id)


@dataclass(frozen=True)
class Before:
    """The contact before this one: what was noted, when, by whom; ``often``: how many lately, in words."""

    note: str
    reason: str
    when: str
    by: str
    often: str


def last_before(contact: Contact, words: Words) -> Before | None:
    """The last contact of this contact's person before it; None when this is the first."""
    if contact.person_id is None:
        return None
    earlier = (
        Contact.person_id == contact.person_id,
        Contact.id != contact.id,
        Contact.opened_at <= contact.opened_at,
    )
    found = db.session.scalar(
        select(Contact)
        .where(*earlier)
        .order_by(Contact.opened_at.desc(), Contact.id.desc())
        .limit(1)
    )
    if found is None:
        return None
    lately = db.session.scalar(
        select(func.count()).where(*earlier, Contact.opened_at >= contact.opened_at - LATELY)
    )
    return Before(
        note=found.note,
        reason=reasons.label(found.reason, words.locale) if found.qualified_at else "",
        when=words.when(found.opened_at),
        by=found.agent.display_name if found.agent else message_view.contact_name(found)[0],
        often=ngettext("%(num)d autre en 7 jours", "%(num)d autres en 7 jours", lately)
        if lately
        else "",
    )


@dataclass(frozen=True)
class Promise:
    """What was promised to this number and is not done yet."""

    when: str
    late: bool
    by: str


def promise_to(contact: Contact, words: Words, now: datetime) -> Promise | None:
    """The call-back that is open for the contact's number or, called about somebody, for that person's."""
    numbers = [each.e164 for each in contact.person.phones] if contact.person else []
    if contact.caller_number:
        numbers.append(contact.caller_number)
    found: CallBack | None = None
    for number in dict.fromkeys(numbers):
        last = callbacks.last_of(number)
        if last is not None and last.state is CallBackState.OPEN:
            found = last if found is None or last.due_at < found.due_at else found
    if found is None:
        return None
    by = db.session.get(Presence, found.agent_id) if found.agent_id else None
    return Promise(
        words.when(found.due_at), found.due_at < now, by.agent.display_name if by else ""
    )
