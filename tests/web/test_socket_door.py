"""Who may open a socket: asked before the upgrade, and of everybody."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engineio.socket import Socket
from flask import Flask, g
from sqlalchemy.exc import OperationalError

from app.accounts import sessions
from app.foundation.config import Settings
from app.foundation.extensions import socketio
from app.web import socket_door
from app.web.socket_door import SocketDoor
from tests.clients import StaffClient
from tests.fixtures.settings import make_settings

OPEN = "/socket.io/?EIO=4&transport=polling"
TELEPHONE = f"{OPEN}&namespace=/carrier"


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    """With the telephone company inside, behind a proxy."""
    return make_settings(
        database_url=sqlite_url,
        instance_dir=tmp_path / "instance",
        embedded_carrier=True,
        trusted_proxies=1,
        sockets_per_address=3,
    )


@pytest.fixture
def door(app: Flask, monkeypatch: pytest.MonkeyPatch) -> SocketDoor:
    """The application's, its time in our hands, without the library's own housekeeping."""
    engine = socketio.server.eio
    monkeypatch.setattr(engine, "start_service_task", False)
    monkeypatch.setattr(Socket, "schedule_ping", lambda _socket: None)
    monkeypatch.setattr(engine, "start_background_task", lambda task, *words: task(*words))
    found: SocketDoor = app.extensions["permanence.door"]
    found._clock = Clock()
    return found


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Page:
    """What a browser does with Socket.IO's polling."""

    def __init__(
        self, browser: StaffClient, path: str = OPEN, address: str = "203.0.113.5"
    ) -> None:
        self.browser, self.headers = browser, {"X-Forwarded-For": f"198.51.100.1, {address}"}
        self.answer = browser.get(path, headers=self.headers)
        self.status = self.answer.status_code
        self.sid = self.answer.text.partition('"sid":"')[2].partition('"')[0]

    def say(self, packet: str) -> int:
        """Post one packet; the status."""
        return int(
            self.browser.post(
                f"{OPEN}&sid={self.sid}", data=packet, headers=self.headers
            ).status_code
        )

    def hear(self) -> str:
        """What the server has to say."""
        return self.browser.get(f"{OPEN}&sid={self.sid}", headers=self.headers).text


def test_who_is_not_signed_in_opens_nothing(door: SocketDoor, client: StaffClient) -> None:
    assert Page(client).status == 401
    websocket = client.get(
        "/socket.io/?EIO=4&transport=websocket",
        headers={"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"},
    )
    assert websocket.status_code == 401
    client.set_cookie("permanence", "eyJhbGciOiJub25lIn0.forged")
    assert Page(client).status == 401
    assert len(door) == 0
    assert socketio.server.eio.sockets == {}


def test_an_agent_opens_a_page_while_the_session_lives(
    door: SocketDoor, login: Callable[..., StaffClient], app: Flask
) -> None:
    agent = login("front")
    page = Page(agent)
    assert page.status == 200
    assert page.say("40") == 200
    assert page.hear().startswith('40{"sid"')
    assert len(door) == 1

    agent.post("/sign-out")
    assert Page(agent).status == 401


def test_anybody_opens_a_telephone_and_nothing_else(door: SocketDoor, client: StaffClient) -> None:
    telephone = Page(client, TELEPHONE)
    assert telephone.status == 200
    telephone.say("40")
    assert telephone.hear().startswith("44")  # the staff's namespace
    telephone.say("40/carrier,")
    assert telephone.hear().startswith("40/carrier,")


def test_no_company_inside_no_telephone(tmp_path: Path, sqlite_url: str) -> None:
    from app.factory import create_app

    app = create_app(make_settings(database_url=sqlite_url, instance_dir=tmp_path / "other"))
    assert app.test_client().get(TELEPHONE).status_code == 401


def test_so_many_by_address_and_a_place_that_is_left_is_free(
    door: SocketDoor, client: StaffClient, login: Callable[..., StaffClient]
) -> None:
    strangers = [Page(client, TELEPHONE) for _ in range(socket_door.OPEN_BY_ADDRESS + 1)]
    assert [page.status for page in strangers[-2:]] == [200, 429]
    assert strangers[-1].answer.headers["Retry-After"] == "5"
    assert Page(client, TELEPHONE, "203.0.113.6").status == 200

    agent = login("front")
    assert [Page(agent).status for _ in range(4)] == [200, 200, 200, 429]
    assert Page(agent, OPEN, "2001:db8::1").status == 200
    strangers[0].say("41")
    strangers[0].say("1")  # closes
    assert Page(client, TELEPHONE).status == 200


def test_a_full_process_takes_no_more_pages(
    door: SocketDoor, client: StaffClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "_rules", _with(door, sockets=2))
    pages = [Page(client, TELEPHONE, f"203.0.113.{n}").status for n in range(3)]
    assert pages == [200, 200, 503]


def _with(door: SocketDoor, **changes: Any) -> socket_door.Rules:
    return dataclasses.replace(door._rules, **changes)


def test_what_joins_nothing_is_closed(door: SocketDoor, client: StaffClient) -> None:
    joined, silent, left, mute = (Page(client, TELEPHONE) for _ in range(4))
    for page in (joined, left, mute):
        page.say("40/carrier,")
        page.hear()
    for page in (joined, left):
        page.say('42/carrier,0["open",{"number":""}]')
        page.hear()
    assert door.sweep() == 0
    left.say("41/carrier,")
    door._clock.now += socket_door.JOIN_S  # type: ignore[attr-defined]
    for page in (silent, mute):
        page.say("3")  # it answers, and is nobody all the same
    assert door.sweep() == 3
    assert [page.say("3") for page in (joined, silent, left, mute)] == [200, 400, 400, 400]
    assert len(door) == 1
    assert door.sweep() == 0


def test_a_page_has_few_requests_in_hand(
    door: SocketDoor, client: StaffClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, reached = Page(client, TELEPHONE), []

    def nested(environ: Any, start_response: Any) -> Any:
        reached.append(page.say("3"))
        start_response("200 OK", [])
        return []

    monkeypatch.setattr(door, "_app", nested)
    assert page.say("3") == 200
    assert len(reached) == socket_door.REQUESTS_BY_SOCKET
    assert reached == [429, 200, 200, 200]


def test_a_database_that_does_not_answer_is_said(
    door: SocketDoor, login: Callable[..., StaffClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = login("front")

    def fail(*_words: object, **_named: object) -> None:
        raise OperationalError("SELECT", {}, Exception())

    monkeypatch.setattr(sessions, "find", fail)
    g.pop("_login_user", None)
    assert Page(agent).status == 503
    assert len(door) == 0
