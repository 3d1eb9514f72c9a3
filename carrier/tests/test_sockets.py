"""Browsers on the line, through Socket.IO: telephones, softphones, signalling, lost radio links."""

from __future__ import annotations

from typing import Any

import pytest
from flask_socketio.test_client import SocketIOTestClient
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from carrier.sockets import NAMESPACE
from carrier.tests.subscriber import (
    ACCOUNT,
    ALICE,
    API_KEY,
    API_SECRET,
    LINE,
    Line,
    eventually,
)

pytestmark = pytest.mark.integration  # real servers, real HTTP, no database

ROOM = '<Dial><Conference waitUrl="" beep="false">call-1</Conference></Dial>'


class Page:
    """A page of a browser: it asks, and gathers what it is told."""

    def __init__(self, line: Line) -> None:
        self.client = SocketIOTestClient(
            line.flask, line.flask.extensions["socketio"], namespace=NAMESPACE
        )
        self.told: list[tuple[str, dict[str, Any]]] = []

    def ask(self, event: str, **data: Any) -> dict[str, Any]:
        answer = self.client.emit(event, data, namespace=NAMESPACE, callback=True)
        return dict(answer)

    def events(self, name: str) -> list[dict[str, Any]]:
        for row in self.client.get_received(NAMESPACE):
            self.told.append((row["name"], row["args"][0]))
        return [detail for event, detail in self.told if event == name]

    def wait(self, name: str, **wanted: Any) -> dict[str, Any]:
        def found() -> list[dict[str, Any]]:
            return [e for e in self.events(name) if wanted.items() <= e.items()]

        return dict(eventually(found)[-1])

    def drop(self) -> None:
        self.client.disconnect(NAMESPACE)


def token(identity: str = "agent-7") -> str:
    made = AccessToken(ACCOUNT, API_KEY, API_SECRET, identity=identity, ttl=60)
    made.add_grant(VoiceGrant(incoming_allow=True))
    return str(made.to_jwt())


def ring(line: Line, to: str, path: str = "/agent") -> str:
    url = f"{line.application.url}{path}"
    return str(line.client.calls.create(to=to, from_=LINE, url=url).sid)


def test_a_telephone_dials_hears_presses_and_hangs_up(line: Line) -> None:
    line.answers(
        incoming='<Gather numDigits="1" action="/choice"><Say>Tapez</Say><Pause length="99"/></Gather>',
        choice='<Say>Merci</Say><Pause length="99"/>',
    )
    page = Page(line)
    welcome = page.ask("open", number="06 39 98 00 01")
    assert welcome["ok"]
    assert welcome["number"] == LINE
    leg = page.ask("dial", to="01 99 00 12 34")["leg"]
    page.wait("state", leg=leg, status="in-progress")
    page.wait("said", text="Tapez", language="fr-FR")
    page.wait("gathering", on=True)
    assert page.ask("keys", leg=leg, keys="1")["ok"]
    page.wait("said", text="Merci")
    assert page.ask("dial", to=LINE)["error"] == "busy"
    assert page.ask("hangup", leg=leg)["ok"]
    page.wait("ended", leg=leg, status="completed")
    assert line.application.wait("/incoming")["From"] == ALICE


def test_hidden_number_and_unknown_number(line: Line) -> None:
    page = Page(line)
    page.ask("open", number=ALICE)
    assert page.ask("dial", to="3949")["error"] == "unknown-number"
    page.ask("dial", to=LINE, hidden=True)
    assert line.application.wait("/incoming")["From"] == "anonymous"
    assert Page(line).ask("open", number="abc")["error"] == "invalid-number"


def test_a_softphone_shows_its_token(line: Line) -> None:
    page = Page(line)
    assert page.ask("register", token="a.b.c")["code"] == 20101
    assert page.ask("register", token=token())["identity"] == "agent-7"
    assert line.driver.line()["addresses"] == ["client:agent-7"]


def test_two_telephones_of_one_number_ring_and_the_first_wins(line: Line) -> None:
    first, second = Page(line), Page(line)
    first.ask("open", number=ALICE)
    second.ask("open", number=ALICE)
    leg = ring(line, ALICE)
    first.wait("ringing", leg=leg)
    second.wait("ringing", leg=leg)
    assert second.ask("accept", leg=leg)["ok"]
    first.wait("taken", leg=leg)
    assert first.ask("accept", leg=leg)["error"] == "taken"


def test_a_telephone_switched_on_while_it_rings(line: Line) -> None:
    leg = ring(line, ALICE)
    eventually(lambda: line.carrier.exchange.board.legs[leg].status == "ringing")
    page = Page(line)
    page.ask("open", number=ALICE)
    page.wait("ringing", leg=leg)
    page.ask("decline", leg=leg)
    page.wait("taken", leg=leg)
    assert line.carrier.exchange.board.legs[leg].status == "busy"


