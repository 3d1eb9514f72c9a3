"""The control API: the driver for tests in other processes."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from carrier.carrier import create_carrier
from carrier.driving.traffic import Plan
from carrier.settings import CarrierSettings
from carrier.tests.subscriber import ALICE, LINE, Line, eventually

pytestmark = pytest.mark.integration  # real servers, real HTTP, no database

QUEUE = '<Enqueue waitUrl="/wait" action="/left-queue">line</Enqueue>'


def ask(line: Line, method: str, path: str, token: str = "control", **json: Any) -> Any:
    return requests.request(
        method,
        f"{line.server.url}/carrier/control/{path}",
        json=json or None,
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    )


def test_it_wants_its_token(line: Line) -> None:
    assert ask(line, "GET", "line", token="guess").status_code == 401
    assert ask(line, "GET", "line").json()["calls"] == []


def test_it_does_not_exist_without_one() -> None:
    carrier = create_carrier(CarrierSettings("AC1", "token"))
    names = [bp.name for bp, _ in carrier.blueprint._blueprints]
    assert "rest" in names
    assert "control" not in names


def test_a_caller_from_far(line: Line) -> None:
    line.answers(
        incoming=QUEUE,
        wait='<Gather numDigits="1" action="/choice"><Say>Tapez 1</Say><Pause length="60"/></Gather>',
        choice="<Say>Noté</Say><Leave/>",
        left_queue='<Say>Au revoir</Say><Pause length="60"/>',
    )
    made = ask(line, "POST", "calls", hidden=True, **{"from": ALICE})
    assert made.status_code == 201
    sid = made.json()["leg"]
    waiting = ask(line, "GET", f"calls/{sid}?state=queued&heard=Tapez").json()
    assert waiting["status"] == "in-progress"
    ask(line, "POST", f"calls/{sid}/keys", keys="1")
    heard = ask(line, "GET", f"calls/{sid}?heard=Au revoir").json()["heard"]
    assert heard[-2:] == ["Noté", "Au revoir"]
    assert ask(line, "DELETE", f"calls/{sid}").json()["state"] == "ended"
    assert ask(line, "GET", f"calls/{sid}?heard=jamais&timeout=0.05").status_code == 409
    assert ask(line, "GET", "calls/CA0").status_code == 404
    assert ask(line, "POST", "calls", to=LINE).status_code == 404
    assert line.application.wait("/incoming")["From"] == "anonymous"


def test_phones_from_far(line: Line) -> None:
    key = ask(line, "POST", "phones", address="client:agent-1", answer_after=None).json()["phone"]
    line.answers(agent='<Pause length="100"/>')
    line.client.calls.create(to="client:agent-1", from_=LINE, url=f"{line.application.url}/agent")
    ringing = ask(line, "GET", f"phones/{key}?calls=1").json()["calls"][0]
    assert ask(line, "POST", f"phones/{key}/answer/{ringing['leg']}").json()["answered"]
    assert (
        ask(line, "GET", f"calls/{ringing['leg']}?state=connected").json()["state"] == "connected"
    )
    assert ask(line, "DELETE", f"phones/{key}").json()["ok"]
    assert ask(line, "GET", "line").json()["calls"] == []


def test_faults_and_journal_from_far(line: Line) -> None:
    assert ask(line, "POST", "faults", kind="explode").status_code == 422
    assert ask(line, "POST", "faults", kind="lose", match="/status").status_code == 201
    line.driver.dial(ALICE).wait_for_state("ended")
    assert ask(line, "GET", "journal?idle=1").json() == [["/status completed", "lost"]]
    ask(line, "POST", "faults", kind="lose")
    ask(line, "DELETE", "faults")
    assert ask(line, "DELETE", "line").json()["ok"]


@pytest.mark.parametrize("body", ["bonjour", "é" * 100])
def test_messages_from_far(line: Line, body: str) -> None:
    ask(line, "POST", "messages", **{"from": ALICE, "body": body})
    assert line.application.wait("/sms")["Body"] == body


def test_many_callers_from_far(line: Line) -> None:
    line.answers(incoming='<Dial><Conference waitUrl="" beep="false">a</Conference></Dial>')
    plan: dict[str, Any] = {"calls": 6, "rate": 200.0, "talk": 0.3, "fixed": True, "patience": 5.0}
    made = ask(line, "POST", "traffic", **plan)
    assert made.status_code == 201
    key = made.json()["traffic"]
    report: dict[str, Any] = {}

    def over() -> bool:
        report.update(ask(line, "GET", f"traffic/{key}").json())
        return bool(report["dialled"] == 6 and report["live"] == 0)

    eventually(over, 15)
    assert sum(report["outcomes"].values()) == 6
    assert report["outcomes"]["talked"] >= 4
    assert report["waits"]["p95"] < 5
    assert ask(line, "DELETE", f"traffic/{key}").json()["ok"]
    assert ask(line, "POST", "traffic", calls=0, rate=1.0).status_code == 422
    assert ask(line, "POST", "traffic", calls=1, speed=1.0).status_code == 422


def test_the_impatient_and_those_whom_the_line_drops(line: Line) -> None:
    line.answers(incoming='<Enqueue waitUrl="/wait">line</Enqueue>', wait='<Pause length="100"/>')
    impatient = line.driver.traffic(Plan(calls=2, rate=100, patience=0.1, fixed=True))
    eventually(lambda: impatient.outcomes["abandoned"] == 2)
    line.answers(incoming="<Hangup/>")
    dropped = line.driver.traffic(Plan(calls=2, rate=100))
    eventually(lambda: dropped.outcomes["lost"] == 2)


def test_who_hears_whom_from_far(line: Line) -> None:
    line.answers(incoming='<Dial><Conference waitUrl="">a</Conference></Dial>')
    first = ask(line, "POST", "calls", **{"from": ALICE}).json()["leg"]
    ask(line, "GET", f"calls/{first}?state=conference")
    second = ask(line, "POST", "calls", **{"from": "+33639980002"}).json()["leg"]
    ask(line, "GET", f"calls/{second}?state=talking")
    heard = ask(line, "GET", "conferences/a/audibility").json()
    assert heard == {first: [second], second: [first]}
    assert ask(line, "GET", "line").json()["audibility"] == {"a": heard}
    assert ask(line, "GET", f"calls/{second}").json()["hears"] == [first]
    assert ask(line, "GET", "conferences/nowhere/audibility").status_code == 409


def test_a_telephone_with_habits_from_far(line: Line) -> None:
    line.answers(person='<Gather numDigits="1" action="/one"/>', one='<Pause length="1000"/>')
    ask(line, "POST", "phones", address=ALICE, keys="1", talk=0.3)
    url = line.application.url
    line.client.calls.create(to=ALICE, from_=LINE, url=f"{url}/person", status_callback=f"{url}/s")
    assert line.application.wait("/one")["Digits"] == "1"
    assert line.application.wait("/s")["CallStatus"] == "completed"
