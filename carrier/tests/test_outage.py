"""The application is away: the fallback hosted apart, and the numbers found again in the call events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response, request
from hypothesis import given
from hypothesis import strategies as st

from carrier.standalone import arguments, line_number
from carrier.tests.subscriber import ALICE, LINE, Line, Server
from carrier.twiml.attributes import TwimlRefused
from carrier.webhooks.connections import DEFAULT, split
from carrier.webhooks.fetching import Answer
from carrier.webhooks.history import History, snake_case

integration = pytest.mark.integration  # real servers, real HTTP, no database
DOCUMENT = (
    '<Response><Gather action="noted.xml" method="GET" finishOnKey="#" timeout="5">'
    '<Say language="fr-FR">Tapez votre numéro</Say></Gather></Response>'
)
NOTED = '<Response><Say language="fr-FR">C’est noté</Say></Response>'


class StaticHost:
    """Files and nothing else, as a hosting for pages gives: no POST."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        app = Flask("static-host")
        app.add_url_rule("/outage/<name>", view_func=self.file)
        self.server = Server(app)
        self.url = f"{self.server.url}/outage/fallback.xml"

    def file(self, name: str) -> Response:
        self.asked.append(request.full_path)
        return Response(DOCUMENT if name == "fallback.xml" else NOTED, mimetype="text/xml")


@pytest.fixture
def host(line: Line) -> Iterator[StaticHost]:
    """The number's fallback is a file of another host, asked by GET."""
    host = StaticHost()
    number = line.carrier.exchange.registry.number(LINE)
    assert number is not None
    line.client.incoming_phone_numbers(number["sid"]).update(
        voice_fallback_url=host.url, voice_fallback_method="GET"
    )
    yield host
    host.server.stop()


def broken(_form: dict[str, str]) -> Response:
    return Response("boom", status=503)


def types_their_number(caller: Any) -> None:
    caller.wait_for_heard("Tapez votre numéro")
    caller.press("0612345678#")
    caller.wait_for_heard("C’est noté")
    caller.wait_for_state("ended")


def recovered(line: Line, sid: str) -> list[tuple[str, str]]:
    """What a recovery reads: who called, what they typed."""
    events = line.client.calls(sid).events.list()
    typed = [e.request["parameters"] for e in events if e.request]
    return [(p["from"], p["digits"]) for p in typed if p.get("digits")]


@integration
def test_a_number_typed_in_an_outage_is_read_later(line: Line, host: StaticHost) -> None:
    line.application.server.stop()
    caller = line.driver.dial(ALICE)
    types_their_number(caller)
    assert recovered(line, caller.sid) == [(ALICE, "0612345678")]
    assert [c.sid for c in line.client.calls.list(to=LINE, status="completed")] == [caller.sid]
    assert any(path.startswith("/outage/noted.xml?") for path in host.asked)


@integration
@pytest.mark.parametrize("where", ["choice", "wait"])
def test_an_application_that_fails_in_the_middle_of_a_call(
    line: Line, host: StaticHost, where: str
) -> None:
    answers: dict[str, Any] = {
        "incoming": '<Gather numDigits="1" action="/choice"/>',
        "choice": '<Enqueue waitUrl="/wait" action="/left-queue">line</Enqueue>',
        "wait": broken,
        "left-queue": broken,
        where: broken,
    }
    line.answers(**answers)
    caller = line.driver.dial(ALICE)
    caller.press("1")
    types_their_number(caller)
    assert recovered(line, caller.sid) == [(ALICE, "1"), (ALICE, "0612345678")]


@integration
def test_the_events_of_a_call(line: Line) -> None:
    line.answers(incoming="<Say>oui</Say><Redirect>/next</Redirect>", next=broken)
    caller = line.driver.dial(ALICE)
    caller.wait_for_state("ended")
    line.application.wait("/status")
    line.driver.wait_idle()
    first, second, third, last = line.client.calls(caller.sid).events.list()
    assert first.request["url"].endswith("/incoming")
    assert first.request["method"] == "POST"
    assert first.request["parameters"]["call_sid"] == caller.sid
    assert first.response["response_code"] == 200
    assert "<Say>oui</Say>" in first.response["response_body"]
    assert first.response["request_duration"] >= 0
    assert second.response["response_code"] == 503
    assert third.request["parameters"]["error_code"] == "11200"
    assert last.request["parameters"]["call_status"] == "completed"


