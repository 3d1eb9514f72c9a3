"""Telephones without a person: they answer, listen, press keys and hang up when code says so."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from carrier.exchange import Exchange
from carrier.sids import new_sid

KEPT_CALLS = 1000
MODES = {"waiting": "conference", "alone": "conference", "talking": "talking", "held": "held"}


class CallFailed(AssertionError):
    """What a test waited for did not come."""


class FakeCall:
    """One leg of a fake telephone, and what was heard on it.

    ``state``: ringing, connected (runs TwiML), queued, conference (alone in one), talking, held,
    ended. ``status`` is the leg's status in Twilio's words. ``hears`` and ``heard_by`` are the legs
    that it hears, and that hear it.
    """

    def __init__(self, exchange: Exchange, sid: str, state: str = "ringing") -> None:
        self.exchange = exchange
        self.sid = sid
        self.state = state
        self.status = "ringing"
        self.heard: list[str] = []
        self.played: list[str] = []
        self.gathering = False
        self.music = False
        self.company: list[str] = []
        self.hears: list[str] = []
        self.heard_by: list[str] = []
        self.duration = 0
        self.parameters: dict[str, str] = {}  # what the subscriber tells a client
        self.beeps = 0
        self.listening = False
        self.pressed = False  # its telephone has pressed its keys
        self.changed = threading.Condition()

    def learn(self, event: str, payload: dict[str, Any]) -> None:
        """Take in one event of the leg."""
        with self.changed:
            handler = getattr(self, f"_on_{event}", None)
            if handler:
                handler(payload)
            self.changed.notify_all()

    def _on_ringing(self, payload: dict[str, Any]) -> None:
        self.parameters = payload.get("parameters", {})

    def _on_beep(self, _payload: dict[str, Any]) -> None:
        self.beeps += 1

    def _on_state(self, payload: dict[str, Any]) -> None:
        self.status = payload["status"]
        if self.status == "in-progress" and self.state == "ringing":
            self.state = "connected"

    def _on_waiting(self, payload: dict[str, Any]) -> None:
        self.state = "queued" if payload["on"] else "connected"

    def _on_said(self, payload: dict[str, Any]) -> None:
        self.heard.append(payload["text"])

    def _on_played(self, payload: dict[str, Any]) -> None:
        self.played.append(payload["url"] or payload["digits"])

    def _on_gathering(self, payload: dict[str, Any]) -> None:
        self.gathering = payload["on"] and payload["keys"]
        self.listening = payload["on"] and payload["words"]

    def _on_music(self, payload: dict[str, Any]) -> None:
        self.music = payload["on"]

    def _on_media(self, payload: dict[str, Any]) -> None:
        self.state = MODES.get(payload["mode"], "connected")
        self.music, self.company = payload["music"], payload["company"]
        self.hears, self.heard_by = payload["hears"], payload["heard_by"]

    def _on_ended(self, payload: dict[str, Any]) -> None:
        self.state, self.status = "ended", payload["status"]
        self.duration, self.company = payload["duration"], []
        self.hears, self.heard_by = [], []

    def _on_taken(self, _payload: dict[str, Any]) -> None:
        self.state = "ended"

    # -- what a person does ---------------------------------------------------------------------

    def press(self, keys: str, *, wait: float = 5.0) -> None:
        """Press keys, once they are asked for (within ``wait`` seconds; 0: at once)."""
        if wait:
            self.wait_for(lambda: self.gathering, wait, "keys were never asked for")
        self.exchange.calls.press(self.exchange.board.legs[self.sid], keys)

    def say(self, words: str, *, wait: float = 5.0) -> None:
        """Say something, once the line listens (within ``wait`` seconds; 0: at once)."""
        if wait:
            self.wait_for(lambda: self.listening, wait, "nobody ever listened")
        self.exchange.calls.say(self.exchange.board.legs[self.sid], words)

    def hang_up(self) -> None:
        """Put the receiver down."""
        self.exchange.calls.end(self.exchange.board.legs[self.sid])

    # -- what a test waits for ------------------------------------------------------------------

    def wait_for(self, met: Callable[[], bool], timeout: float = 5.0, why: str = "") -> None:
        """Wait until ``met()``. Raises CallFailed with what was heard instead."""
        with self.changed:
            if not self.changed.wait_for(met, timeout):
                raise CallFailed(f"{why or 'nothing came'}; {self.snapshot()}")

    def wait_for_state(self, *states: str, timeout: float = 5.0) -> str:
        """Wait until the call is in one of ``states``; that state."""
        self.wait_for(lambda: self.state in states, timeout, f"never {' or '.join(states)}")
        return self.state

    def reached(self, state: str, timeout: float | None) -> bool:
        """Wait until the call is in ``state`` (True) or over; False too after ``timeout`` seconds."""
        with self.changed:
            self.changed.wait_for(lambda: self.state in (state, "ended"), timeout)
            return self.state == state

    def wait_for_heard(self, text: str, timeout: float = 5.0) -> None:
        """Wait until something that contains ``text`` was spoken."""
        self.wait_for(lambda: any(text in h for h in self.heard), timeout, f"never heard {text!r}")

    def snapshot(self) -> dict[str, Any]:
        """Everything a remote test wants to know."""
        return {
            "leg": self.sid,
            "state": self.state,
            "status": self.status,
            "heard": list(self.heard),
            "played": list(self.played),
            "gathering": self.gathering,
            "listening": self.listening,
            "music": self.music,
            "company": list(self.company),
            "hears": list(self.hears),
            "heard_by": list(self.heard_by),
            "duration": self.duration,
            "parameters": dict(self.parameters),
        }


class FakePhone:
    """A telephone at an address. It answers after ``answer_after`` seconds; None: never.

    ``decline`` makes it refuse calls instead. ``keys`` are pressed the first time that a call
    asks for some; without any it is an answering machine. ``talk`` seconds after it answered it
    hangs up by itself; None: never. ``silent``: it says nothing to who records it; ``words``: what
    a transcription of its message reads. ``machine``: it is an answering machine, to who asks. Of
    its calls the last ``KEPT_CALLS`` are remembered.
    """

    media = False

    def __init__(
        self,
        exchange: Exchange,
        *,
        answer_after: float | None = 0.0,
        decline: bool = False,
        keys: str = "",
        talk: float | None = None,
        silent: bool = False,
        machine: bool = False,
        words: str = "",
    ) -> None:
        self.key = new_sid("FP")
        self.exchange = exchange
        self.answer_after = answer_after
        self.decline = decline
        self.keys = keys
        self.talk = talk
        self.silent = silent
        self.machine = machine
        self.words = words
        self.calls: dict[str, FakeCall] = {}
        self.messages: list[dict[str, Any]] = []
        self.changed = threading.Condition()

    def notify(self, event: str, payload: dict[str, Any]) -> None:
        """Take in an event; act on it in a task of its own."""
        if event == "sms":
            with self.changed:
                self.messages.append(payload)
                self.changed.notify_all()
            return
        call = self.call(payload["leg"])
        if event == "ringing" and (self.answer_after is not None or self.decline):
            self.exchange.board.spawn(self._pick_up, call)
        if (
            event == "gathering"
            and payload["on"]
            and payload["keys"]
            and self.keys
            and not call.pressed
        ):
            call.pressed = True
            self.exchange.calls.press(self.exchange.board.legs[call.sid], self.keys)
        call.learn(event, payload)

    def call(self, sid: str) -> FakeCall:
        """The call of a leg, new if it just began."""
        with self.changed:
            if sid not in self.calls:
                self.calls[sid] = FakeCall(self.exchange, sid)
                while len(self.calls) > KEPT_CALLS:
                    del self.calls[next(iter(self.calls))]
                self.changed.notify_all()
            return self.calls[sid]

    def _pick_up(self, call: FakeCall) -> None:
        time.sleep(self.answer_after or 0.0)
        leg = self.exchange.board.legs[call.sid]
        if self.decline:
            self.exchange.calls.refused(leg, self)
        elif self.exchange.calls.answered(leg, self) and self.talk is not None:
            time.sleep(self.talk)
            self.exchange.calls.end(leg)

    def answer(self, call: FakeCall) -> bool:
        """Pick up by hand."""
        return self.exchange.calls.answered(self.exchange.board.legs[call.sid], self)

    def go_away(self) -> None:
        """Close the browser: nothing rings here any more, and live legs end."""
        self.exchange.directory.unregister(self)
        for sid in list(self.calls):
            leg = self.exchange.board.legs.get(sid)
            if leg and leg.device is self:
                self.exchange.calls.end(leg)

    def wait_for_call(self, number: int = 1, timeout: float = 5.0) -> FakeCall:
        """The ``number``-th call that reached this phone."""
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.calls) >= number, timeout):
                raise CallFailed(f"only {len(self.calls)} calls reached this phone")
            return list(self.calls.values())[number - 1]

    def wait_for_message(self, number: int = 1, timeout: float = 5.0) -> dict[str, Any]:
        """The ``number``-th text message received."""
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.messages) >= number, timeout):
                raise CallFailed(f"only {len(self.messages)} messages reached this phone")
            return self.messages[number - 1]
