"""The provider's records, by the real library, from the carrier."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.adapters.twilio_log import TwilioCallLog
from app.foundation import clock
from app.foundation.exceptions import Unavailable
from carrier.tests.subscriber import ALICE, LINE
from tests.adapters.conftest import Bench

pytestmark = pytest.mark.integration  # real servers, real HTTP

FOREVER = '<Pause length="1000"/>'
ROOM = '<Dial><Conference beep="false" waitUrl="">call-1</Conference></Dial>'
KEYS = '<Gather input="dtmf" timeout="1000" action="/merci.xml"><Say>numéro</Say></Gather>'


@pytest.fixture
def called() -> list[int]:
    return []


@pytest.fixture
def log(bench: Bench, called: list[int]) -> TwilioCallLog:
    return TwilioCallLog(
        bench.settings, lambda: called.append(len(bench.asked)), patience=bench.patience
    )


def test_a_leg_from_its_beginning_to_its_end(bench: Bench, log: TwilioCallLog) -> None:
    bench.line.answers(incoming=FOREVER)
    before = clock.now()
    caller = bench.line.driver.dial(ALICE)
    caller.wait_for(lambda: caller.status == "in-progress")
    (leg,) = log.live()
    assert (leg.sid, leg.to, leg.from_number, leg.inbound) == (caller.sid, LINE, ALICE, True)
    assert leg.started_at is not None
    assert leg.started_at.tzinfo is not None
    assert abs(leg.started_at - before) < timedelta(seconds=2)  # to the second
    assert (leg.over, leg.ended_at) == (False, None)
    caller.hang_up()
    bench.line.application.wait("/status", CallSid=caller.sid, CallStatus="completed")
    assert log.live() == []
    ended = log.report(caller.sid)
    assert ended is not None
    assert ended.over
    assert ended.ended_at is not None
    assert log.report("CA" + "0" * 32) is None


def test_calls_to_a_number_since_an_instant(bench: Bench, log: TwilioCallLog) -> None:
    bench.line.answers(incoming=FOREVER)
    bench.line.driver.agent("agent_7", answer_after=None)
    bench.line.client.calls.create(to="client:agent_7", from_=LINE, twiml="<Response/>")
    sids = [bench.line.driver.dial(ALICE).sid for _ in range(3)]
    since = clock.now() - timedelta(minutes=1)
    assert {leg.sid for leg in log.calls_to(LINE, since=since)} == set(sids)
    assert log.calls_to("+33199005678", since=since) == []
    assert log.calls_to(LINE, since=clock.now() + timedelta(minutes=1)) == []


def test_text_messages_to_a_number_since_an_instant(bench: Bench, log: TwilioCallLog) -> None:
    bench.line.driver.text(ALICE, LINE, "Je suis sourde")
    before = clock.now()
    (text,) = log.texts_to(LINE, since=before - timedelta(seconds=30))
    assert (text.from_number, text.to, text.body) == (ALICE, LINE, "Je suis sourde")
    assert (text.inbound, text.status) == (True, "received")
    assert text.at is not None
    assert abs(text.at - before) < timedelta(seconds=3)
    assert log.texts_to(LINE, since=before + timedelta(seconds=30)) == []
    assert log.text(text.sid) == text
    assert log.text("SM" + "0" * 32) is None


def test_one_request_brings_them_all(bench: Bench, log: TwilioCallLog) -> None:
    bench.line.answers(incoming=FOREVER)
    for _ in range(60):  # more than the library's own pages
        bench.line.driver.dial(ALICE)
    bench.asked.clear()
    assert len(log.calls_to(LINE, since=clock.now() - timedelta(minutes=1))) == 60
    assert bench.asked == ["GET Calls.json"]


def test_who_is_in_a_conference(bench: Bench, log: TwilioCallLog) -> None:
    bench.line.answers(incoming=ROOM)
    assert log.room("call-1") is None
    callers = [bench.line.driver.dial(ALICE), bench.line.driver.dial(ALICE)]
    for caller in callers:
        caller.wait_for_state("talking")
    room = log.room("call-1")
    assert room is not None
    assert room.sid.startswith("CF")
    assert room.legs == {caller.sid for caller in callers}
    assert log.room("call-2") is None


def test_the_keys_typed_are_read_back(bench: Bench, log: TwilioCallLog) -> None:
    bench.line.answers(incoming=KEYS)
    bench.line.application.answers["/merci.xml"] = "<Response><Hangup/></Response>"
    caller = bench.line.driver.dial(ALICE)
    caller.press("0639980102#")
    bench.line.application.wait("/status", CallSid=caller.sid, CallStatus="completed")
    asked = {
        request.url.rpartition("/")[2]: request.digits for request in log.requests_of(caller.sid)
    }
    assert asked["incoming"] is None
    assert asked["merci.xml"] == "0639980102"
    assert log.requests_of("CA" + "0" * 32) == ()


@pytest.mark.parametrize("fault", ["rest-429", "rest-500"])
def test_a_provider_in_trouble_is_asked_again_then_left(
    bench: Bench, log: TwilioCallLog, fault: str, called: list[int]
) -> None:
    bench.line.driver.fault(fault, count=2)
    assert log.live() == []
    assert len(bench.asked) == 3
    bench.line.driver.fault(fault, count=100)
    with pytest.raises(Unavailable):
        log.live()
    assert len(called) == 2  # the connection is given back before each
