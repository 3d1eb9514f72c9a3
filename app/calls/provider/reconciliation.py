"""What our records say against what the provider has written down. Pure.

Callbacks get lost: a process dies, a network is cut. A minute later the provider still knows how
each leg fares. ``doubtful`` and ``questions`` say what must be asked of it about our calls (nothing, when all that
we believe live is in its list of live legs); ``findings`` says which events we missed, with the
keys of the webhooks that would have brought them, so that a late true one changes nothing more.

What moved within ``SETTLE`` is left alone: its callback is on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app.calls.call.life.record import LIVE, CallRecord, Event, Kind, PartyState, State
from app.calls.spoken.verbs import room_of
from app.foundation.ports import LegReport, RoomReport

SETTLE = timedelta(seconds=8)
# A caller may hear hours, or speak, after her call is over for us; a served one has no reason to.
LEFT_OVER = timedelta(seconds=30)
MOST_QUESTIONS = 100  # legs and rooms asked about in a round; the rest waits for the next


class DriftKind(StrEnum):
    """In which way our rows and the provider differed."""

    PERSON_GONE = "person_gone"
    AGENT_GONE = "agent_gone"
    AGENT_THERE = "agent_there"
    TALK_MISSED = "talk_missed"
    PARTY_GONE = "party_gone"
    PARTY_THERE = "party_there"
    NOT_QUEUED = "not_queued"
    LEG_LEFT_OVER = "leg_left_over"
    UNKNOWN_LIVE = "unknown_live"
    OUTAGE_CALL = "outage_call"
    OUTAGE_HIDDEN = "outage_hidden"
    OUTAGE_TEXT = "outage_text"


@dataclass(frozen=True)
class Known:
    """One of our calls: its row's id and public ref, the person's leg ("" before it exists)."""

    id: int
    ref: str
    person_leg: str
    record: CallRecord

    @property
    def room(self) -> str:
        """The name of its conference."""
        return room_of(self.ref)

    @property
    def legs(self) -> tuple[str, ...]:
        """The legs that it believes live."""
        if self.record.state not in LIVE:
            return ()
        ours = (self.person_leg, self.record.agent_leg_sid, self.record.party_leg_sid)
        return tuple(leg for leg in ours if leg)

    def settled(self, now: datetime) -> bool:
        """Nothing happened to it just now."""
        return now - (self.record.last_at or self.record.received_at) >= SETTLE


@dataclass(frozen=True)
class Questions:
    """What to ask the provider about: legs that are not in its list of live ones, and rooms."""

    legs: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seen:
    """What the provider answered. A leg or room that was asked about and is unknown is None."""

    live: frozenset[str]
    legs: Mapping[str, LegReport | None] = field(default_factory=dict)
    rooms: Mapping[str, RoomReport | None] = field(default_factory=dict)

    def in_room(self, call: Known, leg: str | None) -> bool:
        """Is this leg in the call's conference?"""
        room = self.rooms.get(call.room)
        return room is not None and leg is not None and leg in room.legs


@dataclass(frozen=True)
class Finding:
    """One difference. ``event`` repairs the record; ``back_to_queue`` redirects the person."""

    kind: DriftKind
    call_id: int
    leg: str
    event: Event | None = None
    back_to_queue: bool = False


def doubtful(calls: Iterable[Known], live: frozenset[str], now: datetime) -> list[Known]:
    """Calls whose person may have gone: her leg is not among the live ones."""
    return [
        call
        for call in calls
        if call.settled(now) and call.person_leg in call.legs and call.person_leg not in live
    ]


def questions(
    calls: Iterable[Known], live: frozenset[str], listed: Mapping[str, LegReport], now: datetime
) -> Questions:
    """What must be asked: as little as possible, and no more than a round may ask.

    ``listed``: legs that the provider has told of already. When the person is gone, her call is
    over: how the other legs fare changes nothing.
    """
    settled = [call for call in calls if call.settled(now)]
    legs: list[str] = []
    for call in settled:
        told = listed.get(call.person_leg)
        if told is None or not told.over:
            legs += [leg for leg in call.legs if leg not in live and leg not in listed]
    rooms = [call.room for call in settled if _room_matters(call, live)]
    return Questions(tuple(legs[:MOST_QUESTIONS]), tuple(rooms[:MOST_QUESTIONS]))


def _room_matters(call: Known, live: frozenset[str]) -> bool:
    """Does who is in the conference say more than which legs live?"""
    record = call.record
    if call.person_leg not in live and record.agent_leg_sid not in live:
        return False
    match record.state:
        case State.CONNECTING:
            return record.agent_leg_sid is not None
        case State.TALKING | State.OUTSIDE:
            return _absent(record) or record.party_state is PartyState.CALLED
        case State.WAITING | State.OFFERED:
            return record.answered_at is not None  # she came back from a conversation
    return False


def _absent(record: CallRecord) -> bool:
    return record.agent_leg_sid is not None and not record.agent_present


def findings(call: Known, seen: Seen, now: datetime) -> list[Finding]:
    """What we missed of one call, in the order it must be applied."""
    if not call.settled(now) or call.record.state not in LIVE:
        return []
    ends = [found for found in _ends(call, seen, now) if found is not None]
    # Whose leg ended first left first; at the same second the person did (she ends the room).
    ends.sort(key=lambda found: (_at(found), found.kind is not DriftKind.PERSON_GONE))
    return [*_arrivals(call, seen, now), *ends]


