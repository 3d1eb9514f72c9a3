"""What is due: deadlines are rows; the ticker claims them, acts, forgets them.

They survive a restart. Acting is a call event judged by the state machine, so acting twice, or
late, changes nothing.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.accounts import service as accounts
from app.calls.call import commands_outbox, dispatch, service, store
from app.calls.call.life.consequences import (
    CONNECT_LIMIT,
    PERSON_LIMIT,
    WRAP_UP_LOOK,
    ConnectCaller,
    HangUpLeg,
)
from app.calls.call.life.states import Event, Kind, State
from app.calls.call.models import Call
from app.calls.callbacks import service as callbacks
from app.channels import dispatch as message_dispatch
from app.foundation.database.unit_of_work import release_connection, unit_of_work
from app.foundation.exceptions import PermanenceError
from app.foundation.extensions import db
from app.foundation.ports import OVER
from app.foundation.wiring import ports, spawn
from app.queue import deadlines
from app.web import news

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=10)
DEAD_TAB = timedelta(seconds=20)
# From our command to the caller in the conference, at most; the outbox sends it again before.
REDIRECT_TAKES = timedelta(seconds=8)
LOOK_AGAIN = timedelta(seconds=3)


def tick(now: datetime) -> int:
    """Act on all that is due, then look at the queue; how many deadlines were acted upon."""
    with unit_of_work():
        if not _sole_ticker():
            return 0
        due = deadlines.claim_due(now, LEASE)
        unsent = commands_outbox.claim_unsent(now)
    for each in unsent:
        service.command_again(each)
    done = [deadline.id for deadline in due if _acted(deadline, now)]
    if done:
        with unit_of_work():
            deadlines.finish_deadlines(done, now)
    for agent_id in accounts.forget_dead_connections(now=now, after=DEAD_TAB):
        service.agent_gone(agent_id, now=now)
    callbacks.look(now)
    dispatch.run(now)
    message_dispatch.run(now)
    return len(due)


def _sole_ticker() -> bool:
    if db.session.get_bind().dialect.name != "postgresql":
        return True
    return bool(db.session.scalar(text("SELECT pg_try_advisory_xact_lock(7403)")))


def _acted(deadline: deadlines.Due, now: datetime) -> bool:
    try:
        _act(deadline, now)
    except (PermanenceError, SQLAlchemyError):
        # Left claimed: its lease ends and it is tried again.
        log.exception("deadline %s of call %s failed", deadline.kind, deadline.call_id)
        return False
    return True


def _act(deadline: deadlines.Due, now: datetime) -> None:
    if deadline.kind == "gone" and deadline.agent_id:
        if accounts.set_offline_if_gone(deadline.agent_id, now=now):
            news.desks_changed([deadline.agent_id])
        return
    action = _ACTIONS.get(deadline.kind)
    call = db.session.get(Call, deadline.call_id, populate_existing=True)
    if action and call is not None:
        action(call, now)


def _offer_expired(call: Call, now: datetime) -> None:
    if call.state == State.OFFERED and call.offer_until and call.offer_until <= now:
        service.happen(
            call.id,
            Event(
                Kind.OFFER_EXPIRED, now, f"offer_expired:{call.version}", agent_id=call.offered_to
            ),
        )


def _connect(call: Call, now: datetime) -> None:
    """The agent's leg should be there by now, and soon the caller's.

    The provider is asked beside the other deadlines: they do not wait for its answer.
    """
    if call.state != State.CONNECTING:
        return
    if call.agent_present and store.is_outbound(call):
        _person_unreached(call, now)
        return
    call_id, present, since = call.id, call.agent_present, now - (call.last_at or now)
    with unit_of_work():
        deadlines.set_deadline("connect", now + LOOK_AGAIN, call_id=call_id)
    if not present:
        spawn(lambda: _look_for_agent(call_id, now))
    elif since >= REDIRECT_TAKES:
        # Her leg joined but the caller's redirect was lost: ask again. Not at once: a second
        # redirect would take the caller out of the conference that she has just entered, and
        # end it.
        service.command(call_id, (ConnectCaller(),))


def _look_for_agent(call_id: int, now: datetime) -> None:
    """Is her leg there? Ask the provider before giving the call back."""
    call = db.session.get_one(Call, call_id)
    leg_sid, agent_id, version = call.agent_leg_sid, call.agent_id, call.version
    late = now - (call.accepted_at or now) >= CONNECT_LIMIT
    leg = ports().telephony.leg(leg_sid) if leg_sid else None
    if leg is not None and leg.status == "in-progress":
        joined = Event(Kind.AGENT_JOINED, now, f"joined:{leg_sid}:repaired", leg=leg_sid)
        service.happen(call_id, joined)
    elif late or (leg is not None and leg.status in OVER):
        failed = Event(Kind.CONNECT_FAILED, now, f"connect_failed:{version}", agent_id=agent_id)
        service.happen(call_id, failed)


def _person_unreached(call: Call, now: datetime) -> None:
    """We rang, and nobody joined: what we know of her leg may be late, ask the provider.

    A telephone that was answered and where no key was pressed is an answering machine: over.
    """
    rings_until = (call.accepted_at or now) + PERSON_LIMIT
    if now < rings_until:
        with unit_of_work():
            deadlines.set_deadline("connect", rings_until, call_id=call.id)
        return
    if call.answered_at is not None:
        service.command(call.id, (ConnectCaller(),))
        with unit_of_work():
            deadlines.set_deadline("connect", now + LOOK_AGAIN, call_id=call.id)
        return
    commands = (HangUpLeg(call.person_leg_sid),) if call.person_leg_sid else ()
    service.happen(call.id, Event(Kind.CALLER_LEFT, now, "caller_left"))
    if commands:
        service.command(call.id, commands)


def _party(call: Call, now: datetime) -> None:
    """The further person should be there by now; a colleague's own desk still rings shorter."""
    if call.party_state not in ("asked", "called"):
        return
    call_id, party_id, leg_sid = call.id, call.party_id, call.party_leg_sid
    release_connection()
    leg = ports().telephony.leg(leg_sid) if leg_sid else None
    if leg is not None and leg.status == "in-progress":
        joined = Event(
            Kind.PARTY_JOINED, now, f"party_joined:{leg_sid}", leg=leg_sid, party_id=party_id
        )
        service.happen(call_id, joined)
        return
    service.happen(call_id, service.party_left(party_id, now, Kind.PARTY_EXPIRED))


def _rejoin(call: Call, now: datetime) -> None:
    """The agent did not come back into her conversation: the caller goes to the first free one."""
    if call.state == State.TALKING and not call.agent_present:
        service.happen(
            call.id, Event(Kind.RETURNED, now, f"returned:{call.version}", agent_id=call.agent_id)
        )


def _wrap_up(call: Call, now: datetime) -> None:
    """Never cuts an agent off; only closes the wrap-up of one who left for good."""
    if call.state != State.WRAP_UP:
        return
    if call.agent_id and accounts.is_connected(call.agent_id):
        with unit_of_work():
            deadlines.set_deadline("wrap_up", now + WRAP_UP_LOOK, call_id=call.id)
        return
    service.happen(call.id, Event(Kind.WRAPPED_UP, now, "wrapped_up", agent_id=call.agent_id))


_ACTIONS = {
    "offer": _offer_expired,
    "connect": _connect,
    "party": _party,
    "rejoin": _rejoin,
    "wrap_up": _wrap_up,
}
