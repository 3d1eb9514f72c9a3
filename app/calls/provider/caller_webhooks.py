"""What the provider asks and tells us of the caller: arrival, queue, messages. (Keys: ``choices``.)

Paths are fixed; every request is signed. Asking paths answer TwiML, telling paths 204.
"""

from __future__ import annotations

import logging
from datetime import datetime

from flask import Response, request
from sqlalchemy import select
from twilio.twiml.voice_response import Gather, VoiceResponse

from app.calls.call import arrivals, service, store, told, voicemail
from app.calls.call.arrivals import Incoming
from app.calls.call.models import Call
from app.calls.call.states import Event, Kind, State
from app.calls.provider.answers import apology, lost, speaker_of, where_to, xml
from app.calls.provider.choices import bp
from app.calls.spoken import queue_moment, waiting
from app.foundation import clock
from app.foundation.exceptions import Unavailable
from app.foundation.extensions import db
from app.foundation.text import outside
from app.foundation.wiring import settings
from app.lines import rules as line_rules
from app.lines.announcements import said as announcements
from app.lines.announcements.said import Phrase
from app.lines.models import AnnouncementSound
from app.web.access import public, signed_webhook

__all__ = ["bp"]

log = logging.getLogger(__name__)


@bp.post("/voice/incoming")
@signed_webhook
def incoming() -> Response:
    """A call arrives, or comes back to be told where to go."""
    now = clock.now()
    arrival = arrivals.receive(
        Incoming(
            request.form.get("CallSid", "")[:64],
            request.form.get("From", "")[:64],
            request.form.get("To", "")[:64],
        ),
        now=now,
    )
    twiml = VoiceResponse()
    if arrival is not None and arrival.open:
        arrival.speaker.speak(twiml, [Phrase("greeting", arrival.language)])
        announcements.enqueue(twiml)
        return xml(twiml)
    call = store.by_caller_sid(request.form.get("CallSid", ""))
    if call is None:
        raise Unavailable("L'appel n'a pas pu être enregistré.")
    where_to(call, twiml, now)
    return xml(twiml)


@bp.post("/voice/wait")
@signed_webhook
def wait() -> Response:
    """The caller is in the queue: place, honest expected wait, music; asked again at its end."""
    now = clock.now()
    call = store.by_caller_sid(request.form.get("CallSid", ""))
    twiml = VoiceResponse()
    if call is None:
        return xml(lost(twiml))
    if call.state == State.GREETING:
        service.happen_to(call, Event(Kind.QUEUED, now, "queued"))
    if call.state in (State.ENDED, State.WRAP_UP):
        twiml.leave()
        return xml(twiml)
    turn = waiting.round_of(request.args.get("round", ""))
    gather = twiml.gather(
        num_digits=1, timeout=1, action=f"/voice/choice?round={turn}", method="POST"
    )
    _speak_round(call, turn, gather, now)
    gather.play(settings().public_base_url + announcements.MUSIC)
    twiml.redirect(f"/voice/wait?round={turn + 1}", method="POST")
    return xml(twiml)


def _speak_round(call: Call, turn: int, verb: Gather, now: datetime) -> None:
    """Her place, an honest wait, and what she may press."""
    line, moment, sounds = queue_moment.standing_of(call, turn, now)
    said = waiting.phrases(moment, line_rules.of(line.rules), line.announcements)
    speaker_of(line, sounds=sounds).speak(verb, said)


@bp.post("/voice/left-queue")
@signed_webhook
def left_queue() -> Response:
    """The leg is out of the queue: hung up, redirected by us, or refused by the provider."""
    result = request.form.get("QueueResult", "")
    call = store.by_caller_sid(request.form.get("CallSid", ""))
    twiml = VoiceResponse()
    if call is None and result == "leave":
        lost(twiml)
    elif call is None:
        log.warning("unknown CallSid on %s", request.path)
    elif result == "hangup":
        since, seconds = call.waiting_since, request.form.get("QueueTime", "")
        at = told.left_queue_at(since, seconds, clock.now())
        service.happen_to(call, Event(Kind.CALLER_LEFT, at, "caller_left"))
    elif result == "leave":
        where_to(call, twiml, clock.now())
    elif result in ("queue-full", "system-error", "error"):
        log.error("the provider's queue refused a call: %s", result)
        if result == "queue-full" or "again" in request.args:
            return apology()
        where_to(call, twiml, clock.now(), once_more=True)
    return xml(twiml)


@bp.post("/voice/recording")
@signed_webhook
def recording() -> Response:
    """A voice message is ready. No conversation is ever recorded: anything else is erased."""
    form = request.form
    duration = form.get("RecordingDuration", "")
    if form.get("RecordingStatus", "completed") == "completed" and form.get("RecordingSid"):
        voicemail.receive(
            form.get("CallSid", "")[:64],
            form.get("RecordingSid", "")[:64],
            outside.whole_number(duration, 0, 86_400) or 0,
            clock.now(),
        )
    return Response(status=204)


@bp.get("/voice/sound/<token>")
@public
def sound(token: str) -> Response:
    """An announcement that a manager uploaded, for the provider to play. It never changes."""
    found = db.session.execute(
        select(AnnouncementSound.content, AnnouncementSound.media_type).where(
            AnnouncementSound.token == token
        )
    ).first()
    if found is None:
        return Response(status=404)
    response = Response(found.content, content_type=found.media_type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@bp.post("/voice/fallback")
@signed_webhook
def fallback() -> Response:
    """The provider could not use our answer, most often of a process that has just died.

    She is asked for again at once, and hears an apology only if that fails too.
    """
    log.error("fallback asked for: provider error %s", request.form.get("ErrorCode", "")[:10])
    if "again=" in request.form.get("ErrorUrl", ""):
        return apology()
    twiml = VoiceResponse()
    twiml.redirect("/voice/incoming?again=0", method="POST")
    return xml(twiml)
