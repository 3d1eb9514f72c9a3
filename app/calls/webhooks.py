"""What the telephone provider asks and tells us. Paths are fixed; every request is signed.

Asking paths answer TwiML; telling paths (status, conference) answer 204. None of them ever shows
a stack trace to a caller: on a failure she hears an apology, stays on the line, and is tried again.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from twilio.twiml.voice_response import VoiceResponse

from app import clock
from app.access import signed_webhook
from app.adapters.ports import agent_of
from app.calls import announcements, arrivals, service, store
from app.calls.arrivals import Incoming
from app.calls.models import Call, Line
from app.calls.opening_hours import REFERENCE_HOURS
from app.calls.states import Event, Kind, State
from app.exceptions import PermanenceError, Unavailable
from app.extensions import db
from app.wiring import settings

log = logging.getLogger(__name__)
bp = Blueprint("voice", __name__)

RECENT = timedelta(minutes=30)  # waits of before say little of the wait now
FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
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
    return _apology()


def _apology() -> Response:
    twiml = VoiceResponse()
    announcements.say(twiml, announcements.text("apology", "fr"), "fr")
    twiml.pause(length=5)
    twiml.redirect("/voice/incoming", method="POST")
    return _xml(twiml)


def _xml(twiml: VoiceResponse) -> Response:
    return Response(str(twiml), content_type="text/xml; charset=utf-8")


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
        return _xml(twiml)
    call = store.by_caller_sid(request.form.get("CallSid", ""))
    if call is None:
        raise Unavailable("L'appel n'a pas pu être enregistré.")
    _where_to(call, twiml, now)
    return _xml(twiml)


def _where_to(call: Call, twiml: VoiceResponse, now: Any) -> None:
    """The caller's next step, whatever brought her leg here."""
    if call.state == State.TALKING or call.agent_present:
        twiml.append(announcements.conference(call.ref, caller=True))
    elif call.state in (State.ENDED, State.WRAP_UP):
        _farewell(call, twiml, now)
    else:
        announcements.enqueue(twiml)


def _farewell(call: Call, twiml: VoiceResponse, now: Any) -> None:
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


@bp.post("/voice/wait")
@signed_webhook
def wait() -> Response:
    """The caller is in the queue: place, honest expected wait, music; asked again at its end."""
    now = clock.now()
    call = store.by_caller_sid(request.form.get("CallSid", ""))
    twiml = VoiceResponse()
    if call is None:
        return _xml(_lost(twiml))
    if call.state == State.GREETING:
        service.happen(call.id, Event(Kind.QUEUED, now, "queued"))
    if call.state in (State.ENDED, State.WRAP_UP):
        twiml.leave()
        return _xml(twiml)
    _speak_place(call, twiml)
    twiml.play(settings().public_base_url + announcements.MUSIC)
    return _xml(twiml)


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


def _lost(twiml: VoiceResponse) -> VoiceResponse:
    """We do not know this leg: let it start from the beginning rather than lose it."""
    log.warning("unknown CallSid on %s", request.path)
    twiml.redirect("/voice/incoming", method="POST")
    return twiml


@bp.post("/voice/choice")
@signed_webhook
def choice() -> Response:
    """A key pressed while waiting. No choice is offered yet: the caller keeps her place."""
    twiml = VoiceResponse()
    twiml.redirect("/voice/wait", method="POST")
    return _xml(twiml)


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
        _where_to(call, twiml, clock.now())
    elif result in ("queue-full", "system-error", "error"):
        log.error("the provider's queue refused a call: %s", result)
        return _apology()
    return _xml(twiml)


@bp.post("/voice/connect")
@signed_webhook
def connect() -> Response:
    """The caller's leg leaves the queue for the conference: the conversation begins."""
    now = clock.now()
    call = store.by_caller_sid(request.form.get("CallSid", ""))
    twiml = VoiceResponse()
    if call is None:
        return _xml(_lost(twiml))
    service.happen(call.id, Event(Kind.ANSWERED, now, f"answered:{call.agent_leg_sid}"))
    db.session.refresh(call)
    _where_to(call, twiml, now)
    return _xml(twiml)


