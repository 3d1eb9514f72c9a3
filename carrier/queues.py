"""Queues: who waits, in which order, since when."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from carrier.legs import Leg


@dataclass(eq=False)
class QueueEntry:
    """A leg's place in a queue, and where to say how it left."""

    queue: CallQueue
    leg: Leg
    entered_at: datetime
    action_url: str = ""
    action_method: str = "POST"
    started: float = field(default_factory=time.monotonic)

    @property
    def waited(self) -> int:
        """Whole seconds spent in the queue."""
        return int(time.monotonic() - self.started)

    def wait_params(self) -> dict[str, str]:
        """What a waitUrl request carries beside the call's own parameters."""
        return {
            "QueueSid": self.queue.sid,
            "QueueTime": str(self.waited),
            "QueuePosition": str(self.queue.position(self)),
            "AvgQueueTime": str(self.queue.average_wait()),
            "CurrentQueueSize": str(len(self.queue.entries)),
        }

    def result_params(self, result: str) -> dict[str, str]:
        """What the Enqueue's action request carries once the leg has left."""
        return {
            "QueueResult": result,
            "QueueSid": self.queue.sid,
            "QueueTime": str(self.waited),
        }


@dataclass(eq=False)
class CallQueue:
    """A named queue, first come first served. Changed only under the exchange's lock."""

    sid: str
    name: str
    max_size: int
    created_at: datetime
    entries: list[QueueEntry] = field(default_factory=list)

    def position(self, entry: QueueEntry) -> int:
        """The place of ``entry``, counted from 1; 0 once it has left."""
        return self.entries.index(entry) + 1 if entry in self.entries else 0

    def average_wait(self) -> int:
        """Mean seconds waited by those who wait now."""
        if not self.entries:
            return 0
        began = sum(entry.started for entry in self.entries) / len(self.entries)
        return round(time.monotonic() - began)
