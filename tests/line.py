"""The local carrier's line, driven from a test over HTTP: fake callers by the dozen, keys, faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

SECONDS = 20.0


@dataclass
class RemoteCall:
    """A fake caller's call."""

    line: RemoteLine
    sid: str

    def wait_for(self, state: str, seconds: float = SECONDS) -> dict[str, Any]:
        """Wait until the carrier has the call in this state (or one of several, by commas)."""
        return self.line.ask("get", f"calls/{self.sid}?state={state}&timeout={seconds}")

    def wait_to_hear(self, text: str, seconds: float = SECONDS) -> dict[str, Any]:
        """Wait until this was said to the caller."""
        return self.line.ask(
            "get", f"calls/{self.sid}", params={"heard": text, "timeout": str(seconds)}
        )

    def snapshot(self) -> dict[str, Any]:
        """The call as it is now."""
        return self.line.ask("get", f"calls/{self.sid}")

    def press(self, keys: str) -> None:
        """Press keys, as soon as they are asked for."""
        self.line.ask("post", f"calls/{self.sid}/keys", json={"keys": keys})

    def hang_up(self) -> None:
        """The caller hangs up."""
        self.line.ask("delete", f"calls/{self.sid}")


@dataclass
class RemoteLine:
    """The control API of a carrier in another process."""

    carrier_url: str
    token: str

    def dial(self, number: str, *, hidden: bool = False) -> RemoteCall:
        """Somebody calls the line from ``number``."""
        call = self.ask("post", "calls", json={"from": number, "hidden": hidden})
        return RemoteCall(self, call["leg"])

    def fault(self, kind: str, match: str = "", *, count: int = 1, seconds: float = 0.5) -> None:
        """Ask for late, repeated, reordered or lost callbacks (app/local_carrier/faults.py)."""
        values = {"kind": kind, "match": match, "count": count, "seconds": seconds}
        self.ask("post", "faults", json=values)

    def quiet(self) -> None:
        """End every call and forget every fault."""
        self.ask("delete", "line")
        self.ask("delete", "faults")

    def ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """One request; what was waited for and did not come is a failure of the test."""
        response = requests.request(
            method,
            f"{self.carrier_url}/control/{path}",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=SECONDS + 10,
            **options,
        )
        assert response.ok, f"{method} {path}: {response.status_code} {response.text[:500]}"
        return dict(response.json())