@bp.post("/voice/agent")
@signed_webhook
def agent() -> Response:
    """An agent's softphone answered: join the conference of the call it was rung for."""
    leg = request.form.get("CallSid", "")[:64]
    call = db.session.scalar(select(Call).where(Call.ref == request.args.get("call", "")))
    twiml = VoiceResponse()
    agent_id = agent_of(request.form.get("To", ""))
    if call is None or call.agent_id is None or call.agent_id != agent_id:
        log.warning("an agent's leg came for a call that is not hers")
        announcements.say(twiml, announcements.text("gone", "fr"), "fr")
        twiml.hangup()
        return _xml(twiml)
    # Known before the REST answer came back? Then this is where the leg is learnt.
    service.happen(
        call.id, Event(Kind.LEG_CREATED, clock.now(), f"leg:{leg}", agent_id=agent_id, leg=leg)
    )
    db.session.refresh(call)
    if call.state in (State.CONNECTING, State.TALKING) and call.agent_leg_sid == leg:
        twiml.append(announcements.conference(call.ref, caller=False))
    else:
        announcements.say(twiml, announcements.text("gone", "fr"), "fr")
        twiml.hangup()
    return _xml(twiml)


@bp.post("/voice/conference")
@signed_webhook
def conference() -> Response:
    """Somebody joined or left a conference."""
    form = request.form
    ref = form.get("FriendlyName", "").removeprefix("call-")
    call = db.session.scalar(select(Call).where(Call.ref == ref))
    if call is None:
        log.warning("unknown conference on %s", request.path)
        return Response(status=200)
    event = _conference_event(
        call,
        form.get("StatusCallbackEvent", ""),
        form.get("CallSid", ""),
        form.get("ConferenceSid", "")[:64],
    )
    if event is not None:
        service.happen(call.id, event)
    return Response(status=204)


def _conference_event(call: Call, what: str, leg: str, conference_sid: str) -> Event | None:
    now, is_caller = clock.now(), leg == call.provider_sid
    match what, is_caller:
        case "participant-join", True:
            return Event(
                Kind.ANSWERED, now, f"answered:{call.agent_leg_sid}", conference=conference_sid
            )
        case "participant-join", False:
            return Event(
                Kind.AGENT_JOINED, now, f"joined:{leg}", leg=leg, conference=conference_sid
            )
        case "participant-leave", True if conference_sid == call.conference_sid:
            return Event(Kind.CALLER_LEFT, now, "caller_left")
        case "participant-leave", False:
            return Event(Kind.AGENT_LEFT, now, f"left:{leg}", leg=leg)
    return None


@bp.post("/voice/status")
@signed_webhook
def status() -> Response:
    """A leg changed. Only its end matters to us; what it changes may already be known."""
    sid, leg_status = request.form.get("CallSid", ""), request.form.get("CallStatus", "")
    if leg_status not in FINAL:
        return Response(status=204)
    now = clock.now()
    call = store.by_caller_sid(sid)
    if call is not None:
        kind = Kind.FAILED if leg_status == "failed" else Kind.CALLER_LEFT
        service.happen(call.id, Event(kind, now, "caller_left"))
        return Response(status=204)
    call = store.by_agent_leg(sid)
    if call is not None:
        service.happen(call.id, Event(Kind.AGENT_LEFT, now, f"left:{sid}", leg=sid))
    else:
        log.info("unknown CallSid on %s", request.path)
    return Response(status=200)


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
    return _apology()


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
    return _xml(VoiceResponse())


@bp.post("/sms/status")
@signed_webhook
def sms_status() -> Response:
    """What became of a message that we sent."""
    return Response(status=204)
