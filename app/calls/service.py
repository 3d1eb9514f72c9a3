"""Use cases of a call: each is one transaction (event, presences, deadlines), then effects."""

from __future__ import annotations

import contextlib
import logging
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.accounts import service as accounts
from app.accounts.presence import PresenceState
from app.assist import service as assist
from app.calls import effects, live, store
from app.calls.consequences import CallAgent, Command, Consequences, MoveAgent, consequences
from app.calls.models import Call, Line
from app.calls.routing import Policy
from app.calls.states import CallRecord, Event, Kind, State
from app.exceptions import Conflict, IllegalTransition, NotFound
from app.extensions import db
from app.tickets import service as tickets
from app.tickets.models import Channel, Direction
from app.unit_of_work import Work, release_connection, unit_of_work
from app.wiring import ports, spawn, wake

log = logging.getLogger(__name__)

SMS_KEPT = 1600
GONE_AFTER = timedelta(seconds=10)  # a page reload is back long before


def policy_of(line: Line | None) -> Policy:
    """The line's routing policy; what it does not say is the default."""
    return Policy(**(line.policy if line else {}))


# --- one event -----------------------------------------------------------------------------------


def happen(call_id: int, event: Event) -> CallRecord | None:
    """Apply an event in a transaction of its own, with all that follows. None: nothing changed."""
    with unit_of_work() as work:
        return happen_within(call_id, event, work)


def happen_within(call_id: int, event: Event, work: Work) -> CallRecord | None:
    """As ``happen``, inside the caller's unit of work."""
    changed = store.apply_event(call_id, event)
    if changed is None:
        return None
    before, after = changed
    line = db.session.scalar(
        select(Line).join(Call, Call.line_id == Line.id).where(Call.id == call_id)
    )
    follow = consequences(before, after, event, overflow_after=policy_of(line).overflow_after)
    if event.kind is Kind.OFFERED and not accounts.claim_for_call(
        event.agent_id or 0, call_id, now=event.at
    ):
        raise Conflict("Cette personne n'est plus disponible.")
    _carry_out(call_id, follow, after, work)
    return after


def _carry_out(call_id: int, follow: Consequences, after: CallRecord, work: Work) -> None:
    at = after.last_at or after.received_at
    for move in follow.moves:
        _move(call_id, move, at)
    for due in follow.dues:
        store.set_deadline(due.kind, due.at, call_id=call_id)
    _follow_contact(call_id, after)
    work.after(lambda: _announce(follow))
    if follow.commands:
        work.after(lambda: command(call_id, follow.commands))
    if follow.route:
        work.after(wake)


def command(call_id: int, commands: tuple[Command, ...]) -> None:
    """Ask the provider, outside this request; what comes of it happens to the call."""

    def perform() -> None:
        call = db.session.get_one(Call, call_id)
        number = db.session.get_one(Line, call.line_id).number
        target = effects.Target(call.ref, call.provider_sid, number)
        release_connection()
        for event in effects.perform(target, commands, ports().telephony, clock.now):
            happen(call_id, event)

    spawn(perform)


def _move(call_id: int, move: MoveAgent, at: datetime) -> None:
    to = move.to
    if to == "release":
        # With no tab left she stays « available » for the grace period: routing rings only
        # agents with an open tab, and a page reload must not sign her off.
        to = PresenceState.AVAILABLE
        if not accounts.is_connected(move.agent_id):
            store.set_deadline("gone", at + GONE_AFTER, agent_id=move.agent_id)
    accounts.move_in_call(move.agent_id, call_id, PresenceState(to), now=at)


def _follow_contact(call_id: int, after: CallRecord) -> None:
    if after.state not in (State.CONNECTING, State.ENDED):
        return
    contact_id = db.session.scalar(select(Call.contact_id).where(Call.id == call_id))
    if contact_id is None:
        return
    if after.state is State.CONNECTING and after.agent_id is not None:
        tickets.assign_agent(contact_id, after.agent_id)
    elif after.last_at is not None:
        tickets.close_contact(contact_id, now=after.last_at)
        assist.settle(contact_id, after.last_at)


def _announce(follow: Consequences) -> None:
    live.desks_changed(follow.agents)


# --- the agent's acts ----------------------------------------------------------------------------


