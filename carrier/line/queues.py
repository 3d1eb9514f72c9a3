"""Queues: who waits, in which order, since when."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime

from carrier import clock
from carrier.line.board import Board
from carrier.line.legs import Leg
from carrier.sids import new_sid
from carrier.webhooks.courier import Courier


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


class Queues:
    """The queues of the line."""

    def __init__(self, board: Board, courier: Courier) -> None:
        self._board = board
        self._courier = courier
        self.by_sid: dict[str, CallQueue] = {}
        self._entries: dict[str, QueueEntry] = {}  # by the leg that waits

    def entry_of(self, leg: Leg) -> QueueEntry | None:
        """The place that a leg waits in, or None."""
        return self._entries.get(leg.sid)

    def named(self, name: str) -> CallQueue:
        """The queue ``name``, made when it does not exist."""
        with self._board.lock:
            for queue in self.by_sid.values():
                if queue.name == name:
                    return queue
            queue = CallQueue(new_sid("QU"), name, self._board.settings.queue_max_size, clock.now())
            self.by_sid[queue.sid] = queue
            return queue

    def join(
        self, leg: Leg, name: str, action_url: str, action_method: str, most: int | None = None
    ) -> QueueEntry | None:
        """Put a leg at the end of a queue; None when it is full, or the leg is over."""
        with self._board.lock:
            queue = self.named(name)
            size = queue.max_size if most is None else min(most, queue.max_size)
            if leg.over or len(queue.entries) >= size:
                return None
            entry = QueueEntry(queue, leg, clock.now(), action_url, action_method)
            queue.entries.append(entry)
            self._entries[leg.sid] = entry
            leg.tell("waiting", queue=name, on=True)
            return entry

    def take_first(self, name: str) -> QueueEntry | None:
        """Take who waits first out of a queue, to be bridged; None when nobody waits."""
        with self._board.lock:
            entries = self.named(name).entries
            return self.leave(entries[0].leg, "bridged") if entries else None

    def leave(self, leg: Leg, result: str) -> QueueEntry | None:
        """Take a leg out of its queue. For a result that Twilio only reports, report it."""
        with self._board.lock:
            entry = self._entries.pop(leg.sid, None)
            if entry is None:
                return None
            entry.queue.entries.remove(entry)
            leg.tell("waiting", queue=entry.queue.name, on=False)
            if result in ("hangup", "redirected"):
                params = self._board.call_params(leg) | entry.result_params(result)
                if result == "hangup":
                    params["CallStatus"] = "completed"
                self._courier.send(leg.sid, entry.action_url, entry.action_method, params)
            return entry
