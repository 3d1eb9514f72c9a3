"""Carrying out what consequences ask of the telephone provider, and saying what came of it.

No database here: commands in, events out. A command that fails is an event too (the call goes back
to its place, the hold is undone), so that the record stays true to what callers live.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from app.adapters.ports import Telephony
from app.calls.consequences import (
    CallAgent,
    Command,
    ConnectCaller,
    EnqueueCaller,
    HangUpCaller,
    HangUpLeg,
    HoldCaller,
)
from app.calls.states import Event, Kind
from app.exceptions import NotFound, PermanenceError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Target:
    """The call as the provider knows it: our public ref, the caller's leg, the line's number."""

    ref: str
    caller_sid: str
    line_number: str


Clock = Callable[[], datetime]


def perform(
    target: Target, commands: Iterable[Command], telephony: Telephony, now: Clock
) -> Iterator[Event]:
    """Run the commands in order; yields the events that result."""
    for command in commands:
        try:
            yield from _perform(target, command, telephony, now)
        except PermanenceError as error:
            log.warning("%s failed for call %s: %s", type(command).__name__, target.ref, error.code)
            yield from _failure(command, error, now())


def _perform(target: Target, command: Command, telephony: Telephony, now: Clock) -> Iterator[Event]:
    match command:
        case CallAgent(agent_id):
            leg = telephony.call_agent(agent_id, ref=target.ref, from_number=target.line_number)
            yield Event(Kind.LEG_CREATED, now(), f"leg:{leg}", agent_id=agent_id, leg=leg)
        case ConnectCaller():
            telephony.redirect(target.caller_sid, "/voice/connect")
        case EnqueueCaller():
            telephony.redirect(target.caller_sid, "/voice/incoming")
        case HangUpCaller():
            telephony.hang_up(target.caller_sid)
        case HangUpLeg(leg):
            telephony.hang_up(leg)
        case HoldCaller(conference, on):
            telephony.hold(conference, target.caller_sid, on=on)


def _failure(command: Command, error: PermanenceError, at: datetime) -> Iterator[Event]:
    """A leg that is over means that the caller left; an agent's leg not made gives the call back.

    Other failures change nothing by themselves: a deadline looks at the call again.
    """
    match command:
        case CallAgent(agent_id):
            yield Event(
                Kind.CONNECT_FAILED, at, f"connect_failed:{at.timestamp()}", agent_id=agent_id
            )
        case ConnectCaller() | EnqueueCaller() if isinstance(error, NotFound):
            yield Event(Kind.CALLER_LEFT, at, "caller_left")
        case HoldCaller(_, True):
            yield Event(Kind.RESUMED, at, f"resumed:{at.timestamp()}")
