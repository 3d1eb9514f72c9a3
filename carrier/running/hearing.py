"""What a leg's interpreter hears and says: time, keys, words, prompts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from carrier.line.board import Board
from carrier.line.calls import Calls
from carrier.line.legs import Digit, HungUp, Leg, Words
from carrier.line.queues import Queues
from carrier.line.recordings import Recordings
from carrier.line.rooms import Rooms
from carrier.running.documents import Documents
from carrier.twiml import verbs
from carrier.webhooks.courier import Courier

SHORTEST_ROUND = 0.2  # seconds; a waiting document that lasts nothing does not spin


class Pressed(Exception):
    """A key or words came while they were being collected."""


class Woken(Exception):
    """What the leg waits for has changed."""


@dataclass(frozen=True)
class Equipment:
    """What a runner works with."""

    board: Board
    calls: Calls
    courier: Courier
    documents: Documents
    queues: Queues
    recordings: Recordings
    rooms: Rooms
    write: Callable[[str, str, str, str], str]  # from, to, text, status callback → SID


class Hearing:
    """One leg, with what it listens for now."""

    def __init__(self, equipment: Equipment, leg: Leg) -> None:
        self.equipment = equipment
        self.leg = leg
        self.pace = equipment.board.settings.pace
        self.topic: object | None = None  # what wakes the leg now
        self.keys: list[str] | None = None  # being collected now
        self.words: list[str] | None = None  # being listened for now
        self.patient = False  # words do not stop what is being said

    def idle(self, seconds: float | None) -> None:
        """Let ``seconds`` pass (None: for ever), hearing what comes meanwhile.

        Raises HungUp, Redirected, Pressed while keys are collected, Woken on the topic's change.
        """
        until = None if seconds is None else time.monotonic() + seconds
        while True:
            left = None if until is None else max(0.0, until - time.monotonic())
            message = self.leg.receive(self._allowed(left))
            if message is None:
                if until is None or time.monotonic() < until:
                    continue  # only the deadline has moved
                return
            if isinstance(message, Digit):
                if self.keys is not None:
                    self.keys.append(message.key)
                    raise Pressed
            elif isinstance(message, Words):
                if self.words is not None:
                    self.words.append(message.text)
                    if not self.patient:
                        raise Pressed
            elif self.topic is not None and message.topic is self.topic:
                raise Woken

    def _allowed(self, seconds: float | None) -> float | None:
        """The seconds that a leg may still last, at most ``seconds``; ends it once there are none."""
        if not self.leg.deadline:
            return seconds
        left = self.leg.deadline - time.monotonic()
        if left <= 0:
            self.equipment.calls.end(self.leg)
            raise HungUp
        return left if seconds is None else min(left, seconds)

    def rounds(self, loop: int, once: Callable[[], None]) -> None:
        """Do something ``loop`` times, for ever if 0."""
        count = 0
        while loop == 0 or count < loop:
            started = time.monotonic()
            once()
            count += 1
            if loop == 0 and time.monotonic() - started < SHORTEST_ROUND:
                self.idle(SHORTEST_ROUND)

    # -- prompts --------------------------------------------------------------------------------

    def prompt(self, verb: verbs.Prompt) -> None:
        """Say, play or be silent."""
        loop = 1 if isinstance(verb, verbs.Pause) else verb.loop
        self.rounds(loop, lambda: self._utter(verb))

    def _utter(self, verb: verbs.Prompt) -> None:
        event, payload, seconds = self.equipment.documents.spoken(verb)
        self.leg.tell(event, **payload)
        self.idle(seconds)
