"""Carrying out what consequences ask of the telephone provider, and saying what came of it.

No database here: commands in, events out. A command that fails is an event too (the call goes back
to its place, the hold is undone), so that the record stays true to what callers live.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from app.calls.call.life.consequences import (
    AnnounceCoach,
    CallAgent,
    CallParty,
    Command,
    ConnectCaller,
    EnqueueCaller,
    HangUpCaller,
    HangUpLeg,
    HoldCaller,
    RingPerson,
)
from app.calls.call.life.states import Event, Kind
from app.foundation.exceptions import NotFound, PermanenceError, Unavailable
from app.foundation.ports import OVER, Telephony
from app.lines.numbers import short_numbers

log = logging.getLogger(__name__)

# What must be done however late it is: nobody may be left on the line alone.
LASTING = (ConnectCaller, EnqueueCaller, HangUpCaller, HangUpLeg)


@dataclass(frozen=True)
class Party:
    """A further person: an agent of ours (colleague or coach), or an outside number."""

    id: int
    agent_id: int | None
    number: str


@dataclass(frozen=True)
class Target:
    """The call as the provider knows it: our public ref, the person's leg, the line's number.

    ``person_number``: whom an outbound call rings. ``party``: the further person, if one is asked.
    """

    ref: str
    caller_sid: str
    line_number: str
    outbound: bool = False
    person_number: str = ""
    party: Party | None = None

    @property
    def back(self) -> str:
        """Where the person's leg is told what comes next."""
        return f"/voice/connect?call={self.ref}" if self.outbound else "/voice/incoming"


Clock = Callable[[], datetime]


def perform(
    target: Target,
    commands: Iterable[Command],
    telephony: Telephony,
    now: Clock,
    undone: list[Command],
) -> Iterator[Event]:
    """Run the commands in order; yields the events that result.

    ``undone`` gets the commands that must be sent again later: nothing else would do their work.
    """
    for command in commands:
        try:
            yield from _perform(target, command, telephony, now)
        except PermanenceError as error:
            log.warning("%s failed for call %s: %s", type(command).__name__, target.ref, error.code)
            if isinstance(error, Unavailable) and isinstance(command, LASTING):
                undone.append(command)
            yield from _failure(target, command, error, telephony, now())


def _perform(target: Target, command: Command, telephony: Telephony, now: Clock) -> Iterator[Event]:
    match command:
        case CallAgent(agent_id):
            leg = telephony.call_agent(agent_id, ref=target.ref, from_number=target.line_number)
            yield Event(Kind.LEG_CREATED, now(), f"leg:{leg}", agent_id=agent_id, leg=leg)
        case ConnectCaller():
            path = target.back if target.outbound else "/voice/connect"
            telephony.redirect(target.caller_sid, path)
        case RingPerson():
            number = short_numbers.dialled(target.person_number)
            leg = telephony.call_number(number, from_number=target.line_number, path=target.back)
            yield Event(Kind.PERSON_RUNG, now(), f"person:{leg}", leg=leg)
        case CallParty(party_id):
            yield from _call_party(target, party_id, telephony, now)
        case AnnounceCoach(conference):
            telephony.announce(conference, f"/voice/announce?call={target.ref}")
        case EnqueueCaller():
            telephony.redirect(target.caller_sid, target.back)
        case HangUpCaller():
            telephony.hang_up(target.caller_sid)
        case HangUpLeg(leg):
            telephony.hang_up(leg)
        case HoldCaller(conference, on):
            telephony.hold(conference, target.caller_sid, on=on)


def _call_party(target: Target, party_id: int, telephony: Telephony, now: Clock) -> Iterator[Event]:
    party = target.party
    if party is None or party.id != party_id:
        return  # she was let go meanwhile
    if party.agent_id is not None:
        leg = telephony.call_agent(
            party.agent_id, ref=target.ref, from_number=target.line_number, party_id=party_id
        )
    else:
        path = f"/voice/agent?call={target.ref}&party={party_id}"
        number = short_numbers.dialled(party.number)
        leg = telephony.call_number(number, from_number=target.line_number, path=path)
    yield Event(Kind.PARTY_LEG, now(), f"party_leg:{leg}", leg=leg, party_id=party_id)


def _failure(
    target: Target, command: Command, error: PermanenceError, telephony: Telephony, at: datetime
) -> Iterator[Event]:
    """A leg that is over means that the caller left; an agent's leg not made gives the call back.

    Other failures change nothing by themselves: a deadline looks at the call again.
    """
    match command:
        case CallAgent(agent_id):
            yield Event(
                Kind.CONNECT_FAILED, at, f"connect_failed:{at.timestamp()}", agent_id=agent_id
            )
        case RingPerson():
            yield Event(Kind.FAILED, at, f"person_failed:{at.timestamp()}")
        case CallParty(party_id):
            yield Event(Kind.PARTY_LEFT, at, f"party_left:{party_id}", party_id=party_id)
        case ConnectCaller() | EnqueueCaller() if isinstance(error, NotFound):
            yield Event(Kind.CALLER_LEFT, at, "caller_left")
        case HoldCaller(_, True):
            if isinstance(error, NotFound) and _is_over(target.caller_sid, telephony):
                yield Event(Kind.CALLER_LEFT, at, "caller_left")  # and nobody has told us
                return
            yield Event(Kind.RESUMED, at, f"resumed:{at.timestamp()}")


def _is_over(leg_sid: str, telephony: Telephony) -> bool:
    """Has this leg ended? A provider that does not answer has not said so."""
    try:
        leg = telephony.leg(leg_sid)
    except PermanenceError:
        return False
    return leg is None or leg.status in OVER
