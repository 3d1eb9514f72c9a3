"""The form that a caller of the closed line gets by SMS: a link, then one request for a call or a mail.

The link names the call that asked for it, signed, and nothing else: no personal data is in an
address. It lives seven days and serves once, which the database holds (one message a link).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.calls.call.models import Call
from app.calls.callbacks import rules as callback_rules
from app.calls.callbacks import service as callbacks
from app.calls.callbacks.rules import Slot
from app.dossiers import free_text
from app.dossiers.mail import address as mail_address
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.lines import line_now, written
from app.lines.dialling import Use
from app.lines.models import Line
from app.lines.numbers import reach
from app.tickets import callbacks as rows
from app.tickets import service as tickets
from app.tickets.callbacks import Wish
from app.tickets.models import CallBack, CallBackSource, Channel, Direction
from app.tickets.written import messages
from app.tickets.written.messages import Written

LIFE = timedelta(days=7)
SOONEST = "soonest"
PHONE, MAIL = "phone", "mail"  # how the person wants the answer
_SALT = "request-form"


# --- the link ------------------------------------------------------------------------------------


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=_SALT)


def token_for(ref: str, now: datetime) -> str:
    """The signed token of the call ``ref``, with the instant after which it is dead."""
    return str(_serializer().dumps([ref, int((now + LIFE).timestamp())]))


# --- the page ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """What the page shows. ``state``: open, used, expired, unknown, or unreachable when the line does
    not call this number. ``callback``: the one that was asked for, over or not. ``line_number``: where
    to call us. ``mail``: the address that the answer was asked at, ``answered``: a mail left for it.
    ``undated``: the line is closed and nobody knows until when, so no hour is offered; ``called_from``: from
    when she is called back, None when that is not known."""

    state: str
    number: str | None = None
    slots: list[Slot] = field(default_factory=list)
    zone: ZoneInfo | None = None
    callback: CallBack | None = None
    line_number: str | None = None
    undated: bool = False
    called_from: datetime | None = None
    mail: str = ""
    answered: bool = False


@dataclass(frozen=True)
class Filled:
    """What was typed in the form. ``reply``: PHONE or MAIL; ``sure``: the address that was doubted, and is right."""

    message: str
    when: str = SOONEST
    reply: str = PHONE
    mail: str = ""
    sure: str = ""


@dataclass(frozen=True)
class Refused:
    """A form that cannot be stored as it is: what is wrong, by field, and what was typed.

    ``doubted``: an address that looks like a slip, to be sent again as it is if it is none.
    """

    errors: dict[str, list[str]]
    filled: Filled
    doubted: str = ""


def page(token: str, now: datetime) -> Page:
    """The page behind a link. A forged link is an unknown one."""
    call, expires = _named(token)
    if call is None or call.number is None:
        ours = db.session.scalar(select(Line.number).order_by(Line.id).limit(1))
        return Page("unknown", line_number=ours)
    line = db.session.get_one(Line, call.line_id)
    stands = line_now.of(line)
    shown = Page("open", call.number, zone=stands.zone, line_number=line.number)
    asked = messages.named(_key(call.ref))
    if asked is not None and "@" in (asked.address or ""):
        there = messages.mail_left(asked.contact_id)
        return replace(shown, state="used", mail=asked.address or "", answered=there)
    if asked is not None:
        held = rows.last_of(call.number)
        called = callback_rules.called_from(stands, held.due_at, now) if held else None
        return replace(shown, state="used", callback=held, called_from=called)
    if now >= expires:
        return replace(shown, state="expired")
    if not reach.allows(call.number, Use.CALL_BACK, line.id):
        return replace(shown, state="unreachable")
    if stands.is_undated(now):
        return replace(shown, undated=True)
    return replace(shown, slots=callback_rules.slots(stands, now))


def _named(token: str) -> tuple[Call | None, datetime]:
    nothing = datetime.fromtimestamp(0, UTC)
    try:
        ref, expires = _serializer().loads(token)
    except (BadSignature, ValueError, TypeError):
        return None, nothing
    call = db.session.scalar(select(Call).where(Call.ref == ref))
    return call, datetime.fromtimestamp(expires, UTC)


def _key(ref: str) -> str:
    """What names the one request of a link."""
    return f"form-{ref}"


def used(ref: str) -> bool:
    """Has the request of this call's link been made?"""
    return messages.named(_key(ref)) is not None


def submit(token: str, filled: Filled, *, locale: str, now: datetime) -> Page | Refused:
    """Store one request: a contact with the message, and a call-back or the address to answer at. Twice: one request.

    A message that holds a secret, an address that is none, or a time that is past, comes back with an explanation.
    """
    shown = page(token, now)
    if shown.state != "open":
        return shown
    errors: dict[str, list[str]] = {}
    note = free_text.check(filled.message)
    if isinstance(note, free_text.Refused):
        errors["message"] = free_text.explain_to_the_writer(note, locale)
        filled = replace(filled, message=note.kept)
    slot = next((each for each in shown.slots if each.key == filled.when), None)
    mail, doubted = "", ""
    if filled.reply == MAIL:
        mail, doubted = _address(filled, errors)
        if not filled.message.strip():
            errors.setdefault("message", [EMPTY])
    elif slot is None and filled.when != SOONEST:
        errors["when"] = []
    if errors or isinstance(note, free_text.Refused):
        return Refused(errors, filled, doubted)
    call, _expires = _named(token)
    assert call is not None  # the page was open
    try:
        _store(call, note.text, slot, now, mail)
    except IntegrityError:
        db.session.rollback()  # the same form, twice at once: it is stored
    return page(token, now)


def _address(filled: Filled, errors: dict[str, list[str]]) -> tuple[str, str]:
    """The address to answer at, and the one to be confirmed; what is wrong with it goes into ``errors``."""
    read = mail_address.read(filled.mail)
    if isinstance(read, mail_address.Wrong):
        errors["mail"] = [read.sentence]
        return "", ""
    if read.suggestion and filled.sure != read.text:
        errors["mail"] = [DOUBTED]
        return "", read.text
    return read.text, ""


N_ = str  # marks a sentence for bin/translations.py
EMPTY = N_("Écrivez votre question : nous y répondrons par mail.")
DOUBTED = N_("Relisez cette adresse. Si elle est juste, envoyez encore.")


def _store(call: Call, message: str, slot: Slot | None, now: datetime, mail: str = "") -> None:
    line = db.session.get_one(Line, call.line_id)
    soonest = callback_rules.first_due(line_now.of(line), now)
    due = max(now, slot.start) if slot else soonest
    number, ref, language = call.number, call.ref, call.language
    assert number is not None  # the page was open
    with unit_of_work() as work:
        contact_id = tickets.insert_contact(
            channel=Channel.FORM,
            direction=Direction.IN,
            e164=number,
            now=now,
            provider_sid=_key(ref),
        )
        messages.keep(
            contact_id, Written(Channel.FORM, message, now, mail or number, key=_key(ref))
        )
        written.came(contact_id, line.id, line.queue_id, now=now, work=work, language=language)
        if mail:
            return  # an answer by mail is no promise to call
        callbacks.note(
            Wish(
                number=number,
                line_id=line.id,
                source=CallBackSource.FORM,
                arrived_at=due if slot else now,
                due_at=due,
                language=language,
                contact_id=contact_id,
                chosen=slot is not None,
            )
        )
