"""Calls that agents make: from the desk, again after a drop; the person is rung by the service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.calls.call import outbound, service, store
from app.calls.call.models import Call
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.lines.models import Line
from app.queue import deadlines
from app.tickets.models import CallBack, CallBackSource, Contact
from tests.calls.test_journey import act, connect, later, presence
from tests.clients import StaffClient, post_signed
from tests.fakes import FakeTelephony
from tests.switchboard import Caller

Desk = Callable[..., StaffClient]
Phone = Callable[..., Caller]
PERSON = "+33639980155"


def dial(agent: StaffClient, **body: Any) -> Any:
    return agent.post("/desk/dial", json=body)


def last_call() -> Call:
    db.session.expire_all()
    call = db.session.scalars(select(Call).order_by(Call.id.desc())).first()
    assert call is not None
    db.session.rollback()
    return call


class Rung(Caller):
    """The person whom we ring: her leg is ours."""

    @property
    def call(self) -> Call:
        return last_call()

    def answers(self) -> str:
        self.sid = str(self.call.person_leg_sid)
        return self.post(f"/voice/connect?call={self.call.ref}", Direction="outbound-api")


@pytest.fixture
def rung(caller: Phone) -> Rung:
    one = caller(PERSON)
    return Rung(one.client, one.telephony, PERSON)


def test_the_agent_first_then_the_person(
    at_desk: Desk, rung: Rung, telephony: FakeTelephony
) -> None:
    agent = at_desk()
    answer = dial(agent, number="06 39 98 01 55")
    assert answer.status_code == 200
    shown = answer.json["desk"]["call"]
    assert (shown["state"], shown["outbound"], shown["person_rung"]) == ("connecting", True, False)
    assert presence(agent) == "in_call"
    assert not telephony.named("call_number")  # nobody is rung before the agent is there
    rung.agent_picks_up()
    assert [n for n, _path in telephony.named("call_number")] == [PERSON]
    assert "<Conference" in rung.answers()
    rung.conference("participant-join", rung.sid)
    assert rung.call.state == "talking"
    rung.end()
    call = rung.call
    assert (call.state, call.outcome, call.direction) == ("wrap_up", "answered", "out")
    contact = db.session.get_one(Contact, call.contact_id)
    assert (contact.direction, contact.agent_id) == ("out", agent.agent.id)


@pytest.mark.parametrize("status", ["busy", "no-answer", "completed"])
def test_a_person_who_is_not_reached(
    at_desk: Desk, rung: Rung, telephony: FakeTelephony, status: str
) -> None:
    agent = at_desk()
    dial(agent, number=PERSON)
    rung.agent_picks_up()
    rung.sid = str(rung.call.person_leg_sid)
    rung.post("/voice/status", CallStatus=status)
    assert (rung.call.state, rung.call.outcome) == ("ended", "unreached")
    assert presence(agent) == "available"
    assert (rung.call.agent_leg_sid,) in telephony.named("hang_up")


def test_the_agent_gives_up_while_it_rings(
    at_desk: Desk, rung: Rung, telephony: FakeTelephony
) -> None:
    agent = at_desk()
    dial(agent, number=PERSON)
    rung.agent_picks_up()
    assert act(agent, rung, "hang-up").status_code == 200
    assert (rung.call.outcome, presence(agent)) == ("unreached", "available")
    assert (rung.call.person_leg_sid,) in telephony.named("hang_up")


def test_a_provider_that_is_down_leaves_the_agent_free(
    at_desk: Desk, telephony: FakeTelephony
) -> None:
    agent = at_desk()
    telephony.down = True
    dial(agent, number=PERSON)
    assert (last_call().outcome, presence(agent)) == ("failed", "available")


def test_a_softphone_that_does_not_answer(at_desk: Desk, telephony: FakeTelephony) -> None:
    agent = at_desk()
    dial(agent, number=PERSON)
    telephony.legs.clear()
    later(13)
    assert (last_call().outcome, presence(agent)) == ("failed", "available")


def test_nobody_joins_for_too_long(at_desk: Desk, rung: Rung, telephony: FakeTelephony) -> None:
    agent = at_desk()
    dial(agent, number=PERSON)
    rung.agent_picks_up()
    later(80)
    assert (rung.call.outcome, presence(agent)) == ("unreached", "available")
    assert (rung.call.person_leg_sid,) in telephony.named("hang_up")


def test_an_agent_who_joined_late_does_not_cut_the_ringing_short(
    at_desk: Desk, rung: Rung, telephony: FakeTelephony
) -> None:
    agent = at_desk()
    dial(agent, number=PERSON)
    later(7)  # we look, and look again soon
    rung.agent_picks_up()
    with unit_of_work():  # the look that was on its way comes after she is there
        deadlines.set_deadline("connect", clock.now(), call_id=rung.call.id)
    later(10)
    assert rung.call.state == "connecting"
    assert telephony.named("hang_up") == []
    later(90)
    assert rung.call.outcome == "unreached"


@pytest.mark.parametrize("answered", [True, False])
def test_a_call_made_from_her_dossiers_brings_her_back_to_them(
    at_desk: Desk, rung: Rung, answered: bool
) -> None:
    agent = at_desk()
    away = {"state": "away", "reason": "dossiers"}
    agent.post("/desk/presence", json=away)
    dial(agent, number=PERSON)
    rung.agent_picks_up()
    if answered:
        rung.answers()
        rung.conference("participant-join", rung.sid)
    act(agent, rung, "hang-up")
    if answered:
        assert presence(agent) == "wrap_up"
        act(agent, rung, "wrap-up-done")
    shown = agent.get("/desk/state").json["desk"]["presence"]
    assert {key: shown[key] for key in away} == away
    agent.post("/desk/presence", json={"state": "available", "reason": None})
    dial(agent, number=PERSON)
    rung.agent_picks_up()
    act(agent, rung, "hang-up")
    assert presence(agent) == "available"


@pytest.mark.parametrize("number", ["", "12", "abc", "+33", "<script>"])
def test_a_number_that_is_none(at_desk: Desk, number: str) -> None:
    agent = at_desk()
    assert dial(agent, number=number).status_code == 422
    assert presence(agent) == "available"
    assert db.session.scalar(select(Call)) is None
    db.session.rollback()


def test_one_call_at_a_time(at_desk: Desk) -> None:
    agent = at_desk()
    dial(agent, number=PERSON)
    again = dial(agent, number=PERSON)
    assert again.status_code == 409
    assert len(db.session.scalars(select(Call)).all()) == 1
    db.session.rollback()


def test_calling_again_after_a_drop_goes_on_with_the_same_contact(
    caller: Phone, at_desk: Desk, rung: Rung
) -> None:
    agent = at_desk()
    one = caller(PERSON).dial()
    connect(agent, one)
    one.end()
    dropped = one.call
    assert presence(agent) == "wrap_up"
    answer = agent.post(f"/desk/calls/{dropped.ref}/call-again", json={})
    assert answer.status_code == 200
    assert (one.call.state, presence(agent)) == ("ended", "in_call")
    assert rung.call.contact_id == dropped.contact_id
    rung.agent_picks_up()
    rung.answers()
    rung.conference("participant-join", rung.sid)
    rung.end()
    assert (rung.call.outcome, presence(agent)) == ("answered", "wrap_up")


@pytest.mark.parametrize("state", ["available", "away"])
def test_choosing_a_state_ends_the_wrap_up(caller: Phone, at_desk: Desk, state: str) -> None:
    agent = at_desk()
    one = caller(PERSON).dial()
    connect(agent, one)
    one.end()
    reason = "pause" if state == "away" else None
    answer = agent.post("/desk/presence", json={"state": state, "reason": reason})
    assert answer.status_code == 200
    assert (one.call.state, presence(agent)) == ("ended", state)
    assert answer.json["desk"]["call"] is None


def test_a_wrap_up_that_began_meanwhile_refuses_the_dialling(
    caller: Phone, at_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller hangs up between « is she writing one up? » and the claim: not two calls."""
    agent = at_desk()
    one = caller(PERSON).dial()
    connect(agent, one)
    one.end()
    monkeypatch.setattr(service, "end_wrap_up", lambda *_: None)  # it saw her still talking
    assert dial(agent, number=PERSON).status_code == 409
    chosen = agent.post("/desk/presence", json={"state": "away", "reason": "pause"})
    assert chosen.status_code == 409
    assert (one.call.state, presence(agent)) == ("wrap_up", "wrap_up")


