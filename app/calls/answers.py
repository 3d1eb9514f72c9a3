"""What every telephone webhook answers with: the blueprint, its failures, and a caller's next step.

None of them ever shows a stack trace to a caller: on a failure she hears an apology, stays on the
line, and is tried again.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from sqlalchemy.exc import SQLAlchemyError
from twilio.twiml.voice_response import VoiceResponse

from app.calls import announcements
from app.calls.models import Call, Line
from app.calls.opening_hours import REFERENCE_HOURS
from app.calls.states import State
from app.exceptions import PermanenceError
from app.extensions import db
from app.tickets.models import Contact

log = logging.getLogger(__name__)
bp = Blueprint("voice", __name__)

TELLING = frozenset(
    {
        "voice.status",
        "voice.conference",
        "voice.recording",
        "voice.sms_status",
        "voice.sms_incoming",
    }
)


@bp.errorhandler(SQLAlchemyError)
@bp.errorhandler(PermanenceError)
def _keep_the_caller(error: Exception) -> Any:
    """Something of ours is down: apologise, keep the caller, try again in a few seconds."""
    if getattr(error, "status", 500) == 403:
        return Response(status=403)
    reason = error.code if isinstance(error, PermanenceError) else type(error).__name__
    log.error("webhook %s failed: %s", request.path, reason)
    if request.endpoint in TELLING:
        return Response(status=503)
    return apology()


def apology() -> Response:
    """« Un souci technique », a pause, and from the beginning again."""
    twiml = VoiceResponse()
    announcements.say(twiml, announcements.text("apology", "fr"), "fr")
    twiml.pause(length=5)
    twiml.redirect("/voice/incoming", method="POST")
    return xml(twiml)


def xml(twiml: VoiceResponse) -> Response:
    """The answer that the provider reads."""
    return Response(str(twiml), content_type="text/xml; charset=utf-8")


def where_to(call: Call, twiml: VoiceResponse, now: datetime) -> None:
    """The caller's next step, whatever brought her leg here."""
    if call.state == State.TALKING or call.agent_present:
        twiml.append(announcements.conference(call.ref, caller=True))
    elif call.state in (State.ENDED, State.WRAP_UP):
        _farewell(call, twiml, now)
    else:
        announcements.enqueue(twiml)


def _farewell(call: Call, twiml: VoiceResponse, now: datetime) -> None:
    words = announcements.text("goodbye", call.language)
    if call.outcome == "closed":
        line = db.session.get_one(Line, call.line_id)
        words = announcements.closed_words(
            line.hours or REFERENCE_HOURS,
            now,
            ZoneInfo(line.zone),
            call.language,
            line.announcements,
        )
    announcements.say(twiml, words, call.language)
    twiml.hangup()


def introduce_callback(call: Call, twiml: VoiceResponse) -> None:
    """The agent hears whom she calls back, before the person's telephone rings."""
    zone = ZoneInfo(db.session.get_one(Line, call.line_id).zone)
    asked = (call.queued_at or call.received_at).astimezone(zone)
    contact = db.session.get(Contact, call.contact_id) if call.contact_id else None
    person = contact.person if contact else None
    name = f"{person.first_name} {person.last_name}." if person else ""
    words = announcements.text("callback_for_agent", "fr").format(
        time=announcements.spoken_time(asked, "fr"), name=name
    )
    announcements.say(twiml, " ".join(words.split()), "fr")


def ask_for_key(call: Call, twiml: VoiceResponse) -> None:
    """« Tapez 1 » : a person is there, and not her answering machine."""
    gather = twiml.gather(
        num_digits=1, timeout=8, action=f"/voice/choice?call={call.ref}&step=answer", method="POST"
    )
    for _time in range(2):
        announcements.say(
            gather, announcements.text("callback_for_person", call.language), call.language
        )
    twiml.hangup()


def lost(twiml: VoiceResponse) -> VoiceResponse:
    """We do not know this leg: let it start from the beginning rather than lose it."""
    log.warning("unknown CallSid on %s", request.path)
    twiml.redirect("/voice/incoming", method="POST")
    return twiml
