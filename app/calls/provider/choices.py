"""Keys that a caller presses: while she waits, when the line is closed, when we ring her back.

Each step is one address (``/voice/choice?step=…``); what she typed is kept in her call's row, never
in an address. A key that means nothing, or comes late, leaves her where she is.
"""

from __future__ import annotations

import logging
from datetime import datetime

from flask import Response, request
from sqlalchemy import update
from twilio.twiml.voice_response import VoiceResponse

from app.calls.call import store, voicemail
from app.calls.call.models import Call
from app.calls.call.record import Outcome, State
from app.calls.callbacks import form_sms
from app.calls.callbacks import service as callbacks
from app.calls.provider.answers import (
    closed_menu,
    join,
    line_of,
    lost,
    not_reached,
    noted_phrase,
    offers_of,
    speaker_of,
    xml,
)
from app.calls.provider.webhooks import bp
from app.calls.spoken import queue_moment, waiting
from app.calls.spoken.closed_line import Wish
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.foundation.text import phone_numbers
from app.foundation.wiring import wake
from app.lines import rules as line_rules
from app.lines.announcements.said import Phrase, spelled
from app.lines.dialling import Use
from app.lines.numbers import reach
from app.tickets.models import Contact
from app.web.access import signed_webhook

__all__ = ["bp"]

log = logging.getLogger(__name__)

IN_QUEUE = (State.WAITING, State.OFFERED)
TRIES = 3  # wrong numbers typed before she is left to wait in peace
PATIENCE_S = 10  # between two keys: a number read from a paper


@bp.post("/voice/choice")
@signed_webhook
def choice() -> Response:
    """A key, or several: what it means depends on the step, and on where the call is by now."""
    now, key = clock.now(), request.form.get("Digits", "")[:32]
    step = request.args.get("step", "")
    twiml = VoiceResponse()
    if step == "answer":
        return xml(_answered(key, twiml, now))
    call = store.by_caller_sid(request.form.get("CallSid", ""))
    if call is None:
        return xml(lost(twiml))
    closed = call.outcome == Outcome.CLOSED
    kept = closed or call.outcome == Outcome.LIMITED
    if step == "recorded":
        _recorded(call, request.form.get("RecordingDuration", ""), twiml, now)
    elif call.state == State.ENDED and not kept:
        twiml.leave()  # the same request again, or she had chosen already
    elif step == "ask":
        _ask_number(call, twiml)
    elif step == "number":
        _number_typed(call, key, twiml)
    elif step == "confirm":
        _confirmed(call, key, twiml, now)
    elif call.outcome == Outcome.LIMITED:
        _back(call, twiml)
    elif closed:
        _closed(call, key, twiml, now)
    else:
        _waiting(call, key, twiml, now)
    return xml(twiml)


# --- while she waits -----------------------------------------------------------------------------


def _waiting(call: Call, key: str, twiml: VoiceResponse, now: datetime) -> None:
    turn = waiting.round_of(request.args.get("round", ""))
    line, moment, _sounds = queue_moment.standing_of(call, turn, now)
    rules, own = line_rules.of(line.rules), line.announcements
    wish = waiting.meaning(key, rules, moment, own) if call.state in IN_QUEUE else None
    if isinstance(wish, waiting.Ask):
        _call_back(call, call.number, twiml, now)
        return
    if isinstance(wish, waiting.Speak):
        with unit_of_work() as work:
            db.session.execute(
                update(Call).where(Call.id == call.id).values(language=wish.language)
            )
            work.after(wake)
        turn = 1
    _back(call, twiml, turn)


def _back(call: Call, twiml: VoiceResponse, turn: int = 1) -> None:
    """To where she was: the queue's music, or the closed line's menu. One too many has no place."""
    if call.outcome == Outcome.LIMITED:
        speaker_of(line_of(call)).speak(twiml, [Phrase("goodbye", call.language)])
        twiml.hangup()
        return
    closed = call.outcome == Outcome.CLOSED
    twiml.redirect("/voice/incoming" if closed else f"/voice/wait?round={turn}", method="POST")


def _call_back(call: Call, number: str | None, twiml: VoiceResponse, now: datetime) -> None:
    """Note the call-back, with her number if it is known; else, or when the line may not call it,
    ask her for one."""
    if number is None or not reach.allows(number, Use.CALL_BACK, call.line_id):
        _ask_number(call, twiml)
    elif call.outcome in (Outcome.CLOSED, Outcome.LIMITED):
        callbacks.ask_when_closed(call, number, now)
        _noted(call, twiml, now)
    elif callbacks.choose(call, number, now) is None:
        _back(call, twiml)  # an agent was faster: she is being answered
    else:
        twiml.leave()


def _noted(call: Call, twiml: VoiceResponse, now: datetime, *before: str) -> None:
    db.session.refresh(call)
    line = line_of(call)
    said = [Phrase(key, call.language) for key in before]
    speaker_of(line).speak(twiml, [*said, noted_phrase(call, line, now)])
    twiml.hangup()