def test_a_hidden_number_cannot_be_called_again(caller: Phone, at_desk: Desk) -> None:
    agent = at_desk()
    one = caller("anonymous").dial()
    connect(agent, one)
    one.end()
    answer = agent.post(f"/desk/calls/{one.call.ref}/call-again", json={})
    assert answer.status_code == 404
    assert presence(agent) == "wrap_up"


def place(now: Any) -> Call:
    with unit_of_work() as work:
        line = db.session.scalars(select(Line)).one()
        promised = CallBack(
            number=PERSON,
            line_id=line.id,
            source=CallBackSource.QUEUE,
            arrived_at=now,
            due_at=now,
        )
        db.session.add(promised)
        db.session.flush()
        return outbound.place_callback(
            PERSON,
            callback_id=promised.id,
            contact_id=None,
            arrived_at=now,
            language="fr",
            line_id=line.id,
            preferred_agent_id=None,
            work=work,
            now=clock.now(),
        )


def test_a_call_back_keeps_its_place_and_asks_for_a_key(
    caller: Phone, at_desk: Desk, rung: Rung, telephony: FakeTelephony
) -> None:
    arrived = clock.now()
    other = caller("+33639980122").dial()
    place(arrived)
    agent = at_desk()
    later(0)
    assert rung.call.state == "offered"  # before the one who came later
    assert other.call.state == "waiting"
    shown = agent.get("/desk/state").json["desk"]["call"]
    assert (shown["callback"], shown["outbound"]) == (True, True)
    act(agent, rung, "accept")
    assert "Rappel demandé" in rung.agent_picks_up()
    heard = rung.answers()
    assert "<Gather" in heard
    assert "Pour nous parler, tapez 1." in heard
    assert rung.call.state == "connecting"  # an answering machine presses no key
    rung.post("/voice/status", CallStatus="completed")
    assert (rung.call.outcome, presence(agent)) == ("unreached", "ringing")


def test_an_outbound_call_is_rebuilt_from_its_events(
    at_desk: Desk, rung: Rung, telephony: FakeTelephony
) -> None:
    agent = at_desk()
    dial(agent, number=PERSON)
    rung.agent_picks_up()
    rung.answers()
    rung.conference("participant-join", rung.sid)
    rung.end()
    before = store.record_of(rung.call)
    with unit_of_work():
        assert store.rebuild(store.by_ref(rung.call.ref)) == before


def test_a_late_leg_of_a_call_that_is_over_is_told_goodbye(
    at_desk: Desk, rung: Rung, telephony: FakeTelephony
) -> None:
    agent = at_desk()
    dial(agent, number=PERSON)
    rung.agent_picks_up()
    act(agent, rung, "hang-up")
    assert "<Hangup" in rung.answers()
    form = {**rung.form(), "CallSid": "CAstranger", "To": "client:agent_999"}
    answer = post_signed(rung.client, f"/voice/agent?call={rung.call.ref}", form)
    assert "<Hangup" in answer.text
