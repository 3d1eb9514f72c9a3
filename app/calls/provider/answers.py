"""What every telephone webhook answers with: the blueprint, its failures, and a caller's next step.

None of them ever shows a stack trace to a caller: on a failure she hears an apology, stays on the
line, and is tried again.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import bindparam, select
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.models import Agent
from app.calls.call import service, store
from app.calls.call.life.record import Event, Kind, Outcome, State
from app.calls.call.models import Call
from app.calls.callbacks import rules as callback_rules
from app.calls.callbacks import service as callbacks
from app.calls.provider import twiml
from app.calls.spoken import closed_line, next_step
from app.calls.spoken.closed_line import Offers
from app.calls.spoken.next_step import Door, Next, Step
from app.calls.spoken.verbs import (
    Document,
    Enqueue,
    Gather,
    HangUp,
    Join,
    Leave,
    Pause,
    Redirect,
    Say,
)
from app.foundation import clock
from app.foundation.exceptions import PermanenceError
from app.foundation.extensions import db
from app.foundation.text import phone_numbers
from app.foundation.wiring import settings
from app.lines import line_now
from app.lines.announcements import said as announcements
from app.lines.announcements.said import Phrase, Speaker
from app.lines.dialling import Use
from app.lines.models import AnnouncementSound, Line
from app.lines.numbers import reach
from app.tickets.models import CallBack, CallBackState, Contact

log = logging.getLogger(__name__)
bp = Blueprint("voice", __name__)

MOST_APOLOGIES = 6  # of about ten seconds each
MENU_PATIENCE_S = 6  # to press a key of the closed line's menu
ANSWER_PATIENCE_S = 8  # to press the key that says that a person is there
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


def here() -> Next:
    """The address that was asked for, as ``next_step`` made it."""
    return next_step.read(request.path, request.args)


def answer(document: Document) -> Response:
    """The answer that the provider reads."""
    return Response(twiml.render(document), content_type=twiml.MEDIA_TYPE)


def apology() -> Response:
    """« Un souci technique », a pause, and from the beginning again.

    Not for ever where a fallback is hosted apart: after about a minute an error sends the caller
    to it, and it takes her number.
    """
    heard = here().again or 0
    if heard >= MOST_APOLOGIES and settings().fallback_url:
        return Response(status=503)
    again = Redirect(_once_more(heard + 1))
    return answer((announcements.ours("apology", "fr"), Pause(5), again))


def _once_more(heard: int) -> Next:
    """Where the same leg asks again. One that we rang names its call: it is no new arrival."""
    asked = here()
    if asked.call or asked.party is not None:
        door = Door.AGENT if asked.door is Door.AGENT else Door.CONNECT
        return Next(door, call=asked.call, party=asked.party, again=heard)
    return Next(Door.WAIT if _while_she_waits() else Door.INCOMING, again=heard)


def _while_she_waits() -> bool:
    """Is a waiting document asked for, where Enqueue, so a new beginning, is not allowed?"""
    return here().door is Door.WAIT or here().round is not None


def where_to(call: Call, now: datetime, *, once_more: bool = False) -> Document:
    """The person's next step, whatever brought her leg here (``once_more``: a queue that failed).

    A call-back first asks for a key: an answering machine presses none.
    """
    connecting = call.state == State.CONNECTING and call.answered_at is None
    if connecting and call.callback_id and store.is_outbound(call):
        return ask_for_key(call, now)
    return join(call, now, once_more=once_more)


def join(call: Call, now: datetime, *, once_more: bool = False) -> Document:
    """To the agent who is there: the conversation begins. Else where the call stands."""
    if call.state == State.CONNECTING and call.agent_present:
        service.happen_to(call, Event(Kind.ANSWERED, now, f"answered:{call.agent_leg_sid}"))
    if call.state == State.TALKING:
        return (Join(call.ref, caller=True),)
    if call.state in (State.ENDED, State.WRAP_UP):
        return _farewell(call, now)
    return (Enqueue(once_more=once_more),)


def _farewell(call: Call, now: datetime) -> Document:
    """The call is over for us: what its outcome leaves to say, then the end."""
    line = line_of(call)
    if call.outcome == Outcome.CLOSED:
        return closed_menu(call, line, now)
    if call.outcome == Outcome.LIMITED:
        return _too_many(call, line, now)
    phrases = [Phrase("goodbye", call.language)]
    if store.is_outbound(call) and call.answered_at is None:
        phrases = [not_reached(call, line, now)]
    if call.outcome == Outcome.CALLBACK:
        phrases = [noted_phrase(call, line, now)]
    return goodbye(line, *phrases)


def goodbye(line: Line, *phrases: Phrase) -> Document:
    """These last words, and the end."""
    return (*speaker_of(line).speak(phrases), HangUp())


def _too_many(call: Call, line: Line, now: datetime) -> Document:
    """One too many of its number: a call-back is noted, once. Without a number, one is asked for."""
    if call.number is None or not reach.allows(call.number, Use.CALL_BACK, line.id):
        said = speaker_of(line).speak([Phrase("too_many_hidden", call.language)])
        return (*said, Redirect(next_step.choice(Step.ASK)))
    callbacks.ask_when_closed(call, call.number, now)
    return goodbye(line, Phrase("too_many", call.language), noted_phrase(call, line, now))


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
    stands = line_now.of(line)
    called = callback_rules.called_from(stands, held.due_at, now)
    if called is None:
        return Phrase("callback_at_reopen", call.language)
    if called <= now:
        return Phrase("callback_noted", call.language)
    moment = announcements.spoken_moment(called, now, stands.zone, call.language)
    return Phrase("callback_at_opening", call.language, moment)


def not_reached(call: Call, line: Line, now: datetime) -> Phrase:
    """What hears a person whom we rang and who did not speak with us: that we call again, if we do."""
    callback = db.session.get(CallBack, call.callback_id) if call.callback_id else None
    again = False
    if callback is not None and callback.state == CallBackState.OPEN:
        tried = callback.attempts + (0 if call.state == State.ENDED else 1)  # this one, once over
        again = callback_rules.next_try(tried, line_now.of(line).rules, now) is not None
    return Phrase("call_later" if again else "call_us", call.language)


def closed_menu(call: Call, line: Line, now: datetime, *, again: bool = False) -> Document:
    """When the line opens, and what may be asked for until then. ``again``: after a wrong key."""
    speaker, language = speaker_of(line), call.language
    offered = offers_of(call, line)
    words = [Phrase("not_offered", language)]
    if not again:
        stands = line_now.of(line)
        words = announcements.closed_phrases(stands.opens_next(now), now, stands.zone, language)
    goodbye = Phrase("goodbye", language)
    if not offered.wishes:
        return (*speaker.speak([*words, goodbye]), HangUp())
    said = speaker.speak([*words, *offered.phrases(language)])
    asked = Gather(said, next_step.choice(Step.CLOSED), MENU_PATIENCE_S, keys=1)
    return (asked, *speaker.speak([goodbye]), HangUp())


def offers_of(call: Call, line: Line) -> Offers:
    """What this caller of a closed line may ask for."""
    mobile = phone_numbers.is_mobile(call.number)
    return closed_line.offers(
        line_now.of(line).rules,
        mobile=mobile and reach.allows(call.number, Use.WRITE, line.id),
    )


def introduce_callback(call: Call) -> Say:
    """The agent hears whom she calls back, before the person's telephone rings."""
    zone = line_now.of(line_of(call)).zone
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
    return Say(words, language)


def ask_for_key(call: Call, now: datetime) -> Document:
    """« Tapez 1 » : a person is there, and not her answering machine. Said twice, then another time."""
    line = line_of(call)
    speaker = speaker_of(line)
    said = speaker.speak([Phrase("callback_for_person", call.language)])
    there = next_step.choice(Step.ANSWER, call=call.ref)
    asked = Gather((*said, *said), there, ANSWER_PATIENCE_S, keys=1)
    return (asked, *speaker.speak([not_reached(call, line, now)]), HangUp())


def lost() -> Document:
    """We do not know this leg: let it start from the beginning rather than lose it.

    From a waiting document it first leaves the queue; ``/voice/left-queue`` is asked next.
    """
    log.warning("unknown leg on %s", request.path)
    return (Leave(),) if _while_she_waits() else (Redirect(Next(Door.INCOMING)),)
