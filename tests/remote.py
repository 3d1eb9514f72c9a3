"""What tests outside the application's process use: a signed-in member of staff, and the line."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import requests
import socketio

from app.web.acts.keys import HEADER, new_key
from tests.fixtures.servers import CONTROL_TOKEN

PASSWORD = "permanence-demo"


def wait_until(met: Callable[[], Any], seconds: float = 15, why: str = "it never happened") -> Any:
    """Ask again and again until ``met`` answers something true; that answer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = met()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(why)


class Staff:
    """An agent or manager on one web process, with a live connection like a browser's tab."""

    def __init__(self, base_url: str, email: str) -> None:
        self.base_url = base_url
        self.heard: list[str] = []
        self.http = requests.Session()
        self._sign_in(email)
        self.live = socketio.Client(reconnection=True)
        self.live.on("desk", lambda _payload: self.heard.append("desk"))
        cookies = "; ".join(f"{c.name}={c.value}" for c in self.http.cookies)
        self.live.connect(base_url, headers={"Cookie": cookies}, transports=["polling"])

    def _sign_in(self, email: str) -> None:
        token = _token(self.http.get(f"{self.base_url}/sign-in", timeout=10).text)
        answer = self.http.post(
            f"{self.base_url}/sign-in",
            data={"email": email, "password": PASSWORD, "csrf_token": token},
            timeout=10,
        )
        assert answer.ok, answer.status_code
        page = self.http.get(f"{self.base_url}/dossiers", timeout=10).text
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found
        self.csrf = found[1]

    def post(
        self, path: str, body: dict[str, Any] | None = None, key: str = ""
    ) -> requests.Response:
        """Post JSON as the desk does, with a new key unless one is given."""
        return self.http.post(
            self.base_url + path,
            json=body or {},
            timeout=10,
            headers={
                "X-CSRFToken": self.csrf,
                "Accept": "application/json",
                HEADER: key or new_key(),
            },
        )

    def desk(self) -> dict[str, Any]:
        """What her desk shows now."""
        answer = self.http.get(f"{self.base_url}/desk/state", timeout=10)
        return dict(answer.json()["desk"])

    def call_in(self, *states: str) -> dict[str, Any] | None:
        """Her call, if it is in one of these states."""
        call = self.desk()["call"]
        return call if call and call["state"] in states else None

    def become_available(self) -> None:
        """Go available."""
        answer = self.post("/desk/presence", {"state": "available"})
        assert answer.ok, answer.text

    def close(self) -> None:
        """Her tab closes."""
        self.live.disconnect()


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "no form token on the sign-in page"
    return found[1]


class Line:
    """The carrier's control API."""

    def __init__(self, carrier_url: str) -> None:
        self.url = f"{carrier_url}/control"
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {CONTROL_TOKEN}"

    def dial(self, number: str) -> str:
        """Somebody rings; the SID of her leg."""
        answer = self.http.post(f"{self.url}/calls", json={"from": number}, timeout=10)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["leg"])

    def call(self, sid: str) -> dict[str, Any]:
        """What she lives: state, what she heard, who is with her."""
        return dict(self.http.get(f"{self.url}/calls/{sid}", timeout=10).json())

    def hears(self, sid: str, words: str, seconds: float = 15) -> None:
        """Wait until she heard something that matches ``words``."""
        wait_until(
            lambda: any(re.search(words, text) for text in self.call(sid)["heard"]),
            seconds,
            f"never heard {words!r}: {self.call(sid)}",
        )

    def write(self, number: str, body: str) -> str:
        """Somebody writes a text message to the line; its SID."""
        answer = self.http.post(
            f"{self.url}/messages", json={"from": number, "body": body}, timeout=10
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["sid"])

    def softphone(self, agent_id: int) -> None:
        """Switch on a softphone that answers by itself."""
        answer = self.http.post(
            f"{self.url}/phones",
            json={"address": f"client:agent_{agent_id}", "answer_after": 0},
            timeout=10,
        )
        assert answer.status_code == 201, answer.text

    def hang_up(self, sid: str) -> None:
        """She hangs up."""
        self.http.delete(f"{self.url}/calls/{sid}", timeout=10)

    def clear(self) -> None:
        """End every call."""
        self.http.delete(f"{self.url}/line", timeout=10)
