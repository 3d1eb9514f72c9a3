"""Call-backs at work: asked for, placed in the queue when due, followed, taken, cancelled.

An attempt is an outbound call that waits at the place of the person's first arrival, so routing
offers it as any other. What becomes of it is heard inside the transaction of the event (at the end of
this file): no attempt ends without its call-back knowing.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, bindparam, exists, select
from sqlalchemy.orm import aliased

from app.accounts import journal
from app.calls.call import outbound, service
from app.calls.call.life.record import LIVE, CallRecord, Event, Kind, Outcome, State
from app.calls.call.models import Call
from app.calls.callbacks import rules as callback_rules
from app.foundation import edits
from app.foundation.database.unit_of_work import Work, unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput, NotFound, PermanenceError
from app.foundation.extensions import db
from app.lines import line_now, written
from app.lines import store as lines
from app.lines.dialling import Refused, Use
from app.lines.models import Line
from app.lines.numbers import reach
from app.queue import works
from app.tickets import callbacks as rows
from app.tickets import service as contacts
from app.tickets import store as tickets
from app.tickets.callbacks import Asked, Wish
from app.tickets.models import CallBack, CallBackSource, CallBackState

log = logging.getLogger(__name__)

AT_ONCE = 50  # attempts placed in one look: the next look comes in half a second
UNANSWERED = frozenset({Outcome.UNREACHED, Outcome.FAILED})

open_count = rows.open_count


def open_of(number: str | None) -> CallBack | None:
    """The open call-back of a number, to be read."""
    query = select(CallBack).where(CallBack.number == number, CallBack.state == CallBackState.OPEN)
    return db.session.scalar(query) if number else None


# --- asked for -----------------------------------------------------------------------------------


def note(wish: Wish) -> Asked:
    """Note a call-back inside the caller's transaction. Raises InvalidInput for a number that the
    line does not call: no call-back is promised but by here."""
    reach.check(wish.number, Use.CALL_BACK, wish.line_id)
    return rows.ask(wish)


def choose(call: Call, number: str, now: datetime) -> Asked | None:
    """« Tapez 1 » while waiting: she leaves the queue and keeps her place.

    None when the state machine refuses (an agent has just taken her): she stays on the line.
    """
    call_id, line = call.id, db.session.get_one(Line, call.line_id)
    with unit_of_work() as work:
        event = Event(Kind.CALLBACK_CHOSEN, now, "callback_chosen")
        if service.happen_within(call_id, event, work) is None:
            return None
        call = db.session.get_one(Call, call_id, populate_existing=True)
        return note(
            Wish(
                number=number,
                line_id=line.id,
                source=CallBackSource.QUEUE,
                arrived_at=call.queued_at or call.received_at,
                due_at=callback_rules.first_due(line_now.of(line), now),
                language=call.language,
                contact_id=call.contact_id,
            )
        )


def ask_when_closed(call: Call, number: str, now: datetime) -> Asked:
    """A caller of the closed line is called back when it opens; so is one call too many of its number.

    What is noted already is only read: a thousand calls of one number write nothing.
    """
    line = db.session.get_one(Line, call.line_id)
    held = rows.noted(_wish_when_closed(call, line, number, now))
    if held is not None and reach.allows(number, Use.CALL_BACK, line.id):
        return Asked(held, False)
    with unit_of_work():
        return note_when_closed(call, number, now)


def note_when_closed(call: Call, number: str, now: datetime) -> Asked:
    """The same, inside the caller's transaction; one call too many has no contact of its own."""
    line = db.session.get_one(Line, call.line_id)
    wish = _wish_when_closed(call, line, number, now)
    contact_id = wish.contact_id or contacts.last_or_new(number, now)
    return note(replace(wish, contact_id=contact_id))


def _wish_when_closed(call: Call, line: Line, number: str, now: datetime) -> Wish:
    return Wish(
        number=number,
        line_id=line.id,
        source=CallBackSource.QUEUE if call.outcome == Outcome.LIMITED else CallBackSource.CLOSED,
        arrived_at=call.received_at,
        due_at=callback_rules.first_due(line_now.of(line), now),
        language=call.language,
        contact_id=call.contact_id,
    )


def promised(number: str | None) -> dict[str, str]:
    """What the form of a promise shows of the call-back that is already open for a number."""
    held = open_of(number)
    if held is None:
        return {}
    return {"at": held.due_at.isoformat(), "by": str(held.agent_id or "")}


