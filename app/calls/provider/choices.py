"""Keys that a caller presses: while she waits, when the line is closed, when we ring her back.

Each step is one address (``/voice/choice?step=…``); what she typed is kept in her call's row, never
in an address. A key that means nothing, or comes late, leaves her where she is.
"""

from __future__ import annotations

import logging
from datetime import datetime

from flask import Response, request
from sqlalchemy import update

from app.calls.call import store, voicemail
from app.calls.call.life.record import Outcome, State
from app.calls.call.models import Call
from app.calls.callbacks import form_sms
from app.calls.callbacks import service as callbacks
from app.calls.provider import reading
from app.calls.provider.answers import (
    answer,
    closed_menu,
    goodbye,
    here,
    join,
    line_of,
    lost,
    not_reached,
    noted_phrase,
    offers_of,
    speaker_of,
)
from app.calls.provider.webhooks import bp
from app.calls.spoken import next_step, queue_moment, voice_message, waiting
from app.calls.spoken.closed_line import Wish
from app.calls.spoken.next_step import MOST_WRONG, Door, Next, Step
from app.calls.spoken.verbs import Document, Gather, HangUp, Leave, Redirect
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.foundation.text import phone_numbers
from app.foundation.wiring import settings, wake
from app.lines import line_now
from app.lines.announcements.said import Phrase, spelled
from app.lines.dialling import Use
from app.lines.numbers import reach
from app.tickets.models import Contact
from app.web.access import signed_webhook

__all__ = ["bp"]

log = logging.getLogger(__name__)

IN_QUEUE = (State.WAITING, State.OFFERED)
PATIENCE_S = 10  # between two keys: a number read from a paper


@bp.post("/voice/choice")
@signed_webhook
def choice() -> Response:
    """A key, or several: what it means depends on the step, and on where the call is by now."""
    now, asked = clock.now(), here()
    leg, keys = reading.leg(request.form), reading.keys(request.form)
    if asked.step is Step.ANSWER:
        return answer(_answered(asked, leg, keys, now))
    call = store.by_caller_sid(leg)
    if call is None:
        return answer(lost())
    if asked.step is Step.RECORDED:
        return answer(_recorded(call, reading.recorded_seconds(request.form), now))
    return answer(_meant(call, asked, keys, now))


def _meant(call: Call, asked: Next, keys: str, now: datetime) -> Document:
    closed, limited = call.outcome == Outcome.CLOSED, call.outcome == Outcome.LIMITED
    if call.state == State.ENDED and not (closed or limited):
        return (Leave(),)  # the same request again, or she had chosen already
    match asked.step:
        case Step.ASK:
            return _ask_number(call)
        case Step.NUMBER:
            return _number_typed(call, keys, asked)
        case Step.CONFIRM:
            return _confirmed(call, keys, now)
    if limited:
        return _back(call)
    return _closed(call, keys, now) if closed else _waiting(call, keys, asked, now)


# --- while she waits -----------------------------------------------------------------------------


def _waiting(call: Call, key: str, asked: Next, now: datetime) -> Document:
    turn = asked.round or 1
    line, moment, _sounds = queue_moment.standing_of(call, turn, now)
    rules, own = line_now.of(line).rules, line.announcements
    wish = waiting.meaning(key, rules, moment, own) if call.state in IN_QUEUE else None
    if isinstance(wish, waiting.Ask):
        return _call_back(call, call.number, now)
    if isinstance(wish, waiting.Speak):
        with unit_of_work() as work:
            db.session.execute(
                update(Call).where(Call.id == call.id).values(language=wish.language)
            )
            work.after(wake)
        turn = 1
    return _back(call, turn)


def _back(call: Call, turn: int = 1) -> Document:
    """To where she was: the queue's music, or the closed line's menu. One too many has no place."""
    if call.outcome == Outcome.LIMITED:
        return goodbye(line_of(call), Phrase("goodbye", call.language))
    closed = call.outcome == Outcome.CLOSED
    return (Redirect(Next(Door.INCOMING) if closed else Next(Door.WAIT, round=turn)),)


