"""Use cases of a call: each is one transaction (event, presences, deadlines), then effects."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, select, update

from app.accounts import service as accounts
from app.accounts.presence import PresenceState
from app.assist import service as assist
from app.calls.call import commands_outbox, effects, fate, store
from app.calls.call.life import states
from app.calls.call.life.consequences import (
    RELEASE,
    CallAgent,
    Command,
    ConnectCaller,
    Consequences,
    MoveAgent,
    consequences,
    holders,
)
from app.calls.call.life.states import CallRecord, Event, Kind, State
from app.calls.call.models import Call, CallParty
from app.foundation import clock
from app.foundation.database.unit_of_work import (
    Work,
    read_anew,
    release_connection,
    unit_of_work,
)
from app.foundation.exceptions import Conflict, IllegalTransition, NotFound
from app.foundation.extensions import db
from app.foundation.wiring import ports, spawn, wake
from app.lines.models import Line
from app.queue import deadlines, holdings
from app.tickets import service as tickets
from app.web import news

log = logging.getLogger(__name__)

Concern = Callable[[CallRecord, CallRecord], bool]
Follower = Callable[[int, CallRecord, CallRecord, Work], None]
_followers: list[tuple[Concern, Follower]] = []

GONE_AFTER = timedelta(seconds=10)  # a page reload is back long before


def follow_with(concern: Concern, follower: Follower) -> None:
    """Call ``follower(call_id, before, after, work)`` within the transaction of each event whose
    ``concern(before, after)`` is true."""
    _followers.append((concern, follower))


# --- one event -----------------------------------------------------------------------------------


def happen(call_id: int, event: Event) -> CallRecord | None:
    """Apply an event in a transaction of its own, with all that follows. None: nothing changed.

    Half of what a provider tells is known already: that is seen without a transaction.
    """
    read_anew()
    return _judge(call_id, store.look(call_id), event)


def happen_to(call: Call, event: Event) -> CallRecord | None:
    """As ``happen``, to a call that this request has just read, and that is read anew if it changed."""
    return _judge(call.id, store.seen_of(call), event)


def _judge(call_id: int, seen: store.Seen, event: Event) -> CallRecord | None:
    if states.apply(seen.record, event) is seen.record:
        return None
    with unit_of_work() as work:
        return happen_within(call_id, event, work, seen)


def happen_within(
    call_id: int, event: Event, work: Work, seen: store.Seen | None = None
) -> CallRecord | None:
    """As ``happen``, inside the caller's unit of work; ``seen``: the call as it was just read."""
    changed = store.apply_event(call_id, event, seen)
    if changed is None:
        return None
    before, after, contact_id = changed
    follow = consequences(before, after, event)
    _claim(call_id, event)
    for move in follow.moves:
        _move(call_id, move, after.last_at or after.received_at)
    for due in follow.dues:
        deadlines.set_deadline(due.kind, due.at, call_id=call_id)
    _keep_first_agent(call_id, before, event)
    if contact_id is not None:
        _follow_contact(contact_id, before, after)
    for concern, follower in _followers:
        if concern(before, after):
            follower(call_id, before, after, work)
    _then(call_id, follow, work)
    return after


def _claim(call_id: int, event: Event) -> None:
    """Whoever is rung by this event must be free. Raises Conflict."""
    rung = _rung(event)
    if rung is not None and not holdings.claim(rung, call_id, now=event.at):
        raise Conflict("Cette personne n'est plus disponible.", kept="L'appel reste à sa place.")


def _rung(event: Event) -> int | None:
    """The agent whose desk this event makes ring, and who must be free for it."""
    if event.kind is Kind.OFFERED:
        return event.agent_id or 0
    return event.to_agent_id if event.kind in (Kind.SENT_TO, Kind.CONSULTED) else None


def _keep_first_agent(call_id: int, before: CallRecord, event: Event) -> None:
    """If nobody answers a transfer, the call returns to the agent who made it."""
    if event.kind in (Kind.SENT_TO, Kind.SENT_OUTSIDE):
        db.session.execute(
            update(Call).where(Call.id == call_id).values(preferred_agent_id=before.agent_id)
        )


def _then(call_id: int, follow: Consequences, work: Work) -> None:
    """What is said and asked once all is written."""
    work.after(lambda: news.desks_changed(follow.agents))
    if follow.commands:
        kept = commands_outbox.keep(call_id, follow.commands, now=clock.now())
        work.after(lambda: command(call_id, follow.commands, kept))
    if follow.route:
        work.after(wake)


def command(call_id: int, commands: tuple[Command, ...], kept: int | None = None) -> None:
    """Ask the provider, outside this request; what comes of it happens to the call.

    ``kept``: the outbox's row that holds these commands; forgotten once all were carried out.
    """

    def perform() -> None:
        target, record = _target(call_id)
        release_connection()
        undone: list[Command] = []
        due = [c for c in commands if not _come_too_late(record, c)]
        for event in effects.perform(target, due, ports().telephony, clock.now, undone):
            happen(call_id, event)
        if kept is not None and not undone:
            commands_outbox.forget(kept)

    spawn(perform)


