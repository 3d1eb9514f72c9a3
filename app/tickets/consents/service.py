"""Consent asked by SMS: whom one may ask, what the message says, and what an answer does.

Nothing is a trap: no answer is no agreement, a number that is not the person's own is not asked, and what is unclear
is given to somebody of ours to read. Every change is made under the request's lock, once, and is journaled.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from app.accounts import journal
from app.dossiers import callers
from app.dossiers.mandates import service as mandates
from app.dossiers.may_say import Basis, Relation
from app.dossiers.models import Person, PersonPhone
from app.dossiers.vocabulary import PhoneOwner
from app.foundation.clock import local_day
from app.foundation.database.unit_of_work import Work, unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput
from app.foundation.extensions import db
from app.foundation.text import phone_numbers
from app.foundation.text.bilingual import Text
from app.foundation.text.saying import Saying
from app.tickets import screened, speaking, store
from app.tickets.consents import life, reading
from app.tickets.consents.life import Asked, Effect, State
from app.tickets.consents.models import Consent, Doubt, Said, Through
from app.tickets.consents.reading import Word
from app.tickets.delivery import Delivery
from app.tickets.grounds import service as grounds
from app.tickets.models import Channel, Contact, ContactPerson
from app.tickets.written import messages
from app.web.realtime import agent_room, publish

TOKEN_BYTES = 16  # 128 bits
TOKEN_LENGTH = 22  # characters that these bytes make
TERMS = (0, 30, 90)  # days that may be asked for: today alone, a month, three months
A_DAY = 3  # requests to one number: nobody is worn down
WAITING = frozenset({State.ASKED, State.SENT, State.DELIVERED, State.FAILED})
MASKED = "***"  # what is kept of the message says where the link stood, not the link

_TEXT = Text(
    "{line} : {holder} nous contacte pour {whom}. Acceptez-vous que nous lui parlions de votre demande "
    "d'aide, {until} ? Répondez {yes} ou {no}. Sans réponse, nous ne dirons rien. Lire ou répondre : {link} "
    "Changer d'avis plus tard : répondez {stop}.",
    "{line}: {holder} is contacting us about {whom}. Do you agree to us speaking with them about your request for aid, "
    "{until}? Reply {yes} or {no}. Without a reply we will say nothing. Read or reply: {link} "
    "To change your mind later: reply {stop}.",
)
_UNTIL = Text("jusqu'au {day}", "until {day}")
_TODAY = Text("pour aujourd'hui", "for today")
_YOU = Text("vous", "you")
_YES, _NO = Text("OUI", "YES"), Text("NON", "NO")


@dataclass(frozen=True)
class Request:
    """What an agent asks: by which of the person's numbers, who wants to speak, for how many days."""

    number: str
    holder: str
    days: int


@dataclass(frozen=True)
class Prepared:
    """A request that is written down and not sent yet: its message, and the text with the true link."""

    consent_id: int
    message_id: int
    text: str


