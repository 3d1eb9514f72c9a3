"""An event and the rows that hang on it: all of them or none, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.accounts import service as accounts
from app.accounts.models import Presence
from app.accounts.presence import PresenceState
from app.calls.call import commands_outbox, states, store
from app.calls.call.consequences import HangUpCaller
from app.calls.call.models import CallCommand, CallEvent
from app.calls.call.states import Event, Kind
from app.foundation import clock
from app.foundation.database.together import Change
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.queue import deadlines, holdings
from app.queue.models import Deadline
from app.tickets import service as tickets
from app.tickets.models import Contact
from tests.clients import StaffClient
from tests.switchboard import Caller

Desk = Callable[..., StaffClient]
Phone = Callable[..., Caller]


@dataclass
class Ringing:
    """A call that rings at a desk, as it was read, and the agent's « yes »."""

    one: Caller
    call_id: int
    agent_id: int
    contact_id: int
    now: datetime
    seen: store.Seen
    event: Event

    def write(self, *changes: Change) -> dict[str, Any] | None:
        """Write the « yes », with these changes."""
        after = states.apply(self.seen.record, self.event)
        with unit_of_work():
            return store.write(self.call_id, self.seen, after, self.event, changes)


@pytest.fixture
def ringing(caller: Phone, at_desk: Desk) -> Ringing:
    agent_id = at_desk().agent.id
    one = caller().dial()
    call, now = one.call, clock.now()
    assert call.contact_id is not None
    event = Event(Kind.ACCEPTED, now, "accepted:1", agent_id=agent_id)
    return Ringing(one, call.id, agent_id, call.contact_id, now, store.look(call.id), event)


def all_kinds(ring: Ringing) -> list[Change]:
    return [
        *holdings.following(ring.agent_id, ring.call_id, PresenceState.IN_CALL, now=ring.now),
        deadlines.due("connect", ring.now, call_id=ring.call_id),
        tickets.assigning(ring.contact_id, ring.agent_id),
        tickets.closing(ring.contact_id, now=ring.now),
        commands_outbox.keeping(ring.call_id, [HangUpCaller()], now=ring.now),
    ]


def written(ring: Ringing) -> tuple[object, ...]:
    db.session.expire_all()
    presence = db.session.get_one(Presence, ring.agent_id)
    contact = db.session.get_one(Contact, ring.contact_id)
    found = (
        presence.state,
        contact.agent_id,
        contact.closed_at is not None,
        db.session.scalar(select(func.count()).where(Deadline.key == f"connect:{ring.call_id}:")),
        db.session.scalar(select(func.count()).where(CallCommand.call_id == ring.call_id)),
        db.session.scalar(select(func.count()).where(CallEvent.key == "accepted:1")),
    )
    db.session.rollback()
    return found


NOTHING = ("ringing", None, False, 0, 0, 0)


def test_what_hangs_on_a_change_is_made_with_it(ringing: Ringing) -> None:
    gave = ringing.write(*all_kinds(ringing))
    kept = db.session.scalar(select(CallCommand.id).where(CallCommand.call_id == ringing.call_id))
    assert gave == {"move": ringing.agent_id, "keep": kept}
    assert written(ringing) == ("in_call", ringing.agent_id, True, 1, 1, 1)


def test_nothing_is_made_when_somebody_was_faster(ringing: Ringing) -> None:
    ringing.seen = replace(ringing.seen, version=ringing.seen.version - 1)
    assert ringing.write(*all_kinds(ringing)) is None
    assert written(ringing) == NOTHING


def test_nothing_is_kept_when_one_of_them_fails(ringing: Ringing) -> None:
    nobody = deadlines.due("connect", ringing.now, call_id=999_999)  # a call that does not exist
    with pytest.raises(IntegrityError):
        ringing.write(*all_kinds(ringing), nobody)
    assert written(ringing) == NOTHING
    assert ringing.one.call.state == "offered"


def test_a_change_that_concerns_no_row_gives_nothing(ringing: Ringing) -> None:
    """An agent who is not free is not claimed, and whoever asked must see it."""
    claim = holdings.claiming(ringing.agent_id, ringing.call_id, now=ringing.now)
    assert ringing.write(claim) == {}


def test_changes_of_one_name_are_all_made(ringing: Ringing) -> None:
    kinds = ("connect", "party", "rejoin")
    ringing.write(*(deadlines.due(kind, ringing.now, call_id=ringing.call_id) for kind in kinds))
    found = db.session.scalars(select(Deadline.kind).where(Deadline.call_id == ringing.call_id))
    assert set(found) >= set(kinds)


def test_what_is_due_already_is_moved(ringing: Ringing) -> None:
    then = ringing.now + timedelta(minutes=1)
    with unit_of_work():
        deadlines.set_deadline("connect", ringing.now, call_id=ringing.call_id)
        deadlines.claim_due(ringing.now, timedelta(seconds=10))
    ringing.write(deadlines.due("connect", then, call_id=ringing.call_id))
    rows = db.session.execute(
        select(Deadline.due_at, Deadline.claimed_at).where(
            Deadline.key == f"connect:{ringing.call_id}:"
        )
    ).all()
    assert rows == [(then, None)]


@pytest.mark.parametrize("open_tab", [True, False])
def test_an_agent_is_looked_at_again_only_without_a_tab(ringing: Ringing, open_tab: bool) -> None:
    if not open_tab:
        accounts.disconnected(f"tab-{ringing.agent_id}")
    ringing.write(deadlines.due_if_gone(ringing.now, ringing.agent_id))
    rows = db.session.scalar(select(func.count()).where(Deadline.kind == "gone"))
    assert rows == (0 if open_tab else 1)
