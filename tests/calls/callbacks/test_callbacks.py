"""Call-backs, end to end: asked for by key, kept in place, tried, followed, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.accounts.models import Connection, Presence
from app.calls.call import service, store
from app.calls.call.life.record import Event, Kind
from app.calls.call.models import Call
from app.calls.callbacks import service as callbacks
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import PermanenceError, Unavailable
from app.foundation.extensions import db
from app.lines.models import Line
from app.operations import ticker
from app.reporting.service import report_of
from app.tickets.models import CallBack, Contact
from tests.clients import StaffClient, post_signed
from tests.fakes import FakeTelephony
from tests.switchboard import FORM, LINE_NUMBER, Caller

Phone = Callable[..., Caller]
Desk = Callable[..., StaffClient]
NUMBER = "+33639980101"


def the_callback() -> CallBack:
    db.session.expire_all()
    found = db.session.scalars(select(CallBack)).one()
    db.session.rollback()
    return found


def attempts() -> list[Call]:
    db.session.expire_all()
    found = list(db.session.scalars(select(Call).where(Call.direction == "out").order_by(Call.id)))
    db.session.rollback()
    return found


def presence(client: StaffClient) -> str:
    db.session.expire_all()
    state = db.session.get_one(Presence, client.agent.id).state
    db.session.rollback()
    return state


def later(**time: float) -> datetime:
    """That much time passes; browsers that are open stay open."""
    then = clock.now() + timedelta(**time)
    with unit_of_work():
        db.session.execute(update(Connection).values(seen_at=then))
    ticker.tick(then)
    return then


def ask(caller: Phone, number: str = NUMBER) -> Caller:
    """Somebody waits, presses 1 and is told goodbye."""
    one = caller(number).dial()
    assert "<Leave" in one.post("/voice/choice?round=1", Digits="1")
    one.said = one.post("/voice/left-queue", QueueResult="leave")  # type: ignore[attr-defined]
    one.end()
    return one


class Person:
    """The person we ring back: what her telephone does."""

    def __init__(self, client: Any, attempt: Call, sid: str = "") -> None:
        self.client, self.ref = client, attempt.ref
        self.sid = sid or attempt.person_leg_sid or ""

    def post(self, path: str, **more: str) -> str:
        form = {**FORM, "CallSid": self.sid, "From": LINE_NUMBER, "To": NUMBER, **more}
        response = post_signed(self.client, path, form)
        assert response.status_code < 300, (path, response.status_code)
        return response.text

    def answers(self) -> str:
        return self.post(f"/voice/connect?call={self.ref}")

    def presses(self, key: str) -> str:
        return self.post(f"/voice/choice?call={self.ref}&step=answer", Digits=key)

    def ends(self, status: str = "completed") -> None:
        self.post("/voice/status", CallStatus=status)


def agent_takes(agent: StaffClient, client: Any) -> tuple[Person, str]:
    """She accepts the attempt that rings at her desk, hears who it is, and the person is rung."""
    attempt = attempts()[-1]
    assert agent.post(f"/desk/calls/{attempt.ref}/accept", json={}).status_code == 200
    heard = agent_is_there(agent, client)
    return Person(client, attempts()[-1]), heard


def agent_is_there(agent: StaffClient, client: Any) -> str:
    attempt = attempts()[-1]
    leg = str(attempt.agent_leg_sid)
    form = {**FORM, "CallSid": leg, "To": f"client:agent_{agent.agent.id}"}
    heard = post_signed(client, f"/voice/agent?call={attempt.ref}", form).text
    joined = {
        **FORM, "ConferenceSid": "CF" + "2" * 32, "FriendlyName": f"call-{attempt.ref}",
        "StatusCallbackEvent": "participant-join", "CallSid": leg,
    }  # fmt: skip
    assert post_signed(client, "/voice/conference", joined).status_code == 204
    return heard


def test_pressing_1_keeps_the_place_and_says_so(caller: Phone) -> None:
    one = ask(caller)
    assert "C&apos;est noté" in one.said or "C'est noté" in one.said  # type: ignore[attr-defined]
    assert "<Hangup" in one.said  # type: ignore[attr-defined]
    assert one.call.outcome == "callback"
    held = the_callback()
    assert (held.number, held.source, held.state) == (NUMBER, "queue", "open")
    assert held.arrived_at == one.call.queued_at
    assert held.contact_id == one.call.contact_id


def test_asking_twice_keeps_the_first_place_and_says_so(caller: Phone) -> None:
    first = ask(caller)
    again = ask(caller)
    assert the_callback().arrived_at == first.call.queued_at
    assert "votre place sont gardées" in again.said  # type: ignore[attr-defined]


def test_a_double_press_is_one_request(caller: Phone) -> None:
    one = caller().dial()
    for _press in range(2):
        assert "<Leave" in one.post("/voice/choice?round=1", Digits="1")
    assert the_callback().arrived_at == one.call.queued_at


def test_the_attempt_waits_at_the_place_of_the_first_arrival(caller: Phone, at_desk: Desk) -> None:
    one = ask(caller)
    other = caller("+33639980102").dial()
    later(seconds=1)
    attempt = attempts()[0]
    assert attempt.queued_at == one.call.queued_at
    assert attempt.contact_id == one.call.contact_id
    assert "numéro 2" in other.post("/voice/wait?round=2")
    later(seconds=2)
    assert len(attempts()) == 1  # one at a time
    agent = at_desk()
    service.wake()
    shown = agent.get("/desk/state").json["desk"]["call"]
    assert (shown["ref"], shown["callback"]) == (attempt.ref, True)


def test_the_agent_hears_who_it_is_then_the_person_presses_1(
    caller: Phone, at_desk: Desk, telephony: FakeTelephony, client: Any
) -> None:
    agent = at_desk(state="away")
    one = ask(caller)
    agent.post("/desk/presence", json={"state": "available"})
    later(seconds=1)
    person, heard = agent_takes(agent, client)
    assert "Rappel demandé à" in heard
    assert telephony.named("call_number")[0][0] == NUMBER
    asked = person.answers()
    assert "tapez 1" in asked.lower()
    assert the_callback().state == "open"
    assert "<Conference" in person.presses("1")
    held, attempt = the_callback(), attempts()[0]
    assert (attempt.state, held.state) == ("talking", "done")
    person.ends()
    assert (attempts()[0].outcome, presence(agent)) == ("answered", "wrap_up")
    contact = db.session.get_one(Contact, one.call.contact_id)
    assert contact.agent_id == agent.agent.id
    assert later(minutes=20)
    assert len(attempts()) == 1


def test_a_failure_when_she_answers_does_not_make_her_a_new_caller(
    caller: Phone, at_desk: Desk, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = at_desk(state="away")
    ask(caller)
    agent.post("/desk/presence", json={"state": "available"})
    later(seconds=1)
    person, _heard = agent_takes(agent, client)

    def down(_ref: str) -> None:
        raise Unavailable("la base ne répond pas")

    with monkeypatch.context() as broken:
        broken.setattr("app.calls.call.store.named", down)
        again = person.answers()
    assert "souci technique" in again
    address = f"/voice/connect?call={person.ref}&amp;again=1"
    assert f">{address}<" in again
    assert "tapez 1" in person.post(address.replace("&amp;", "&")).lower()
    assert len(attempts()) == 1


@pytest.mark.parametrize("how", ["no-answer", "busy", "failed", "machine", "wrong key"])
def test_nobody_there_tried_again_after_the_pause_then_given_up(
    caller: Phone, at_desk: Desk, client: Any, line: Line, how: str
) -> None:
    line.rules = {"callback_attempts": 2, "callback_pause_minutes": 10}
    db.session.commit()
    agent = at_desk(state="away")
    one = ask(caller)
    agent.post("/desk/presence", json={"state": "available"})
    later(seconds=1)
    for tried in (1, 2):
        person, _heard = agent_takes(agent, client)
        if how == "machine":
            person.answers()
            person.ends()
        elif how == "wrong key":
            person.answers()
            # What is said is what will be done: after the last try nobody calls again.
            assert ("plus tard", "nous rappeler")[tried - 1] in person.presses("7")
            person.ends()
        else:
            person.ends(how)
        held = the_callback()
        assert held.attempts == tried
        assert presence(agent) == "available"
        if tried == 1:
            assert held.state == "open"
            later(minutes=9)
            assert len(attempts()) == 1
            later(minutes=11)
            assert len(attempts()) == 2
    assert the_callback().state == "given_up"
    contact = db.session.get_one(Contact, one.call.contact_id)
    assert (contact.outcome, contact.follow_up_on) == ("waiting", the_callback().closed_at.date())
    later(minutes=60)
    assert len(attempts()) == 2


def test_only_attempts_that_rang_somebody_are_calls_that_we_made(
    caller: Phone, at_desk: Desk, client: Any
) -> None:
    agent = at_desk(state="away")
    ask(caller)
    later(seconds=1)
    assert len(attempts()) == 1  # in the queue: nobody has called anybody
    assert report_of(clock.local_day(clock.now())).outbound == 0
    agent.post("/desk/presence", json={"state": "available"})
    later(seconds=1)
    person, _heard = agent_takes(agent, client)
    assert report_of(clock.local_day(clock.now())).outbound == 1
    person.ends("no-answer")
    assert report_of(clock.local_day(clock.now())).outbound == 1


def test_a_person_who_calls_again_and_is_served_needs_no_call_back(
    caller: Phone, at_desk: Desk, login: Any
) -> None:
    ask(caller)
    again = caller(NUMBER).dial()
    later(seconds=1)
    assert attempts() == []  # she is on the line herself
    agent = at_desk()
    service.wake()
    agent.post(f"/desk/calls/{again.call.ref}/accept", json={})
    again.agent_picks_up()
    again.is_connected()
    assert the_callback().state == "cancelled"
    over = login("manager").get("/callbacks?scope=over").text
    assert "a rappelé, et a eu sa réponse" in over
    assert "annulé" not in over
    again.end()
    later(minutes=1)
    assert attempts() == []


def test_the_attempt_that_waits_is_withdrawn_when_she_is_served(
    caller: Phone, at_desk: Desk
) -> None:
    ask(caller)
    later(seconds=1)
    again = caller(NUMBER).dial()
    agent = at_desk()
    with unit_of_work() as work:  # routed by hand: the attempt has the earlier place
        store.apply_event(
            again.call.id,
            Event(Kind.OFFERED, clock.now(), "by_hand", agent_id=agent.agent.id),
        )
        del work
    service.accept(again.call.ref, agent.agent.id, now=clock.now())
    again.agent_picks_up()
    again.is_connected()
    assert the_callback().state == "cancelled"
    assert [(a.state, a.outcome) for a in attempts()] == [("ended", "cancelled")]


def test_late_press_after_the_attempt_is_over(caller: Phone, at_desk: Desk, client: Any) -> None:
    agent = at_desk(state="away")
    ask(caller)
    agent.post("/desk/presence", json={"state": "available"})
    later(seconds=1)
    person, _heard = agent_takes(agent, client)
    person.answers()
    agent.post(f"/desk/calls/{person.ref}/hang-up", json={})
    said = person.presses("1")
    assert "<Conference" not in said
    assert "<Hangup" in said
    assert the_callback().attempts == 1


def test_a_key_from_another_leg_joins_nothing(caller: Phone, at_desk: Desk, client: Any) -> None:
    agent = at_desk(state="away")
    ask(caller)
    agent.post("/desk/presence", json={"state": "available"})
    later(seconds=1)
    person, _heard = agent_takes(agent, client)
    stranger = Person(client, attempts()[0], sid="CA" + "f" * 32)
    assert "<Conference" not in stranger.presses("1")
    assert "<Conference" not in Person(client, attempts()[0], sid=person.sid).post(
        "/voice/choice?call=nothing&step=answer", Digits="1"
    )


def test_an_agents_leg_that_never_comes_costs_no_attempt(
    caller: Phone, at_desk: Desk, telephony: FakeTelephony
) -> None:
    agent = at_desk(state="away")
    ask(caller)
    agent.post("/desk/presence", json={"state": "available"})
    later(seconds=1)
    telephony.down = True
    agent.post(f"/desk/calls/{attempts()[0].ref}/accept", json={})
    assert attempts()[0].state == "waiting"
    assert (the_callback().state, the_callback().attempts) == ("open", 0)


def test_call_backs_of_closed_hours_wait_for_the_opening(caller: Phone, line: Line) -> None:
    ask(caller)
    line.mode = "closed"
    db.session.commit()
    later(minutes=5)
    assert attempts() == []
    line.mode = "open"
    db.session.commit()
    later(minutes=6)
    assert len(attempts()) == 1


def test_attempts_that_still_wait_on_a_closed_line_go_to_the_next_opening(
    caller: Phone, line: Line
) -> None:
    ask(caller)
    later(seconds=1)
    line.rules, line.mode = {"closing": "callback"}, "closed"
    db.session.commit()
    later(seconds=3)
    assert [a.outcome for a in attempts()] == ["cancelled"]
    assert the_callback().state == "open"
    line.mode = "open"
    db.session.commit()
    later(seconds=5)
    assert [a.state for a in attempts()] == ["ended", "waiting"]


# --- a hidden number -----------------------------------------------------------------------------


def test_a_hidden_caller_types_her_number_hears_it_and_confirms(caller: Phone) -> None:
    one = caller("anonymous").dial()
    assert "masqué" in one.post("/voice/choice?round=1", Digits="1")
    assert one.call.state == "waiting"
    back = one.post("/voice/choice?step=number&wrong=0", Digits="0639980101")
    assert "06, 39, 98, 01, 01" in back
    assert NUMBER not in back
    assert one.call.number is None
    assert "<Leave" in one.post("/voice/choice?step=confirm", Digits="1")
    held = the_callback()
    assert (held.number, one.call.number, one.call.outcome) == (NUMBER, NUMBER, "callback")
    assert db.session.get_one(Contact, one.call.contact_id).caller_number == NUMBER


@pytest.mark.parametrize(
    "digits", ["", "06", "063998010", "06399801012", "0000000000", "9999", "*"]
)
def test_a_wrong_number_is_asked_for_again_three_times_at_most(caller: Phone, digits: str) -> None:
    one = caller("anonymous").dial()
    one.post("/voice/choice?round=1", Digits="1")
    assert "pas complet" in one.post("/voice/choice?step=number&wrong=0", Digits=digits)
    assert "step=number&amp;wrong=2" in one.post("/voice/choice?step=number&wrong=1", Digits=digits)
    last = one.post("/voice/choice?step=number&wrong=2", Digits=digits)
    assert "<Gather" not in last
    assert "/voice/wait" in last
    assert (one.call.state, one.call.typed_number) == ("waiting", None)


def test_a_number_read_back_may_be_typed_again(caller: Phone) -> None:
    one = caller("anonymous").dial()
    one.post("/voice/choice?step=number&wrong=0", Digits="0639980101")
    assert "dix chiffres" in one.post("/voice/choice?step=confirm", Digits="2")
    assert "06, 39" in one.post("/voice/choice?step=confirm", Digits="6")
    assert db.session.scalar(select(CallBack.id)) is None


def test_confirming_without_a_number_asks_for_it(caller: Phone) -> None:
    one = caller("anonymous").dial()
    assert "dix chiffres" in one.post("/voice/choice?step=confirm", Digits="1")


def test_an_agent_who_accepts_meanwhile_has_her(caller: Phone, at_desk: Desk) -> None:
    agent = at_desk()
    one = caller("anonymous").dial()
    one.post("/voice/choice?step=number&wrong=0", Digits="0639980101")
    agent.post(f"/desk/calls/{one.call.ref}/accept", json={})
    assert "/voice/wait" in one.post("/voice/choice?step=confirm", Digits="1")
    assert one.call.state == "connecting"
    assert db.session.scalar(select(CallBack.id)) is None


def test_how_many_wait_to_be_called(caller: Phone) -> None:
    assert callbacks.open_count() == 0
    ask(caller)
    ask(caller, "+33639980102")
    assert callbacks.open_count() == 2


# --- at the same instant -------------------------------------------------------------------------


def at_once(app: Flask, *tasks: Callable[[], object]) -> list[object]:
    """Run tasks in threads of their own, as web processes would; what each returned or raised."""
    results: list[object] = []
    ready = threading.Barrier(len(tasks))

    def run(task: Callable[[], object]) -> None:
        with app.app_context():
            ready.wait()
            try:
                results.append(task())
            except PermanenceError as error:
                results.append(error)
            finally:
                db.session.remove()

    db.session.remove()
    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_calls_of_one_number_ask_at_once(app: Flask, caller: Phone) -> None:
    calls = [caller().dial().call for _call in range(2)]
    ids, first = [call.id for call in calls], min(call.queued_at for call in calls)

    def press(call_id: int) -> object:
        call = db.session.get_one(Call, call_id)
        return callbacks.choose(call, NUMBER, clock.now()) is not None

    assert at_once(app, *(lambda i=i: press(i) for i in ids)) == [True, True]
    assert the_callback().arrived_at == first


def test_two_tickers_place_one_attempt(app: Flask, caller: Phone) -> None:
    ask(caller)
    now = clock.now() + timedelta(seconds=1)
    placed = at_once(app, *[lambda: callbacks.place_due(now)] * 3)
    assert sorted(placed) == [0, 0, 1]  # type: ignore[type-var]
    assert len(attempts()) == 1


def test_accept_and_press_at_the_same_instant(app: Flask, caller: Phone, at_desk: Desk) -> None:
    agent = at_desk()
    agent_id = agent.agent.id
    for number in range(5):
        one = caller(f"+3363998010{number}").dial()
        call_id, ref = one.call.id, one.call.ref

        def press(call_id: int = call_id, phone: str = one.number) -> object:
            return callbacks.choose(db.session.get_one(Call, call_id), phone, clock.now())

        def accept(ref: str = ref) -> object:
            return service.accept(ref, agent_id, now=clock.now())

        at_once(app, press, accept)
        noted = db.session.scalar(select(CallBack.id).where(CallBack.number == one.number))
        call = one.call
        assert (call.outcome == "callback") == (noted is not None)
        assert (call.state == "connecting") == (noted is None)
        one.end()
        db.session.remove()
        if db.session.get_one(Presence, agent_id).state == "wrap_up":
            service.finish_wrap_up(ref, agent_id, now=clock.now())
