"""What was asked of the subscriber for each call, and what it answered: Twilio's call events.

Kept in memory within a budget of bytes; the calls whose last request is oldest are forgotten first.
"""

from __future__ import annotations

import json
import re
import threading
import zlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from carrier import clock
from carrier.webhooks.fetching import Answer

BUDGET = 48 * 1024 * 1024
WORD = re.compile(r"([a-z0-9])([A-Z])")
FIXED = 100  # bytes that an event takes beside what it says, roughly


@dataclass(frozen=True)
class CallEvent:
    """One request and its answer."""

    url: str
    method: str
    parameters: Mapping[str, str]
    answer: Answer
    at: datetime

    def packed(self) -> bytes:
        """The event as it is kept: a long load run leaves a hundred thousand of them."""
        answer = self.answer
        said = [answer.status, answer.content_type, answer.body.decode(errors="replace")]
        facts = [self.url, self.method, dict(self.parameters), *said, answer.seconds]
        return zlib.compress(json.dumps([*facts, self.at.isoformat()]).encode(), 1)

    @classmethod
    def unpacked(cls, kept: bytes) -> CallEvent:
        """The event that ``packed`` wrote."""
        url, method, params, status, kind, body, seconds, at = json.loads(zlib.decompress(kept))
        answer = Answer(status, kind, body.encode(), seconds)
        return cls(url, method, params, answer, datetime.fromisoformat(at))


class History:
    """The events of calls, by call SID."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._events: OrderedDict[str, list[bytes]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def note(
        self, call_sid: str, url: str, method: str, params: Mapping[str, str], answer: Answer
    ) -> None:
        """Add one event to a call."""
        kept = CallEvent(url, method, params, answer, clock.now()).packed()
        with self._lock:
            self._events.setdefault(call_sid, []).append(kept)
            self._events.move_to_end(call_sid)
            self._size += len(kept) + FIXED
            while self._size > self._budget and len(self._events) > 1:
                self._drop(next(iter(self._events)))

    def _drop(self, call_sid: str) -> None:
        self._size -= sum(len(kept) + FIXED for kept in self._events.pop(call_sid, ()))

    def of(self, call_sid: str) -> list[CallEvent]:
        """The events of a call, oldest first."""
        with self._lock:
            found = list(self._events.get(call_sid, ()))
        return [CallEvent.unpacked(kept) for kept in found]

    def forget(self, call_sid: str) -> None:
        """The call is forgotten, and its events with it."""
        with self._lock:
            self._drop(call_sid)


def snake_case(name: str) -> str:
    """``CallSid`` as Twilio's events spell it: ``call_sid``."""
    return WORD.sub(lambda m: f"{m[1]}_{m[2]}", name).lower()