def hashed(token: str) -> str:
    """What the database knows of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def askable(contact: Contact) -> list[PersonPhone]:
    """The mobiles by which the person of a contact may be asked: their own or shared, never the helper's nor
    the one that is calling."""
    if contact.person is None:
        return []
    return [each for each in contact.person.phones if _refused(contact, each) is None]


def _refused(contact: Contact, phone: PersonPhone) -> InvalidInput | None:
    kept = "Rien n'est parti."
    if phone.owner is PhoneOwner.HELPER or phone.e164 == contact.caller_number:
        return InvalidInput(
            "Ce numéro est celui de qui parle pour la personne : ce n'est pas elle qui répondrait.",
            kept=kept,
            todo="Demandez à la personne elle-même, de vive voix ou sur son propre numéro.",
        )
    if callers.organisation_for_number(phone.e164) is not None:
        return InvalidInput("Ce numéro est celui d'un organisme.", kept=kept)
    if not phone_numbers.is_mobile(phone.e164):
        return InvalidInput("Ce numéro ne reçoit pas de SMS.", kept=kept)
    return None


def prepare(
    contact_id: int,
    asked: Request,
    *,
    line: str,
    base_url: str,
    agent_id: int,
    now: datetime,
    locale: str = "fr",
) -> Prepared:
    """Write a request and its message down. An earlier one of this contact for the same person is closed by it.

    ``line``: the name that the SMS gives itself. Raises InvalidInput for a number that may not be asked, Conflict
    when this number was asked too often today.
    """
    holder = " ".join(screened.accepted(asked.holder, locale).split())[:80]
    if asked.days not in TERMS:
        raise InvalidInput("Choisissez pour combien de temps.", kept="Rien n'est parti.")
    with unit_of_work() as work:
        contact = store.contact(contact_id)
        person, relation = contact.person, speaking.relation_of(contact)
        if person is None or relation in (Relation.UNKNOWN, Relation.SELF):
            raise InvalidInput(
                "Dites d'abord qui parle, et pour qui.",
                kept="Rien n'est parti.",
                todo="Sur la fiche, « Qui parle ».",
            )
        phone = _own_phone(contact, asked.number)
        messages.one_writer(phone.e164)
        _refuse_too_often(phone.e164, now)
        _close_earlier(contact, now)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        named = _others_have(phone)
        until = local_day(now) + timedelta(days=asked.days)
        text = _text(person, holder, named, until if asked.days else None, line, now)
        message = messages.prepare(
            contact.id,
            Channel.SMS,
            phone.e164,
            text.format(link=f"{base_url}/accord/{MASKED}"),
            now=now,
            agent_id=agent_id,
        )
        made = Consent(
            person_id=person.id,
            contact_id=contact.id,
            asked_by_id=agent_id,
            message_id=message.id,
            number=phone.e164,
            named=named,
            holder=holder,
            relation=relation,
            until=until,
            token_hash=hashed(token),
            asked_at=now,
            expires_at=now + life.ANSWER_WITHIN,
        )
        db.session.add(made)
        db.session.flush()
        _journal(made, "consent_asked", agent_id, now)
        _tell(work, made, "")
        return Prepared(made.id, message.id, text.format(link=f"{base_url}/accord/{token}"))


def _own_phone(contact: Contact, number: str) -> PersonPhone:
    assert contact.person is not None  # judged before
    phone = next((each for each in contact.person.phones if each.e164 == number), None)
    if phone is None:
        raise InvalidInput(
            "Ce numéro n'est pas un numéro connu de cette personne.",
            kept="Rien n'est parti.",
            todo="Ajoutez-le à sa fiche, relu à la personne.",
        )
    refused = _refused(contact, phone)
    if refused is not None:
        raise refused
    return phone


def _others_have(phone: PersonPhone) -> bool:
    if phone.owner is not PhoneOwner.OWN:
        return True
    query = select(func.count()).select_from(PersonPhone).where(PersonPhone.e164 == phone.e164)
    return (db.session.scalar(query) or 0) > 1


def _refuse_too_often(number: str, now: datetime) -> None:
    since = now - timedelta(days=1)
    query = select(func.count()).where(Consent.number == number, Consent.asked_at > since)
    if (db.session.scalar(query) or 0) >= A_DAY:
        raise Conflict(
            "Ce numéro a déjà reçu plusieurs demandes aujourd'hui.",
            kept="Rien n'est parti.",
            todo="Appelez la personne, ou attendez demain.",
        )


def _close_earlier(contact: Contact, now: datetime) -> None:
    db.session.execute(
        update(Consent)
        .where(
            Consent.contact_id == contact.id,
            Consent.person_id == contact.person_id,
            Consent.answer.is_(None),
            Consent.expires_at > now,
        )
        .values(expires_at=now)
    )


def _text(person: Person, holder: str, named: bool, until: object, line: str, now: datetime) -> str:
    """The words of the SMS, with a place for the link. A number that others have too is not told who it is about
    beyond the first name, which the answer repeats."""
    tongue = person.language
    first = person.first_name.split()[0] if person.first_name.split() else person.first_name
    more = f" {first.upper()}" if named else ""
    said = Saying(tongue, now)
    words = {
        "line": line,
        "holder": holder,
        "whom": first if named else _YOU.get(tongue),
        "until": _UNTIL.get(tongue).format(day=said.day(until)) if until else _TODAY.get(tongue),  # type: ignore[arg-type]
        "yes": _YES.get(tongue) + more,
        "no": _NO.get(tongue) + more,
        "stop": f"STOP{more}",
    }
    safe = {name: value.replace("{", "").replace("}", "") for name, value in words.items()}
    return _TEXT.get(tongue).format(link="{link}", **safe)


# --- reads ---------------------------------------------------------------------------------------


def asked_of(consent: Consent) -> Asked:
    """What the pure rules ask of a request."""
    delivery = consent.message.delivery if consent.message is not None else Delivery.QUEUED
    revoked = consent.mandate is None or consent.mandate.revoked_at is not None
    agreed = None if consent.answer is None else consent.answer is Said.AGREED
    return Asked(agreed, bool(agreed) and revoked, delivery, consent.expires_at, consent.until)


def state_of(consent: Consent, now: datetime) -> State:
    """Where a request stands."""
    return life.state(asked_of(consent), now, local_day(now))


def of(contact_id: int, person_id: int | None = None) -> Sequence[Consent]:
    """The requests of a contact (for one of its persons), the latest first."""
    query = select(Consent).where(Consent.contact_id == contact_id)
    if person_id is not None:
        query = query.where(Consent.person_id == person_id)
    return db.session.scalars(
        query.options(joinedload(Consent.message), joinedload(Consent.mandate))
        .order_by(Consent.asked_at.desc(), Consent.id.desc())
        .limit(12)
    ).all()


def by_token(token: str) -> Consent | None:
    """The request of a token, whatever became of it."""
    return db.session.scalar(
        select(Consent)
        .where(Consent.token_hash == hashed(token))
        .execution_options(populate_existing=True)
    )


# --- answers -------------------------------------------------------------------------------------


def answer(consent_id: int, word: Word, through: Through, now: datetime) -> Effect:
    """What a word of the person does, once; the agent who asked sees it at once."""
    with unit_of_work() as work:
        held = db.session.get_one(Consent, consent_id, with_for_update=True, populate_existing=True)
        done = life.effect(asked_of(held), word, now, local_day(now))
        if done is Effect.AGREE:
            _agree(held, through, now)
        elif done is Effect.REFUSE:
            held.answer, held.answered_at, held.through = Said.REFUSED, now, through
            _journal(held, "consent_refused", None, now)
        elif done is Effect.REVOKE and held.mandate is not None:
            mandates.revoke_by_person(held.mandate, _THROUGH[through], now)
        elif done in (Effect.AFTER_NO, Effect.TOO_LATE):
            _doubt(held, Doubt(done.value), now)
        if done is not Effect.NOTHING:
            _tell(work, held, done.value)
    return done


_THROUGH = {Through.SMS: "par SMS", Through.PAGE: "par la page reçue par SMS"}


def _agree(held: Consent, through: Through, now: datetime) -> None:
    held.answer, held.answered_at, held.through = Said.AGREED, now, through
    held.doubt = held.doubt_at = None
    made = mandates.note_remote(
        held.person_id,
        held.relation,
        holder=held.holder,
        until=held.until,
        contact_id=held.contact_id,
        agent_id=held.asked_by_id,
        now=now,
    )
    held.mandate_id = made.id
    db.session.flush()
    db.session.refresh(held, ["mandate"])
    _stand(held, made.id)
    _journal(held, "consent_given", None, now)


def _stand(held: Consent, mandate_id: int) -> None:
    """It was asked for this contact: it is its ground, unless somebody has said another meanwhile."""
    contact = held.contact
    if contact.person_id == held.person_id:
        if contact.basis is None:
            contact.basis, contact.basis_by_id = Basis.REMOTE, held.asked_by_id
            grounds.keep(contact, mandate_id)
        return
    row = db.session.get(ContactPerson, (contact.id, held.person_id))
    if row is not None and row.basis is None:
        row.basis, row.basis_by_id = Basis.REMOTE, held.asked_by_id
        grounds.keep_for(contact.id, held.person_id, mandate_id)


def answer_text(number: str | None, text: str, now: datetime) -> int | None:
    """Read a text message as an answer. The open contact that it belongs to, when it asks nothing more of anybody;
    None when somebody of ours must read it (whatever it did)."""
    if not number or not reading.is_word(text):
        return None
    found = _of_number(number)
    open_contact, unclear = None, False
    meant = _meant(found, text)
    waiting = sum(state_of(each, now) in WAITING for each, _reply in meant)
    for consent, reply in meant:
        whose = (consent.named or waiting > 1) and not reply.named
        if whose and reply.word is Word.YES:
            _note_doubt(consent.id, now)
            unclear = True
            continue
        done = answer(consent.id, reply.word, Through.SMS, now)
        unclear = unclear or done in (Effect.AFTER_NO, Effect.TOO_LATE, Effect.REVOKE)
        if done is not Effect.NOTHING and consent.contact.closed_at is None:
            open_contact = consent.contact_id
    return None if unclear else open_contact


def _of_number(number: str) -> Sequence[Consent]:
    """The last request of each person that was sent to a number."""
    rows = db.session.scalars(
        select(Consent)
        .where(Consent.number == number)
        .options(joinedload(Consent.person), joinedload(Consent.contact))
        .order_by(Consent.asked_at.desc(), Consent.id.desc())
        .limit(20)
    ).all()
    latest: dict[int, Consent] = {}
    for row in rows:
        latest.setdefault(row.person_id, row)
    return list(latest.values())


def _meant(found: Sequence[Consent], text: str) -> list[tuple[Consent, reading.Reply]]:
    """Of whom a message speaks: those whom it names, else everybody of that number.

    A no without a name is heard for all of them: it is the safe way. A yes is not (``named``, or several).
    """
    replies = [
        (each, reply)
        for each in found
        if (reply := reading.read(text, each.person.first_name)) is not None
    ]
    named = [pair for pair in replies if pair[1].named]
    if len(named) == 1:
        return named
    # Two persons of one first name at one number: a name tells nobody apart, a yes is left to the page.
    return [(each, reading.Reply(reply.word, named=False)) for each, reply in named or replies]


def _note_doubt(consent_id: int, now: datetime) -> None:
    with unit_of_work() as work:
        held = db.session.get_one(Consent, consent_id, with_for_update=True, populate_existing=True)
        if held.answer is None:
            _doubt(held, Doubt.UNNAMED, now)
            _tell(work, held, Doubt.UNNAMED.value)


def _doubt(held: Consent, doubt: Doubt, now: datetime) -> None:
    held.doubt, held.doubt_at = doubt, now


def delivery_moved(message_id: int) -> bool:
    """A message of ours got further: was it a request? Whoever asked sees it."""
    held = db.session.scalar(select(Consent).where(Consent.message_id == message_id))
    if held is None:
        return False
    mandates.moved(held.person_id)
    return True


def _tell(work: Work, held: Consent, what: str) -> None:
    person_id, contact_id, agent_id = held.person_id, held.contact_id, held.asked_by_id
    work.after(lambda: mandates.moved(person_id))
    if what:
        told = {"person_id": person_id, "contact_id": contact_id, "what": what}
        work.after(lambda: publish("consent", told, room=agent_room(agent_id)))


def _journal(held: Consent, act: str, agent_id: int | None, now: datetime) -> None:
    detail = {"consent": held.id, "person": held.person_id}
    journal.record(act, f"contact:{held.contact_id}", agent_id=agent_id, now=now, detail=detail)


# --- retention -----------------------------------------------------------------------------------


def forget_old(limit: datetime) -> None:
    """Empty the numbers and names of requests past their term, inside the caller's transaction."""
    db.session.execute(
        update(Consent).where(Consent.asked_at < limit).values(number=None, holder="")
    )


def count_old(limit: datetime) -> int:
    """How many."""
    query = select(func.count()).where(Consent.asked_at < limit, Consent.number.is_not(None))
    return int(db.session.scalar(query) or 0)
