"""What other thresholds would have done to today's calls so far: a replay in simulated time. Pure.

The day's arrivals and real lengths of talk go through ``routing.decide`` once with each policy. A
caller who was not answered leaves when she really left (how long she would have stayed is unknown);
who was answered is supposed to stay. The agents given are there all along. So the figures compare
two policies; they do not foretell the day.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.accounts.presence import PresenceState
from app.queue.policy import Policy
from app.queue.routing import AgentSeat, Offer, Snapshot, WaitingCall, decide

TOO_EARLY = 5  # calls: fewer say nothing
DEFAULT_TALK_S = 300.0  # nobody has been answered yet
DEFAULT_ANSWER_S = 5.0

FREED, ANSWERED, LEFT, ARRIVED, LOOK = range(5)  # at the same instant, in this order


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call of today that entered the queue at ``at``.

    ``talk_s`` and ``wrap_up_s`` are None when nobody answered it; ``left_s`` is how long it waited
    then. Seconds.
    """

    at: datetime
    talk_s: float | None = None
    wrap_up_s: float = 0.0
    left_s: float | None = None
    language: str = "fr"
    owner_id: int | None = None
    preferred_agent_id: int | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """An agent of the replay: there all along, free at first."""

    agent_id: int
    role: str
    languages: frozenset[str] = frozenset({"fr"})


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the calls. Waits in seconds, over answered calls; None when none was."""

    calls: int
    answered: int
    left: int
    back_office: int
    mean_wait_s: float | None
    p95_wait_s: float | None

    @property
    def back_office_share(self) -> float | None:
        """Share of answered calls that the back office took."""
        return self.back_office / self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class Preview:
    """The same calls with two policies; ``early``: too few to say anything."""

    current: Figures
    proposed: Figures

    @property
    def early(self) -> bool:
        """Fewer than five calls so far."""
        return self.current.calls < TOO_EARLY


def preview(
    calls: Sequence[PastCall],
    seats: Sequence[Seat],
    current: Policy,
    proposed: Policy,
    *,
    answer_s: float = DEFAULT_ANSWER_S,
) -> Preview:
    """Replay ``calls`` with the ``current`` and with the ``proposed`` policy."""
    ordered = sorted(calls, key=lambda call: call.at)
    return Preview(
        *(_Replay(ordered, seats, policy, answer_s).run() for policy in (current, proposed))
    )


def mean_talk(calls: Sequence[PastCall]) -> float:
    """The mean length of the answered calls: what the others are supposed to last."""
    known = [call.talk_s for call in calls if call.talk_s is not None]
    return sum(known) / len(known) if known else DEFAULT_TALK_S


@dataclass
class _Replay:
    """One day under one policy."""

    calls: Sequence[PastCall]
    team: Sequence[Seat]
    policy: Policy
    answer_s: float
    waiting: dict[int, WaitingCall] = field(default_factory=dict)
    ringing: dict[int, int] = field(default_factory=dict)  # call → agent
    events: list[tuple[datetime, int, int]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    left: int = 0
    back_office: int = 0
    seats: dict[int, AgentSeat] = field(default_factory=dict)

    def run(self) -> Figures:
        """What became of the calls."""
        self._talk = mean_talk(self.calls)
        if self.calls:
            start = self.calls[0].at
            self.seats = {
                s.agent_id: AgentSeat(
                    s.agent_id, s.role, PresenceState.AVAILABLE, start, s.languages
                )
                for s in self.team
            }
        for number, call in enumerate(self.calls):
            self._push(call.at, ARRIVED, number)
        acts = (self._freed, self._answered, self._leaves, self._arrives, self._look)
        while self.events:
            now, kind, number = heapq.heappop(self.events)
            acts[kind](number, now)
            if self.waiting and any(
                s.state == PresenceState.AVAILABLE for s in self.seats.values()
            ):
                self._route(now)
        return self._figures()

    def _figures(self) -> Figures:
        waits = sorted(self.waits)
        return Figures(
            calls=len(self.calls),
            answered=len(waits),
            left=self.left,
            back_office=self.back_office,
            mean_wait_s=sum(waits) / len(waits) if waits else None,
            p95_wait_s=waits[-(-95 * len(waits) // 100) - 1] if waits else None,
        )

    def _push(self, at: datetime, kind: int, number: int) -> None:
        heapq.heappush(self.events, (at, kind, number))

    def _after(self, now: datetime, seconds: float, kind: int, number: int) -> None:
        self._push(now + timedelta(seconds=seconds), kind, number)

    def _arrives(self, number: int, now: datetime) -> None:
        call = self.calls[number]
        self.waiting[number] = WaitingCall(
            number,
            now,
            language=call.language,
            owner_id=call.owner_id,
            preferred_agent_id=call.preferred_agent_id,
        )
        if call.left_s is not None:
            self._after(now, call.left_s, LEFT, number)
        policy = self.policy
        for seconds in (policy.overflow_after, policy.language_wait, policy.sticky_wait):
            self._after(now, seconds, LOOK, number)

    def _route(self, now: datetime) -> None:
        snapshot = Snapshot(tuple(self.waiting.values()), tuple(self.seats.values()), self.policy)
        for decision in decide(snapshot, now):
            if isinstance(decision, Offer):
                del self.waiting[decision.call_id]
                self.ringing[decision.call_id] = decision.agent_id
                self._become(decision.agent_id, PresenceState.RINGING, now)
                self._after(now, self.answer_s, ANSWERED, decision.call_id)

    def _answered(self, number: int, now: datetime) -> None:
        agent_id = self.ringing.pop(number, None)
        if agent_id is None:
            return
        call = self.calls[number]
        self.waits.append((now - call.at).total_seconds())
        self.back_office += self.seats[agent_id].role not in self.policy.team.first
        self._become(agent_id, PresenceState.IN_CALL, now)
        talk = call.talk_s if call.talk_s is not None else self._talk
        self._after(now, talk + call.wrap_up_s, FREED, agent_id)

    def _freed(self, agent_id: int, now: datetime) -> None:
        self._become(agent_id, PresenceState.AVAILABLE, now)

    def _leaves(self, number: int, now: datetime) -> None:
        agent_id = self.ringing.pop(number, None)
        if agent_id is not None:
            self._become(agent_id, PresenceState.AVAILABLE, now)
        elif self.waiting.pop(number, None) is None:
            return  # answered before
        self.left += 1

    def _look(self, number: int, now: datetime) -> None:
        """A threshold may be passed: the queue is looked at again."""

    def _become(self, agent_id: int, state: str, now: datetime) -> None:
        seat = self.seats[agent_id]
        idle_since = now if state == PresenceState.AVAILABLE else seat.idle_since
        self.seats[agent_id] = replace(seat, state=state, idle_since=idle_since)
