"""An event and the rows that hang on it: all of them or none, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.accounts import service as accounts
from app.accounts.models import Presence
from app.accounts.presence import PresenceState
from app.calls import commands_outbox, deadlines, states, store
from app.calls.consequences import HangUpCaller
from app.calls.models import CallCommand, CallEvent, Deadline
from app.calls.states import Event, Kind
from app.extensions import db
from app.tickets import service as tickets
from app.tickets.models import Contact
from app.together import Change
from app.unit_of_work import unit_of_work
from tests.calls.switchboard import Caller
from tests.clients import StaffClient

Desk = Callable[..., StaffClient]
Phone = Callable[..., Caller]


@pytest.fixture
def offered(caller: Phone, at_desk: Desk) -> tuple[StaffClient, Caller]:
    """A call that rings at a desk."""
    agent = at_desk()
    return agent, caller().dial()


def accepted(agent_id: int, now: datetime) -> Event:
    return Event(Kind.ACCEPTED, now, "accepted:1", agent_id=agent_id)


def all_kinds(call_id: int, agent_id: int, contact_id: int, now: datetime) -> list[Change]:
    return [
        accounts.following(agent_id, call_id, PresenceState.IN_CALL, now=now),
        deadlines.due("connect", now, call_id=call_id),
        tickets.assigning(contact_id, agent_id),
        tickets.closing(contact_id, now=now),
        commands_outbox.keeping(call_id, [HangUpCaller()], now=now),
    ]


def written(call_id: int, agent_id: int, contact_id: int) -> tuple[object, ...]:
    db.session.expire_all()
    presence = db.session.get_one(Presence, agent_id)
    contact = db.session.get_one(Contact, contact_id)
    found = (
        presence.state,
        contact.agent_id,
        contact.closed_at is not None,
        db.session.scalar(select(func.count()).where(Deadline.key == f"connect:{call_id}:")),
        db.session.scalar(select(func.count()).where(CallCommand.call_id == call_id)),
        db.session.scalar(select(func.count()).where(CallEvent.key == "accepted:1")),
    )
    db.session.rollback()
    return found


@pytest.mark.parametrize("stale", [False, True])
def test_what_hangs_on_a_change_is_made_with_it_or_not_at_all(
    offered: tuple[StaffClient, Caller], stale: bool
) -> None:
    agent, one = offered
    call_id, agent_id, contact_id, now = (
        one.call.id,
        agent.agent.id,
        one.call.contact_id,
        clock.now(),
    )
    assert contact_id is not None
    seen, event = store.look(call_id), accepted(agent_id, now)
    after = states.apply(seen.record, event)
    if stale:
        seen = replace(seen, version=seen.version - 1)
    with unit_of_work():
        changes = all_kinds(call_id, agent_id, contact_id, now)
        given = store.write(call_id, seen, after, event, changes)
    if stale:
        assert given is None
        assert written(call_id, agent_id, contact_id) == ("ringing", None, False, 0, 0, 0)
    else:
        assert given is not None
        kept = db.session.scalar(select(CallCommand.id).where(CallCommand.call_id == call_id))
        assert (given["move"], given["keep"]) == (agent_id, kept)
        assert written(call_id, agent_id, contact_id) == ("in_call", agent_id, True, 1, 1, 1)


def test_a_change_that_concerns_no_row_gives_nothing(
    offered: tuple[StaffClient, Caller],
) -> None:
    """An agent who is not free is not claimed, and whoever asked must see it."""
    agent, one = offered
    call_id, agent_id, now = one.call.id, agent.agent.id, clock.now()
    seen, event = store.look(call_id), accepted(agent_id, now)
    with unit_of_work():
        claim = accounts.claiming(agent_id, call_id, now=now)
        given = store.write(call_id, seen, states.apply(seen.record, event), event, [claim])
    assert given == {}


def test_changes_of_one_name_are_all_made(offered: tuple[StaffClient, Caller]) -> None:
    agent, one = offered
    call_id, now = one.call.id, clock.now()
    seen, event = store.look(call_id), accepted(agent.agent.id, now)
    dues = [deadlines.due(kind, now, call_id=call_id) for kind in ("connect", "party", "rejoin")]
    with unit_of_work():
        store.write(call_id, seen, states.apply(seen.record, event), event, dues)
    kept = set(db.session.scalars(select(Deadline.kind).where(Deadline.call_id == call_id)))
    assert kept >= {"connect", "party", "rejoin"}


def test_what_is_due_already_is_moved(offered: tuple[StaffClient, Caller]) -> None:
    agent, one = offered
    call_id, now = one.call.id, clock.now()
    then = now + timedelta(minutes=1)
    with unit_of_work():
        deadlines.set_deadline("connect", now, call_id=call_id)
        deadlines.claim_due(now, timedelta(seconds=10))
    seen, event = store.look(call_id), accepted(agent.agent.id, now)
    with unit_of_work():
        due = deadlines.due("connect", then, call_id=call_id)
        store.write(call_id, seen, states.apply(seen.record, event), event, [due])
    rows = db.session.execute(
        select(Deadline.due_at, Deadline.claimed_at).where(Deadline.key == f"connect:{call_id}:")
    ).all()
    assert rows == [(then, None)]


def test_nothing_is_kept_when_one_of_them_fails(offered: tuple[StaffClient, Caller]) -> None:
    agent, one = offered
    call_id, agent_id, contact_id, now = (
        one.call.id,
        agent.agent.id,
        one.call.contact_id,
        clock.now(),
    )
    assert contact_id is not None
    seen, event = store.look(call_id), accepted(agent_id, now)
    nobody = deadlines.due("connect", now, call_id=999_999)  # a call that does not exist
    changes = [*all_kinds(call_id, agent_id, contact_id, now), nobody]
    with pytest.raises(IntegrityError), unit_of_work():
        store.write(call_id, seen, states.apply(seen.record, event), event, changes)
    assert written(call_id, agent_id, contact_id) == ("ringing", None, False, 0, 0, 0)
    assert one.call.state == "offered"


def test_an_agent_without_a_tab_is_looked_at_again(
    offered: tuple[StaffClient, Caller],
) -> None:
    agent, one = offered
    call_id, now = one.call.id, clock.now()

    def gone() -> int:
        seen = store.look(call_id)
        event = Event(Kind.DECLINED, now, f"declined:{seen.version}", agent_id=agent.agent.id)
        with unit_of_work():
            after = states.apply(seen.record, event)
            store.write(call_id, seen, after, event, [deadlines.due_if_gone(now, agent.agent.id)])
        rows = db.session.scalar(select(func.count()).where(Deadline.kind == "gone")) or 0
        db.session.rollback()
        return rows

    assert gone() == 0
    accounts.disconnected(f"tab-{agent.agent.id}")
    with unit_of_work():
        seen = store.look(call_id)
        again = Event(
            Kind.OFFERED,
            now,
            "offered:2",
            agent_id=agent.agent.id,
            until=now + timedelta(minutes=1),
        )
        store.write(call_id, seen, states.apply(seen.record, again), again)
    assert gone() == 1