def promise(
    contact_id: int, at: datetime, *, agent_id: int, now: datetime, seen: str | None = None
) -> Asked:
    """« Je vous rappelle jeudi à 10 heures » : an agent promises, the queue remembers.

    Raises InvalidInput for a time that is past, far away or outside the hours and for a number
    that the line does not call, NotFound for a contact without a number, StaleEdit when somebody
    else promised meanwhile (``seen``: what the form had shown; None: no form).
    """
    contact = tickets.contact(contact_id)
    if contact.caller_number is None:
        raise NotFound("Cette personne a masqué son numéro : on ne peut pas la rappeler.")
    line = lines.set_up(lines.first())
    if at <= now or at - now > callback_rules.FARTHEST:
        raise InvalidInput(
            "Choisissez un moment à venir, dans les soixante jours.", kept="Rien n'est promis."
        )
    if not line_now.of(line).by_hours(at):
        raise InvalidInput(
            "La ligne est fermée à ce moment-là : personne ne pourrait tenir cette promesse.",
            todo="Choisissez un moment pendant les heures d'ouverture.",
        )
    wish = Wish(
        number=contact.caller_number,
        line_id=line.id,
        source=CallBackSource.AGENT,
        arrived_at=at,
        due_at=at,
        contact_id=contact_id,
        agent_id=agent_id,
        chosen=True,
    )
    with unit_of_work():
        if seen is not None:
            rows.open_of(contact.caller_number)  # kept from others until the commit
            mine = {"at": at.astimezone(UTC).isoformat(), "by": str(agent_id)}
            edits.refuse_stale(seen, promised(contact.caller_number), mine)
        asked = note(wish)
        journal.record(
            "callback_promised", f"callback:{asked.callback.id}", agent_id=agent_id, now=now
        )
        return asked


# --- attempts ------------------------------------------------------------------------------------


def place_due(now: datetime) -> int:
    """Put in the queue the attempts that are due on an open line; how many.

    Those of a closed line wait for its next opening, and so do attempts that nobody has taken.
    """
    due = db.session.execute(
        select(CallBack.id, CallBack.line_id)
        .where(CallBack.state == CallBackState.OPEN, CallBack.due_at <= now, ~_being_called())
        .order_by(CallBack.arrived_at)
        .limit(AT_ONCE)
    ).all()
    opened = {each.id for each in lines.every() if line_now.of(each).is_open(now)} if due else ()
    return sum(_place(row.id, now) for row in due if row.line_id in opened)


def send_home(now: datetime) -> int:
    """Take the attempts that still wait out of the queue of a closed line; how many."""
    waiting = db.session.execute(
        select(Call.id, Call.line_id).where(
            Call.direction == "out",
            Call.callback_id.is_not(None),
            Call.state.in_((State.WAITING, State.OFFERED)),
        )
    ).all()
    taken = 0
    for line in lines.every() if waiting else ():
        stands = line_now.of(line)
        if stands.is_open(now) or not callback_rules.goes_home(stands, now):
            continue
        for row in waiting:
            if row.line_id == line.id and service.happen(row.id, _cancelled(now)) is not None:
                taken += 1
    return taken


def _cancelled(now: datetime) -> Event:
    return Event(Kind.CANCELLED, now, "cancelled")


def _being_called() -> ColumnElement[bool]:
    """Is an attempt of this call-back alive, or is the person on the line by herself?"""
    call = aliased(Call)
    mine = (call.callback_id == CallBack.id) & (call.direction == "out")
    hers = (call.number == CallBack.number) & (call.direction == "in")
    return exists().where(mine | hers, call.state.in_(LIVE)).correlate(CallBack)


def _place(callback_id: int, now: datetime) -> bool:
    with unit_of_work() as work:
        callback = rows.locked(callback_id)
        # Judged again under the lock: another process may have been faster.
        still = select(CallBack.id).where(CallBack.id == callback_id, ~_being_called())
        if callback.state != CallBackState.OPEN or db.session.scalar(still) is None:
            return False
        if callback.number is None:
            return False
        refused = reach.judge(callback.number, Use.CALL_BACK, callback.line_id)
        if isinstance(refused, Refused):  # promised before the rules changed: people see to it
            log.warning("a call-back is given up: %s", refused.reason)
            rows.close(callback, CallBackState.GIVEN_UP, now)
            rows.leave_ticket(callback, now)
            return False
        outbound.place_callback(
            callback.number,
            callback_id=callback.id,
            contact_id=callback.contact_id,
            arrived_at=callback.arrived_at,
            language=callback.language,
            line_id=callback.line_id,
            preferred_agent_id=callback.agent_id,
            work=work,
            now=now,
        )
        return True


