"""What the wall says of the line at one instant. Pure.

The wall shows waiting times and states, never who is calling: it hangs in a room.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

ON_DUTY = frozenset({"available", "ringing", "in_call", "wrap_up"})


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that no agent has answered yet."""

    ref: str
    state: str
    received_at: datetime
    queued_at: datetime | None
    offered_to: int | None
    agent_id: int | None
    preferred_agent_id: int | None
    overflow: bool

    @property
    def since(self) -> datetime:
        """Since when the person waits."""
        return self.queued_at or self.received_at


@dataclass(frozen=True, slots=True)
class AgentSeat:
    """An agent who takes calls, and what she does now."""

    agent_id: int
    name: str
    role: str
    state: str
    reason: str | None
    since: datetime
    connected: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the queue. ``why`` is a code of ``WHYS``; ``who`` the agent it speaks of."""

    place: int
    since: datetime
    why: str
    who: str = ""


WHYS = ("greeting", "ringing", "connecting", "kept_for", "nobody", "choosing", "all_busy")


@dataclass(frozen=True, slots=True)
class Board:
    """The line at one instant."""

    waiting: tuple[Waiting, ...]
    seats: tuple[AgentSeat, ...]

    @property
    def free(self) -> int:
        """How many agents could take a call now."""
        return sum(1 for seat in self.seats if seat.state == "available" and seat.connected)

    @property
    def talking(self) -> int:
        """How many agents are talking with somebody."""
        return sum(1 for seat in self.seats if seat.state == "in_call")


def board(calls: list[LiveCall], seats: list[AgentSeat]) -> Board:
    """The queue in its order, each call with the reason why it waits; agents in a fixed order."""
    waiting = tuple(_waiting(place, call, seats) for place, call in enumerate(calls, start=1))
    return Board(waiting, tuple(seats))


def _waiting(place: int, call: LiveCall, seats: list[AgentSeat]) -> Waiting:
    names = {seat.agent_id: seat.name for seat in seats}
    if call.state == "greeting":
        return Waiting(place, call.since, "greeting")
    if call.state == "offered":
        return Waiting(place, call.since, "ringing", names.get(call.offered_to or 0, ""))
    if call.state == "connecting":
        return Waiting(place, call.since, "connecting", names.get(call.agent_id or 0, ""))
    on_duty = [seat for seat in seats if seat.state in ON_DUTY and seat.connected]
    preferred = next((s for s in on_duty if s.agent_id == call.preferred_agent_id), None)
    if not on_duty:
        return Waiting(place, call.since, "nobody")
    if preferred and preferred.state != "available":
        return Waiting(place, call.since, "kept_for", preferred.name)
    free = any(seat.state == "available" for seat in on_duty)
    return Waiting(place, call.since, "choosing" if free else "all_busy")
