"""What the telephone provider asks and tells us of conversations: legs and conferences.

Paths are fixed; every request is signed. The caller's side is in ``caller_webhooks``.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from flask import Response, request

from app.calls.call import service, store, told
from app.calls.call.life.states import Event, Kind, State
from app.calls.call.models import Call, CallParty
from app.calls.provider import probe, reading
from app.calls.provider.answers import (
    answer,
    bp,
    here,
    introduce_callback,
    line_of,
    lost,
    speaker_of,
    where_to,
)
from app.calls.provider.reading import InRoom, LegNews, Passage
from app.calls.spoken.verbs import Document, HangUp, Join
from app.foundation import clock
from app.foundation.extensions import db
from app.foundation.wiring import spawn
from app.lines.announcements import said as announcements
from app.lines.announcements.said import Phrase
from app.web.access import signed_webhook

__all__ = ["bp"]

log = logging.getLogger(__name__)

TOLD_MEANWHILE = 1.0  # seconds: callbacks of one moment come in any order


@bp.post("/voice/connect")
@signed_webhook
def connect() -> Response:
    """The person's leg goes where her call is: into the conference, or back to the queue.

    An outbound call names itself (``?call=``), for its leg may be answered before we know it.
    """
    now, leg = clock.now(), reading.leg(request.form)
    call = _call_named() or store.by_caller_sid(leg)
    if call is None:
        return answer(lost())
    if store.is_outbound(call):
        service.happen_to(call, Event(Kind.PERSON_RUNG, now, f"person:{leg}", leg=leg))
    return answer(where_to(call, now))


def _call_named() -> Call | None:
    return store.named(here().call)


@bp.post("/voice/agent")
@signed_webhook
def agent() -> Response:
    """A softphone, or an outside number that an agent asked, answered: it joins the conference."""
    answered, party_id, call = reading.answered(request.form), here().party, _call_named()
    if call is not None and party_id is not None:
        joins = _party_joins(call, party_id, answered.sid)
    else:
        agent_id = answered.agent_id
        joins = (
            call is not None and agent_id is not None and _agent_joins(call, agent_id, answered.sid)
        )
    if call is None or not joins:
        log.warning("a leg came for a conversation that does not expect it")
        return answer((announcements.ours("gone", "fr"), HangUp()))
    return answer(_agent_in(call) if party_id is None else _party_in(call, party_id))


def _agent_in(call: Call) -> Document:
    enters = Join(call.ref, caller=False)
    if call.callback_id and call.state == State.CONNECTING and call.answered_at is None:
        return (introduce_callback(call), enters)
    return (enters,)


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


def _party_in(call: Call, party_id: int) -> Document:
    party = db.session.get_one(CallParty, party_id)
    coached = call.agent_leg_sid if party.kind == "coach" else None
    return (Join(call.ref, caller=False, coached=coached, muted=not party.speaks),)


@bp.post("/voice/announce")
@signed_webhook
def announce() -> Response:
    """What everybody in a conference hears when a manager begins to listen."""
    call = _call_named()
    if call is None:
        return answer((announcements.ours("coach", "fr"),))
    return answer(speaker_of(line_of(call)).speak([Phrase("coach", call.language)]))


@bp.post("/voice/conference")
@signed_webhook
def conference() -> Response:
    """Somebody joined or left a conference."""
    news = reading.in_room(request.form)
    call = store.named(news.ref)
    if call is None:
        log.warning("unknown conference on %s", request.path)
        return Response(status=200)
    event = _conference_event(call, news, told.happened_at(news.at, clock.now()))
    if event is not None:
        service.happen_to(call, event)
    return Response(status=204)


def _conference_event(call: Call, news: InRoom, at: datetime) -> Event | None:
    leg = news.leg
    if leg and leg == call.party_leg_sid:
        return _party_event(call, news, at)
    match news.passage, leg in (call.provider_sid, call.person_leg_sid):
        case Passage.JOINED, True:
            key = f"answered:{call.agent_leg_sid}"
            return Event(Kind.ANSWERED, at, key, conference=news.conference)
        case Passage.JOINED, False:
            return Event(
                Kind.AGENT_JOINED, at, f"joined:{leg}", leg=leg, conference=news.conference
            )
        case Passage.LEFT, True if news.conference == call.conference_sid:
            if news.moved:
                return None  # by us, to the queue; told late, she may be in conversation again
            return Event(Kind.CALLER_LEFT, at, "caller_left")
        case Passage.LEFT, False:
            return Event(Kind.AGENT_LEFT, at, f"left:{leg}", leg=leg)
    return None


def _party_event(call: Call, news: InRoom, at: datetime) -> Event | None:
    leg, party = news.leg, call.party_id
    if news.passage is Passage.JOINED:
        return Event(Kind.PARTY_JOINED, at, f"party_joined:{leg}", leg=leg, party_id=party)
    if news.passage is Passage.LEFT:
        return replace(service.party_left(party, at), leg=leg)
    return None


@bp.post("/voice/status")
@signed_webhook
def status() -> Response:
    """A leg changed. Only its end matters to us; what it changes may already be known."""
    news = reading.leg_news(request.form)
    if not news.over:
        return Response(status=204)
    sid, at, call = news.sid, told.happened_at(news.at, clock.now()), store.by_leg(news.sid)
    if call is None:
        _unknown_leg(news)
        return Response(status=200)
    if sid in (call.provider_sid, call.person_leg_sid):
        kind = Kind.FAILED if news.failed else Kind.CALLER_LEFT
        service.happen_to(call, Event(kind, at, "caller_left"))
    elif sid == call.agent_leg_sid:
        _agents_leg_ended(call, Event(Kind.AGENT_LEFT, at, f"left:{sid}", leg=sid))
    else:
        service.happen_to(call, replace(service.party_left(call.party_id, at), leg=sid))
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


def _unknown_leg(news: LegNews) -> None:
    """A leg of no call: the trial of ``telephony check``, or one that we have forgotten."""
    if news.trial:
        probe.arrived(news.sid)
    else:
        log.info("unknown leg on %s", request.path)
