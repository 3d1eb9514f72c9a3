"""``python -m bench.routing.speed``: one ``decide`` with 1,000 agents and 2,000 waiting calls.

Processor time is the decision's own; elapsed time has in it what else the machine was doing. The
goal is judged as served: gunicorn.conf.py freezes what a process has loaded, so that the garbage
collector does not walk it. Beside it the bare limit: one sort of the same queue.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from time import perf_counter, thread_time

from app.queue.policy import Policy
from app.queue.routing import AgentSeat, Refusal, Snapshot, WaitingCall, decide

AGENTS, WAITING, RUNS = 1000, 2000, 300
GOAL_MS = 5.0
NOW = datetime(2021, 6, 22, 8, 35, tzinfo=UTC)
BUSY = ("ringing", "in_call", "in_call", "in_call", "wrap_up")

State = Callable[[Random], str]
Judge = Callable[[Snapshot, datetime], object]


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


def measure(judge: Judge = decide, runs: int = RUNS) -> dict[str, Taken]:
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
            refusals=(Refusal(random.randint(1, AGENTS), NOW - timedelta(seconds=15)),)
            if random.random() < 0.1
            else (),
        )
        for n in range(1, WAITING + 1)
    )
    return Snapshot(waiting, agents, Policy())


def one_sort(line: Snapshot, _now: datetime) -> list[WaitingCall]:
    """The bare limit: the queue put in order of arrival once, whatever the agents do."""
    return sorted(line.waiting, key=lambda call: (call.priority, call.arrived_at, call.call_id))


def report() -> bool:
    """Print what a decision takes, and whether the goal is met."""
    print(
        f"\nOne decide, {AGENTS} agents and {WAITING} waiting, {RUNS} times;"
        f" load average {os.getloadavg()[0]:.1f}"
    )
    plain = measure()
    gc.collect()
    gc.freeze()
    served, bare = measure(), measure(one_sort)["all free"]
    gc.unfreeze()
    for name, taken in served.items():
        print(
            f"  {name:16} p50 {taken.p50:5.2f} ms ({taken.p50 / bare.p50:4.1f} × one sort),"
            f" p99 {taken.p99:5.2f} ms, elapsed p99 {taken.elapsed_p99:5.2f} ms;"
            f" p99 when nothing is frozen {plain[name].p99:5.2f} ms"
        )
    print(f"  {'bare: one sort':16} p50 {bare.p50:5.2f} ms, p99 {bare.p99:5.2f} ms")
    slowest = max(taken.p99 for taken in served.values())
    met = slowest <= GOAL_MS
    print(f"  {'met    ' if met else 'MISSED '} p99 {slowest:.2f} ms ≤ {GOAL_MS:.0f} ms")
    return met


def _time(line: Snapshot, judge: Judge, runs: int) -> Taken:
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


if __name__ == "__main__":
    sys.exit(0 if report() else 1)
