"""The REST API as the ``twilio`` library sees it: identity, refusals, resources, faults."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from carrier.tests.subscriber import ACCOUNT, ALICE, API_KEY, API_SECRET, LINE, TOKEN, Line

pytestmark = pytest.mark.integration  # real servers, real HTTP, no database

HELLO = "<Response><Say>a</Say></Response>"


def refusal(act: Callable[[], Any]) -> TwilioRestException:
    with pytest.raises(TwilioRestException) as refused:
        act()
    assert isinstance(refused.value, TwilioRestException)
    return refused.value


def test_account_token_or_api_key(line: Line) -> None:
    assert line.client.calls.list() == []
    assert line.login(API_KEY, API_SECRET).calls.list() == []
    assert line.client.api.accounts(ACCOUNT).fetch().status == "active"


@pytest.mark.parametrize(
    ("user", "password"),
    [(ACCOUNT, "wrong"), ("AC" + "9" * 32, TOKEN), (API_KEY, TOKEN), ("", "")],
)
def test_wrong_credentials(line: Line, user: str, password: str) -> None:
    error = refusal(lambda: line.login(user or "x", password or "x").calls("CA0").fetch())
    assert (error.status, error.code) == (401, 20003)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ({"to": "", "from_": LINE, "twiml": HELLO}, 21201),
        ({"to": ALICE, "from_": "", "twiml": HELLO}, 21213),
        ({"to": "demain", "from_": LINE, "twiml": HELLO}, 21211),
        ({"to": "0639980001", "from_": LINE, "twiml": HELLO}, 21211),
        ({"to": ALICE, "from_": "+33199009999", "twiml": HELLO}, 21210),
        ({"to": ALICE, "from_": LINE}, 21205),
        ({"to": ALICE, "from_": LINE, "url": "/relative"}, 21205),
        ({"to": ALICE, "from_": LINE, "twiml": "<Response>" + " " * 4000 + "</Response>"}, 32018),
        ({"to": ALICE, "from_": LINE, "application_sid": "AP0"}, 21218),
        ({"to": "+33199009904", "from_": LINE, "twiml": HELLO}, 21211),
        ({"to": "+15005550003", "from_": LINE, "twiml": HELLO}, 21215),
    ],
)
def test_calls_refused(line: Line, call: dict[str, str], code: int) -> None:
    error = refusal(lambda: line.client.calls.create(**call))
    assert (error.status, error.code) == (400, code)


def test_calls_fetched_and_listed(line: Line) -> None:
    line.answers(incoming='<Pause length="1000"/>')
    first, second = line.driver.dial(ALICE), line.driver.dial("+33639980002")
    first.wait_for(lambda: first.status == "in-progress")
    second.wait_for(lambda: second.status == "in-progress")
    fetched = line.client.calls(first.sid).fetch()
    assert (fetched.status, fetched._from, fetched.to) == ("in-progress", ALICE, LINE)
    assert fetched.start_time is not None
    assert [c.sid for c in line.client.calls.list()] == [second.sid, first.sid]
    assert [c.sid for c in line.client.calls.list(from_=ALICE)] == [first.sid]
    first.hang_up()
    assert [c.sid for c in line.client.calls.list(status="in-progress")] == [second.sid]
    assert line.client.calls(first.sid).delete()
    assert refusal(lambda: line.client.calls(first.sid).fetch()).code == 20404


def test_redirect_of_a_call_that_does_not_talk(line: Line) -> None:
    phone = line.driver.phone("+33639980009", answer_after=None)
    leg = line.client.calls.create(to="+33639980009", from_=LINE, twiml=HELLO)
    phone.wait_for_call()
    error = refusal(lambda: line.client.calls(leg.sid).update(twiml=HELLO))
    assert (error.status, error.code) == (400, 21220)
    assert refusal(lambda: line.client.calls("CA" + "0" * 32).fetch()).status == 404


def test_redirect_to_given_twiml(line: Line) -> None:
    line.answers(incoming='<Pause length="1000"/>')
    caller = line.driver.dial(ALICE)
    caller.wait_for(lambda: caller.status == "in-progress")
    line.client.calls(caller.sid).update(twiml="<Response><Say>changé</Say></Response>")
    caller.wait_for_heard("changé")


def test_messages(line: Line) -> None:
    phone = line.driver.phone(ALICE)
    url = f"{line.application.url}/sms-status"
    sent = line.client.messages.create(to=ALICE, from_=LINE, body="Votre lien", status_callback=url)
    assert phone.wait_for_message()["body"] == "Votre lien"
    line.application.wait("/sms-status", MessageStatus="delivered")
    statuses = [f["MessageStatus"] for f in line.application.forms("/sms-status")]
    assert statuses == ["sent", "delivered"]
    assert line.client.messages(sent.sid).fetch().status == "delivered"
    assert [m.sid for m in line.client.messages.list(to=ALICE)] == [sent.sid]


def test_a_message_waits_for_a_telephone_that_is_off(line: Line) -> None:
    line.client.messages.create(to=ALICE, from_=LINE, body="plus tard")
    time.sleep(0.05)
    assert line.driver.phone(ALICE).wait_for_message()["body"] == "plus tard"


@pytest.mark.parametrize(
    ("to", "status", "code"),
    [("+33639989901", "undelivered", 30005), ("+33639989902", "failed", 30008)],
)
def test_messages_that_fail(line: Line, to: str, status: str, code: int) -> None:
    url = f"{line.application.url}/sms-status"
    line.client.messages.create(to=to, from_=LINE, body="a", status_callback=url)
    failed = line.application.wait("/sms-status", MessageStatus=status)
    assert failed["ErrorCode"] == str(code)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"to": "x", "from_": LINE, "body": "a"}, 21211),
        ({"to": ALICE, "from_": "+33199009999", "body": "a"}, 21606),
        ({"to": ALICE, "from_": LINE, "body": ""}, 21602),
        ({"to": ALICE, "from_": LINE, "body": "a" * 1601}, 21617),
        ({"to": "+33639989903", "from_": LINE, "body": "a"}, 21614),
        ({"to": "+33639989904", "from_": LINE, "body": "a"}, 21610),
    ],
)
def test_messages_refused(line: Line, message: dict[str, str], code: int) -> None:
    assert refusal(lambda: line.client.messages.create(**message)).code == code


def test_a_message_to_the_line_may_be_answered(line: Line) -> None:
    line.answers(sms=lambda form: f"<Response><Message>Reçu : {form['Body']}</Message></Response>")
    phone = line.driver.phone(ALICE)
    line.driver.text(ALICE, LINE, "bonjour")
    assert phone.wait_for_message()["body"] == "Reçu : bonjour"


def test_numbers_and_applications_are_wired(line: Line) -> None:
    (number,) = line.client.incoming_phone_numbers.list(phone_number=LINE)
    url = f"{line.application.url}/elsewhere"
    line.answers(elsewhere="<Say>ailleurs</Say>")
    assert number.update(voice_url=url).voice_url == url
    line.driver.dial(ALICE).wait_for_heard("ailleurs")
    (application,) = line.client.applications.list()
    assert application.update(voice_url=url).voice_url == url
    assert line.client.applications(application.sid).fetch().voice_url == url
    assert refusal(lambda: line.client.applications("AP0").fetch()).code == 20404
    added = line.client.incoming_phone_numbers.create(phone_number="+33199005678", voice_url=url)
    line.driver.dial(ALICE, added.phone_number).wait_for_heard("ailleurs")


def test_queue_settings(line: Line) -> None:
    made = line.client.queues.create(friendly_name="a", max_size=7)
    assert line.client.queues(made.sid).update(max_size=9).max_size == 9
    assert refusal(lambda: line.client.queues.create(friendly_name="a")).code == 22003
    assert refusal(lambda: line.client.queues("QU0").fetch()).code == 20404
    assert refusal(lambda: line.client.queues(made.sid).members("Front").fetch()).code == 20404


def test_faults_of_the_api(line: Line) -> None:
    line.driver.fault("rest-429", "GET .*/Calls/")
    line.driver.fault("rest-500", "GET .*/Calls/")
    line.driver.fault("rest-delay", "GET .*/Calls.json", seconds=0.1)
    assert refusal(lambda: line.client.calls("CA0").fetch()).status == 429
    assert refusal(lambda: line.client.calls("CA0").fetch()).status == 500
    assert refusal(lambda: line.client.calls("CA0").fetch()).status == 404
    started = time.monotonic()
    assert line.client.calls.list() == []
    assert time.monotonic() - started >= 0.1


def test_a_number_may_be_written_with_spaces(line: Line) -> None:
    phone = line.driver.phone("+33639980002")
    call = line.client.calls.create(
        to="+33 6 39-98.00 02", from_="+33 (1) 99 00 12 34", twiml=HELLO
    )
    assert (call.to, call._from) == ("+33639980002", LINE)
    line.client.messages.create(to="+33 6 39 98 00 02", from_=LINE, body="Bonjour")
    phone.wait_for_message()


def test_the_pictures_of_a_message_are_listed(line: Line) -> None:
    urls = ["https://example.org/a.png", "https://example.org/b"]
    sent = line.client.messages.create(to=ALICE, from_=LINE, body="Voici", media_url=urls)
    first, second = sent.media.list()
    assert (first.content_type, second.content_type) == ("image/png", "application/octet-stream")
    assert first.parent_sid == sent.sid
    assert line.client.messages(sent.sid).media(second.sid).fetch().uri == second.uri
    away = requests.get(
        f"{line.client.api.base_url}{second.uri.removesuffix('.json')}",
        auth=(ACCOUNT, TOKEN),
        allow_redirects=False,
        timeout=5,
    )
    assert (away.status_code, away.headers["Location"]) == (307, urls[1])
    error = refusal(lambda: line.client.messages(sent.sid).media("ME0").fetch())
    assert (error.status, error.code) == (404, 20404)
    plain = line.client.messages.create(to=ALICE, from_=LINE, body="Rien")
    assert plain.media.list() == []
