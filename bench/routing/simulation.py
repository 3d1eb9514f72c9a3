"""One day of calls through one rule, event by event, in simulated time.

As on the live line: a call that is offered rings one agent; she answers after ``ring_s``; the talk
then the wrap-up keep her busy; a caller whose patience ends hangs up, ringing or not, and frees
the agent. The rule is asked after every event while somebody waits, and whenever it wants to look
again. Those waiting at closing time are served.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from app.queue.routing import AgentSeat, Offer, Snapshot, WaitingCall
from bench.routing.arrivals import ArrivingCall, Day
from bench.routing.rules import Rule

MIDNIGHT = datetime(2021, 6, 22, tzinfo=UTC)


@dataclass(slots=True)
class Served:
    """What became of a call: ``wait_s`` until the answer or the hang-up, ringing included."""

    wait_s: float = 0.0
    answered: bool = False
    back_office: bool = False


@dataclass(frozen=True, slots=True)
class Staff:
    """Agents on duty. Front office has the first numbers, from 1."""

    front: int
    back: int = 0

    @classmethod
    def parse(cls, text: str) -> Staff:
        """« 2+1 »: two of the front office, one of the back office."""
        front, _, back = text.partition("+")
        return cls(int(front), int(back or 0))

    def seats(self) -> dict[int, AgentSeat]:
        """Everybody free since midnight."""
        roles = ["front"] * self.front + ["back"] * self.back
        return {
            n: AgentSeat(n, role, "available", MIDNIGHT) for n, role in enumerate(roles, start=1)
        }


class _Kind(IntEnum):
    """What happens; at the same instant, in this order."""

    FREED = 0
    ANSWERED = 1
    LEFT = 2
    ARRIVED = 3
    LOOK = 4


@dataclass
class _Line:
    """The state of the line while a day goes by."""

    day: Day
    rule: Rule
    seats: dict[int, AgentSeat]
    waiting: dict[int, WaitingCall] = field(default_factory=dict)
    ringing: dict[int, int] = field(default_factory=dict)  # call → agent
    events: list[tuple[datetime, int, int]] = field(default_factory=list)
    served: list[Served] = field(default_factory=list)
    arrived: list[datetime] = field(default_factory=list)
    wrap_up: dict[int, float] = field(default_factory=dict)  # agent → after the present talk
    look_at: datetime | None = None

    def run(self) -> list[Served]:
        for number, call in enumerate(self.day):
            self.served.append(Served())
            self.arrived.append(_moment(call.at))
            self.push(self.arrived[number], _Kind.ARRIVED, number)
        acts = (self.freed, self.answered, self.left, self.comes, self.look)
        while self.events:
            now, kind, number = heapq.heappop(self.events)
            acts[kind](number, now)
            if self.waiting:
                self.route(now)
        return self.served

    def push(self, at: datetime, kind: _Kind, number: int) -> None:
        heapq.heappush(self.events, (at, kind.value, number))

    def route(self, now: datetime) -> None:
        """Ask the rule; make its offers; come back when it wants to, if somebody is free."""
        if not self.anybody_free():
            return  # no rule can offer anything
        snapshot = self.snapshot()
        offers = self.rule.offers(snapshot, now)
        for offer in offers:
            self.offer(offer, now)
        if self.waiting and self.anybody_free():
            at = self.rule.next_look(self.snapshot(), now)
            if self.look_at is None or self.look_at <= now or at < self.look_at:
                self.look_at = at
                self.push(at, _Kind.LOOK, 0)

    def anybody_free(self) -> bool:
        return any(seat.state == "available" for seat in self.seats.values())

    def snapshot(self) -> Snapshot:
        return Snapshot(tuple(self.waiting.values()), tuple(self.seats.values()), self.rule.policy)

    def offer(self, offer: Offer, now: datetime) -> None:
        del self.waiting[offer.call_id]
        self.ringing[offer.call_id] = offer.agent_id
        seat = self.become(offer.agent_id, "ringing", now)
        self.served[offer.call_id].back_office |= seat.role == "back"
        self.push(now + _length(self.call(offer.call_id).ring_s), _Kind.ANSWERED, offer.call_id)

    def comes(self, number: int, now: datetime) -> None:
        call = self.call(number)
        self.waiting[number] = WaitingCall(
            number, now, owner_id=call.owner, preferred_agent_id=call.preferred
        )
        if call.patience_s < 86_400:
            self.push(now + _length(call.patience_s), _Kind.LEFT, number)

    def answered(self, number: int, now: datetime) -> None:
        agent = self.ringing.pop(number, None)
        if agent is None:
            return
        call, served = self.call(number), self.served[number]
        served.answered, served.wait_s = True, (now - self.arrived[number]).total_seconds()
        self.become(agent, "in_call", now)
        self.push(now + _length(call.talk_s), _Kind.FREED, agent)
        self.wrap_up[agent] = call.wrap_up_s

    def freed(self, agent: int, now: datetime) -> None:
        """The talk ends, then the wrap-up ends."""
        wrap_up = self.wrap_up.pop(agent, 0.0)
        if wrap_up:
            self.become(agent, "wrap_up", now)
            self.push(now + _length(wrap_up), _Kind.FREED, agent)
        else:
            self.become(agent, "available", now)

    def left(self, number: int, now: datetime) -> None:
        agent = self.ringing.pop(number, None)
        if agent is not None:
            self.become(agent, "available", now)
        elif self.waiting.pop(number, None) is None:
            return
        self.served[number].wait_s = (now - self.arrived[number]).total_seconds()

    def look(self, number: int, now: datetime) -> None:
        self.look_at = None

    def become(self, agent: int, state: str, now: datetime) -> AgentSeat:
        seat = self.seats[agent]
        idle_since = now if state == "available" else seat.idle_since
        self.seats[agent] = AgentSeat(agent, seat.role, state, idle_since)
        return self.seats[agent]

    def call(self, number: int) -> ArrivingCall:
        return self.day[number]


def replay(day: Day, staff: Staff, rule: Rule) -> Sequence[Served]:
    """What became of each call of the day, in order of arrival."""
    return _Line(day, rule, staff.seats()).run()


def _moment(at: float) -> datetime:
    return MIDNIGHT + _length(at)


def _length(seconds: float) -> timedelta:
    return timedelta(microseconds=round(seconds * 1e6))
