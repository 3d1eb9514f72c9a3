"""What becomes of a leg: it rings, is answered, is sent elsewhere, ends; and who is told.

Each public method is one instant: it takes the lock, changes the state, tells the telephones and
queues the callbacks, never waits.
"""

from __future__ import annotations

import time
from email.utils import format_datetime

from carrier import clock
from carrier.line.board import Board
from carrier.line.legs import ENDED, LIVE, Device, Digit, HangUp, Leg, Moved, Source, Wake, Words
from carrier.line.queues import Queues
from carrier.line.rooms import Rooms
from carrier.webhooks.courier import Courier


class NotLive(Exception):
    """The leg is not in a state that allows what was asked (Twilio's 21220)."""


class Calls:
    """The life of legs."""

    def __init__(self, board: Board, courier: Courier, queues: Queues, rooms: Rooms) -> None:
        self._board = board
        self._courier = courier
        self._queues = queues
        self._rooms = rooms

    def progress(self, leg: Leg, status: str, event: str) -> bool:
        """Move a leg on to ``status`` and tell the subscriber; False if it is over."""
        with self._board.lock:
            if leg.over:
                return False
            leg.status = status
            if status == LIVE and leg.answered_at is None:
                leg.answered_at, leg.answered_monotonic = clock.now(), time.monotonic()
            leg.tell("state", status=status)
            self._report(leg, event)
            return True

    def answered(self, leg: Leg, device: Device) -> bool:
        """``device`` picks up a ringing leg; False if somebody else did, or nobody rings."""
        with self._board.lock:
            if leg.status != "ringing" or device not in leg.ringing:
                return False
            others = [d for d in leg.ringing if d is not device]
            leg.device, leg.ringing = device, []
            for other in others:
                other.notify("taken", {"leg": leg.sid})
            self.progress(leg, LIVE, "answered")
            leg.inbox.put(Wake(leg))
            return True

    def refused(self, leg: Leg, device: Device) -> None:
        """``device`` declines; once every device has, the leg is busy."""
        with self._board.lock:
            if device in leg.ringing:
                leg.ringing.remove(device)
                device.notify("taken", {"leg": leg.sid})
                if not leg.ringing:
                    self.end(leg, "busy")

    def press(self, leg: Leg, keys: str) -> None:
        """The telephone sends keys."""
        for key in keys:
            if key in "0123456789*#":
                leg.inbox.put(Digit(key))

    def say(self, leg: Leg, words: str) -> None:
        """The telephone's owner says something, for a Gather that listens."""
        leg.inbox.put(Words(words))

    def limit(self, leg: Leg, seconds: float) -> None:
        """The call ends ``seconds`` after it was answered (before: from now on)."""
        seconds *= self._board.settings.pace
        leg.deadline = (leg.answered_monotonic or time.monotonic()) + seconds
        leg.inbox.put(Wake(leg))  # so that whoever waits looks at the clock

    def redirect(self, leg: Leg, source: Source) -> None:
        """Send a live leg to another document, out of whatever it is in. Raises NotLive."""
        with self._board.lock:
            if leg.status != LIVE:
                raise NotLive(leg.status)
            leg.inbox.put(Moved(source))  # first, so that the runner reads nothing before it
            self._queues.leave(leg, "redirected")
            self._rooms.leave(leg, "participant-updated-via-api")

    def end(self, leg: Leg, status: str = "") -> bool:
        """End a leg, at any instant; False if it is over already.

        Without ``status`` the leg ends as it stood: live → completed, ringing → no-answer when
        its caller gave up, canceled when the subscriber did.
        """
        with self._board.lock:
            if leg.over:
                return False
            leg.inbox.put(HangUp())  # first, so that the runner reads nothing before it
            leg.duration = leg.talked_for()
            final = status or self._final(leg)
            self._queues.leave(leg, "hangup")
            self._rooms.leave(leg, "participant-hung-up")
            leg.status, leg.ended_at = final, clock.now()
            for device in leg.ringing:
                device.notify("taken", {"leg": leg.sid})
            leg.ringing = []
            self._report(leg, "completed")  # on its way before anybody can know of the end
            leg.tell("ended", status=final, duration=leg.duration)
            self._board.retire(leg)
            parent = self._board.legs.get(leg.parent_sid)
            if parent:
                parent.inbox.put(Wake(leg))
            return True

    def end_by_sid(self, sid: str) -> bool:
        """End a leg that may be over, or forgotten."""
        leg = self._board.legs.get(sid)
        return leg is not None and self.end(leg)

    @staticmethod
    def _final(leg: Leg) -> str:
        if leg.status == LIVE:
            return "completed"
        return "no-answer" if leg.direction == "inbound" else "canceled"

    def _report(self, leg: Leg, event: str) -> None:
        callback = leg.callback
        if callback is None or not callback.url or event not in callback.events:
            return
        params = self._board.call_params(leg) | {
            "Timestamp": format_datetime(clock.now()),
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(leg.sequence),
        }
        if leg.status == "queued" and event == "initiated":
            params["CallStatus"] = "initiated"
        if leg.status in ENDED:
            params |= {
                "CallDuration": str(leg.duration),
                "Duration": str(-(-leg.duration // 60)),
            }
        leg.sequence += 1
        self._courier.send(leg.sid, callback.url, callback.method, params)
