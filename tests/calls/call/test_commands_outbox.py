"""A process dies between a commit and its commands: they are sent all the same, and once is enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.accounts.models import Connection
from app.calls.call import commands_outbox
from app.calls.call.life.consequences import (
    CallAgent,
    CallParty,
    Command,
    ConnectCaller,
    EnqueueCaller,
    HangUpCaller,
    HangUpLeg,
    HoldCaller,
    RingPerson,
)
from app.calls.call.life.record import CallRecord, State
from app.calls.call.models import CallCommand
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import NotFound
from app.foundation.extensions import db
from app.operations import ticker
from tests.clients import StaffClient
from tests.fakes import FakeTelephony
from tests.switchboard import Caller

Desk = Callable[..., StaffClient]
Phone = Callable[..., Caller]
NINE = datetime(2026, 6, 22, 9, tzinfo=UTC)
ALL: list[Any] = [*get_args(Command)]


@contextmanager
def dying(app: Flask) -> Iterator[None]:
    """What happens in here is committed; the process is killed before its effects."""
    spawn = app.extensions["permanence.spawn"]
    app.extensions["permanence.spawn"] = lambda *_task: None
    yield
    app.extensions["permanence.spawn"] = spawn


def later(seconds: float) -> None:
    """That much time passes; browsers that are open stay open."""
    then = clock.now() + timedelta(seconds=seconds)
    with unit_of_work():
        db.session.execute(update(Connection).values(seen_at=then))
    ticker.tick(then)


def rows() -> int:
    found = db.session.scalar(select(func.count(CallCommand.id)))
    db.session.rollback()
    return found or 0


def act(agent: StaffClient, one: Caller, what: str) -> None:
    assert agent.post(f"/desk/calls/{one.call.ref}/{what}", json={}).status_code == 200


@pytest.fixture
def talk(caller: Phone, at_desk: Desk) -> tuple[StaffClient, Caller]:
    """An agent and a caller who talk."""
    agent = at_desk()
    one = caller().dial()
    act(agent, one, "accept")
    one.agent_picks_up()
    one.is_connected()
    assert one.call.state == "talking"
    return agent, one


def test_what_was_carried_out_is_forgotten(talk: Any, telephony: FakeTelephony) -> None:
    agent, one = talk
    act(agent, one, "hang-up")
    assert rows() == 0
    sent = list(telephony.commands)
    later(30)
    assert telephony.commands == sent


def test_the_agents_leg_is_made_although_the_one_who_accepted_died(
    app: Flask, caller: Phone, at_desk: Desk, telephony: FakeTelephony
) -> None:
    agent = at_desk()
    one = caller().dial()
    with dying(app):
        act(agent, one, "accept")
    assert telephony.named("call_agent") == []
    later(3)
    assert telephony.named("call_agent") == []  # whoever accepted may still be at it
    later(7)
    assert telephony.named("call_agent") == [(agent.agent.id, one.call.ref)]
    one.agent_picks_up()
    one.is_connected()
    assert (one.call.state, rows()) == ("talking", 0)


def test_the_caller_is_brought_in(
    app: Flask, caller: Phone, at_desk: Desk, telephony: FakeTelephony
) -> None:
    agent = at_desk()
    one = caller().dial()
    act(agent, one, "accept")
    with dying(app):
        one.agent_picks_up()
    assert telephony.named("redirect") == []
    later(7)
    assert telephony.named("redirect") == [(one.sid, "/voice/connect")]


def test_the_caller_does_not_stay_alone_on_the_line(
    app: Flask, talk: Any, telephony: FakeTelephony
) -> None:
    agent, one = talk
    leg = one.leg
    with dying(app):
        act(agent, one, "hang-up")
    assert telephony.named("hang_up") == []
    later(7)
    assert telephony.named("hang_up") == [(one.sid,), (leg,)]
    assert rows() == 0


def test_a_hold_that_was_lost_is_not_played_once_she_was_taken_back(
    app: Flask, talk: Any, telephony: FakeTelephony
) -> None:
    agent, one = talk
    with dying(app):
        act(agent, one, "hold")
    act(agent, one, "resume")
    telephony.commands.clear()
    later(7)
    assert telephony.named("hold") == []
    with dying(app):
        act(agent, one, "hold")
    later(14)
    assert [words[2] for words in telephony.named("hold")] == [True]


def test_a_provider_that_is_down_is_asked_again(talk: Any, telephony: FakeTelephony) -> None:
    agent, one = talk
    telephony.down = True
    act(agent, one, "hang-up")
    later(7)
    assert rows() == 1
    telephony.down = False
    later(14)
    assert (one.sid,) in telephony.named("hang_up")
    assert rows() == 0


def test_what_always_fails_is_given_up(talk: Any, telephony: FakeTelephony) -> None:
    agent, one = talk
    telephony.down = True
    act(agent, one, "hang-up")
    for attempt in range(1, commands_outbox.ATTEMPTS + 1):
        later(7 * attempt)
    assert rows() == 0


def test_a_caller_who_left_unseen_is_found_when_her_agent_leaves(
    talk: Any, telephony: FakeTelephony
) -> None:
    """Both callbacks of her end were lost: the conference that is over says it."""
    _agent, one = talk

    def over(command: str) -> None:
        if command == "hold":
            raise NotFound("cette personne n'y est plus")

    telephony.before = over
    telephony.legs.pop(one.sid, None)
    one.agent_leg_ends()
    assert (one.call.state, one.call.ended_by) == ("wrap_up", "caller")


# --- pure ----------------------------------------------------------------------------------------

TALKING = CallRecord(
    received_at=NINE,
    state=State.TALKING,
    agent_id=1,
    agent_leg_sid="CAa",
    agent_present=True,
    conference_sid="CF1",
    answered_at=NINE,
)
CONNECTING = CallRecord(received_at=NINE, state=State.CONNECTING, agent_id=1)
JOINED = replace(CONNECTING, agent_leg_sid="CAa", agent_present=True)
HELD = replace(TALKING, held_since=NINE)
CUT = replace(TALKING, agent_present=False)
WAITING = CallRecord(received_at=NINE, state=State.WAITING)
OVER = replace(TALKING, state=State.WRAP_UP, ended_at=NINE)
CONSULTING = replace(TALKING, party_id=4)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_command_survives_the_database(kind: Any) -> None:
    fields = {"agent_id": 7, "party_id": 8, "leg": "CA1", "conference": "CF1", "on": True}
    command = kind(**{name: fields[name] for name in kind.__dataclass_fields__})
    assert commands_outbox.from_data(commands_outbox.to_data(command)) == command


@pytest.mark.parametrize(
    ("record", "command", "wanted"),
    [
        (CONNECTING, CallAgent(1), True),
        (CONNECTING, CallAgent(2), False),
        (replace(CONNECTING, agent_leg_sid="CAa"), CallAgent(1), False),
        (JOINED, CallAgent(1), False),
        (WAITING, CallAgent(1), False),
        (JOINED, ConnectCaller(), True),
        (CONNECTING, ConnectCaller(), False),
        (TALKING, ConnectCaller(), False),
        (WAITING, EnqueueCaller(), True),
        (TALKING, EnqueueCaller(), False),
        (OVER, EnqueueCaller(), False),
        (OVER, HangUpCaller(), True),
        (WAITING, HangUpCaller(), False),
        (OVER, HangUpLeg("CAa"), True),
        (WAITING, HangUpLeg("CAa"), True),
        (TALKING, HangUpLeg("CAa"), False),
        (HELD, HoldCaller("CF1", on=True), True),
        (CUT, HoldCaller("CF1", on=True), True),
        (TALKING, HoldCaller("CF1", on=True), False),
        (TALKING, HoldCaller("CF1", on=False), True),
        (HELD, HoldCaller("CF1", on=False), False),
        (OVER, HoldCaller("CF1", on=True), False),
        (JOINED, RingPerson(), True),
        (replace(JOINED, person_leg_sid="CAp"), RingPerson(), False),
        (CONSULTING, CallParty(4), True),
        (CONSULTING, CallParty(5), False),
        (replace(CONSULTING, party_leg_sid="CAx"), CallParty(4), False),
    ],
)
def test_an_old_command_is_sent_only_if_it_still_makes_sense(
    record: CallRecord, command: Command, *, wanted: bool
) -> None:
    assert commands_outbox.still_wanted(record, command) is wanted
