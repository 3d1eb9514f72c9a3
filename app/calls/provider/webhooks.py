"""What the telephone provider asks and tells us of conversations: legs and conferences.

Paths are fixed; every request is signed. The caller's side is in ``caller_webhooks``.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from flask import Response, request
from twilio.twiml.voice_response import VoiceResponse

from app.calls.call import service, store, told
from app.calls.call.models import Call, CallParty
from app.calls.call.states import Event, Kind, State
from app.calls.provider import probe
from app.calls.provider.answers import (
    bp,
    introduce_callback,
    line_of,
    lost,
    speaker_of,
    where_to,
    xml,
)
from app.foundation import clock
from app.foundation.extensions import db
from app.foundation.ports import NOBODY, agent_of
from app.foundation.text import outside
from app.foundation.wiring import spawn
from app.lines.announcements import said as announcements
from app.lines.announcements.said import Phrase
from app.web.access import signed_webhook

__all__ = ["bp"]

log = logging.getLogger(__name__)

MOVED = "participant_updated_via_api"
TOLD_MEANWHILE = 1.0  # seconds: callbacks of one moment come in any order
FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


@bp.post("/voice/connect")
@signed_webhook
def connect() -> Response:
    """The person's leg goes where her call is: into the conference, or back to the queue.

    An outbound call names itself (``?call=``), for its leg may be answered before we know it.
    """
    now, leg = clock.now(), request.form.get("CallSid", "")[:64]
    call = _call_named() or store.by_caller_sid(leg)
    twiml = VoiceResponse()
    if call is None:
        return xml(lost(twiml))
    if store.is_outbound(call):
        service.happen_to(call, Event(Kind.PERSON_RUNG, now, f"person:{leg}", leg=leg))
    where_to(call, twiml, now)
    return xml(twiml)


def _call_named() -> Call | None:
    return store.named(request.args.get("call", ""))


@bp.post("/voice/agent")
@signed_webhook
def agent() -> Response:
    """A softphone, or an outside number that an agent asked, answered: it joins the conference."""
    leg = request.form.get("CallSid", "")[:64]
    call, twiml = _call_named(), VoiceResponse()
    party_id = outside.identifier(request.args.get("party"))
    agent_id = agent_of(request.form.get("To", ""))
    if call is not None and party_id is not None:
        joins = _party_joins(call, party_id, leg)
    else:
        joins = call is not None and agent_id is not None and _agent_joins(call, agent_id, leg)
    if call is None or not joins:
        log.warning("a leg came for a conversation that does not expect it")
        announcements.say(twiml, announcements.text("gone", "fr"), "fr")
        twiml.hangup()
    elif party_id is not None:
        _join_party(call, party_id, twiml)
    else:
        if call.callback_id and call.state == State.CONNECTING and call.answered_at is None:
            introduce_callback(call, twiml)
        twiml.append(announcements.conference(call.ref, caller=False))
    return xml(twiml)


def _agent_joins(call: Call, agent_id: int, leg: str) -> bool:
    if call.agent_id != agent_id:
        return False
    # Known before the REST answer came back? Then this is where the leg is learnt.
    service.happen_to(
        call, Event(Kind.LEG_CREATED, clock.now(), f"leg:{leg}", agent_id=agent_id, leg=leg)
    )
    return call.state in (State.CONNECTING, State.TALKING) and call.agent_leg_sid == leg


def _party_joins(call: Call, party_id: int, leg: str) -> bool:
    service.happen_to(
        call,
        Event(Kind.PARTY_LEG, clock.now(), f"party_leg:{leg}", leg=leg, party_id=party_id),
    )
    if call.party_leg_sid == leg:
        return True
    # A colleague whom the first agent left alone with the person meanwhile.
    return call.state == State.TALKING and call.agent_leg_sid == leg


def _join_party(call: Call, party_id: int, twiml: VoiceResponse) -> None:
    party = db.session.get_one(CallParty, party_id)
    coached = call.agent_leg_sid if party.kind == "coach" else None
    twiml.append(
        announcements.conference(call.ref, caller=False, coached=coached, muted=not party.speaks)
    )


@bp.post("/voice/announce")
@signed_webhook
def announce() -> Response:
    """What everybody in a conference hears when a manager begins to listen."""
    call, twiml = _call_named(), VoiceResponse()
    if call is None:
        announcements.say(twiml, announcements.text("coach", "fr"), "fr")
    else:
        speaker_of(line_of(call)).speak(twiml, [Phrase("coach", call.language)])
    return xml(twiml)


@bp.post("/voice/conference")
@signed_webhook
def conference() -> Response:
    """Somebody joined or left a conference."""
    form = request.form
    call = store.named(form.get("FriendlyName", "").removeprefix("call-"))
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
        service.happen_to(call, event)
    return Response(status=204)


def _conference_event(call: Call, what: str, leg: str, conference_sid: str) -> Event | None:
    now, is_caller = _told_at(), leg in (call.provider_sid, call.person_leg_sid)
    if leg and leg == call.party_leg_sid:
        return _party_event(call, what, leg)
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
            if request.form.get("ReasonParticipantLeft") == MOVED:
                return None  # by us, to the queue; told late, she may be in conversation again
            return Event(Kind.CALLER_LEFT, now, "caller_left")
        case "participant-leave", False:
            return Event(Kind.AGENT_LEFT, now, f"left:{leg}", leg=leg)
    return None


def _told_at() -> datetime:
    """When what this callback tells happened."""
    return told.happened_at(request.form.get("Timestamp", ""), clock.now())


def _party_event(call: Call, what: str, leg: str) -> Event | None:
    now, party = _told_at(), call.party_id
    if what == "participant-join":
        return Event(Kind.PARTY_JOINED, now, f"party_joined:{leg}", leg=leg, party_id=party)
    if what == "participant-leave":
        return replace(service.party_left(party, now), leg=leg)
    return None


@bp.post("/voice/status")
@signed_webhook
def status() -> Response:
    """A leg changed. Only its end matters to us; what it changes may already be known."""
    sid, leg_status = request.form.get("CallSid", ""), request.form.get("CallStatus", "")
    if leg_status not in FINAL:
        return Response(status=204)
    now, call = _told_at(), store.by_leg(sid)
    if call is None:
        _unknown_leg(sid)
        return Response(status=200)
    if sid in (call.provider_sid, call.person_leg_sid):
        kind = Kind.FAILED if leg_status == "failed" else Kind.CALLER_LEFT
        service.happen_to(call, Event(kind, now, "caller_left"))
    elif sid == call.agent_leg_sid:
        _agents_leg_ended(call, Event(Kind.AGENT_LEFT, now, f"left:{sid}", leg=sid))
    else:
        service.happen_to(call, replace(service.party_left(call.party_id, now), leg=sid))
    return Response(status=204)


def _agents_leg_ended(call: Call, left: Event) -> None:
    """In a conversation it is most often the person who hung up: her conference ends, and this leg.

    What is told of her is then on its way, and says it all; alone, this one would put her on hold.
    """
    call_id = call.id
    if call.state == State.TALKING and call.agent_present:
        spawn(lambda: service.happen(call_id, left), after=TOLD_MEANWHILE)
    else:
        service.happen_to(call, left)


def _unknown_leg(sid: str) -> None:
    """A leg of no call: the trial of ``telephony check``, or one that we have forgotten."""
    if request.form.get("To") == NOBODY:
        probe.arrived(sid[:64])
    else:
        log.info("unknown CallSid on %s", request.path)
