"""The rules compared: the product's own ``decide``, and four that others document.

A rule is shown the queue and the agents as the product would be, and answers with offers. The
other rules get their best case: they know at once who is free, nobody refuses, and all agents,
front and back office, stand in one group (none of them has an overflow).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from app.queue.policy import Policy
from app.queue.routing import AgentSeat, Decision, Offer, Snapshot, WaitingCall, decide

Decide = Callable[[Snapshot, datetime], Sequence[Decision]]


class Rule(Protocol):
    """What the simulation asks of a rule; one instance serves one replay, so it may remember.

    ``in_turn``: does nobody pass a caller who came before?
    """

    policy: Policy
    in_turn: bool

    def offers(self, snapshot: Snapshot, now: datetime) -> list[Offer]:
        """Whom to ring now, for which call."""
        ...

    def next_look(self, snapshot: Snapshot, now: datetime) -> datetime:
        """When to look again, though nothing has happened meanwhile."""
        ...


class Permanence:
    """The product: ``app.queue.routing.decide``, unchanged, looked at on events and each second."""

    in_turn = True

    def __init__(self, policy: Policy | None = None, judge: Decide = decide) -> None:
        self.policy = policy or Policy()
        self._decide = judge

    def offers(self, snapshot: Snapshot, now: datetime) -> list[Offer]:
        """The product's offers."""
        return [d for d in self._decide(snapshot, now) if isinstance(d, Offer)]

    def next_look(self, snapshot: Snapshot, now: datetime) -> datetime:
        """The ticker's next second."""
        return now.replace(microsecond=0) + timedelta(seconds=1)


class _OneGroup:
    """First come first served to one group of agents; who rings is for the subclasses to say."""

    policy = Policy()
    in_turn = True
    """A call that is not looked at now keeps a free agent from those behind it."""

    def offers(self, snapshot: Snapshot, now: datetime) -> list[Offer]:
        free = [a for a in snapshot.agents if a.state == "available"]
        kept = 0  # free agents whom earlier callers will get at their next try
        made = []
        for call in sorted(snapshot.waiting, key=lambda c: (c.arrived_at, c.call_id)):
            if kept >= len(free):
                break
            if not self.due(call, now):
                kept += self.in_turn
            elif (agent := self.pick(call, free, snapshot)) is not None:
                free.remove(agent)
                made.append(Offer(call.call_id, agent.agent_id, overflow=False))
        return made

    def due(self, call: WaitingCall, now: datetime) -> bool:
        """Is this call looked at now?"""
        return True

    def pick(
        self, call: WaitingCall, free: list[AgentSeat], snapshot: Snapshot
    ) -> AgentSeat | None:
        """Who rings."""
        return min(free, key=lambda a: (a.idle_since, a.agent_id))

    def next_look(self, snapshot: Snapshot, now: datetime) -> datetime:
        """Time alone changes nothing."""
        return now + timedelta(days=1)


class Pooled(_OneGroup):
    """Everybody is one team and rings at once: the limit, simulated. Not a rival: no front office."""


class LeastRecent(_OneGroup):
    """Asterisk ``strategy=leastrecent``: the member whose last call ended longest ago.

    A caller for whom nobody was free is tried again every ``retry`` seconds, 5 unless set
    (``configs/samples/queues.conf.sample`` of asterisk/asterisk: ``strategy``, ``retry``); with
    ``autofill`` as many callers try at once as there are free members, in order.
    """

    retry_s = 5

    def due(self, call: WaitingCall, now: datetime) -> bool:
        return not (now - call.arrived_at) % timedelta(seconds=self.retry_s)

    def next_look(self, snapshot: Snapshot, now: datetime) -> datetime:
        """The next try of any waiting call."""
        step = timedelta(seconds=self.retry_s)
        return min(now + step - (now - call.arrived_at) % step for call in snapshot.waiting)


class RoundRobinMemory(LeastRecent):
    """Asterisk ``strategy=rrmemory``: in turn, beginning after the last member who rang."""

    def __init__(self) -> None:
        self._last = 0

    def pick(self, call: WaitingCall, free: list[AgentSeat], snapshot: Snapshot) -> AgentSeat:
        turns = max(a.agent_id for a in snapshot.agents) + 1
        chosen = min(free, key=lambda a: (a.agent_id - self._last - 1) % turns)
        self._last = chosen.agent_id
        return chosen


class Sweep(_OneGroup):
    """Given on arrival if somebody is free; who is left over waits for a sweep every 5 minutes.

    As desks made for messages do (chatwoot/chatwoot: issue 10376 tells that a later arrival
    passes those left over, pull request 12334 adds the sweep, every 15 minutes there).
    """

    every = timedelta(minutes=5)
    in_turn = False

    def due(self, call: WaitingCall, now: datetime) -> bool:
        return now == call.arrived_at or not self._since_midnight(now) % self.every

    def next_look(self, snapshot: Snapshot, now: datetime) -> datetime:
        """The next sweep."""
        return now + self.every - self._since_midnight(now) % self.every

    @staticmethod
    def _since_midnight(now: datetime) -> timedelta:
        return now - now.replace(hour=0, minute=0, second=0, microsecond=0)


class FirstOwner(_OneGroup):
    """The dossier's owner if she has signed in, however busy; else the first signed in who is free.

    The usual "route to the contact's owner" setting without a time-out: the caller is kept for her.
    """

    in_turn = False

    def pick(
        self, call: WaitingCall, free: list[AgentSeat], snapshot: Snapshot
    ) -> AgentSeat | None:
        if call.owner_id is not None and call.owner_id <= len(snapshot.agents):  # ids from 1
            return next((a for a in free if a.agent_id == call.owner_id), None)
        return min(free, key=lambda a: a.agent_id)


OTHERS: dict[str, type[_OneGroup]] = {
    "Asterisk rrmemory": RoundRobinMemory,
    "Asterisk leastrecent": LeastRecent,
    "sweep every 5 min": Sweep,
    "first signed-in owner": FirstOwner,
}
