"""What the provider asks and tells us of the caller: arrival, queue, choices, messages.

Paths are fixed; every request is signed. Asking paths answer TwiML, telling paths 204.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from flask import Response, request
from sqlalchemy import func, select
from twilio.twiml.voice_response import VoiceResponse

from app import clock
from app.access import signed_webhook
from app.calls import announcements, arrivals, service, store
from app.calls.answers import apology, lost, where_to, xml
from app.calls.arrivals import Incoming
from app.calls.models import Call, Line
from app.calls.states import Event, Kind, State
from app.calls.webhooks import bp
from app.exceptions import Unavailable
from app.extensions import db
from app.wiring import settings

__all__ = ["bp"]

log = logging.getLogger(__name__)

RECENT = timedelta(minutes=30)  # waits of before say little of the wait now


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
        words = announcements.text("greeting", arrival.language, arrival.announcements)
        announcements.say(twiml, words, arrival.language)
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
        service.happen(call.id, Event(Kind.QUEUED, now, "queued"))
    if call.state in (State.ENDED, State.WRAP_UP):
        twiml.leave()
        return xml(twiml)
    _speak_place(call, twiml)
    twiml.play(settings().public_base_url + announcements.MUSIC)
    return xml(twiml)


def _speak_place(call: Call, twiml: VoiceResponse) -> None:
    line = db.session.get_one(Line, call.line_id)
    own, language = line.announcements, call.language
    position = 1 + (
        db.session.scalar(
            select(func.count())
            .select_from(Call)
            .where(Call.state.in_((State.WAITING, State.OFFERED)), Call.queued_at < call.queued_at)
        )
        or 0
    )
    words = [
        announcements.text("first" if position == 1 else "position", language, own).format(
            position=position
        )
    ]
    band = announcements.expected_wait(store.recent_waits(clock.now() - RECENT), position)
    words.append(announcements.text(band or "stay", language, own))
    announcements.say(twiml, " ".join(words), language)


@bp.post("/voice/choice")
@signed_webhook
def choice() -> Response:
    """A key pressed while waiting. No choice is offered yet: the caller keeps her place."""
    twiml = VoiceResponse()
    twiml.redirect("/voice/wait", method="POST")
    return xml(twiml)


@bp.post("/voice/left-queue")
@signed_webhook
def left_queue() -> Response:
    """The leg is out of the queue: hung up, redirected by us, or refused by the provider."""
    result = request.form.get("QueueResult", "")
    call = store.by_caller_sid(request.form.get("CallSid", ""))
    twiml = VoiceResponse()
    if call is None:
        log.warning("unknown CallSid on %s", request.path)
    elif result == "hangup":
        service.happen(call.id, Event(Kind.CALLER_LEFT, clock.now(), "caller_left"))
    elif result == "leave":
        where_to(call, twiml, clock.now())
    elif result in ("queue-full", "system-error", "error"):
        log.error("the provider's queue refused a call: %s", result)
        return apology()
    return xml(twiml)


@bp.post("/voice/recording")
@signed_webhook
def recording() -> Response:
    """No conversation is recorded in this product: nothing is kept."""
    log.warning("a recording was announced, though none is ever asked for")
    return Response(status=204)


@bp.post("/voice/fallback")
@signed_webhook
def fallback() -> Response:
    """The provider could not use our first answer."""
    log.error("fallback asked for: provider error %s", request.form.get("ErrorCode", "")[:10])
    return apology()


@bp.post("/sms/incoming")
@signed_webhook
def sms_incoming() -> Response:
    """A text message. It is a contact; nothing is answered by itself."""
    service.receive_sms(
        request.form.get("MessageSid", "")[:64],
        request.form.get("From", "")[:64],
        request.form.get("Body", ""),
        now=clock.now(),
    )
    return xml(VoiceResponse())


@bp.post("/sms/status")
@signed_webhook
def sms_status() -> Response:
    """What became of a message that we sent."""
    return Response(status=204)