def _at(found: Finding) -> datetime:
    assert found.event is not None
    return found.event.at


# --- who is there, though nobody told us ---------------------------------------------------------


def _arrivals(call: Known, seen: Seen, now: datetime) -> list[Finding]:
    record, found = call.record, []
    room = seen.rooms.get(call.room)
    if room is None:
        return []
    leg = record.agent_leg_sid
    agent_there = record.agent_present
    if leg and not agent_there and leg in room.legs and _with_agent(record):
        agent_there = True
        event = Event(Kind.AGENT_JOINED, now, f"joined:{leg}", leg=leg, conference=room.sid)
        found.append(Finding(DriftKind.AGENT_THERE, call.id, leg, event))
    if agent_there and record.state is State.CONNECTING and call.person_leg in room.legs:
        event = Event(Kind.ANSWERED, now, f"answered:{leg}", conference=room.sid)
        found.append(Finding(DriftKind.TALK_MISSED, call.id, call.person_leg, event))
    party = record.party_leg_sid
    if party and record.party_state is PartyState.CALLED and party in room.legs:
        event = Event(
            Kind.PARTY_JOINED, now, f"party_joined:{party}", leg=party, party_id=record.party_id
        )
        found.append(Finding(DriftKind.PARTY_THERE, call.id, party, event))
    if record.state in (State.WAITING, State.OFFERED) and call.person_leg in room.legs:
        found.append(Finding(DriftKind.NOT_QUEUED, call.id, call.person_leg, back_to_queue=True))
    return found


def _with_agent(record: CallRecord) -> bool:
    return record.state in (State.CONNECTING, State.TALKING)


# --- who is gone ---------------------------------------------------------------------------------


def _ends(call: Known, seen: Seen, now: datetime) -> list[Finding | None]:
    record = call.record
    return [
        _person_gone(call, seen, now),
        _agent_gone(call, record.agent_leg_sid, seen, now),
        _party_gone(call, record.party_leg_sid, seen, now),
    ]


def _ended(leg: str | None, seen: Seen, now: datetime) -> tuple[datetime, str] | None:
    """When and how a leg ended; None while it lives, is not known to be over, or just ended.

    A leg that the provider does not know at all is over: nobody can be talking on it.
    """
    if not leg or leg in seen.live or leg not in seen.legs:
        return None
    report = seen.legs[leg]
    if report is None:
        return now, "completed"
    at = report.ended_at or now
    if not report.over or (report.ended_at is not None and now - at < SETTLE):
        return None
    return at, report.status


def _person_gone(call: Known, seen: Seen, now: datetime) -> Finding | None:
    ended = _ended(call.person_leg, seen, now)
    if ended is None:
        return None
    at, status = ended
    return Finding(DriftKind.PERSON_GONE, call.id, call.person_leg, person_left(status, at))


def person_left(status: str, at: datetime) -> Event:
    """The end of the person's leg, as its status callback would tell it."""
    kind = Kind.FAILED if status == "failed" else Kind.CALLER_LEFT
    return Event(kind, at, "caller_left")


def _agent_gone(call: Known, leg: str | None, seen: Seen, now: datetime) -> Finding | None:
    ended = _ended(leg, seen, now)
    if ended is None or leg is None:
        return None
    event = Event(Kind.AGENT_LEFT, ended[0], f"left:{leg}", leg=leg)
    return Finding(DriftKind.AGENT_GONE, call.id, leg, event)


def _party_gone(call: Known, leg: str | None, seen: Seen, now: datetime) -> Finding | None:
    ended = _ended(leg, seen, now)
    if ended is None or leg is None:
        return None
    party = call.record.party_id
    event = Event(Kind.PARTY_LEFT, ended[0], f"party_left:{party}", leg=leg, party_id=party)
    return Finding(DriftKind.PARTY_GONE, call.id, leg, event)


# --- legs of calls that are over for us ----------------------------------------------------------


def left_over(calls: Iterable[Known], live: frozenset[str], now: datetime) -> list[Finding]:
    """Live legs of calls that ended a while ago: our command to end them was lost."""
    found = []
    for call in calls:
        record = call.record
        if record.ended_at is None or now - record.ended_at < LEFT_OVER:
            continue
        legs = (call.person_leg if record.answered_at else None, record.agent_leg_sid)
        found += [
            Finding(DriftKind.LEG_LEFT_OVER, call.id, leg) for leg in legs if leg and leg in live
        ]
    return found


# --- calls that the provider has and we have not -------------------------------------------------


@dataclass(frozen=True)
class Unknown:
    """Calls to our numbers that never reached our rows: those that live still, and the others."""

    live: tuple[LegReport, ...] = ()
    over: tuple[LegReport, ...] = ()


def unknown(theirs: Sequence[LegReport], ours: frozenset[str], now: datetime) -> Unknown:
    """Sort out the provider's incoming calls that we do not have, oldest first.

    The live ones only once they have had the time to reach us.
    """
    strangers = sorted(
        (leg for leg in theirs if leg.inbound and leg.sid not in ours),
        key=lambda leg: (leg.started_at or now, leg.sid),
    )
    return Unknown(
        live=tuple(
            leg
            for leg in strangers
            if not leg.over and leg.started_at is not None and now - leg.started_at >= SETTLE
        ),
        over=tuple(leg for leg in strangers if leg.over),
    )
