"""The SMS that brings the link of the request form, and what becomes of it.

One that fails, at once or later, becomes the call-back that the person would have asked for: what she is
told (« s'il n'arrive pas, nous vous rappellerons ») is so.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import exists, select

from app.calls.call.life.record import Outcome
from app.calls.call.models import Call
from app.calls.callbacks import request_form
from app.calls.callbacks import service as callbacks
from app.foundation.database.unit_of_work import release_connection, unit_of_work
from app.foundation.exceptions import PermanenceError
from app.foundation.extensions import db
from app.foundation.text.bilingual import Text
from app.foundation.wiring import ports, settings
from app.lines.dialling import Use
from app.lines.models import Line
from app.lines.numbers import reach
from app.tickets.delivery import Delivery
from app.tickets.models import Author, Channel, Message
from app.tickets.written import messages

log = logging.getLogger(__name__)

A_DAY = 3  # to one number: more is somebody playing with our line
_WORDS = Text(
    "Permanence du Portail : pour nous dire quand vous rappeler, ouvrez ce lien (7 jours) : {link}",
    "Portal help line: to tell us when to call you back, open this link (7 days): {link}",
)


def send_link(call: Call, now: datetime) -> str:
    """Send the link by SMS; the key of the announcement that says what came of it."""
    number, contact_id = call.number, call.contact_id
    if number is None or contact_id is None or not reach.allows(number, Use.WRITE, call.line_id):
        return "sms_failed"
    if messages.sent_to(number, Channel.SMS, now - timedelta(days=1)) >= A_DAY:
        return "sms_already"
    link = f"{settings().public_base_url}/demande/{request_form.token_for(call.ref, now)}"
    words = _WORDS.get(call.language)
    line_number = db.session.get_one(Line, call.line_id).number
    with unit_of_work():
        # Without the link itself: it is the key of a request, and who reads the message has none.
        kept = words.format(link="…")
        message_id = messages.prepare(contact_id, Channel.SMS, number, kept, now=now).id
    release_connection()
    try:
        key = ports().sms.send(
            number, words.format(link=link), from_number=line_number, message_id=message_id
        )
    except PermanenceError as error:
        with unit_of_work():
            messages.told(message_id, "failed", now=now, problem=error.code)
        return "sms_failed"
    with unit_of_work():
        messages.name(message_id, key)
    return "sms_sent"


def reported(message_id: int, status: str, *, now: datetime, problem: str = "") -> Delivery | None:
    """What the provider says of a message of ours; how far it got, None when that is nothing new."""
    with unit_of_work():
        reached = messages.told(message_id, status, now=now, problem=problem)
        if reached is Delivery.FAILED:
            log.warning("an SMS did not arrive: provider error %s", problem or "unknown")
            _call_back_instead(db.session.get_one(Message, message_id), now)
    return reached


def _call_back_instead(message: Message, now: datetime) -> None:
    """Note the call-back that its failure is worth, unless she was served since."""
    call = db.session.scalar(
        select(Call).where(Call.contact_id == message.contact_id, Call.direction == "in").limit(1)
    )
    if call is None or call.number is None or message.author is not Author.SERVICE:
        return
    if call.outcome != Outcome.CLOSED or request_form.used(call.ref):
        return
    if not reach.allows(call.number, Use.CALL_BACK, call.line_id):
        return
    spoke = exists().where(Call.number == call.number, Call.answered_at > message.at)
    if not db.session.scalar(select(spoke)):
        callbacks.note_when_closed(call, call.number, now)
