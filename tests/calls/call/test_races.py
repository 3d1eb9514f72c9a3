"""Random interleavings through real transactions, on both databases: one winner, nobody stuck.

Each round lets two to four people act on the same call at the same instant, in threads of their own:
while it rings, or in the middle of a conversation. ``RACE_ROUNDS=10000`` runs the long version.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.accounts.models import Connection, Holding, Presence
from app.calls.call import dispatch, outbound, parties, service, store
from app.calls.call.life import states
from app.calls.call.life.consequences import holders
from app.calls.call.life.states import Event, Kind
from app.calls.call.models import Call, CallEvent
from app.calls.directory import entries as directory
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import PermanenceError
from app.foundation.extensions import db
from app.operations import ticker
from app.queue.models import Deadline
from tests.clients import StaffClient
from tests.fakes import FakeTelephony
from tests.holding import be
from tests.switchboard import Caller

ROUNDS = int(os.environ.get("RACE_ROUNDS", "50")) // 2  # half while it rings, half while they talk
# The long version takes its time: a quarter of an hour and more.
pytestmark = pytest.mark.timeout(120 + ROUNDS)
Act = Callable[[int, str, list[int]], object]
OUTSIDE = directory.Target(number="+33639980190", label="Interprète")


def caller_left(call_id: int, _ref: str, _agents: list[int]) -> object:
    return service.happen(call_id, Event(Kind.CALLER_LEFT, clock.now(), "caller_left"))


def called(call_id: int, kind: Kind, key: str, leg: str | None) -> object:
    """A callback about the further person's leg."""
    party_id = db.session.get_one(Call, call_id).party_id
    event = Event(kind, clock.now(), f"{key}:{party_id}", leg=leg, party_id=party_id)
    return service.happen(call_id, event)


def joins(call_id: int, _ref: str, _agents: list[int]) -> object:
    leg = db.session.get_one(Call, call_id).party_leg_sid
    return called(call_id, Kind.PARTY_JOINED, f"party_joined:{leg}", leg)


RINGING: dict[str, Act] = {
    "accept": lambda _id, ref, agents: service.accept(ref, agents[0], now=clock.now()),
    "accept in another tab": lambda _id, ref, agents: service.accept(
        ref, agents[0], now=clock.now()
    ),
    "a colleague accepts": lambda _id, ref, agents: service.accept(ref, agents[1], now=clock.now()),
    "decline": lambda _id, ref, agents: service.decline(ref, agents[0], now=clock.now()),
    "the offer expires": lambda call_id, _ref, agents: service.happen(
        call_id, Event(Kind.OFFER_EXPIRED, clock.now(), "expired", agent_id=agents[0])
    ),
    "the caller hangs up": caller_left,
    "the same hang-up again": caller_left,
    "she presses 1 to be called back": lambda call_id, _ref, _agents: service.happen(
        call_id, Event(Kind.CALLBACK_CHOSEN, clock.now(), "callback")
    ),
    "the browser dies": lambda _id, _ref, agents: service.agent_gone(agents[0], now=clock.now()),
    "routing looks again": lambda _id, _ref, _agents: dispatch.run(),
}

