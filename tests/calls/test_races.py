"""Random interleavings through real transactions, on both databases: one winner, nobody stuck.

Each round lets two to four people act on the same call at the same instant, in threads of their own.
``RACE_ROUNDS=10000`` runs the long version.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.accounts.models import Presence
from app.calls import dispatch, service, states, store
from app.calls.models import Call
from app.calls.states import Event, Kind, State
from app.exceptions import PermanenceError
from app.extensions import db
from tests.calls.switchboard import Caller
from tests.clients import StaffClient

ROUNDS = int(os.environ.get("RACE_ROUNDS", "40"))
Act = Callable[[int, str, list[int]], object]

HOLDS = {
    State.OFFERED: "ringing",
    State.CONNECTING: "in_call",
    State.TALKING: "in_call",
    State.WRAP_UP: "wrap_up",
}


ACTS: dict[str, Act] = {
    "accept": lambda _id, ref, agents: service.accept(ref, agents[0], now=clock.now()),
    "accept in another tab": lambda _id, ref, agents: service.accept(
        ref, agents[0], now=clock.now()
    ),
    "a colleague accepts": lambda _id, ref, agents: service.accept(ref, agents[1], now=clock.now()),
    "decline": lambda _id, ref, agents: service.decline(ref, agents[0], now=clock.now()),
    "the offer expires": lambda call_id, _ref, agents: service.happen(
        call_id,
        Event(Kind.OFFER_EXPIRED, clock.now(), "expired", agent_id=agents[0]),
    ),
    "the caller hangs up": lambda call_id, _ref, _agents: service.happen(
        call_id, Event(Kind.CALLER_LEFT, clock.now(), "caller_left")
    ),
    "the same hang-up again": lambda call_id, _ref, _agents: service.happen(
        call_id, Event(Kind.CALLER_LEFT, clock.now(), "caller_left")
    ),
    "the browser dies": lambda _id, _ref, agents: service.agent_gone(agents[0], now=clock.now()),
    "routing looks again": lambda _id, _ref, _agents: dispatch.run(),
}


def at_once(app: Flask, acts: list[Act], call_id: int, ref: str, agents: list[int]) -> list[str]:
    """Run the acts in threads that start together; the names of what went unexpectedly wrong."""
    barrier, wrong = threading.Barrier(len(acts)), []

    def run(act: Act) -> None:
        with app.app_context():
            barrier.wait()
            try:
                act(call_id, ref, agents)
            except PermanenceError:
                pass  # refused: somebody else was faster
            except Exception as error:
                wrong.append(f"{type(error).__name__}: {error}")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive(), "two transactions wait for each other"
    return wrong


def check(call_id: int) -> None:
    """The row is legal and is its events; the call and the agents say the same of each other."""
    db.session.expire_all()
    call = db.session.get_one(Call, call_id)
    record = store.record_of(call)
    assert states.legal(record), record
    events = store.events_of(call_id)
    assert states.rebuild(call.received_at, events) == record
    assert len({e.key for e in events}) == len(events)
    holder = call.offered_to or (call.agent_id if call.state != State.ENDED else None)
    for presence in db.session.scalars(select(Presence)):
        if presence.agent_id == holder:
            assert presence.state == HOLDS[State(call.state)]
            assert presence.call_id == call_id
        else:
            assert presence.call_id is None, (presence.agent_id, presence.state, call.state)
    db.session.rollback()


def test_whoever_acts_at_the_same_instant_one_wins_and_nobody_is_stuck(
    app: Flask, caller: Callable[..., Caller], at_desk: Callable[..., StaffClient]
) -> None:
    desks = [at_desk(), at_desk()]
    agents = [desk.agent.id for desk in desks]
    seed = int(os.environ.get("RACE_SEED", random.randrange(10**6)))
    chance = random.Random(seed)
    for number in range(ROUNDS):
        one = caller(f"+3363998{number % 10000:04d}").dial()
        call = one.call
        assert call.state == "offered", (seed, number, call.state)
        rung = [call.offered_to, *(a for a in agents if a != call.offered_to)]
        names = chance.sample(sorted(ACTS), chance.randint(2, 4))
        wrong = at_once(app, [ACTS[n] for n in names], call.id, call.ref, rung)  # type: ignore[arg-type]
        assert not wrong, (seed, number, names, wrong)
        check(call.id)
        tidy(one, agents)


def tidy(one: Caller, agents: list[int]) -> None:
    """End the call and bring both agents back."""
    one.end()
    call = one.call
    service.happen(call.id, Event(Kind.WRAPPED_UP, clock.now(), "wrapped_up"))
    check(call.id)
    assert one.call.state == "ended"
    later = clock.now() + timedelta(seconds=1)
    for presence in db.session.scalars(select(Presence).where(Presence.agent_id.in_(agents))):
        presence.state, presence.since, presence.idle_since = "available", later, later
    db.session.commit()


@pytest.mark.parametrize("calls", [6])
def test_many_calls_and_few_agents_never_share_one(
    app: Flask, caller: Callable[..., Caller], at_desk: Callable[..., StaffClient], calls: int
) -> None:
    """Routing run from many processes at once never gives one agent two calls."""
    waiting = [caller(f"+336399801{n:02d}").dial() for n in range(calls)]
    for _ in range(3):
        at_desk()
    wrong = at_once(app, [lambda *_: dispatch.run()] * 6, 0, "", [])
    assert not wrong
    rung = [one.call.offered_to for one in waiting if one.call.offered_to]
    assert len(rung) == len(set(rung)) == 3
    assert [one.call.state for one in waiting[:3]] == ["offered"] * 3  # first come, first served
