"""Legs: keys, hang-ups at every instant, people rung."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from carrier.driving.fakes import CallFailed
from carrier.tests.subscriber import ALICE, LINE, Line, eventually

pytestmark = pytest.mark.integration  # real servers, real HTTP, no database

QUEUE = '<Enqueue waitUrl="/wait" action="/left-queue">line</Enqueue>'
ROOM = '<Dial><Conference waitUrl="">a</Conference></Dial>'


def number(index: int) -> str:
    return f"+3363998{index:04d}"


# -- keys ---------------------------------------------------------------------------------------


def test_a_key_during_the_prompt_is_a_choice(line: Line) -> None:
    line.answers(
        incoming='<Gather numDigits="1" action="/choice"><Say>Tapez</Say><Pause length="60"/></Gather>',
        choice=lambda form: f"<Response><Say>Choix {form['Digits']}</Say></Response>",
    )
    caller = line.driver.dial(ALICE)
    caller.wait_for_heard("Tapez")
    caller.press("2")
    caller.wait_for_heard("Choix 2")


def test_finish_key_and_several_digits(line: Line) -> None:
    line.answers(incoming='<Gather action="/choice" timeout="100"/>', choice="<Say>ok</Say>")
    caller = line.driver.dial(ALICE)
    caller.press("12")
    caller.press("34#", wait=0)
    caller.wait_for_heard("ok")
    assert line.application.wait("/choice")["Digits"] == "1234"
    assert line.application.wait("/choice")["FinishedOnKey"] == "#"


def test_no_key_falls_through_or_asks_when_wanted(line: Line) -> None:
    line.answers(
        incoming='<Gather timeout="1"/><Say>rien</Say>'
        '<Gather timeout="1" actionOnEmptyResult="true" action="/choice"/>',
        choice=lambda form: f"<Response><Say>[{form['Digits']}]</Say></Response>",
    )
    caller = line.driver.dial(ALICE)
    caller.wait_for_heard("rien")
    caller.wait_for_heard("[]")


def test_a_key_while_waiting_in_the_queue(line: Line) -> None:
    line.answers(
        incoming=QUEUE,
        wait='<Gather numDigits="1" action="/choice"><Say>Tapez 1</Say><Pause length="60"/></Gather>',
        choice="<Say>Noté</Say><Leave/>",
        left_queue="<Say>Au revoir</Say>",
    )
    caller = line.driver.dial(ALICE)
    caller.wait_for_heard("Tapez 1")
    caller.press("1")
    caller.wait_for_heard("Au revoir")
    assert line.application.wait("/choice")["QueuePosition"] == "1"
    left = line.application.wait("/left-queue")
    assert left["QueueResult"] == "leave"
    assert left["QueueSid"].startswith("QU")


def test_record_gives_a_recording(line: Line) -> None:
    line.answers(
        incoming='<Record maxLength="30" finishOnKey="#" action="/recorded"'
        ' recordingStatusCallback="/recording"/>',
        recorded="<Say>merci</Say>",
    )
    caller = line.driver.dial(ALICE)
    eventually(lambda: caller.state == "connected")
    caller.press("5#", wait=0)
    caller.wait_for_heard("merci")
    recorded = line.application.wait("/recorded")
    assert recorded["RecordingSid"].startswith("RE")
    assert line.application.wait("/recording")["RecordingStatus"] == "completed"
    fetched = line.client.recordings(recorded["RecordingSid"]).fetch()
    assert fetched.call_sid == caller.sid


# -- hang-ups -----------------------------------------------------------------------------------

GREETING: dict[str, Any] = {"incoming": '<Say>bonjour</Say><Pause length="1000"/>'}
PROMPT: dict[str, Any] = {"incoming": '<Gather><Pause length="1000"/></Gather>'}
WAITING: dict[str, Any] = {"incoming": QUEUE, "wait": '<Pause length="1000"/>'}
ALONE: dict[str, Any] = {"incoming": ROOM}
RECORD: dict[str, Any] = {"incoming": '<Record timeout="1000"/>'}
CALLING: dict[str, Any] = {"incoming": '<Dial timeout="600"><Number>+33639980009</Number></Dial>'}
NOTHING: dict[str, Any] = {"incoming": lambda _form: threading.Event().wait(0.3) or "<Response/>"}


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        (NOTHING, "ringing"),
        (GREETING, "connected"),
        (PROMPT, "connected"),
        (WAITING, "queued"),
        (ALONE, "conference"),
        (RECORD, "connected"),
        (CALLING, "connected"),
    ],
)
@pytest.mark.parametrize("by", ["caller", "application"])
def test_hang_up_at_any_instant(line: Line, answers: Any, state: str, by: str) -> None:
    line.answers(**answers)
    caller = line.driver.dial(ALICE)
    caller.wait_for_state(state)
    if by == "caller":
        caller.hang_up()
    else:
        line.client.calls(caller.sid).update(status="completed")
    caller.wait_for_state("ended")
    final = line.application.wait("/status", CallSid=caller.sid)
    assert final["CallStatus"] == ("no-answer" if state == "ringing" else "completed")
    eventually(lambda: line.driver.line()["calls"] == [])  # whom the caller had rung, too
    assert all(members == [] for members in line.driver.line()["queues"].values())
    assert line.driver.line()["conferences"] == {}
    line.driver.wait_idle()
    assert len(line.application.forms("/status")) == 1


def test_hanging_up_twice_is_once(line: Line) -> None:
    line.answers(**GREETING)
    caller = line.driver.dial(ALICE)
    caller.wait_for_heard("bonjour")
    caller.hang_up()
    caller.hang_up()
    with pytest.raises(TwilioRestException) as refused:
        line.client.calls(caller.sid).update(status="completed")
    assert refused.value.code == 21220
    line.driver.wait_idle()
    assert len(line.application.forms("/status")) == 1


def test_hang_ups_and_redirects_race(line: Line) -> None:
    line.answers(incoming=QUEUE, wait="<Pause/>", connect="<Say>oui</Say><Pause/>")
    callers = [line.driver.dial(number(i)) for i in range(10)]
    for caller in callers:
        caller.wait_for_state("queued")
    barrier = threading.Barrier(20)

    def redirect(sid: str) -> None:
        barrier.wait()
        with suppress(TwilioRestException):  # 21220 when the caller was quicker
            line.client.calls(sid).update(url=f"{line.application.url}/connect")

    def hang_up(caller: Any) -> None:
        barrier.wait()
        caller.hang_up()

    threads = [threading.Thread(target=redirect, args=(c.sid,)) for c in callers]
    threads += [threading.Thread(target=hang_up, args=(c,)) for c in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for caller in callers:
        caller.wait_for_state("ended")
    line.driver.wait_idle()
    assert len(line.application.forms("/status")) == 10
    assert len(line.application.forms("/left-queue")) == 10  # each left the queue once


def test_reject_never_answers(line: Line) -> None:
    line.answers(incoming='<Reject reason="busy"/>')
    caller = line.driver.dial(ALICE)
    caller.wait_for_state("ended")
    assert caller.status == "busy"


def test_hidden_number(line: Line) -> None:
    line.answers(incoming="<Say>a</Say>")
    line.driver.dial(ALICE, hidden=True).wait_for_heard("a")
    assert line.application.wait("/incoming")["From"] == "anonymous"


# -- people rung --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "final"),
    [
        ("+33199009901", "busy"),
        ("+33199009902", "no-answer"),
        ("+33199009903", "failed"),
        ("client:nobody", "no-answer"),
        ("+33639980044", "no-answer"),  # rings until the time-out: no such telephone is on
    ],
)
def test_a_call_that_is_not_answered(line: Line, to: str, final: str) -> None:
    url = line.application.url
    line.client.calls.create(
        to=to, from_=LINE, url=f"{url}/agent", status_callback=f"{url}/status", timeout=5
    )
    assert line.application.wait("/status")["CallStatus"] == final
    assert line.application.forms("/agent") == []


def test_the_number_that_always_answers(line: Line) -> None:
    url = line.application.url
    line.client.calls.create(to="+33199009906", from_=LINE, url=f"{url}/agent")
    assert line.application.wait("/agent")["CallStatus"] == "in-progress"


def test_a_client_that_declines_is_busy(line: Line) -> None:
    line.driver.agent("agent-1", decline=True)
    url = line.application.url
    line.client.calls.create(
        to="client:agent-1", from_=LINE, url=f"{url}/agent", status_callback=f"{url}/status"
    )
    assert line.application.wait("/status")["CallStatus"] == "busy"


def test_two_tabs_ring_and_the_first_wins(line: Line) -> None:
    first = line.driver.agent("agent-1", answer_after=None)
    second = line.driver.agent("agent-1", answer_after=None)
    line.answers(agent='<Pause length="100"/>')
    line.client.calls.create(to="client:agent-1", from_=LINE, url=f"{line.application.url}/agent")
    one, two = first.wait_for_call(), second.wait_for_call()
    assert second.answer(two)
    assert not first.answer(one)
    two.wait_for_state("connected")
    one.wait_for_state("ended")


def test_a_client_that_goes_away_ends_its_leg_and_may_come_back(line: Line) -> None:
    agent = line.driver.agent("agent-1")
    line.answers(agent='<Pause length="100"/>')
    url = line.application.url

    def call() -> None:
        line.client.calls.create(
            to="client:agent-1", from_=LINE, url=f"{url}/agent", status_callback=f"{url}/status"
        )

    call()
    agent.wait_for_call().wait_for_state("connected")
    agent.go_away()
    assert line.application.wait("/status")["CallStatus"] == "completed"
    again = line.driver.agent("agent-1")
    call()
    again.wait_for_call().wait_for_state("connected")


def test_a_client_that_goes_away_while_it_rings(line: Line) -> None:
    agent = line.driver.agent("agent-1", answer_after=None)
    url = line.application.url
    line.client.calls.create(
        to="client:agent-1", from_=LINE, url=f"{url}/agent", status_callback=f"{url}/status"
    )
    agent.wait_for_call()
    agent.go_away()
    assert line.application.wait("/status")["CallStatus"] == "no-answer"


def test_canceled_while_it_rings(line: Line) -> None:
    phone = line.driver.phone("+33639980009", answer_after=None)
    url = line.application.url
    leg = line.client.calls.create(
        to="+33639980009", from_=LINE, url=f"{url}/agent", status_callback=f"{url}/status"
    )
    call = phone.wait_for_call()
    line.client.calls(leg.sid).update(status="canceled")
    call.wait_for_state("ended")
    assert line.application.wait("/status")["CallStatus"] == "canceled"


def test_dial_a_client_and_talk(line: Line) -> None:
    agent = line.driver.agent("agent-1")
    line.answers(
        incoming='<Dial action="/after"><Client>agent-1</Client></Dial>', after="<Say>fin</Say>"
    )
    caller = line.driver.dial(ALICE)
    caller.wait_for_state("talking")
    agent.wait_for_call().wait_for_state("talking")
    agent.wait_for_call().hang_up()
    caller.wait_for_heard("fin")
    after = line.application.wait("/after")
    assert after["DialCallStatus"] == "completed"
    assert after["DialCallSid"] == agent.wait_for_call().sid


def test_dial_several_the_first_who_answers_talks(line: Line) -> None:
    quick, slow = line.driver.agent("quick"), line.driver.agent("slow", answer_after=None)
    line.answers(incoming="<Dial><Client>slow</Client><Client>quick</Client></Dial>")
    caller = line.driver.dial(ALICE)
    caller.wait_for_state("talking")
    slow.wait_for_call().wait_for_state("ended")
    caller.hang_up()
    quick.wait_for_call().wait_for_state("ended")


@pytest.mark.parametrize(("to", "why"), [("+33199009901", "busy"), ("+33199009902", "no-answer")])
def test_dial_that_is_not_answered(line: Line, to: str, why: str) -> None:
    line.answers(
        incoming=f'<Dial action="/after"><Number>{to}</Number></Dial>', after="<Say>b</Say>"
    )
    line.driver.dial(ALICE).wait_for_heard("b")
    assert line.application.wait("/after")["DialCallStatus"] == why


def test_a_softphone_calls_through_its_application(line: Line) -> None:
    line.answers(softphone="<Say>sortant</Say>")
    agent = line.driver.agent("agent-1")
    leg = line.carrier.exchange.dialer.from_client(agent, "agent-1", "+33639980009")
    agent.call(leg.sid).wait_for_heard("sortant")
    assert line.application.wait("/softphone")["From"] == "client:agent-1"


def test_thirty_callers_at_once(line: Line) -> None:
    line.answers(incoming=QUEUE, wait='<Say>attente</Say><Pause length="4"/>', connect=ROOM)
    callers = [line.driver.dial(number(i)) for i in range(30)]
    for caller in callers:
        caller.wait_for_heard("attente", timeout=20)
    assert line.client.queues.list()[0].current_size == 30
    for caller in callers:
        line.client.calls(caller.sid).update(url=f"{line.application.url}/connect")
    for caller in callers:
        caller.wait_for_state("talking", timeout=20)
    assert {len(caller.company) for caller in callers} == {29}


def test_what_never_comes_is_told_with_what_was_heard(line: Line) -> None:
    line.answers(incoming="<Say>bonjour</Say><Pause/>")
    caller = line.driver.dial(ALICE)
    caller.wait_for_heard("bonjour")
    with pytest.raises(CallFailed, match="bonjour"):
        caller.wait_for_heard("bonsoir", timeout=0.05)
