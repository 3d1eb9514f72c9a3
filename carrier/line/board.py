"""The legs of the line, under one lock: which there are, which are live, what is told of each.

It knows nobody: queues, rooms, calls and documents are built on it (``exchange.py``).
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

from carrier import clock
from carrier.line.legs import NO_WISHES, Device, Leg, StatusCallback, Wishes
from carrier.line.numbers import places
from carrier.settings import CarrierSettings
from carrier.sids import new_sid

log = logging.getLogger(__name__)
KEPT_LEGS = 20_000  # legs that are over stay listed: some ten minutes of the greatest load
RECENT_LEGS = 500  # of these, how many still know their telephone
Spawn = Callable[..., object]
DETECTED_AFTER = "400"  # milliseconds: a telephone here knows at once what it is
API_VERSION = "2010-04-01"


def background(task: Callable[..., object], *args: object) -> None:
    """Run ``task`` in a daemon thread (a greenlet once gevent has patched)."""
    threading.Thread(target=task, args=args, daemon=True).start()


class Board:
    """Every leg by SID, the lock that they change under, and the subscriber's debugger."""

    def __init__(self, settings: CarrierSettings) -> None:
        self.settings = settings
        self.api_url = settings.api_url
        self.lock = threading.RLock()
        self.spawn: Spawn = background
        self.legs: dict[str, Leg] = {}
        self.live: dict[str, Leg] = {}
        self.forgotten: Callable[[str], None] = _nobody_minds
        self.ended: list[Callable[[Leg], None]] = []  # told of a leg that is over
        self.alerts: deque[dict[str, str]] = deque(maxlen=500)
        self._over: deque[str] = deque()  # those of ``legs`` that are over, oldest first
        self._recent: deque[Leg] = deque()

    def new_leg(
        self,
        from_: str,
        to: str,
        direction: str,
        *,
        callback: StatusCallback | None = None,
        status: str = "queued",
        parent: Leg | None = None,
        device: Device | None = None,
        wishes: Wishes = NO_WISHES,
    ) -> Leg:
        """Open a leg; nothing rings yet."""
        leg = Leg(
            new_sid("CA"),
            from_,
            to,
            direction,
            clock.now(),
            status,
            callback=callback,
            parent_sid=parent.sid if parent else "",
            device=device,
            wishes=wishes,
        )
        with self.lock:
            self.legs[leg.sid] = self.live[leg.sid] = leg
        return leg

    def retire(self, leg: Leg) -> None:
        """Keep the memory of a long run bounded: legs that are over lose weight, then go."""
        self.live.pop(leg.sid, None)
        for told in self.ended:
            told(leg)
        self._over.append(leg.sid)
        self._recent.append(leg)
        if len(self._recent) > RECENT_LEGS:
            self._recent.popleft().device = None
        if len(self._over) > KEPT_LEGS:
            self.forget(self._over.popleft())

    def forget(self, sid: str) -> None:
        """Drop a leg that is over, and the events of its call."""
        with self.lock:
            self.legs.pop(sid, None)
        self.forgotten(sid)

    def live_legs(self) -> list[Leg]:
        """The legs that are not over, oldest first."""
        with self.lock:
            return list(self.live.values())

    def call_params(self, leg: Leg) -> dict[str, str]:
        """The parameters that every request about a leg carries."""
        params = {
            "CallSid": leg.sid,
            "AccountSid": self.settings.account_sid,
            "From": leg.from_,
            "To": leg.to,
            "Caller": leg.from_,
            "Called": leg.to,
            "Direction": leg.direction,
            "CallStatus": leg.status,
            "ApiVersion": API_VERSION,
        }
        params |= places(From=leg.from_, Caller=leg.from_, To=leg.to, Called=leg.to)
        if leg.answered_by and leg.wishes.detected is None:
            params |= {"AnsweredBy": leg.answered_by, "MachineDetectionDuration": DETECTED_AFTER}
        if leg.parent_sid:
            params["ParentCallSid"] = leg.parent_sid
        return params

    def alert(self, sid: str, code: int, url: str, message: str) -> None:
        """Note an error of a call or conference as the provider's debugger would show it."""
        self.alerts.append({"code": str(code), "url": url, "call_sid": sid, "message": message})
        log.warning("carrier: error %s", code)


def _nobody_minds(_sid: str) -> None:
    """Nothing else is kept of a leg yet."""