# --- a number hidden, or one that the line does not call ------------------------------------------


def _ask_number(call: Call, twiml: VoiceResponse, *, wrong: int = 0, said: str = "") -> None:
    """She types it, then hears it read back. ``said``: the announcement of what was wrong."""
    if wrong >= TRIES:
        _back(call, twiml)
        return
    asked = "ask_number" if call.number is None else "ask_other_number"
    words = [Phrase(said, call.language)] if said else []
    gather = twiml.gather(
        finish_on_key="#",
        timeout=PATIENCE_S,
        action=f"/voice/choice?step=number&wrong={wrong}",
        method="POST",
    )
    speaker_of(line_of(call)).speak(gather, [*words, Phrase(asked, call.language)])
    _back(call, twiml)


def _number_typed(call: Call, digits: str, twiml: VoiceResponse) -> None:
    number = phone_numbers.typed(digits)
    if number is None or not reach.allows(number, Use.CALL_BACK, call.line_id):
        tried = request.args.get("wrong", "")
        wrong = 1 + (int(tried) if tried in ("0", "1", "2") else TRIES)
        said = "number_wrong" if number is None else "number_refused"
        _ask_number(call, twiml, wrong=wrong, said=said)
        return
    with unit_of_work():
        db.session.execute(update(Call).where(Call.id == call.id).values(typed_number=number))
    _read_back(call, number, twiml)


def _read_back(call: Call, number: str, twiml: VoiceResponse) -> None:
    gather = twiml.gather(
        num_digits=1, timeout=PATIENCE_S, action="/voice/choice?step=confirm", method="POST"
    )
    heard = Phrase("number_heard", call.language, {"digits": spelled(number)})
    speaker_of(line_of(call)).speak(gather, [heard])
    _back(call, twiml)


def _confirmed(call: Call, key: str, twiml: VoiceResponse, now: datetime) -> None:
    number = call.typed_number
    if number is None or key == "2":
        _ask_number(call, twiml)
    elif key != "1":
        _read_back(call, number, twiml)
    else:
        _learn(call, number)
        _call_back(call, number, twiml, now)


def _learn(call: Call, number: str) -> None:
    """She told us her number: the call and its contact have it, unless they had one (hers may be
    abroad, and the one to call back another)."""
    with unit_of_work():
        db.session.execute(
            update(Call).where(Call.id == call.id, Call.number.is_(None)).values(number=number)
        )
        db.session.execute(
            update(Contact)
            .where(Contact.id == call.contact_id, Contact.caller_number.is_(None))
            .values(caller_number=number)
        )
    db.session.refresh(call)


# --- when the line is closed ---------------------------------------------------------------------


def _closed(call: Call, key: str, twiml: VoiceResponse, now: datetime) -> None:
    line = line_of(call)
    match offers_of(call, line).meaning(key):
        case Wish.CALLBACK:
            _call_back(call, call.number, twiml, now)
        case Wish.SMS:
            _send_form(call, twiml, now)
        case Wish.MESSAGE:
            voicemail.ask(call, speaker_of(line), twiml)
        case None:
            closed_menu(call, line, twiml, now, again=True)


def _send_form(call: Call, twiml: VoiceResponse, now: datetime) -> None:
    """The link by SMS; when none can leave, her request becomes a call-back, and she is told."""
    said = form_sms.send_link(call, now)
    if said != "sms_sent" and not reach.allows(call.number, Use.CALL_BACK, call.line_id):
        _ask_number(call, twiml)
        return
    if said != "sms_sent":
        assert call.number is not None  # an allowed number is one
        callbacks.ask_when_closed(call, call.number, now)
        _noted(call, twiml, now, said)
        return
    speaker_of(line_of(call)).speak(twiml, [Phrase(said, call.language)])
    twiml.hangup()


def _recorded(call: Call, seconds: str, twiml: VoiceResponse, now: datetime) -> None:
    """« Votre message est gardé », if there is one; after silence, the menu again."""
    line = line_of(call)
    if voicemail.is_empty(seconds):
        speaker_of(line).speak(twiml, [Phrase("record_empty", call.language)])
        closed_menu(call, line, twiml, now)
        return
    speaker_of(line).speak(twiml, [Phrase("record_kept", call.language)])
    twiml.hangup()


# --- when we ring her back -----------------------------------------------------------------------


def _answered(key: str, twiml: VoiceResponse, now: datetime) -> VoiceResponse:
    """« Tapez 1 » was pressed by a person: she joins her agent. Anything else: another time."""
    leg = request.form.get("CallSid", "")
    call = store.named(request.args.get("call", ""))
    if call is None or not store.is_outbound(call) or call.person_leg_sid != leg:
        log.warning("a key came for a call-back that does not expect it")
        twiml.hangup()
    elif key == "1":
        join(call, twiml, now)
    else:
        line = line_of(call)
        speaker_of(line).speak(twiml, [not_reached(call, line, now)])
        twiml.hangup()
    return twiml
