"""How long one ``decide`` takes with 1,000 agents and 2,000 waiting calls.

Processor time is the decision's own; elapsed time has in it what else the machine was doing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from time import perf_counter, thread_time

from app.calls.routing import AgentSeat, Policy, Snapshot, WaitingCall, decide
from bench.routing.rules import Decide

AGENTS, WAITING, RUNS = 1000, 2000, 100
NOW = datetime(2021, 6, 22, 8, 35, tzinfo=UTC)
BUSY = ("ringing", "in_call", "in_call", "in_call", "wrap_up")

State = Callable[[Random], str]


def busy(random: Random) -> str:
    """The usual state of a long queue: one agent in fifty has just become free."""
    return "available" if random.random() < 0.02 else random.choice(BUSY)


def free(random: Random) -> str:
    """Everybody has just come back, all at once."""
    return "available"


def nobody(random: Random) -> str:
    """Nobody is on duty at all."""
    return "away"


CASES: dict[str, State] = {"2 % free": busy, "all free": free, "nobody on duty": nobody}


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds of one decision: median and 99th percentile of its own, 99th elapsed."""

    p50: float
    p99: float
    elapsed_p99: float


def measure(judge: Decide = decide, runs: int = RUNS) -> dict[str, Taken]:
    """What one decision takes in each case."""
    return {name: _time(snapshot(state), judge, runs) for name, state in CASES.items()}


def snapshot(state: State, seed: int = 1) -> Snapshot:
    """A large line: two in three in front office, languages, owners, returning callers, refusals."""
    random = Random(seed)
    agents = tuple(
        AgentSeat(
            n,
            "front" if n % 3 else "back",
            state(random),
            NOW - timedelta(seconds=random.random() * 900),
            frozenset({"fr", "en"} if random.random() < 0.3 else {"fr"}),
        )
        for n in range(1, AGENTS + 1)
    )
    waiting = tuple(
        WaitingCall(
            n,
            NOW - timedelta(seconds=(WAITING - n) * 0.4),
            priority=int(random.random() < 0.05),
            language="en" if random.random() < 0.1 else "fr",
            preferred_agent_id=random.randint(1, AGENTS) if random.random() < 0.05 else None,
            owner_id=random.randint(1, AGENTS),
            excluded=frozenset({random.randint(1, AGENTS)})
            if random.random() < 0.1
            else frozenset(),
        )
        for n in range(1, WAITING + 1)
    )
    return Snapshot(waiting, agents, Policy())


def _time(line: Snapshot, judge: Decide, runs: int) -> Taken:
    own, elapsed = [], []
    judge(line, NOW)
    for _ in range(runs):
        start, at = thread_time(), perf_counter()
        judge(line, NOW)
        own.append((thread_time() - start) * 1000)
        elapsed.append((perf_counter() - at) * 1000)
    return Taken(_at(own, 0.5), _at(own, 0.99), _at(elapsed, 0.99))


def _at(taken: Sequence[float], share: float) -> float:
    return sorted(taken)[min(int(len(taken) * share), len(taken) - 1)]
