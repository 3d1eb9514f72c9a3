"""Lost callbacks are repaired from the provider's records, and its unknown calls are ours again."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import Presence
from app.calls.call.models import Call
from app.calls.provider import watch as provider_watch
from app.calls.provider.models import Drift, ProviderLink
from app.foundation import clock
from app.foundation.config import Settings
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.foundation.ports import Ports
from app.lines.models import Line
from app.operations import ticker
from tests.clients import StaffClient
from tests.fake_log import FakeCallLog
from tests.fakes import FakeTelephony, fake_ports
from tests.switchboard import LINE_NUMBER, Caller

Desk = Callable[..., StaffClient]
Phone = Callable[..., Caller]


@pytest.fixture
def log() -> FakeCallLog:
    return FakeCallLog()


@pytest.fixture
def ports(log: FakeCallLog) -> Ports:
    return dataclasses.replace(fake_ports(), call_log=log)


def compare(log: FakeCallLog, after: float = 30) -> list[str]:
    """One comparison, ``after`` seconds from now; the drifts by kind."""
    now = clock.now() + timedelta(seconds=after)
    found = [str(kind) for kind in provider_watch.compare(log, now).drifts]
    db.session.rollback()
    return found


def drifts() -> list[Drift]:
    db.session.expire_all()
    return list(db.session.scalars(select(Drift).order_by(Drift.id)))


def presence(client: StaffClient) -> str:
    db.session.expire_all()
    return db.session.get_one(Presence, client.agent.id).state


def dial(caller: Phone, log: FakeCallLog, number: str = "+33639980101") -> Caller:
    one = caller(number).dial()
    log.begin(one.sid, to=LINE_NUMBER, from_number=number, at=clock.now(), inbound=True)
    return one


def talk(caller: Phone, desk: StaffClient, log: FakeCallLog) -> Caller:
    """A conversation that the provider knows as we do."""
    one = dial(caller, log)
    assert desk.post(f"/desk/calls/{one.call.ref}/accept", json={}).status_code == 200
    one.agent_picks_up()
    one.is_connected()
    log.begin(one.leg, to=f"client:agent_{desk.agent.id}", at=clock.now())
    log.join(f"call-{one.call.ref}", one.sid, one.leg)
    return one


# --- one at a time ---------------------------------------------------------------------------------


def link() -> ProviderLink:
    db.session.expire_all()
    return db.session.scalars(select(ProviderLink)).one()


def test_a_round_is_remembered_and_the_next_one_comes_after_a_pause(
    line: Line, log: FakeCallLog
) -> None:
    assert provider_watch.run() is not None
    assert (link().problem, link().claimed_at) == (None, None)
    assert link().seen_until is not None
    assert log.asked == ["live", "calls_to"]  # all that a quiet round costs
    assert provider_watch.run() is None  # another worker, a moment later


def test_a_provider_that_does_not_answer_is_noted_and_asked_again(
    line: Line, log: FakeCallLog, settings: Settings
) -> None:
    log.down = True
    assert provider_watch.run() is None
    assert (link().problem, link().seen_until) == ("unavailable", None)
    log.down = False
    with unit_of_work():
        link().ran_at = clock.now() - timedelta(seconds=settings.reconcile_seconds)
    assert provider_watch.run() is not None
    assert link().problem is None


def test_a_process_that_died_in_a_round_is_forgotten(line: Line) -> None:
    link().claimed_at = clock.now() - timedelta(seconds=5)
    db.session.commit()
    assert provider_watch.run() is None
    link().claimed_at = clock.now() - timedelta(seconds=20)
    db.session.commit()
    assert provider_watch.run() is not None


# --- calls that we know ----------------------------------------------------------------------------


def test_when_all_agrees_nothing_is_asked_and_nothing_changes(
    caller: Phone, at_desk: Desk, log: FakeCallLog
) -> None:
    one = talk(caller, at_desk(), log)
    version = one.call.version
    assert compare(log) == []
    assert log.asked == ["live", "calls_to"]
    assert (one.call.version, drifts()) == (version, [])


def test_a_caller_who_hung_up_unheard_is_abandoned_at_the_time_she_left(
    caller: Phone, log: FakeCallLog, line: Line
) -> None:
    one = dial(caller, log)
    left = clock.now() + timedelta(seconds=12)
    log.end(one.sid, left)
    assert compare(log) == ["person_gone"]
    call = one.call
    assert (call.state, call.outcome, call.ended_at) == ("ended", "abandoned", left)
    (drift,) = drifts()
    assert (drift.kind, drift.call_id, drift.leg_sid, drift.repaired) == (
        "person_gone", call.id, one.sid, True,
    )  # fmt: skip
    one.hang_up_in_queue()  # the late, true callback
    assert (one.call.version, one.call.ended_at) == (call.version, left)
    assert compare(log) == []


def test_the_end_of_a_conversation_that_nobody_told(
    caller: Phone, at_desk: Desk, log: FakeCallLog
) -> None:
    agent = at_desk()
    one = talk(caller, agent, log)
    at = clock.now()
    log.end(one.sid, at)
    log.end(one.leg, at)
    assert compare(log) == ["person_gone"]
    assert (one.call.state, one.call.outcome, one.call.ended_by) == (
        "wrap_up", "answered", "caller",
    )  # fmt: skip
    assert presence(agent) == "wrap_up"


def test_an_agent_whose_browser_died_unheard(
    caller: Phone, at_desk: Desk, log: FakeCallLog, telephony: FakeTelephony
) -> None:
    one = talk(caller, at_desk(), log)
    log.end(one.leg, clock.now())
    assert compare(log) == ["agent_gone"]
    assert (one.call.state, one.call.agent_present) == ("talking", False)
    assert telephony.named("hold")[-1][-1] is True  # the caller hears music
    ticker.tick(clock.now() + timedelta(seconds=90))
    assert one.call.state in ("waiting", "offered")  # then waits for somebody else


def test_an_agent_who_joined_unheard_is_joined_by_the_caller(
    caller: Phone, at_desk: Desk, log: FakeCallLog, telephony: FakeTelephony
) -> None:
    agent = at_desk()
    one = dial(caller, log)
    agent.post(f"/desk/calls/{one.call.ref}/accept", json={})
    log.begin(one.leg, at=clock.now())
    log.join(f"call-{one.call.ref}", one.leg)
    assert compare(log, after=9) == ["agent_there"]
    assert telephony.named("redirect") == [(one.sid, "/voice/connect")]
    one.is_connected()
    assert one.call.state == "talking"


def test_a_leg_that_outlives_its_call_is_ended(
    caller: Phone, at_desk: Desk, log: FakeCallLog, telephony: FakeTelephony
) -> None:
    """The process died between the commit and the command."""
    agent = at_desk()
    one = talk(caller, agent, log)
    agent.post(f"/desk/calls/{one.call.ref}/hang-up", json={})
    telephony.commands.clear()
    assert sorted(compare(log, after=60)) == ["leg_left_over", "leg_left_over"]
    assert {leg for (leg,) in telephony.named("hang_up")} == {one.sid, one.leg}


def test_a_caller_who_stayed_in_the_conference_is_put_in_the_queue(
    caller: Phone, at_desk: Desk, log: FakeCallLog, telephony: FakeTelephony
) -> None:
    agent = at_desk()
    one = talk(caller, agent, log)
    log.end(one.leg, clock.now())
    compare(log)
    ticker.tick(clock.now() + timedelta(seconds=90))
    telephony.commands.clear()  # the redirect was lost
    assert compare(log, after=120) == ["not_queued"]
    assert telephony.named("redirect") == [(one.sid, "/voice/incoming")]
    assert compare(log, after=140) == []  # asked again, noted once
    assert len(telephony.named("redirect")) == 2


# --- calls that we do not know ---------------------------------------------------------------------


def test_a_caller_on_the_line_whom_we_never_heard_of_enters_by_the_front_door(
    line: Line, log: FakeCallLog, telephony: FakeTelephony, caller: Phone
) -> None:
    seen(clock.now())
    lost = caller("+33639980107")
    log.begin(lost.sid, to=LINE_NUMBER, from_number=lost.number, at=clock.now(), inbound=True)
    assert compare(log, after=2) == []  # her webhook may be on its way
    assert compare(log, after=20) == ["unknown_live"]
    assert telephony.named("redirect") == [(lost.sid, "/voice/incoming")]
    lost.dial()
    assert lost.call.state == "waiting"
    assert compare(log, after=40) == []


def test_what_the_number_received_before_the_first_round_is_not_ours(
    line: Line, log: FakeCallLog
) -> None:
    at = clock.now() - timedelta(minutes=5)
    log.begin("CAbefore", to=LINE_NUMBER, from_number="+33639980101", at=at, inbound=True)
    log.end("CAbefore", at)
    assert compare(log) == []
    assert db.session.scalar(select(Call)) is None


def seen(until: datetime) -> None:
    """The last comparison before now."""
    link().seen_until = until
    db.session.commit()


def test_nothing_waits_in_a_transaction_while_the_provider_thinks(
    app: Flask, caller: Phone, at_desk: Desk, log: FakeCallLog
) -> None:
    one = talk(caller, at_desk(), log)
    log.end(one.leg, clock.now())
    held: list[tuple[str, bool]] = []
    note = log._note

    def noted(what: str) -> None:
        held.append((what, db.session().in_transaction()))
        note(what)

    log._note = noted  # type: ignore[method-assign]
    assert compare(log) == ["agent_gone"]
    assert held == [("live", False), ("calls_to", False), ("report", False)]


def test_a_crowd_that_hung_up_while_we_were_away_costs_two_requests(
    line: Line, caller: Phone, log: FakeCallLog
) -> None:
    crowd = [dial(caller, log, f"+3363998{n:04d}") for n in range(30)]
    for one in crowd:
        log.end(one.sid, clock.now())
    assert compare(log) == ["person_gone"] * 30
    assert log.asked == ["live", "calls_to"]
    assert {one.call.state for one in crowd} == {"ended"}