def talk(line: Line) -> tuple[Page, str, Page, str]:
    """A telephone and a softphone in one conference: pages and legs."""
    line.answers(incoming=ROOM, agent=ROOM)
    caller, agent = Page(line), Page(line)
    caller.ask("open", number=ALICE)
    agent.ask("register", token=token())
    mine = caller.ask("dial", to=LINE)["leg"]
    caller.wait("media", leg=mine, mode="waiting")
    theirs = ring(line, "client:agent-7")
    agent.wait("ringing", leg=theirs)
    agent.ask("accept", leg=theirs)
    caller.wait("media", leg=mine, mode="talking")
    agent.wait("media", leg=theirs, mode="talking")
    return caller, mine, agent, theirs


def test_a_conference_is_a_mesh_and_signals_pass(line: Line) -> None:
    caller, mine, agent, theirs = talk(line)
    one, other = caller.wait("media", mode="talking"), agent.wait("media", mode="talking")
    both = {"send": True, "hear": True}
    assert one["peers"] == [{"leg": theirs, "offer": mine < theirs, **both}]
    assert other["peers"] == [{"leg": mine, "offer": theirs < mine, **both}]
    data = {"description": {"type": "offer", "sdp": "v=0"}}
    assert caller.ask("signal", leg=mine, to=theirs, data=data)["ok"]
    assert agent.wait("signal", leg=theirs) == {"leg": theirs, "from": mine, "data": data}


def test_nobody_signals_or_hangs_up_for_another(line: Line) -> None:
    _caller, mine, _agent, theirs = talk(line)
    stranger = Page(line)
    stranger.ask("open", number="+33639980002")
    assert stranger.ask("signal", leg=mine, to=theirs, data={})["error"] == "no-call"
    assert not stranger.ask("hangup", leg=mine)["ok"]
    assert stranger.ask("keys", leg=mine, keys="1")["error"] == "no-call"
    assert line.carrier.exchange.board.legs[mine].status == "in-progress"


def test_a_page_that_says_goodbye_ends_its_call_at_once(line: Line) -> None:
    _caller, mine, agent, theirs = talk(line)
    agent.ask("bye")
    assert line.carrier.exchange.board.legs[theirs].status == "completed"
    assert line.driver.line()["addresses"] == [ALICE]
    assert line.carrier.exchange.board.legs[mine].status == "in-progress"


def test_a_lost_link_keeps_the_call_when_it_comes_back(line: Line) -> None:
    caller, mine, _agent, _theirs = talk(line)
    key = caller.ask("open", number=ALICE)["key"]
    caller.drop()
    back = Page(line)
    welcome = back.ask("resume", key=key)
    assert welcome["legs"] == [mine]
    assert back.wait("media", leg=mine)["mode"] == "talking"
    assert back.ask("hangup", leg=mine)["ok"]


def test_a_lost_link_ends_the_call_when_it_does_not(line: Line) -> None:
    _caller, mine, agent, theirs = talk(line)
    agent.drop()
    eventually(lambda: line.carrier.exchange.board.legs[theirs].over)
    assert Page(line).ask("resume", key="unknown")["error"] == "gone"
    again = Page(line)
    again.ask("register", token=token())
    leg = ring(line, "client:agent-7")
    again.wait("ringing", leg=leg)
    again.ask("accept", leg=leg)
    again.wait("media", leg=leg, mode="talking")
    assert line.carrier.exchange.board.legs[mine].status == "in-progress"


def test_messages_both_ways(line: Line) -> None:
    page = Page(line)
    page.ask("open", number=ALICE)
    line.client.messages.create(to=ALICE, from_=LINE, body="Votre lien")
    assert page.wait("sms")["body"] == "Votre lien"
    assert page.ask("text", to=LINE, body="Merci")["ok"]
    assert line.application.wait("/sms")["Body"] == "Merci"
    assert page.ask("text", to="3949", body="Merci")["error"] == "unknown-number"


@pytest.mark.parametrize(
    "event", ["open", "register", "dial", "accept", "hangup", "keys", "signal"]
)
@pytest.mark.parametrize("data", [None, [], "text", {"leg": 5, "to": {}, "number": []}])
def test_nonsense_is_refused_not_raised(line: Line, event: str, data: Any) -> None:
    page = Page(line)
    answer = page.client.emit(event, data, namespace=NAMESPACE, callback=True)
    assert answer["ok"] in (True, False)


def test_the_telephone_page_has_no_inline_code(line: Line) -> None:
    page = line.flask.test_client().get("/telephone").get_data(as_text=True)
    assert "Amina Benali" in page
    assert "+33 6 39 98 00 01" in page
    assert "<script>" not in page
    assert "style=" not in page
    assert " on" + "click=" not in page


@pytest.mark.parametrize(
    ("asked", "accepted", "word"),
    [("", "fr", "Clavier"), ("", "en", "Keypad"), ("?lang=en", "fr", "Keypad")],
)
def test_the_telephone_page_speaks_two_languages(
    line: Line, asked: str, accepted: str, word: str
) -> None:
    answer = line.flask.test_client().get(
        f"/telephone{asked}", headers={"Accept-Language": accepted}
    )
    assert word in answer.get_data(as_text=True)
