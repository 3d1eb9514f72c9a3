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


def lost(twiml: VoiceResponse) -> VoiceResponse:
    """We do not know this leg: let it start from the beginning rather than lose it."""
    log.warning("unknown CallSid on %s", request.path)
    twiml.redirect("/voice/incoming", method="POST")
    return twiml
