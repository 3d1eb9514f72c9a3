"""A leg: one call between the carrier and one telephone, and the mailbox of its runner.

Everything that happens to a leg from outside (a key, a redirect by the REST API, a hang-up)
arrives in its mailbox; the one task that runs its TwiML reads it between two instants of speech
or silence. So nothing has to be interrupted by force, with threads and with gevent alike.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from carrier.twiml.verbs import NO_HOOK, Hook

ENDED = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
LIVE = "in-progress"


class Device(Protocol):
    """The telephone at the end of a leg: a browser, or a fake driven by a test."""

    media: bool  # whether it can carry WebRTC audio

    def notify(self, event: str, payload: dict[str, Any]) -> None:
        """Learn what happens. Must not block, nor call the exchange back at once."""
        ...


@dataclass(frozen=True)
class Source:
    """Where a leg's next document is: a URL to ask with ``params``, or given TwiML."""

    url: str = ""
    method: str = "POST"
    params: dict[str, str] = field(default_factory=dict)
    twiml: str | None = None
    fallback_url: str = ""
    fallback_method: str = "POST"


@dataclass(frozen=True)
class StatusCallback:
    """Who wants to hear of a leg's progress, and of which steps."""

    url: str
    method: str = "POST"
    events: tuple[str, ...] = ("completed",)


@dataclass(frozen=True)
class Digit:
    """A key was pressed."""

    key: str


@dataclass(frozen=True)
class Words:
    """Somebody said something."""

    text: str


@dataclass(frozen=True)
class Summons:
    """Who dials the queue takes this leg out of it: ``answer`` is done in place of waiting, by its runner."""

    answer: Callable[[Any], None]


@dataclass(frozen=True)
class Wake:
    """Something changed in what the leg waits for (``topic``: a conference, a dial)."""

    topic: object


@dataclass(frozen=True)
class Moved:
    """The REST API sent the leg to another document."""

    source: Source


@dataclass(frozen=True)
class HangUp:
    """The leg is over."""


Message = Digit | Words | Summons | Wake | Moved | HangUp


@dataclass(frozen=True)
class Wishes:
    """What is asked of a call that the subscriber places, beside whom it rings.

    ``time_limit`` in seconds (0: none). ``detection``: Enable or DetectMessageEnd; with
    ``detected`` the document does not wait for the answer.
    """

    time_limit: float = 0.0
    send_digits: str = ""
    record: bool = False
    recording: Hook = NO_HOOK
    detection: str = ""
    detected: Hook | None = None
    parameters: tuple[tuple[str, str], ...] = ()


NO_WISHES = Wishes()


class Summoned(Exception):
    """Raised in a runner whose leg is taken out of its queue."""

    def __init__(self, summons: Summons) -> None:
        super().__init__("summoned")
        self.summons = summons


class HungUp(Exception):
    """Raised in a runner whose leg is over."""


class Redirected(Exception):
    """Raised in a runner whose leg was sent elsewhere."""

    def __init__(self, source: Source) -> None:
        super().__init__(source.url)
        self.source = source


@dataclass(eq=False)
class Leg:
    """One leg. Its fields change only under the exchange's lock."""

    sid: str
    from_: str
    to: str
    direction: str  # inbound | outbound-api | outbound-dial
    created_at: datetime
    status: str = "queued"
    fallback_url: str = ""
    fallback_method: str = "POST"
    callback: StatusCallback | None = None
    parent_sid: str = ""
    device: Device | None = None
    wishes: Wishes = NO_WISHES
    answered_by: str = ""  # human | machine_start | machine_end_beep, where it was asked for
    deadline: float = 0.0  # monotonic clock; 0: as long as they want
    ringing: list[Device] = field(default_factory=list)
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    answered_monotonic: float = 0.0
    duration: int = 0
    sequence: int = 0
    inbox: queue.SimpleQueue[Message] = field(default_factory=queue.SimpleQueue)

    @property
    def over(self) -> bool:
        """True once the leg has a final status."""
        return self.status in ENDED

    def tell(self, event: str, **payload: Any) -> None:
        """Let the telephone know, if one is connected."""
        if self.device is not None:
            self.device.notify(event, {"leg": self.sid, **payload})

    def receive(self, seconds: float | None) -> Digit | Words | Wake | None:
        """What comes next; None after ``seconds``. Raises HungUp, Redirected or Summoned."""
        try:
            message = self.inbox.get(timeout=seconds) if seconds else self._take_now(seconds)
        except queue.Empty:
            return None
        if isinstance(message, HangUp):
            raise HungUp
        if isinstance(message, Moved):
            raise Redirected(message.source)
        if isinstance(message, Summons):
            raise Summoned(message)
        return message

    def _take_now(self, seconds: float | None) -> Message:
        return self.inbox.get() if seconds is None else self.inbox.get_nowait()

    def talked_for(self) -> int:
        """Whole seconds since the leg was answered; 0 if it never was."""
        if not self.answered_monotonic:
            return 0
        return max(0, round(time.monotonic() - self.answered_monotonic))
