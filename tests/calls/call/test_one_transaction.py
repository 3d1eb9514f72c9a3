"""An event and the rows that follow from it: all of them or none, on both databases."""

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
from app.calls.call import commands_outbox, service, store
from app.calls.call.life.consequences import HangUpCaller
from app.calls.call.life.states import CallRecord, Event, Kind
from app.calls.call.models import CallCommand, CallEvent
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict
from app.foundation.extensions import db
from app.queue import deadlines, holdings
from app.queue.models import Deadline
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

    def happens(self) -> CallRecord | None:
        """The agent says « yes » to the call as she saw it."""
        with unit_of_work() as work:
            return service.happen_within(self.call_id, self.event, work, self.seen)


@pytest.fixture
def ringing(caller: Phone, at_desk: Desk) -> Ringing:
    agent_id = at_desk().agent.id
    one = caller().dial()
    call, now = one.call, clock.now()
    assert call.contact_id is not None
    event = Event(Kind.ACCEPTED, now, "accepted:1", agent_id=agent_id)
    return Ringing(one, call.id, agent_id, call.contact_id, now, store.look(call.id), event)


def written(ring: Ringing) -> tuple[object, ...]:
    """The agent's state, who has the contact, what is due, commands kept, events."""
    db.session.expire_all()
    presence = db.session.get_one(Presence, ring.agent_id)
    contact = db.session.get_one(Contact, ring.contact_id)
    found = (
        presence.state,
        contact.agent_id,
        db.session.scalar(select(func.count()).where(Deadline.key == f"connect:{ring.call_id}:")),
        db.session.scalar(select(func.count()).where(CallCommand.call_id == ring.call_id)),
        db.session.scalar(select(func.count()).where(CallEvent.key == "accepted:1")),
    )
    db.session.rollback()
    return found


NOTHING = ("ringing", None, 0, 0, 0)


@pytest.fixture
def nothing_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is to be sent stays in the outbox."""
    monkeypatch.setattr(service, "command", lambda *_words: None)


@pytest.mark.usefixtures("nothing_sent")
def test_what_follows_from_an_event_is_written_with_it(ringing: Ringing) -> None:
    assert ringing.happens() is not None
    assert written(ringing) == ("in_call", ringing.agent_id, 1, 1, 1)


@pytest.mark.usefixtures("nothing_sent")
def test_somebody_was_faster(ringing: Ringing) -> None:
    """What was read is not what is there: the event is judged anew, and happens once."""
    ringing.seen = replace(ringing.seen, version=ringing.seen.version - 1)
    assert ringing.happens() is not None
    ringing.seen = replace(ringing.seen, version=ringing.seen.version - 1)
    assert ringing.happens() is None
    assert written(ringing) == ("in_call", ringing.agent_id, 1, 1, 1)


@pytest.mark.parametrize("last", ["keep", "assign"])
def test_nothing_is_kept_when_a_later_row_fails(
    ringing: Ringing, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    def fails(*_values: Any, **_named: Any) -> Any:
        deadlines.set_deadline("connect", ringing.now, call_id=999_999)  # there is no such call

    monkeypatch.setattr(commands_outbox if last == "keep" else service.tickets, last, fails)
    with pytest.raises(IntegrityError):
        ringing.happens()
    assert written(ringing) == NOTHING
    assert ringing.one.call.state == "offered"


def test_an_agent_who_is_not_free_is_not_claimed_and_whoever_asked_sees_it(
    ringing: Ringing, caller: Phone
) -> None:
    with unit_of_work():
        assert not holdings.claim(ringing.agent_id, ringing.call_id, now=ringing.now)
    second = caller("+33639980107").dial()
    until = ringing.now + timedelta(seconds=20)
    offer = Event(Kind.OFFERED, ringing.now, "offered:2", agent_id=ringing.agent_id, until=until)
    with pytest.raises(Conflict):
        service.happen(second.call.id, offer)
    assert second.call.state == "waiting"


def test_commands_give_the_row_to_forget(ringing: Ringing) -> None:
    with unit_of_work():
        kept = commands_outbox.keep(ringing.call_id, [HangUpCaller()], now=ringing.now)
    found = select(CallCommand.id).where(CallCommand.call_id == ringing.call_id)
    assert db.session.scalar(found) == kept


def test_what_is_due_already_is_moved(ringing: Ringing) -> None:
    then = ringing.now + timedelta(minutes=1)
    with unit_of_work():
        deadlines.set_deadline("connect", ringing.now, call_id=ringing.call_id)
        deadlines.claim_due(ringing.now, timedelta(seconds=10))
        deadlines.set_deadline("connect", then, call_id=ringing.call_id)
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
    with unit_of_work():
        deadlines.look_again_if_gone(ringing.now, ringing.agent_id)
    rows = db.session.scalar(select(func.count()).where(Deadline.kind == "gone"))
    assert rows == (0 if open_tab else 1)
