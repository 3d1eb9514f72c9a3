"""Queues: who is first, what is heard there, and how one leaves."""

from __future__ import annotations

import pytest

from carrier.tests.subscriber import ALICE, Line

pytestmark = pytest.mark.integration  # real servers, real HTTP, no database

QUEUE = '<Enqueue waitUrl="/wait" action="/left-queue">line</Enqueue>'
BOB = "+33639980002"


def number(index: int) -> str:
    return f"+3363998{index:04d}"


def test_first_come_first_served(line: Line) -> None:
    line.answers(incoming=QUEUE, wait='<Pause length="2"/>')
    callers = []
    for index in range(3):
        callers.append(line.driver.dial(number(index)))
        callers[-1].wait_for_state("queued")
    queue = line.client.queues.list()[0]
    assert queue.current_size == 3
    assert [m.call_sid for m in queue.members.list()] == [c.sid for c in callers]
    assert [m.position for m in queue.members.list()] == [1, 2, 3]
    callers[0].hang_up()
    line.application.wait("/left-queue", QueueResult="hangup", CallSid=callers[0].sid)
    line.application.wait("/wait", CallSid=callers[2].sid, QueuePosition="2")


def test_a_full_queue_says_so(line: Line) -> None:
    line.answers(incoming=QUEUE, wait="<Pause/>", left_queue="<Say>Trop de monde</Say>")
    line.client.queues.create(friendly_name="line", max_size=1)
    line.driver.dial(ALICE).wait_for_state("queued")
    line.driver.dial(BOB).wait_for_heard("Trop de monde")
    assert line.application.wait("/left-queue")["QueueResult"] == "queue-full"


def test_redirect_interrupts_the_wait_at_once(line: Line) -> None:
    line.answers(
        incoming=QUEUE, wait='<Say>a</Say><Pause length="10000"/>', connect="<Say>oui</Say>"
    )
    caller = line.driver.dial(ALICE)
    caller.wait_for_heard("a")
    line.client.calls(caller.sid).update(url=f"{line.application.url}/connect")
    caller.wait_for_heard("oui")
    assert line.application.wait("/left-queue")["QueueResult"] == "redirected"
    assert [f["QueueResult"] for f in line.application.forms("/left-queue")] == ["redirected"]


def test_a_queue_without_music_of_ours_has_music(line: Line) -> None:
    line.answers(incoming="<Enqueue>line</Enqueue>")
    caller = line.driver.dial(ALICE)
    caller.wait_for(lambda: caller.music)
    caller.hang_up()


def test_dequeue_the_front_member(line: Line) -> None:
    line.answers(incoming=QUEUE, wait="<Pause/>", connect="<Say>oui</Say>")
    caller = line.driver.dial(ALICE)
    caller.wait_for_state("queued")
    queue = line.client.queues.list()[0]
    line.client.queues(queue.sid).members("Front").update(url=f"{line.application.url}/connect")
    caller.wait_for_heard("oui")


# -- what a waiting document may do -------------------------------------------------------------


def test_a_waiting_document_is_asked_again_at_its_end(line: Line) -> None:
    line.answers(
        incoming=QUEUE,
        wait='<Gather numDigits="1" timeout="1" action="/choice"><Say>Tapez 1</Say></Gather>',
        choice="<Say>Noté, restez en ligne</Say>",
    )
    caller = line.driver.dial(ALICE)
    line.application.wait("/wait", 2)
    caller.press("1")
    caller.wait_for_heard("restez en ligne")
    heard = caller.heard.count("Tapez 1")
    caller.wait_for(lambda: caller.heard.count("Tapez 1") > heard)  # the place is kept
    assert caller.state == "queued"


def test_several_digits_end_with_a_key_while_prompts_go_on(line: Line) -> None:
    line.answers(
        incoming=QUEUE,
        wait='<Gather finishOnKey="*" timeout="10" action="/choice">'
        '<Say>Votre numéro, puis étoile</Say><Play>/music.wav</Play><Pause length="600"/></Gather>',
        choice=lambda form: f"<Response><Say>[{form['Digits']}]</Say></Response>",
    )
    caller = line.driver.dial(ALICE)
    caller.wait_for(lambda: f"{line.application.url}/music.wav" in caller.played)
    caller.press("0612#")
    caller.press("34*", wait=0)
    caller.wait_for_heard("[0612#34]")
    assert line.application.wait("/choice")["QueuePosition"] == "1"


@pytest.mark.parametrize("how", ["wait", "choice"])
def test_a_waiting_document_may_hang_up(line: Line, how: str) -> None:
    gather = '<Gather numDigits="1" action="/choice"><Pause length="600"/></Gather>'
    line.answers(incoming=QUEUE, wait=gather, choice="<Hangup/>")
    if how == "wait":
        line.answers(wait="<Say>Fermé</Say><Hangup/>")
    caller = line.driver.dial(ALICE)
    if how == "choice":
        caller.press("1")
    caller.wait_for_state("ended")
    assert caller.status == "completed"
    assert line.application.wait("/left-queue")["QueueResult"] == "hangup"


def test_a_waiting_document_may_lead_to_another(line: Line) -> None:
    line.answers(
        incoming=QUEUE,
        wait='<Gather numDigits="1" action="/choice"><Pause length="600"/></Gather>',
        choice="<Redirect>/language</Redirect>",
        language='<Say language="en-GB">Please wait</Say><Redirect>/wait</Redirect>',
    )
    caller = line.driver.dial(ALICE)
    caller.press("2")
    caller.wait_for_heard("Please wait")
    caller.wait_for(lambda: caller.gathering)
    assert line.application.wait("/language")["QueueSid"].startswith("QU")


@pytest.mark.parametrize("verb", ["<Dial>+33639980009</Dial>", "<Record/>", "<Enqueue>x</Enqueue>"])
def test_what_a_waiting_document_may_not_do(line: Line, verb: str) -> None:
    line.answers(incoming=QUEUE, wait=verb, left_queue="<Say>Autrement</Say>")
    line.driver.dial(ALICE).wait_for_heard("Autrement")
    assert line.application.wait("/left-queue")["QueueResult"] == "system-error"
    assert line.carrier.exchange.board.alerts[0]["code"] == "12200"
