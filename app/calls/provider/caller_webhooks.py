"""What the provider asks and tells us of the caller: arrival, queue, messages. (Keys: ``choices``.)

Paths are fixed; every request is signed. Asking paths answer TwiML, telling paths 204.
"""

from __future__ import annotations

import logging

from flask import Response, request
from sqlalchemy import select

from app.calls.call import arrivals, service, store, told, voicemail
from app.calls.call.arrivals import Incoming
from app.calls.call.life.states import Event, Kind, State
from app.calls.provider import reading
from app.calls.provider.answers import answer, apology, here, lost, speaker_of, where_to
from app.calls.provider.choices import bp
from app.calls.provider.reading import Out
from app.calls.spoken import queue_moment, waiting
from app.calls.spoken.next_step import Door, Next
from app.calls.spoken.verbs import Document, Enqueue, Gather, Leave, Play, Redirect
from app.foundation import clock
from app.foundation.exceptions import Unavailable
from app.foundation.extensions import db
from app.foundation.wiring import settings
from app.lines import line_now
from app.lines.announcements import said as announcements
from app.lines.announcements.said import Phrase
from app.lines.models import AnnouncementSound
from app.web.access import public, signed_webhook

__all__ = ["bp"]

log = logging.getLogger(__name__)

PATIENCE_S = 1  # after the music, for a key pressed at its end


@bp.post("/voice/incoming")
@signed_webhook
def incoming() -> Response:
    """A call arrives, or comes back to be told where to go."""
    now, leg = clock.now(), reading.new_leg(request.form)
    arrival = arrivals.receive(Incoming(leg.sid, leg.from_number, leg.to_number), now=now)
    if arrival is not None and arrival.open:
        greeting = arrival.speaker.speak([Phrase("greeting", arrival.language)])
        return answer((*greeting, Enqueue()))
    call = store.by_caller_sid(leg.sid)
    if call is None:
        raise Unavailable("L'appel n'a pas pu être enregistré.")
    return answer(where_to(call, now))


@bp.post("/voice/wait")
@signed_webhook
def wait() -> Response:
    """The caller is in the queue: place, honest expected wait, music; asked again at its end."""
    now = clock.now()
    call = store.by_caller_sid(reading.leg(request.form))
    if call is None:
        return answer(lost())
    if call.state == State.GREETING:
        service.happen_to(call, Event(Kind.QUEUED, now, "queued"))
    if call.state in (State.ENDED, State.WRAP_UP):
        return answer((Leave(),))
    turn = here().round or 1
    line, moment, sounds = queue_moment.standing_of(call, turn, now)
    phrases = waiting.phrases(moment, line_now.of(line).rules, line.announcements)
    said = speaker_of(line, sounds=sounds).speak(phrases)
    music = Play(settings().public_base_url + announcements.MUSIC)
    keys = Gather((*said, music), Next(Door.CHOICE, round=turn), PATIENCE_S, keys=1)
    return answer((keys, Redirect(Next(Door.WAIT, round=turn + 1))))


@bp.post("/voice/left-queue")
@signed_webhook
def left_queue() -> Response:
    """The leg is out of the queue: hung up, redirected by us, or refused by the provider."""
    now, left = clock.now(), reading.left_queue(request.form)
    call = store.by_caller_sid(left.sid)
    if call is None:
        return answer(lost() if left.how is Out.LEFT else _unknown())
    if left.how in (Out.FULL, Out.REFUSED):
        log.error("the provider's queue refused a call: %s", left.how)
        if left.how is Out.FULL or here().again is not None:
            return apology()
        return answer(where_to(call, now, once_more=True))
    if left.how is Out.LEFT:
        return answer(where_to(call, now))
    if left.how is Out.HUNG_UP:
        at = told.left_queue_at(call.waiting_since, left.seconds, now)
        service.happen_to(call, Event(Kind.CALLER_LEFT, at, "caller_left"))
    return answer(())


def _unknown() -> Document:
    log.warning("unknown leg on %s", request.path)
    return ()


@bp.post("/voice/recording")
@signed_webhook
def recording() -> Response:
    """A voice message is ready. No conversation is ever recorded: anything else is erased."""
    ready = reading.recording(request.form)
    if ready is not None:
        voicemail.receive(ready.leg, ready.sid, ready.seconds, clock.now())
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
    trouble = reading.trouble(request.form)
    log.error("fallback asked for: provider error %s", trouble.code)
    return apology() if trouble.again else answer((Redirect(Next(Door.INCOMING, again=0)),))
