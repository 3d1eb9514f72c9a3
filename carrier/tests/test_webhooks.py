"""What happens when the application answers badly, late, or not at all."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flask import Response

from carrier.running.runner import APOLOGY
from carrier.tests.subscriber import ALICE, Line, eventually

pytestmark = pytest.mark.integration  # real servers, real HTTP, no database


def broken(_form: dict[str, str]) -> Response:
    return Response("boom", status=500)


def slow(_form: dict[str, str]) -> str:
    time.sleep(1.0)
    return "<Response><Say>trop tard</Say></Response>"


def page(_form: dict[str, str]) -> Response:
    return Response("{}", mimetype="application/json")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (broken, "11200"),
        (slow, "11205"),
        (page, "12300"),
        ("<Sing>la</Sing>", "12200"),
        (lambda _form: "no xml", "12100"),
        (lambda _form: Response("", status=304), "11216"),
        (lambda _form: Response("", status=302, headers={"Location": "/incoming"}), "11215"),
    ],
)
def test_the_fallback_is_asked(answer: Any, code: str) -> None:
    line = Line(webhook_timeout=0.3)
    line.answers(incoming=answer, fallback="<Say>Veuillez patienter</Say><Pause/>")
    caller = line.driver.dial(ALICE)
    caller.wait_for_heard("Veuillez patienter")
    asked = line.application.wait("/fallback")
    assert asked["ErrorCode"] == code
    assert asked["ErrorUrl"].endswith("/incoming")
    assert line.carrier.exchange.board.alerts[0]["code"] == code
    line.close()


def test_no_answer_at_all_is_an_apology(line: Line) -> None:
    line.answers(incoming=broken, fallback=broken)
    caller = line.driver.dial(ALICE)
    caller.wait_for_heard(APOLOGY)
    caller.wait_for_state("ended")
    assert caller.status == "failed"
    assert [a["code"] for a in line.carrier.exchange.board.alerts] == ["11200", "11200"]


def test_an_application_that_is_not_there() -> None:
    line = Line()
    line.application.server.stop()
    number = line.carrier.exchange.registry.number("+33199001234")
    assert number is not None
    number["voice_url"] = number["voice_fallback_url"] = "http://127.0.0.1:9/incoming"
    line.driver.dial(ALICE).wait_for_heard(APOLOGY)


def test_a_failing_wait_document_ends_the_wait(line: Line) -> None:
    line.answers(
        incoming='<Enqueue waitUrl="/wait" action="/left-queue">line</Enqueue>',
        wait=broken,
        left_queue="<Say>Nous vous rappellerons</Say>",
    )
    line.driver.dial(ALICE).wait_for_heard("Nous vous rappellerons")
    assert line.application.wait("/left-queue")["QueueResult"] == "system-error"


def test_get_webhooks_are_signed_over_the_whole_address(line: Line) -> None:
    line.answers(incoming='<Redirect method="GET">/next?a=1</Redirect>', next="<Say>oui</Say>")
    line.driver.dial(ALICE).wait_for_heard("oui")
    asked = line.application.wait("/next")
    assert asked["a"] == "1"
    assert asked["CallSid"]
    assert all(seen.signed for seen in line.application.seen)


def test_every_request_is_signed_with_the_token(line: Line) -> None:
    line.application.validator = type(line.application.validator)("another token")
    line.answers(incoming="<Say>oui</Say>")
    line.driver.dial(ALICE).wait_for_heard("oui")
    assert not any(seen.signed for seen in line.application.seen)


# -- callbacks: repeated, late, reordered, lost -------------------------------------------------

ROOM = (
    '<Dial><Conference statusCallback="/conference" waitUrl=""'
    ' statusCallbackEvent="start end join leave">a</Conference></Dial>'
)


def test_callbacks_of_a_call_come_in_order(line: Line) -> None:
    line.answers(incoming="<Say>a</Say>")
    phone = line.driver.phone("+33639980009")
    url = line.application.url
    leg = line.client.calls.create(
        to="+33639980009",
        from_="+33199001234",
        twiml="<Response><Hangup/></Response>",
        status_callback=f"{url}/status",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    phone.wait_for_call().wait_for_state("ended")
    line.application.wait("/status", CallStatus="completed")
    forms = line.application.forms("/status")
    assert [f["CallStatus"] for f in forms] == ["initiated", "ringing", "in-progress", "completed"]
    assert [f["SequenceNumber"] for f in forms] == ["0", "1", "2", "3"]
    assert {f["CallSid"] for f in forms} == {leg.sid}
    assert forms[-1]["CallDuration"] == "0"
    assert "Timestamp" in forms[0]


def test_a_repeated_callback_is_the_same_request_twice(line: Line) -> None:
    line.driver.fault("repeat", "/status completed", seconds=0.05)
    line.driver.dial(ALICE).wait_for_state("ended")
    line.application.wait("/status", 2)
    first, second = line.application.forms("/status")
    assert first == second


def test_a_lost_callback_never_comes(line: Line) -> None:
    line.driver.fault("lose", "/status")
    line.driver.dial(ALICE).wait_for_state("ended")
    eventually(lambda: ["/status completed", "lost"] in line.driver.journal())
    line.driver.wait_idle()
    assert line.application.forms("/status") == []


def test_a_late_callback_comes_after_the_others(line: Line) -> None:
    line.answers(incoming=ROOM)
    line.driver.fault("late", "participant-join", seconds=0.4)
    caller = line.driver.dial(ALICE)
    caller.wait_for_state("conference")
    caller.hang_up()
    line.application.wait("/conference", StatusCallbackEvent="participant-join")
    events = [f["StatusCallbackEvent"] for f in line.application.forms("/conference")]
    assert events == ["participant-leave", "conference-end", "participant-join"]


def test_reordered_callbacks_keep_their_numbers(line: Line) -> None:
    line.answers(incoming=ROOM)
    line.driver.fault("reorder", "participant-leave")
    caller = line.driver.dial(ALICE)
    caller.wait_for_state("conference")
    caller.hang_up()
    line.application.wait("/conference", 3)
    forms = line.application.forms("/conference")
    assert [f["StatusCallbackEvent"] for f in forms] == [
        "participant-join",
        "conference-end",
        "participant-leave",
    ]
    assert [int(f["SequenceNumber"]) for f in forms] == [1, 3, 2]


def test_a_callback_that_fails_raises_an_alert(line: Line) -> None:
    line.answers(status=lambda _form: Response("", status=500))
    caller = line.driver.dial(ALICE)
    caller.wait_for_state("ended")
    (alert,) = eventually(lambda: line.driver.line()["alerts"])
    assert (alert["code"], alert["call_sid"]) == ("11200", caller.sid)
    assert alert["url"].endswith("/status")
