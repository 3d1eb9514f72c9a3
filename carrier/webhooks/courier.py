"""Carries callbacks to the subscriber: in order within a lane, lanes side by side, faults on demand.

A lane is one leg, one conference or one message: Twilio too sends these one after the other,
and promises no order between them.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from carrier.twiml.attributes import TwimlRefused
from carrier.webhooks.faults import CALLBACK_KINDS, Fault, Faults
from carrier.webhooks.fetching import WebhookFailed, Webhooks
from carrier.webhooks.history import History

log = logging.getLogger(__name__)
Spawn = Callable[..., object]
Alert = Callable[[str, int, str, str], None]  # SID, code, URL, message
HELD_AT_MOST = 1.0  # seconds that a reordered callback waits for a next one to overtake it


@dataclass(frozen=True)
class Callback:
    """One callback on its way."""

    lane: str
    url: str
    method: str
    params: dict[str, str]
    token: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def label(self) -> str:
        """``<path> <event>``, which faults are matched with."""
        named = ("StatusCallbackEvent", "QueueResult", "CallStatus", "MessageStatus")
        event = next((self.params[n] for n in named if n in self.params), "")
        return f"{urlsplit(self.url).path} {event}"


class Courier:
    """Delivers callbacks in the background."""

    def __init__(
        self, webhooks: Webhooks, history: History, faults: Faults, spawn: Spawn, alert: Alert
    ) -> None:
        self.webhooks = webhooks
        self.alert = alert
        self.history = history
        self.faults = faults
        self.spawn = spawn
        self.journal: deque[tuple[str, str]] = deque(maxlen=5000)  # (label, what became of it)
        self._lanes: dict[str, deque[Callback]] = {}
        self._lock = threading.Lock()

    def send(self, lane: str, url: str, method: str, params: dict[str, str]) -> None:
        """Queue a callback; it leaves when those before it in ``lane`` have been answered."""
        if not url:
            return
        callback = Callback(lane, url, method, params)
        with self._lock:
            waiting = self._lanes.get(lane)
            if waiting is not None:
                waiting.append(callback)
                return
            self._lanes[lane] = deque([callback])
        self.spawn(self._drain, lane)

    def idle(self) -> bool:
        """True when no callback is waiting."""
        with self._lock:
            return not self._lanes

    def _drain(self, lane: str) -> None:
        held: list[Callback] = []
        while True:
            callback = self._next(lane, held)
            if callback is None:
                return
            self._carry(callback, held)

    def _next(self, lane: str, held: list[Callback]) -> Callback | None:
        """The next of the lane; a held one when none comes; None closes the lane."""
        until = time.monotonic() + HELD_AT_MOST
        while True:
            with self._lock:
                if self._lanes[lane]:
                    return self._lanes[lane].popleft()
                if not held:
                    del self._lanes[lane]
                    return None
            if time.monotonic() > until:
                self._post(held.pop(0), "reordered, alone")
            else:
                time.sleep(0.01)

    def _carry(self, callback: Callback, held: list[Callback]) -> None:
        fault = self.faults.take(CALLBACK_KINDS, callback.label)
        if fault is None:
            self._post(callback, "sent")
            while held:
                self._post(held.pop(0), "reordered")
        elif fault.kind == "reorder":
            held.append(callback)
        elif fault.kind == "lose":
            self.journal.append((callback.label, "lost"))
        elif fault.kind == "late":
            self.spawn(self._later, callback, fault)
        else:
            self._post(callback, "sent")
            self.spawn(self._later, callback, fault)

    def _later(self, callback: Callback, fault: Fault) -> None:
        time.sleep(fault.seconds)
        self._post(callback, "repeated" if fault.kind == "repeat" else "late")

    def _post(self, callback: Callback, how: str) -> None:
        try:
            answer = self.webhooks.ask(
                callback.url, callback.method, callback.params, callback.token
            )
            if callback.lane.startswith("CA"):  # of a call: part of its events
                self.history.note(
                    callback.lane, callback.url, callback.method, callback.params, answer
                )
            self.journal.append((callback.label, f"{how} {answer.status}"))
            if not answer.ok:
                self.alert(callback.lane, 11200, callback.url, f"HTTP {answer.status}")
        except (WebhookFailed, TwimlRefused) as error:
            self.journal.append((callback.label, f"{how}, failed {error.code}"))
            self.alert(callback.lane, error.code, callback.url, str(error))
            log.warning("carrier: callback %s failed (%s)", callback.label, error.code)