def _call_back(call: Call, number: str | None, now: datetime) -> Document:
    """Note the call-back, with her number if it is known; else, or when the line may not call it,
    ask her for one."""
    if number is None or not reach.allows(number, Use.CALL_BACK, call.line_id):
        return _ask_number(call)
    if call.outcome in (Outcome.CLOSED, Outcome.LIMITED):
        callbacks.ask_when_closed(call, number, now)
        return _noted(call, now)
    if callbacks.choose(call, number, now) is None:
        return _back(call)  # an agent was faster: she is being answered
    return (Leave(),)


def _noted(call: Call, now: datetime, *before: str) -> Document:
    db.session.refresh(call)
    line = line_of(call)
    said = [Phrase(key, call.language) for key in before]
    return goodbye(line, *said, noted_phrase(call, line, now))


# --- a number hidden, or one that the line does not call ------------------------------------------


def _ask_number(call: Call, *, wrong: int = 0, said: str = "") -> Document:
    """She types it, then hears it read back. ``said``: the announcement of what was wrong."""
    if wrong >= MOST_WRONG:
        return _back(call)
    words = [Phrase(said, call.language)] if said else []
    words.append(Phrase("ask_number" if call.number is None else "ask_other_number", call.language))
    asked = Gather(
        speaker_of(line_of(call)).speak(words),
        next_step.choice(Step.NUMBER, wrong=wrong),
        PATIENCE_S,
        until_hash=True,
    )
    return (asked, *_back(call))


def _number_typed(call: Call, digits: str, asked: Next) -> Document:
    number = phone_numbers.typed(digits)
    if number is None or not reach.allows(number, Use.CALL_BACK, call.line_id):
        wrong = 1 + (MOST_WRONG if asked.wrong is None else asked.wrong)
        said = "number_wrong" if number is None else "number_refused"
        return _ask_number(call, wrong=wrong, said=said)
    with unit_of_work():
        db.session.execute(update(Call).where(Call.id == call.id).values(typed_number=number))
    return _read_back(call, number)


def _read_back(call: Call, number: str) -> Document:
    heard = Phrase("number_heard", call.language, {"digits": spelled(number)})
    said = speaker_of(line_of(call)).speak([heard])
    return (Gather(said, next_step.choice(Step.CONFIRM), PATIENCE_S, keys=1), *_back(call))


def _confirmed(call: Call, key: str, now: datetime) -> Document:
    number = call.typed_number
    if number is None or key == "2":
        return _ask_number(call)
    if key != "1":
        return _read_back(call, number)
    _learn(call, number)
    return _call_back(call, number, now)


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


def _closed(call: Call, key: str, now: datetime) -> Document:
    line = line_of(call)
    match offers_of(call, line).meaning(key):
        case Wish.CALLBACK:
            return _call_back(call, call.number, now)
        case Wish.SMS:
            return _send_form(call, now)
        case Wish.MESSAGE:
            days = settings().voicemail_days
            return voice_message.ask(speaker_of(line), call.language, kept_days=days)
    return closed_menu(call, line, now, again=True)


def _send_form(call: Call, now: datetime) -> Document:
    """The link by SMS; when none can leave, her request becomes a call-back, and she is told."""
    said = form_sms.send_link(call, now)
    if said == "sms_sent":
        return goodbye(line_of(call), Phrase(said, call.language))
    if not reach.allows(call.number, Use.CALL_BACK, call.line_id):
        return _ask_number(call)
    assert call.number is not None  # an allowed number is one
    callbacks.ask_when_closed(call, call.number, now)
    return _noted(call, now, said)


def _recorded(call: Call, seconds: int | None, now: datetime) -> Document:
    """« Votre message est gardé », if there is one; after silence, the menu again."""
    line = line_of(call)
    if voicemail.is_empty(seconds):
        empty = speaker_of(line).speak([Phrase("record_empty", call.language)])
        return (*empty, *closed_menu(call, line, now))
    return goodbye(line, Phrase("record_kept", call.language))


# --- when we ring her back -----------------------------------------------------------------------


def _answered(asked: Next, leg: str, key: str, now: datetime) -> Document:
    """« Tapez 1 » was pressed by a person: she joins her agent. Anything else: another time."""
    call = store.named(asked.call)
    if call is None or not store.is_outbound(call) or call.person_leg_sid != leg:
        log.warning("a key came for a call-back that does not expect it")
        return (HangUp(),)
    if key == "1":
        return join(call, now)
    line = line_of(call)
    return goodbye(line, not_reached(call, line, now))
