"""What was asked of the subscriber for each call, and what it answered: Twilio's call events.

Kept in memory within a budget of bytes; the calls whose last request is oldest are forgotten first.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app import clock
from app.local_carrier.webhooks import Answer

BUDGET = 48 * 1024 * 1024
WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
FIXED = 2500  # bytes that an event takes beside its texts: objects, a dictionary


@dataclass(frozen=True)
class CallEvent:
    """One request and its answer."""

    url: str
    method: str
    parameters: Mapping[str, str]
    answer: Answer
    at: datetime

    @property
    def size(self) -> int:
        """Bytes, roughly."""
        texts = sum(len(name) + len(value) for name, value in self.parameters.items())
        return FIXED + len(self.url) + len(self.answer.body) + texts


class History:
    """The events of calls, by call SID."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._events: OrderedDict[str, list[CallEvent]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def note(
        self, call_sid: str, url: str, method: str, params: Mapping[str, str], answer: Answer
    ) -> None:
        """Add one event to a call."""
        event = CallEvent(url, method, dict(params), answer, clock.now())
        with self._lock:
            self._events.setdefault(call_sid, []).append(event)
            self._events.move_to_end(call_sid)
            self._size += event.size
            while self._size > self._budget and len(self._events) > 1:
                self._drop(next(iter(self._events)))

    def _drop(self, call_sid: str) -> None:
        self._size -= sum(event.size for event in self._events.pop(call_sid, ()))

    def of(self, call_sid: str) -> list[CallEvent]:
        """The events of a call, oldest first."""
        with self._lock:
            return list(self._events.get(call_sid, ()))

    def forget(self, call_sid: str) -> None:
        """The call is forgotten, and its events with it."""
        with self._lock:
            self._drop(call_sid)


def snake_case(name: str) -> str:
    """``CallSid`` as Twilio's events spell it: ``call_sid``."""
    return WORD.sub("_", name).lower()
