"""People rung by the REST API: who answers, who does not, who presses a key; and the lists of calls."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException

from carrier import clock
from carrier.tests.subscriber import ALICE, LINE, Line, eventually

pytestmark = pytest.mark.integration  # real servers, real HTTP, no database

CONFIRM = (
    '<Gather numDigits="1" timeout="2" action="/confirmed">'
    '<Say language="fr-FR">Appuyez sur 1</Say></Gather><Say>Personne</Say>'
)


def call(line: Line, to: str = ALICE, **more: Any) -> Any:
    url = line.application.url
    return line.client.calls.create(
        to=to, from_=LINE, url=f"{url}/person", status_callback=f"{url}/status", **more
    )


def test_a_person_answers_and_presses_one(line: Line) -> None:
    line.answers(person=CONFIRM, confirmed="<Say>Merci</Say>")
    phone = line.driver.phone(ALICE, keys="1")
    leg = call(line)
    phone.wait_for_call().wait_for_heard("Merci")
    assert line.application.wait("/confirmed")["Digits"] == "1"
    assert line.application.wait("/status", CallSid=leg.sid)["CallStatus"] == "completed"


def test_an_answering_machine_presses_nothing(line: Line) -> None:
    line.answers(person=CONFIRM)
    phone = line.driver.phone(ALICE)
    call(line)
    phone.wait_for_call().wait_for_heard("Personne")
    assert line.application.forms("/confirmed") == []


@pytest.mark.parametrize(
    ("habits", "status"),
    [
        ({"decline": True, "answer_after": None}, "busy"),
        ({"answer_after": None}, "no-answer"),
        ({"talk": 0.05}, "completed"),
    ],
)
def test_how_a_call_ends(line: Line, habits: dict[str, Any], status: str) -> None:
    line.answers(person='<Pause length="1000"/>')
    line.driver.phone(ALICE, **habits)
    leg = call(line, timeout=5)
    assert line.application.wait("/status", CallSid=leg.sid)["CallStatus"] == status
    fetched = line.client.calls(leg.sid).fetch()
    assert (fetched.status, fetched.direction, fetched._from) == (status, "outbound-api", LINE)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"from_": "+33199001299"}, 21210),
        ({"from_": "nobody"}, 21212),
        ({"to": "12"}, 21211),
        ({"timeout": "soon"}, 20001),
        ({"status_callback_event": ["picked-up"]}, 21626),
    ],
)
def test_what_is_refused(line: Line, changes: dict[str, Any], code: int) -> None:
    url = line.application.url
    wanted = {"to": ALICE, "from_": LINE, "url": url, "status_callback": url}
    with pytest.raises(TwilioRestException) as refused:
        line.client.calls.create(**(wanted | changes))
    assert refused.value.code == code


# -- lists --------------------------------------------------------------------------------------


def test_a_long_list_comes_in_pages(line: Line) -> None:
    for index in range(7):
        line.driver.dial(f"+3363998{index:04d}").wait_for_state("ended")
    everything = [c.sid for c in line.client.calls.list()]
    assert len(everything) == 7
    assert [c.sid for c in line.client.calls.list(page_size=3)] == everything
    assert [c.sid for c in line.client.calls.list(limit=4)] == everything[:4]
    first = line.client.calls.page(page_size=3)
    line.driver.dial(ALICE).wait_for_state("ended")  # newer than all of them
    second = line.client.calls.get_page(first.next_page_url)
    assert [c.sid for c in second] == everything[3:6]


def test_calls_are_found_by_who_when_and_how(line: Line) -> None:
    line.answers(incoming='<Pause length="1000"/>')
    line.driver.phone("+33639980009", decline=True)
    live = line.driver.dial(ALICE)
    live.wait_for_state("connected")
    refused = call(line, "+33639980009")
    eventually(lambda: line.client.calls(refused.sid).fetch().status == "busy")

    def found(**wanted: Any) -> list[str]:
        return [str(c.sid) for c in line.client.calls.list(**wanted)]

    assert found(from_=ALICE) == [live.sid]
    assert found(to="+33639980009") == [refused.sid]
    assert found(status="in-progress") == [live.sid]
    hour = timedelta(hours=1)
    assert found(start_time_after=clock.now() - hour) == [refused.sid, live.sid]
    assert found(start_time_before=clock.now() - hour) == []
    assert found(start_time=clock.now().date().isoformat()) == [refused.sid, live.sid]
    assert found(end_time_after=clock.now() - hour) == [refused.sid]
    with pytest.raises(TwilioException, match="20001"):
        found(start_time_after="yesterday")


def test_children_are_found_by_their_parent(line: Line) -> None:
    line.answers(incoming='<Dial timeout="600"><Number>+33639980009</Number></Dial>')
    line.driver.phone("+33639980009")
    caller = line.driver.dial(ALICE)
    caller.wait_for_state("talking")
    children = line.client.calls.list(parent_call_sid=caller.sid)
    assert [c.to for c in children] == ["+33639980009"]