def _come_too_late(record: CallRecord, command: Command) -> bool:
    """Is she in the conference by another way (an apology that ended)? Moved again, she leaves it."""
    return isinstance(command, ConnectCaller) and record.state is State.TALKING


def command_again(unsent: commands_outbox.Unsent) -> None:
    """Send what a process that died has left unsent, if the call still wants it."""
    call = db.session.get_one(Call, unsent.call_id, populate_existing=True)
    record = store.record_of(call)
    wanted = tuple(c for c in unsent.commands if commands_outbox.still_wanted(record, c))
    if wanted:
        command(call.id, wanted, unsent.id)
    else:
        commands_outbox.forget(unsent.id)


def _target(call_id: int) -> tuple[effects.Target, CallRecord]:
    """What the provider must know of a call, and the call as it is now."""
    call = db.session.execute(_TARGET, {"call_id": call_id}).one()
    asked = effects.Party(call.party_id, call.asked_agent_id, call.asked_number or "")
    target = effects.Target(
        ref=call.ref,
        caller_sid=store.person_sid(call),
        line_number=call.line_number,
        outbound=store.is_outbound(call),
        person_number=call.number or "",
        party=asked if call.asked_at is not None else None,
    )
    return target, store.record_of(call)


_TARGET = (
    select(
        *cast(Table, Call.__table__).c,
        Line.number.label("line_number"),
        CallParty.agent_id.label("asked_agent_id"),
        CallParty.number.label("asked_number"),
        CallParty.asked_at,
    )
    .join(Line, Line.id == Call.line_id)
    .outerjoin(CallParty, CallParty.id == Call.party_id)
    .where(Call.id == bindparam("call_id"))
)


def _move(call_id: int, move: MoveAgent, at: datetime) -> None:
    """Where a call puts an agent.

    Let go with no tab left she stays « available » for the grace period: routing rings only agents
    with an open tab, and a page reload must not sign her off.
    """
    to = PresenceState.AVAILABLE if move.to == RELEASE else PresenceState(move.to)
    holdings.follow(move.agent_id, call_id, to, now=at)
    if move.to == RELEASE:
        deadlines.look_again_if_gone(at + GONE_AFTER, move.agent_id)


def _follow_contact(contact_id: int, before: CallRecord, after: CallRecord) -> None:
    """What a contact keeps of a call that is answered, leaves us, or ends."""
    at = after.last_at or after.received_at
    if after.agent_id is not None and after.agent_id != before.agent_id:
        tickets.assign(contact_id, after.agent_id)
    if after.state is State.OUTSIDE and before.state is not State.OUTSIDE:
        tickets.note_transfer(contact_id)
    if after.state is State.ENDED:
        tickets.close_contact(contact_id, now=at)
        assist.settle(contact_id, at)


# --- the agent's acts ----------------------------------------------------------------------------


def accept(ref: str, agent_id: int, *, now: datetime) -> CallRecord:
    """Take an offered call. Raises Conflict « déjà prise » when somebody else was faster."""
    call = store.by_ref(ref)
    record = happen_to(call, Event(Kind.ACCEPTED, now, unique("accepted"), agent_id=agent_id))
    if record is None:
        raise _why_not_accepted(call.id, agent_id)
    return record


def _why_not_accepted(call_id: int, agent_id: int) -> Conflict:
    db.session.expire_all()
    call = db.session.get_one(Call, call_id)
    if call.agent_id == agent_id and call.state in (State.CONNECTING, State.TALKING):
        return Conflict("Vous avez déjà pris cet appel.", kept="La conversation est à vous.")
    if call.agent_id is not None:
        return Conflict(
            "Quelqu'un de l'équipe a déjà pris cet appel.",
            kept="Quelqu'un s'occupe de la personne.",
        )
    if call.state == State.ENDED:
        return Conflict(
            fate.said(call, agent_id), kept="L'appel est dans la liste des contacts du jour."
        )
    return Conflict("Cet appel ne vous est plus proposé.", kept="La personne garde sa place.")


def decline(ref: str, agent_id: int, *, now: datetime) -> None:
    """Leave an offered call to the others; it keeps its place."""
    call = store.by_ref(ref)
    happen_to(call, Event(Kind.DECLINED, now, unique("declined"), agent_id=agent_id))


def hold(ref: str, agent_id: int, *, on: bool, now: datetime) -> None:
    """Put the caller on hold with music, or take her back."""
    call = own(ref, agent_id, State.TALKING)
    kind = Kind.HELD if on else Kind.RESUMED
    happen_to(call, Event(kind, now, unique(kind), agent_id=agent_id))