TALKING: dict[str, Act] = {
    "the caller hangs up": caller_left,
    "the agent hangs up": lambda _id, ref, agents: service.hang_up(ref, agents[0], now=clock.now()),
    "transfer to a colleague": lambda _id, ref, agents: parties.send(
        ref, agents[0], directory.colleague(agents[1]), now=clock.now()
    ),
    "the same transfer in another tab": lambda _id, ref, agents: parties.send(
        ref, agents[0], directory.colleague(agents[1]), now=clock.now()
    ),
    "transfer to an outside number": lambda _id, ref, agents: parties.send(
        ref, agents[0], OUTSIDE, now=clock.now()
    ),
    "back to the queue": lambda _id, ref, agents: parties.requeue(ref, agents[0], now=clock.now()),
    "consult a colleague": lambda _id, ref, agents: parties.consult(
        ref, agents[0], directory.colleague(agents[1]), now=clock.now()
    ),
    "consult another": lambda _id, ref, agents: parties.consult(
        ref, agents[0], directory.colleague(agents[2]), now=clock.now()
    ),
    "the colleague accepts": lambda _id, ref, agents: parties.accept(
        ref, agents[1], now=clock.now()
    ),
    "the colleague joins": joins,
    "hand over": lambda _id, ref, agents: parties.hand_over(ref, agents[0], now=clock.now()),
    "the consultation ends": lambda _id, ref, agents: parties.send_away(
        ref, agents[0], now=clock.now()
    ),
    "the agent's browser dies": lambda call_id, _ref, agents: service.happen(
        call_id,
        Event(
            Kind.AGENT_LEFT,
            clock.now(),
            "browser",
            leg=db.session.get_one(Call, call_id).agent_leg_sid,
        ),
    ),
    "nobody came back": lambda call_id, _ref, agents: service.happen(
        call_id, Event(Kind.RETURNED, clock.now(), "returned", agent_id=agents[0])
    ),
    "she chooses a pause": lambda _id, _ref, agents: service.choose_presence(
        agents[0], "away", "pause", now=clock.now()
    ),
    "she dials somebody": lambda _id, _ref, agents: outbound.dial(
        agents[0], OUTSIDE, None, now=clock.now()
    ),
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
    """The row is legal and is its events; the calls and the agents say the same of each other."""
    db.session.expire_all()
    call = db.session.get_one(Call, call_id)
    record = store.record_of(call)
    assert states.legal(record), record
    events = store.events_of(call_id)
    assert states.rebuild(call.received_at, events) == record
    assert len({e.key for e in events}) == len(events)
    held: dict[int, tuple[int, str]] = {}
    for each in db.session.scalars(select(Call).where(Call.state != "ended")):
        for agent_id, state in holders(store.record_of(each)).items():
            assert agent_id not in held, ("one agent in two calls", each.id, state, held)
            held[agent_id] = (each.id, state)
    holding = {h.agent_id: (h.call_id, h.phase) for h in db.session.scalars(select(Holding))}
    for presence in db.session.scalars(select(Presence)):
        found = holding.get(presence.agent_id)
        assert presence.state == (found[1] if found else presence.chosen)
        if presence.state == "wrap_up" and presence.agent_id not in held:
            continue  # she sent it outside, and writes it up
        assert found == held.get(presence.agent_id), (presence.agent_id, found, call.state)
    db.session.rollback()


def not_stuck(call_id: int) -> None:
    """Time passes: what rang, was being connected, or was abandoned by its agent, moved on."""
    base = clock.now()
    for seconds in (25, 50, 75, 100):
        then = base + timedelta(seconds=seconds)
        with unit_of_work():
            db.session.execute(update(Connection).values(seen_at=then))
        ticker.tick(then)
    db.session.expire_all()
    call = db.session.get_one(Call, call_id)
    late = call.last_at and call.last_at < base + timedelta(seconds=50)
    assert not (call.state in ("offered", "connecting") and late), (call.state, call.last_at)
    assert not (call.state == "talking" and not call.agent_present and late)
    assert not (call.state == "outside" and call.party_state != "joined" and late)
    db.session.rollback()


def tidy(one: Caller, agents: list[int]) -> None:
    """End every call and bring the agents back."""
    call_id = one.call.id
    for live in db.session.scalars(select(Call).where(Call.state != "ended")).all():
        for kind in (Kind.CALLER_LEFT, Kind.AGENT_HUNG_UP, Kind.CANCELLED, Kind.WRAPPED_UP):
            service.happen(
                live.id, Event(kind, clock.now(), f"tidy:{kind}", agent_id=live.agent_id)
            )
    check(call_id)
    assert one.call.state == "ended"
    db.session.rollback()
    # A long run keeps its tables short: what was checked is not looked at again.
    later = clock.now() + timedelta(seconds=1)
    with unit_of_work():
        db.session.execute(update(Connection).values(seen_at=later))
        for agent_id in agents:
            be(agent_id, "available", chosen_since=later, idle_since=later)
        db.session.query(Deadline).delete()


def play(
    app: Flask, acts: dict[str, Act], one: Caller, agents: list[int], chance: random.Random
) -> None:
    """One round on one call that is where the acts expect it."""
    global _rounds_done
    call = one.call
    names = chance.sample(sorted(acts), chance.randint(2, 4))
    wrong = at_once(app, [acts[n] for n in names], call.id, call.ref, agents)
    assert not wrong, (names, wrong)
    try:
        check(call.id)
    except AssertionError as error:
        raise AssertionError(f"{names}: {error}") from error
    if chance.random() < 0.2:
        not_stuck(call.id)
    _rounds_done += 1
    if _rounds_done % 500 == 0:
        print(_rounds_done, "rounds", flush=True)


_rounds_done = 0


@pytest.fixture
def chance() -> random.Random:
    seed = int(os.environ.get("RACE_SEED", random.randrange(10**6)))
    print("RACE_SEED", seed)  # shown when a round fails
    return random.Random(seed)


def test_whoever_acts_while_it_rings_one_wins_and_nobody_is_stuck(
    app: Flask,
    caller: Callable[..., Caller],
    at_desk: Callable[..., StaffClient],
    chance: random.Random,
) -> None:
    agents = [at_desk().agent.id, at_desk().agent.id]
    for number in range(ROUNDS):
        one = caller(f"+3363998{number % 10000:04d}").dial()
        call = one.call
        assert call.offered_to is not None, (number, call.state)
        play(app, RINGING, one, sorted(agents, key=lambda a: a != call.offered_to), chance)
        tidy(one, agents)


def test_whoever_acts_in_a_conversation_one_wins_and_nobody_is_stuck(
    app: Flask,
    caller: Callable[..., Caller],
    at_desk: Callable[..., StaffClient],
    telephony: FakeTelephony,
    chance: random.Random,
) -> None:
    agents = [at_desk().agent.id for _ in range(3)]
    for number in range(ROUNDS):
        one = caller(f"+3363998{number % 10000:04d}").dial()
        first = one.call.offered_to
        assert first is not None
        service.accept(one.call.ref, first, now=clock.now())
        one.agent_picks_up()
        one.is_connected()
        order = sorted(agents, key=lambda a: a != first)
        if chance.random() < 0.5:  # half the rounds begin in the middle of a consultation
            parties.consult(one.call.ref, first, directory.colleague(order[1]), now=clock.now())
            if chance.random() < 0.7:
                parties.accept(one.call.ref, order[1], now=clock.now())
        play(app, TALKING, one, order, chance)
        tidy(one, agents)
        telephony.commands.clear()


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


def test_every_leg_that_was_made_belongs_to_one_acceptance(
    app: Flask,
    caller: Callable[..., Caller],
    at_desk: Callable[..., StaffClient],
    telephony: FakeTelephony,
) -> None:
    """No double connect: two tabs of two agents accept at once, one leg is created."""
    desks = [at_desk(), at_desk()]
    one = caller().dial()
    call = one.call
    acts: list[Act] = [
        lambda _id, ref, agents, who=who: service.accept(ref, agents[who], now=clock.now())  # type: ignore[misc]
        for who in (0, 0, 1, 1)
    ]
    assert not at_once(app, acts, call.id, call.ref, [desk.agent.id for desk in desks])
    assert len(telephony.named("call_agent")) == 1
    db.session.rollback()
    kinds = [
        kind
        for (kind,) in db.session.execute(
            select(CallEvent.kind).where(CallEvent.call_id == call.id)
        )
    ]
    assert kinds.count("accepted") == 1
    assert kinds.count("leg_created") == 1
    db.session.rollback()