@integration
def test_events_come_when_the_call_has_been_over_for_a_while() -> None:
    line = Line(events_after=900.0)
    line.answers(incoming="<Say>oui</Say>")
    caller = line.driver.dial(ALICE)
    caller.wait_for_state("ended")
    assert line.client.calls(caller.sid).events.list() == []
    line.close()


@integration
def test_the_rest_request_that_made_a_call_is_an_event(line: Line) -> None:
    line.driver.phone(ALICE)
    leg = line.client.calls.create(to=ALICE, from_=LINE, twiml="<Response/>")
    line.driver.phones.copy().popitem()[1].wait_for_call().wait_for_state("ended")
    event = line.client.calls(leg.sid).events.list()[0]
    assert event.request["parameters"]["twiml"] == "<Response/>"
    assert event.response["response_code"] == 201


# -- connection overrides -----------------------------------------------------------------------


@integration
def test_a_failed_request_is_tried_again_as_its_url_says(line: Line) -> None:
    tries: list[str] = []

    def flaky(form: dict[str, str]) -> Any:
        tries.append(form["CallSid"])
        return broken(form) if len(tries) < 3 else "<Response><Say>enfin</Say></Response>"

    line.answers(incoming="<Redirect>/next#rc=3&amp;rp=5xx,ct</Redirect>", next=flaky)
    line.driver.dial(ALICE).wait_for_heard("enfin")
    assert len(tries) == 3
    assert all(seen.signed for seen in line.application.seen)


@integration
def test_without_overrides_an_error_is_not_tried_again(line: Line) -> None:
    line.answers(incoming=broken, fallback="<Say>secours</Say>")
    line.driver.dial(ALICE).wait_for_heard("secours")
    assert len(line.application.forms("/incoming")) == 1


def test_overrides_are_read() -> None:
    assert split("https://example.org/a?b=1") == ("https://example.org/a?b=1", DEFAULT)
    url, connection = split("https://example.org/a#ct=2000&rt=3000&tt=4000&rc=5&rp=all")
    assert url == "https://example.org/a"
    assert (connection.connect, connection.read, connection.total) == (2.0, 3.0, 4.0)
    assert connection.retries == 5
    assert connection.tries_again("4xx")
    assert not DEFAULT.tries_again("5xx")
    assert DEFAULT.tries_again("ct")
    assert connection.within(1.0).total == 1.0


@pytest.mark.parametrize("bad", ["rp=never", "rc=6", "rc=-1", "ct=5", "tt=99999", "xx=1"])
def test_overrides_out_of_range_are_refused(bad: str) -> None:
    with pytest.raises(TwimlRefused):
        split(f"https://example.org/#{bad}")


# -- the memory of events -----------------------------------------------------------------------


def test_the_oldest_calls_are_forgotten_first() -> None:
    history = History(budget=4_000)
    answer = Answer(200, "text/xml", b"<Response/>", 0.1)
    for index in range(100):
        history.note(f"CA{index}", "http://localhost/a", "POST", {"Digits": "1"}, answer)
    assert history.of("CA0") == []
    assert len(history.of("CA99")) == 1
    assert 5 < sum(bool(history.of(f"CA{index}")) for index in range(100)) < 40
    history.forget("CA99")
    assert history.of("CA99") == []


@given(
    params=st.dictionaries(st.text(), st.text()),
    body=st.text(),
    status=st.integers(0, 599),
)
def test_an_event_is_kept_as_it_was(params: dict[str, str], body: str, status: int) -> None:
    history = History()
    answer = Answer(status, "text/xml; charset=utf-8", body.encode(errors="replace"), 0.25)
    history.note("CA1", "https://example.org/voice?a=é", "GET", params, answer)
    (event,) = history.of("CA1")
    assert (event.url, event.method) == ("https://example.org/voice?a=é", "GET")
    assert (event.parameters, event.answer) == (params, answer)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("CallSid", "call_sid"),
        ("From", "from"),
        ("FinishedOnKey", "finished_on_key"),
        ("msg", "msg"),
    ],
)
def test_names_in_events(name: str, written: str) -> None:
    assert snake_case(name) == written


def test_a_line_served_alone_may_have_its_fallback_elsewhere() -> None:
    ours = ["--application", "http://localhost:5000"]
    apart = line_number(LINE, arguments([*ours, "--fallback", "https://example.org/fallback.xml"]))
    assert apart.voice_fallback_url == "https://example.org/fallback.xml"
    assert apart.voice_fallback_method == "GET"
    own = line_number(LINE, arguments(ours))
    assert own.voice_fallback_url == "http://localhost:5000/voice/fallback"
    assert own.voice_fallback_method == "POST"