def _waiting_attempts(callback_id: int) -> list[int]:
    return list(
        db.session.scalars(
            select(Call.id).where(
                Call.callback_id == callback_id,
                Call.direction == "out",
                Call.state.in_((State.WAITING, State.OFFERED)),
            )
        )
    )


def call_now(callback_id: int, *, agent_id: int, now: datetime) -> Call:
    """« Rappeler maintenant » : this agent takes the call-back, whatever its turn.

    Raises Conflict when it is over, or somebody is calling already, or a call holds her;
    InvalidInput when the line does not call this number any more.
    """
    with unit_of_work() as work:
        callback = rows.locked(callback_id)
        _must_be_open(callback)
        _withdraw(callback_id, work, now)
        if db.session.scalar(
            select(exists().where(Call.callback_id == callback_id, Call.state.in_(LIVE)))
        ):
            raise Conflict("Quelqu'un de l'équipe appelle déjà cette personne.")
        assert callback.number is not None  # an open call-back has one
        return outbound.dial_callback(
            agent_id,
            callback.number,
            callback_id=callback_id,
            contact_id=callback.contact_id,
            language=callback.language,
            line_id=callback.line_id,
            work=work,
            now=now,
        )


def cancel(callback_id: int, *, agent_id: int, now: datetime) -> None:
    """The person no longer needs to be called. Raises Conflict when it is over already."""
    with unit_of_work() as work:
        callback = rows.locked(callback_id)
        _must_be_open(callback)
        rows.close(callback, CallBackState.CANCELLED, now)
        _withdraw(callback_id, work, now)
        journal.record("callback_cancelled", f"callback:{callback_id}", agent_id=agent_id, now=now)


def _must_be_open(callback: CallBack) -> None:
    if callback.state != CallBackState.OPEN:
        raise Conflict("Cette demande de rappel est déjà terminée.", todo="Rechargez la page.")


def _withdraw(callback_id: int, work: Work, now: datetime) -> None:
    for call_id in _waiting_attempts(callback_id):
        service.happen_within(call_id, _cancelled(now), work)


# --- what becomes of them ------------------------------------------------------------------------


def _answered_first(before: CallRecord, after: CallRecord) -> bool:
    return before.answered_at is None and after.answered_at is not None


def _found_nobody(before: CallRecord, after: CallRecord) -> bool:
    """An attempt counts only if her telephone was rung: the agent was there."""
    ended = before.ended_at is None and after.ended_at is not None
    return ended and after.outbound and before.agent_present and after.outcome in UNANSWERED


_HER_NUMBER = select(Call.number).where(Call.id == bindparam("her_call")).scalar_subquery()


def _served(call_id: int, _before: CallRecord, after: CallRecord, work: Work) -> None:
    """Whoever is answered needs no call-back any more."""
    at = after.last_at or after.received_at
    state = CallBackState.DONE if after.outbound else CallBackState.CANCELLED
    for callback_id in rows.close_number(_HER_NUMBER, {"her_call": call_id}, state, at):
        _withdraw(callback_id, work, at)
        _message_served(callback_id, after, work)


def _message_served(callback_id: int, after: CallRecord, work: Work) -> None:
    """What she had asked for in writing has its answer."""
    contact_id = db.session.scalar(select(CallBack.contact_id).where(CallBack.id == callback_id))
    if contact_id is None:
        return
    at = after.last_at or after.received_at
    told = works.served_by_call(contact_id, agent_id=after.agent_id, now=at)
    if told is not None:
        work.after(lambda: written.told(contact_id, told))


def _unanswered(call_id: int, _before: CallRecord, after: CallRecord, _work: Work) -> None:
    """An attempt that found nobody is tried again after the pause, or given up with a ticket that
    people see."""
    at = after.last_at or after.received_at
    callback_id = db.session.scalar(select(Call.callback_id).where(Call.id == call_id))
    if callback_id is None:
        return
    callback = rows.locked(callback_id)
    if callback.state != CallBackState.OPEN:
        return
    line = db.session.get_one(Line, callback.line_id)
    callback.attempts += 1
    again = callback_rules.next_try(callback.attempts, line_now.of(line).rules, at)
    if again is not None:
        callback.due_at = again
        return
    rows.close(callback, CallBackState.GIVEN_UP, at)
    rows.leave_ticket(callback, at)


def look(now: datetime) -> None:
    """What the ticker does for call-backs at each look; a failure waits for the next one."""
    try:
        send_home(now)
        place_due(now)
    except PermanenceError as error:
        log.error("call-backs were not placed: %s", error.code)


service.follow_with(_answered_first, _served)
service.follow_with(_found_nobody, _unanswered)
