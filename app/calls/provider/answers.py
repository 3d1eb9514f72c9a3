"""What every telephone webhook answers with: the blueprint, its failures, and a caller's next step.

None of them ever shows a stack trace to a caller: on a failure she hears an apology, stays on the
line, and is tried again.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from sqlalchemy import bindparam, select
from sqlalchemy.exc import SQLAlchemyError
from twilio.twiml.voice_response import VoiceResponse

from app.accounts.models import Agent
from app.calls.call import service, store
from app.calls.call.models import Call
from app.calls.call.record import Event, Kind, Outcome, State
from app.calls.callbacks import rules as callback_rules
from app.calls.callbacks import service as callbacks
from app.calls.spoken import closed_line
from app.calls.spoken.closed_line import Offers
from app.foundation import clock
from app.foundation.exceptions import PermanenceError
from app.foundation.extensions import db
from app.foundation.text import phone_numbers
from app.foundation.wiring import settings
from app.lines import rules as line_rules
from app.lines.announcements import said as announcements
from app.lines.announcements.said import Phrase, Speaker
from app.lines.dialling import Use
from app.lines.models import AnnouncementSound, Line
from app.lines.numbers import reach
from app.tickets.models import CallBack, CallBackState, Contact
from app.web.incoming import number_in

log = logging.getLogger(__name__)
bp = Blueprint("voice", __name__)

MOST_APOLOGIES = 6  # of about ten seconds each
TELLING = frozenset(
    {
        "voice.status",
        "voice.conference",
        "voice.recording",
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
    """« Un souci technique », a pause, and from the beginning again.

    Not for ever where a fallback is hosted apart: after about a minute an error sends the caller
    to it, and it takes her number.
    """
    heard = number_in(request.args, "again", 0, least=0)
    if heard >= MOST_APOLOGIES and settings().fallback_url:
        return Response(status=503)
    twiml = VoiceResponse()
    announcements.say(twiml, announcements.text("apology", "fr"), "fr")
    twiml.pause(length=5)
    twiml.redirect(_once_more(heard + 1), method="POST")
    return xml(twiml)


def _once_more(heard: int) -> str:
    """Where the same leg asks again. One that we rang names its call: it is no new arrival."""
    named = {name: request.args[name] for name in ("call", "party") if name in request.args}
    path = "/voice/wait" if _while_she_waits() else "/voice/incoming"
    if named:
        path = "/voice/agent" if request.endpoint == "voice.agent" else "/voice/connect"
    return f"{path}?{urlencode({**named, 'again': heard})}"


def _while_she_waits() -> bool:
    """Is a waiting document asked for, where Enqueue, so a new beginning, is not allowed?"""
    return request.path == "/voice/wait" or "round" in request.args


def xml(twiml: VoiceResponse) -> Response:
    """The answer that the provider reads."""
    return Response(str(twiml), content_type="text/xml; charset=utf-8")


def where_to(call: Call, twiml: VoiceResponse, now: datetime, *, once_more: bool = False) -> None:
    """The person's next step, whatever brought her leg here (``once_more``: a queue that failed).

    A call-back first asks for a key: an answering machine presses none.
    """
    connecting = call.state == State.CONNECTING and call.answered_at is None
    if connecting and call.callback_id and store.is_outbound(call):
        ask_for_key(call, twiml, now)
    else:
        join(call, twiml, now, once_more=once_more)


def join(call: Call, twiml: VoiceResponse, now: datetime, *, once_more: bool = False) -> None:
    """To the agent who is there: the conversation begins. Else where the call stands."""
    if call.state == State.CONNECTING and call.agent_present:
        service.happen_to(call, Event(Kind.ANSWERED, now, f"answered:{call.agent_leg_sid}"))
    if call.state == State.TALKING:
        twiml.append(announcements.conference(call.ref, caller=True))
    elif call.state in (State.ENDED, State.WRAP_UP):
        _farewell(call, twiml, now)
    else:
        announcements.enqueue(twiml, once_more=once_more)


def _farewell(call: Call, twiml: VoiceResponse, now: datetime) -> None:
    """The call is over for us: what its outcome leaves to say, then the end."""
    line = line_of(call)
    if call.outcome == Outcome.CLOSED:
        closed_menu(call, line, twiml, now)
        return
    if call.outcome == Outcome.LIMITED:
        _too_many(call, line, twiml, now)
        return
    phrases = [Phrase("goodbye", call.language)]
    if store.is_outbound(call) and call.answered_at is None:
        phrases = [not_reached(call, line, now)]
    if call.outcome == Outcome.CALLBACK:
        phrases = [noted_phrase(call, line, now)]
    speaker_of(line).speak(twiml, phrases)
    twiml.hangup()


def _too_many(call: Call, line: Line, twiml: VoiceResponse, now: datetime) -> None:
    """One too many of its number: a call-back is noted, once. Without a number, one is asked for."""
    speaker = speaker_of(line)
    if call.number is None or not reach.allows(call.number, Use.CALL_BACK, line.id):
        speaker.speak(twiml, [Phrase("too_many_hidden", call.language)])
        twiml.redirect("/voice/choice?step=ask", method="POST")
        return
    callbacks.ask_when_closed(call, call.number, now)
    words = [Phrase("too_many", call.language), noted_phrase(call, line, now)]
    speaker.speak(twiml, words)
    twiml.hangup()


def line_of(call: Call) -> Line:
    """The line that a call came by."""
    return db.session.get_one(Line, call.line_id)


def speaker_of(line: Line, *, sounds: bool = True) -> Speaker:
    """How this line speaks: its own words, and its ``sounds`` if it may have some."""
    found = db.session.execute(_SOUNDS, {"of_line": line.id}) if sounds else ()
    return Speaker(
        own=line.announcements or {},
        sounds={(key, language): token for key, language, token in found},
        base_url=settings().public_base_url,
    )


_SOUNDS = select(AnnouncementSound.key, AnnouncementSound.language, AnnouncementSound.token).where(
    AnnouncementSound.line_id == bindparam("of_line")
)


def noted_phrase(call: Call, line: Line, now: datetime) -> Phrase:
    """« C'est noté » : at once, at the next opening, when somebody opens a line closed by hand, or
    already asked for before."""
    held = callbacks.open_of(call.typed_number) or callbacks.open_of(call.number)
    if held is None:
        return Phrase("goodbye", call.language)
    if held.arrived_at < (call.queued_at or call.received_at):
        return Phrase("callback_kept", call.language)
    called = callbacks.called_from(line, held.due_at, now)
    if called is None:
        return Phrase("callback_at_reopen", call.language)
    if called <= now:
        return Phrase("callback_noted", call.language)
    moment = announcements.spoken_moment(called, now, ZoneInfo(line.zone), call.language)
    return Phrase("callback_at_opening", call.language, moment)


def not_reached(call: Call, line: Line, now: datetime) -> Phrase:
    """What hears a person whom we rang and who did not speak with us: that we call again, if we do."""
    callback = db.session.get(CallBack, call.callback_id) if call.callback_id else None
    again = False
    if callback is not None and callback.state == CallBackState.OPEN:
        tried = callback.attempts + (0 if call.state == State.ENDED else 1)  # this one, once over
        again = callback_rules.next_try(tried, line_rules.of(line.rules), now) is not None
    return Phrase("call_later" if again else "call_us", call.language)


def closed_menu(
    call: Call, line: Line, twiml: VoiceResponse, now: datetime, *, again: bool = False
) -> None:
    """When the line opens, and what may be asked for until then. ``again``: after a wrong key."""
    speaker, language = speaker_of(line), call.language
    offered = offers_of(call, line)
    words = [Phrase("not_offered", language)]
    if not again:
        words = announcements.closed_phrases(
            callbacks.opens_next(line, now), now, ZoneInfo(line.zone), language
        )
    if offered.wishes:
        gather = twiml.gather(
            num_digits=1, timeout=6, action="/voice/choice?step=closed", method="POST"
        )
        speaker.speak(gather, [*words, *offered.phrases(language)])
        words = []
    speaker.speak(twiml, [*words, Phrase("goodbye", language)])
    twiml.hangup()


def offers_of(call: Call, line: Line) -> Offers:
    """What this caller of a closed line may ask for."""
    mobile = phone_numbers.is_mobile(call.number)
    return closed_line.offers(
        line_rules.of(line.rules),
        mobile=mobile and reach.allows(call.number, Use.WRITE, line.id),
    )


def introduce_callback(call: Call, twiml: VoiceResponse) -> None:
    """The agent hears whom she calls back, before the person's telephone rings."""
    zone = ZoneInfo(line_of(call).zone)
    contact = db.session.get(Contact, call.contact_id) if call.contact_id else None
    agent = db.session.get(Agent, call.agent_id) if call.agent_id else None
    callback = db.session.get(CallBack, call.callback_id) if call.callback_id else None
    language = agent.locale if agent else "fr"
    words = announcements.callback_intro(
        contact.person.full_name if contact and contact.person else "",
        call.queued_at or call.received_at,
        clock.now(),
        zone,
        language,
        callback.source if callback else "",
    )
    announcements.say(twiml, words, language)


def ask_for_key(call: Call, twiml: VoiceResponse, now: datetime) -> None:
    """« Tapez 1 » : a person is there, and not her answering machine. Said twice, then another time."""
    line = line_of(call)
    speaker = speaker_of(line)
    gather = twiml.gather(
        num_digits=1, timeout=8, action=f"/voice/choice?call={call.ref}&step=answer", method="POST"
    )
    for _time in range(2):
        speaker.speak(gather, [Phrase("callback_for_person", call.language)])
    speaker.speak(twiml, [not_reached(call, line, now)])
    twiml.hangup()


def lost(twiml: VoiceResponse) -> VoiceResponse:
    """We do not know this leg: let it start from the beginning rather than lose it.

    From a waiting document it first leaves the queue; ``/voice/left-queue`` is asked next.
    """
    log.warning("unknown CallSid on %s", request.path)
    if _while_she_waits():
        twiml.leave()
    else:
        twiml.redirect("/voice/incoming", method="POST")
    return twiml
