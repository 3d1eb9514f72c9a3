"""What the telephone provider asks and tells us of conversations: legs and conferences.

Paths are fixed; every request is signed. The caller's side is in ``caller_webhooks``.
"""

from __future__ import annotations

import logging

from flask import Response, request
from sqlalchemy import select
from twilio.twiml.voice_response import VoiceResponse

from app import clock
from app.access import signed_webhook
from app.adapters.ports import agent_of
from app.calls import announcements, service, store
from app.calls.answers import bp, lost, where_to, xml
from app.calls.models import Call
from app.calls.states import Event, Kind, State
from app.extensions import db

__all__ = ["bp"]

log = logging.getLogger(__name__)

FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


@bp.post("/voice/connect")
@signed_webhook
def connect() -> Response:
    """The caller's leg leaves the queue for the conference: the conversation begins."""
    now = clock.now()
    call = store.by_caller_sid(request.form.get("CallSid", ""))
    twiml = VoiceResponse()
    if call is None:
        return xml(lost(twiml))
    service.happen(call.id, Event(Kind.ANSWERED, now, f"answered:{call.agent_leg_sid}"))
    db.session.refresh(call)
    where_to(call, twiml, now)
    return xml(twiml)


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
        return xml(twiml)
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
    return xml(twiml)


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
