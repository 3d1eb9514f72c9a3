"""The exchange: legs, queues and conferences of one subscriber, under one lock.

Each public method is one instant: it takes the lock, changes the state, tells the telephones and
queues the callbacks, never waits. TwiML runs outside of it, one runner a leg (``runner.py``).
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from email.utils import format_datetime

from carrier import clock
from carrier.announcements import Announcer
from carrier.conferences import Conference
from carrier.courier import Courier
from carrier.dialer import Dialer
from carrier.directory import Directory
from carrier.documents import Documents
from carrier.faults import Faults
from carrier.history import History
from carrier.legs import (
    ENDED,
    LIVE,
    Device,
    Digit,
    HangUp,
    Leg,
    Message,
    Moved,
    Source,
    StatusCallback,
    Wake,
)
from carrier.messages import Messages
from carrier.queues import CallQueue, QueueEntry
from carrier.recordings import Recordings
from carrier.registry import Registry
from carrier.rooms import Rooms
from carrier.settings import CarrierSettings
from carrier.sids import new_sid
from carrier.sounds import Sounds
from carrier.webhooks import Webhooks

log = logging.getLogger(__name__)
KEPT_LEGS = 20_000  # legs that are over stay listed: some ten minutes of the greatest load
RECENT_LEGS = 500  # of these, how many still know their telephone


class NotLive(Exception):
    """The leg is not in a state that allows what was asked (Twilio's 21220)."""


def background(task: Callable[..., object], *args: object) -> None:
    """Run ``task`` in a daemon thread (a greenlet once gevent has patched)."""
    threading.Thread(target=task, args=args, daemon=True).start()


class Exchange:
    """Everything that is live on the line."""

    def __init__(self, settings: CarrierSettings) -> None:
        self.settings = settings
        self.api_url = settings.api_url
        self.lock = threading.RLock()
        self.spawn = background
        self.faults = Faults()
        self.webhooks = Webhooks(settings.auth_token, settings.webhook_timeout)
        self.history = History()
        self.sounds = Sounds(self)
        self.documents = Documents(self)
        self.courier = Courier(self.webhooks, self.history, self.faults, self.spawn)
        self.directory = Directory(self)
        self.rooms = Rooms(self)
        self.announcer = Announcer(self)
        self.registry = Registry(settings)
        self.recordings = Recordings(self)
        self.messages = Messages(self)
        self.dialer = Dialer(self)
        self.legs: dict[str, Leg] = {}
        self.live: dict[str, Leg] = {}
        self._over: deque[str] = deque()  # those of ``legs`` that are over, oldest first
        self._recent: deque[Leg] = deque()
        self.queues: dict[str, CallQueue] = {}
        self.alerts: deque[dict[str, str]] = deque(maxlen=500)

    # -- legs -----------------------------------------------------------------------------------

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
        )
        with self.lock:
            self.legs[leg.sid] = self.live[leg.sid] = leg
        return leg

    def _retire(self, leg: Leg) -> None:
        """Keep the memory of a long run bounded: legs that are over lose weight, then go."""
        self.live.pop(leg.sid, None)
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
        self.history.forget(sid)

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
            "ApiVersion": "2010-04-01",
        }
        if leg.parent_sid:
            params["ParentCallSid"] = leg.parent_sid
        return params

    def post(self, leg: Leg, message: Message) -> None:
        """Drop a message in a leg's mailbox."""
        leg.inbox.put(message)

    def progress(self, leg: Leg, status: str, event: str) -> bool:
        """Move a leg on to ``status`` and tell the subscriber; False if it is over."""
        with self.lock:
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
        with self.lock:
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
        with self.lock:
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

    def redirect(self, leg: Leg, source: Source) -> None:
        """Send a live leg to another document, out of whatever it is in. Raises NotLive."""
        with self.lock:
            if leg.status != LIVE:
                raise NotLive(leg.status)
            leg.inbox.put(Moved(source))  # first, so that the runner reads nothing before it
            self.leave_queue(leg, "redirected")
            self.rooms.leave(leg, "participant-updated-via-api")

    def end(self, leg: Leg, status: str = "") -> bool:
        """End a leg, at any instant; False if it is over already.

        Without ``status`` the leg ends as it stood: live → completed, ringing → no-answer when
        its caller gave up, canceled when the subscriber did.
        """
        with self.lock:
            if leg.over:
                return False
            leg.inbox.put(HangUp())  # first, so that the runner reads nothing before it
            leg.duration = leg.talked_for()
            final = status or self._final(leg)
            self.leave_queue(leg, "hangup")
            self.rooms.leave(leg, "participant-hung-up")
            leg.status, leg.ended_at = final, clock.now()
            for device in leg.ringing:
                device.notify("taken", {"leg": leg.sid})
            leg.ringing = []
            leg.tell("ended", status=final, duration=leg.duration)
            self._retire(leg)
            self._report(leg, "completed")
            parent = self.legs.get(leg.parent_sid)
            if parent:
                parent.inbox.put(Wake(leg))
            return True

    def end_by_sid(self, sid: str) -> bool:
        """End a leg that may be over, or forgotten."""
        leg = self.legs.get(sid)
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
        params = self.call_params(leg) | {
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
        self.courier.send(leg.sid, callback.url, callback.method, params)

    # -- queues ---------------------------------------------------------------------------------

    def queue_named(self, name: str) -> CallQueue:
        """The queue ``name``, made when it does not exist."""
        with self.lock:
            for queue in self.queues.values():
                if queue.name == name:
                    return queue
            queue = CallQueue(new_sid("QU"), name, self.settings.queue_max_size, clock.now())
            self.queues[queue.sid] = queue
            return queue

    def join_queue(
        self, leg: Leg, name: str, action_url: str, action_method: str
    ) -> QueueEntry | None:
        """Put a leg at the end of a queue; None when it is full, or the leg is over."""
        with self.lock:
            queue = self.queue_named(name)
            if leg.over or len(queue.entries) >= queue.max_size:
                return None
            entry = QueueEntry(queue, leg, clock.now(), action_url, action_method)
            queue.entries.append(entry)
            leg.entry = entry
            leg.tell("waiting", queue=name, on=True)
            return entry

    def leave_queue(self, leg: Leg, result: str) -> QueueEntry | None:
        """Take a leg out of its queue. For a result that Twilio only reports, report it."""
        with self.lock:
            entry, leg.entry = leg.entry, None
            if entry is None:
                return None
            entry.queue.entries.remove(entry)
            leg.tell("waiting", queue=entry.queue.name, on=False)
            if result in ("hangup", "redirected"):
                params = self.call_params(leg) | entry.result_params(result)
                if result == "hangup":
                    params["CallStatus"] = "completed"
                self.courier.send(leg.sid, entry.action_url, entry.action_method, params)
            return entry

    # -- conferences ----------------------------------------------------------------------------

    def conference_event(self, conference: Conference, params: dict[str, str]) -> None:
        """Send one conference callback, in the conference's own lane."""
        params |= {
            "AccountSid": self.settings.account_sid,
            "Timestamp": format_datetime(clock.now()),
        }
        self.courier.send(
            conference.sid, conference.callback_url, conference.callback_method, params
        )

    # -- the subscriber's debugger --------------------------------------------------------------

    def alert(self, sid: str, code: int, url: str, message: str) -> None:
        """Note an error of a call or conference as the provider's debugger would show it."""
        self.alerts.append({"code": str(code), "url": url, "call_sid": sid, "message": message})
        log.warning("carrier: error %s", code)