def hang_up(ref: str, agent_id: int, *, now: datetime) -> None:
    """End the conversation; the wrap-up begins. A person still being rung is rung no more."""
    states = (State.TALKING, State.WRAP_UP, State.ENDED)
    call = own(ref, agent_id, *states, State.CONNECTING)
    if call.state == State.CONNECTING and not store.is_outbound(call):
        raise IllegalTransition("Cet appel a avancé depuis.", todo="Regardez son état.")
    happen_to(call, Event(Kind.AGENT_HUNG_UP, now, "agent_hung_up", agent_id=agent_id))


def rejoin(ref: str, agent_id: int) -> None:
    """Come back into one's conversation from another tab or after a reload."""
    call = own(ref, agent_id, State.TALKING, State.CONNECTING)
    command(call.id, (CallAgent(agent_id),))


def finish_wrap_up(ref: str, agent_id: int, *, now: datetime) -> None:
    """The agent has done with the call; one that she sent outside goes on without her."""
    call = store.by_ref(ref)
    if call.agent_id == agent_id:
        if call.state in (State.TALKING, State.CONNECTING):
            raise IllegalTransition("Cet appel a avancé depuis.", todo="Regardez son état.")
        done = Event(Kind.WRAPPED_UP, now, "wrapped_up", agent_id=agent_id)
        if happen_to(call, done) is not None:
            return
    elif not holdings.wraps_up(agent_id, call.id):
        raise NotFound("Cet appel n'est pas le vôtre.")
    with unit_of_work() as work:
        if holdings.leave_wrap_up(agent_id, call.id, now=now):
            work.after(lambda: news.desks_changed([agent_id]))
            work.after(wake)


def end_wrap_up(agent_id: int, work: Work, now: datetime) -> None:
    """She goes on to something else: her last call must not come back on her desk after it."""
    before = store.current_call_of(agent_id)
    if before is None:
        return
    done = Event(Kind.WRAPPED_UP, now, "wrapped_up", agent_id=agent_id)
    if before.agent_id == agent_id and before.state == State.WRAP_UP:
        happen_within(before.id, done, work)
    elif before.agent_id != agent_id or before.state in (State.OUTSIDE, State.ENDED):
        holdings.leave_wrap_up(agent_id, before.id, now=now)  # one that she sent outside
    # Else she talks, or did when we looked: a wrap-up that begins now is not ended unseen.


def choose_presence(agent_id: int, wanted: str, reason: str | None, *, now: datetime) -> None:
    """Move an agent where she asked to be; a wrap-up ends there. Raises as the accounts do."""
    with unit_of_work() as work:
        end_wrap_up(agent_id, work, now)
        accounts.choose_presence(agent_id, wanted, reason, now=now)
        work.after(lambda: news.desks_changed([agent_id]))
        work.after(wake)


def own(ref: str, agent_id: int, *expected: State) -> Call:
    """The call ``ref``, which must be this agent's and in one of these states.

    Raises NotFound, or IllegalTransition.
    """
    call = store.by_ref(ref)
    if call.agent_id != agent_id:
        raise NotFound("Cet appel n'est pas le vôtre.")
    if call.state not in expected:
        raise IllegalTransition("Cet appel a avancé depuis.", todo="Regardez son état.")
    return call


def agent_gone(agent_id: int, *, now: datetime) -> None:
    """The last tab of an agent closed: withdraw her offer at once, give her a while for the rest.

    A conversation is not touched: her leg's end will say it, and she may come back.
    """
    call = store.current_call_of(agent_id)
    if call is not None and call.offered_to == agent_id:
        happen_to(call, Event(Kind.OFFER_WITHDRAWN, now, unique("withdrawn"), agent_id=agent_id))
    if call is not None and call.party_agent_id == agent_id and call.party_state == "asked":
        happen_to(call, party_left(call.party_id, now))
    with unit_of_work():
        deadlines.set_deadline("gone", now + GONE_AFTER, agent_id=agent_id)


def party_left(party_id: int | None, now: datetime, kind: Kind = Kind.PARTY_LEFT) -> Event:
    """The further person is there no more, or never will be."""
    return Event(kind, now, f"party_left:{party_id}", party_id=party_id)


def rebuild(ref: str) -> CallRecord:
    """Make a call's row and its holdings again from its events."""
    call = store.by_ref(ref)
    with unit_of_work():
        record = store.rebuild(call)
        sent = {e.agent_id for e in store.events_of(call.id) if e.kind in _SENT and e.agent_id}
        held = holders(record)
        at = record.last_at or record.received_at
        holdings.rebuild(call.id, held, sent - held.keys(), now=at)
        return record


_SENT = (Kind.SENT_OUTSIDE, Kind.HANDED_OVER)


def unique(kind: str) -> str:
    """A key for an act that may honestly happen several times in a call."""
    return f"{kind}:{secrets.token_hex(6)}"