def accept(ref: str, agent_id: int, *, now: datetime) -> CallRecord:
    """Take an offered call. Raises Conflict « déjà prise » when somebody else was faster."""
    call = store.by_ref(ref)
    record = happen(call.id, Event(Kind.ACCEPTED, now, _unique("accepted"), agent_id=agent_id))
    if record is None:
        raise _why_not_accepted(call.id, agent_id)
    return record


def _why_not_accepted(call_id: int, agent_id: int) -> Conflict:
    db.session.expire_all()
    call = db.session.get_one(Call, call_id)
    if call.agent_id == agent_id and call.state in (State.CONNECTING, State.TALKING):
        return Conflict("Vous avez déjà pris cet appel.", kept="La conversation est à vous.")
    if call.agent_id is not None:
        return Conflict("Déjà prise par une collègue.", kept="L'appel est entre de bonnes mains.")
    if call.state == State.ENDED:
        return Conflict("La personne a raccroché.", kept="L'appel est dans le journal du jour.")
    return Conflict("Cet appel ne vous est plus proposé.", kept="La personne garde sa place.")


def decline(ref: str, agent_id: int, *, now: datetime) -> None:
    """Leave an offered call to the others; it keeps its place."""
    call = store.by_ref(ref)
    happen(call.id, Event(Kind.DECLINED, now, _unique("declined"), agent_id=agent_id))


def hold(ref: str, agent_id: int, *, on: bool, now: datetime) -> None:
    """Put the caller on hold with music, or take her back."""
    call = _own(ref, agent_id, State.TALKING)
    kind = Kind.HELD if on else Kind.RESUMED
    happen(call.id, Event(kind, now, _unique(kind), agent_id=agent_id))


def hang_up(ref: str, agent_id: int, *, now: datetime) -> None:
    """End the conversation; the wrap-up begins."""
    call = _own(ref, agent_id, State.TALKING, State.WRAP_UP)
    happen(call.id, Event(Kind.AGENT_HUNG_UP, now, "agent_hung_up", agent_id=agent_id))


def rejoin(ref: str, agent_id: int) -> None:
    """Come back into one's conversation from another tab or after a reload."""
    call = _own(ref, agent_id, State.TALKING, State.CONNECTING)
    command(call.id, (CallAgent(agent_id),))


def finish_wrap_up(ref: str, agent_id: int, *, now: datetime) -> None:
    """The agent has done with the call."""
    call = _own(ref, agent_id, State.WRAP_UP, State.ENDED)
    happen(call.id, Event(Kind.WRAPPED_UP, now, "wrapped_up", agent_id=agent_id))


def _own(ref: str, agent_id: int, *expected: State) -> Call:
    call = store.by_ref(ref)
    if call.agent_id != agent_id:
        raise NotFound("Cet appel n'est pas le vôtre.")
    if call.state not in expected:
        raise IllegalTransition("Cet appel n'en est plus là.", todo="Regardez son état.")
    return call


def agent_gone(agent_id: int, *, now: datetime) -> None:
    """The last tab of an agent closed: withdraw her offer at once, give her a while for the rest.

    A conversation is not touched: her leg's end will say it, and she may come back.
    """
    call = store.current_call_of(agent_id)
    if call is not None and call.state == State.OFFERED:
        happen(call.id, Event(Kind.OFFER_WITHDRAWN, now, _unique("withdrawn"), agent_id=agent_id))
    with unit_of_work():
        store.set_deadline("gone", now + GONE_AFTER, agent_id=agent_id)


def rebuild(ref: str) -> CallRecord:
    """Make a call's row again from its events."""
    call = store.by_ref(ref)
    with unit_of_work():
        return store.rebuild(call)


def _unique(kind: str) -> str:
    """A key for an act that may honestly happen several times in a call."""
    return f"{kind}:{secrets.token_hex(6)}"


def receive_sms(sid: str, from_number: str, body: str, *, now: datetime) -> None:
    """A text message is a contact that somebody reads; the same one again changes nothing.

    What it says is kept, bounded; every page escapes it.
    """
    with contextlib.suppress(IntegrityError), unit_of_work():
        contact = tickets.open_contact(
            channel=Channel.SMS,
            direction=Direction.IN,
            number=from_number,
            now=now,
            provider_sid=sid or None,
        )
        contact.note = body[:SMS_KEPT]
