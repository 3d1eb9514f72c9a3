"""Who has signed out is never rung, and no caller pays for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.accounts import sessions, staff
from app.accounts.models import Agent, Presence
from app.foundation import clock
from app.foundation.extensions import db
from tests.clients import StaffClient
from tests.fakes import FakeTelephony
from tests.switchboard import Caller

Desk = Callable[..., StaffClient]
Phone = Callable[..., Caller]

ENDINGS: dict[str, Callable[[StaffClient], object]] = {
    "signed out": lambda client: client.post("/sign-out"),
    "account closed": lambda client: staff.close(client.agent.email, now=clock.now()),
}


def presence(client: StaffClient) -> str:
    return db.session.get_one(Presence, client.agent.id, populate_existing=True).state


def act(client: StaffClient, one: Caller, name: str) -> int:
    return client.post(f"/desk/calls/{one.call.ref}/{name}", json={}).status_code


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_call_that_rings_there_goes_to_somebody_else(
    caller: Phone, at_desk: Desk, ending: str
) -> None:
    first = at_desk()
    one = caller().dial()
    assert one.call.offered_to == first.agent.id
    second = at_desk(state="away", display_name="Nadia")
    ENDINGS[ending](first)
    assert (one.call.state, one.call.offered_to) == ("waiting", None)
    assert presence(first) == "offline"
    chosen = second.post("/desk/presence", json={"state": "available"})
    assert chosen.status_code == 200
    assert one.call.offered_to == second.agent.id


@pytest.mark.parametrize("ending", ENDINGS)
def test_nobody_rings_where_nobody_is_signed_in(caller: Phone, at_desk: Desk, ending: str) -> None:
    agent = at_desk()
    ENDINGS[ending](agent)
    one = caller().dial()
    assert (one.call.state, one.call.offered_to) == ("waiting", None)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_wrap_up_ends_with_the_session(
    caller: Phone, at_desk: Desk, telephony: FakeTelephony, ending: str
) -> None:
    agent = at_desk()
    one = caller().dial()
    act(agent, one, "accept")
    one.agent_picks_up()
    one.is_connected()
    one.end()
    assert presence(agent) == "wrap_up"
    ENDINGS[ending](agent)
    assert (one.call.state, presence(agent)) == ("ended", "offline")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_conversation_is_not_cut(
    caller: Phone, at_desk: Desk, telephony: FakeTelephony, ending: str
) -> None:
    agent = at_desk()
    one = caller().dial()
    act(agent, one, "accept")
    one.agent_picks_up()
    one.is_connected()
    ENDINGS[ending](agent)
    assert (one.call.state, presence(agent)) == ("talking", "in_call")
    assert telephony.named("hang_up") == []


def test_the_softphone_of_before_is_not_rung(
    caller: Phone, at_desk: Desk, telephony: FakeTelephony
) -> None:
    """The real adapter asks for the name of now: tokens of before were made for another one."""
    agent = at_desk()
    before = agent.get("/desk/token").json["identity"]
    agent.post("/sign-out")
    again = agent.sign_in(db.session.get_one(Agent, agent.agent.id))
    now = again.get("/desk/token").json["identity"]
    assert now != before
    assert now == f"agent_{agent.agent.id}_{sessions.softphone_epoch(agent.agent.id)}"
