"""Erlang's formulas: what a queue of alike agents, all pooled, can do at best.

``erlang_a`` is the M/M/c+M queue (Palm's model: Poisson arrivals, exponential talks and patience).
With H(x) = (1 - exp(-θx)) / θ, the wait offered to a caller of endless patience has an atom at 0
and the density  v(x) = λ exp(λH(x) - cμx) / (ε + λJ),  J = ∫ exp(λH(x) - cμx) dx,
ε = 1 / B(c-1, λ/μ) with Erlang's loss formula B. A caller is answered when her patience is longer.

Sources: C. Palm, "Research on telephone traffic carried by full availability groups", Tele 1
(1957); F. Baccelli and G. Hebuterne, "On queues with impatient customers" (1981); S. Zeltyn and
A. Mandelbaum, "Call centers with impatient customers: many-server asymptotics of the M/M/n+G
queue", Queueing Systems 51 (2005), whose notation this is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

STEPS = 40_000


@dataclass(frozen=True, slots=True)
class Queue:
    """A pooled queue: rate in calls per second, times in seconds.

    ``ring_s`` is the time to answer. It is part of the caller's wait (a patience may end in it)
    and of the agent's work; ``handling_s`` is talk and wrap-up without it.
    """

    calls_per_s: float
    handling_s: float
    agents: int
    patience_s: float = math.inf
    ring_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Limit:
    """Steady-state figures, as the product defines them: shares from 0 to 1, waits in seconds.

    ``abandoned`` leaves out those who hang up within ``short`` seconds of entering the queue;
    ``service_level`` is answered in time ÷ (answered + abandoned).
    """

    service_level: float
    mean_wait_s: float
    p95_wait_s: float
    abandoned: float
    short: float
    delayed: float


def erlang_b(agents: int, load: float) -> float:
    """Share of calls lost with no waiting room; ``load`` in erlangs. Erlang (1917)."""
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(agents: int, load: float) -> float:
    """Share of calls that wait when nobody hangs up; ``load`` < ``agents``."""
    if load >= agents:
        raise ValueError("an endless queue: the load must be smaller than the number of agents")
    blocked = erlang_b(agents, load)
    return agents * blocked / (agents - load * (1 - blocked))


def erlang_a(queue: Queue, *, in_time_s: float = 20.0, short_s: float = 5.0) -> Limit:
    """The limit for ``queue``; endless patience gives Erlang C."""
    theta = 1.0 / queue.patience_s
    x, density, at_once = _offered_wait(queue, theta)
    waits = x + queue.ring_s
    step = x[1] - x[0]
    answered = density * np.exp(-theta * waits) * step
    first = at_once * math.exp(-theta * queue.ring_s)
    served = first + float(answered.sum())
    in_time = float(answered[waits <= in_time_s].sum()) + first * (queue.ring_s <= in_time_s)
    gone_early = float((density * -np.expm1(-theta * np.minimum(waits, short_s))).sum() * step)
    short = gone_early + at_once * -math.expm1(-theta * min(queue.ring_s, short_s))
    spread = np.cumsum(answered) + first
    return Limit(
        service_level=in_time / (1 - short),
        mean_wait_s=(float((answered * waits).sum()) + first * queue.ring_s) / served,
        p95_wait_s=float(waits[min(np.searchsorted(spread, 0.95 * served), STEPS - 1)])
        if first < 0.95 * served
        else queue.ring_s,
        abandoned=1 - served - short,
        short=short,
        delayed=1 - at_once,
    )


def agents_for(queue: Queue, *, service_level: float = 0.8) -> Queue:
    """The same queue with the fewest pooled agents that reach the service level (20 s)."""
    agents = max(1, math.floor(queue.calls_per_s * queue.handling_s / 2))
    while True:
        staffed = Queue(queue.calls_per_s, queue.handling_s, agents, queue.patience_s, queue.ring_s)
        if erlang_a(staffed).service_level >= service_level:
            return staffed
        agents += 1


def _offered_wait(queue: Queue, theta: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Points, density of the offered wait at them, and the probability of none."""
    rate, pace = queue.calls_per_s, 1.0 / (queue.handling_s + queue.ring_s)
    if theta == 0 and rate >= queue.agents * pace:
        raise ValueError("an endless queue: nobody hangs up and the agents are too few")
    x = _points(rate, queue.agents * pace, theta)
    fallen = x if theta == 0 else -np.expm1(-theta * x) / theta
    weight = np.exp(rate * fallen - queue.agents * pace * x)
    epsilon = 1.0 / erlang_b(queue.agents - 1, rate / pace)
    whole = epsilon + rate * float(weight.sum() * (x[1] - x[0]))
    return x, rate * weight / whole, epsilon / whole


def _points(rate: float, service: float, theta: float) -> np.ndarray:
    """Mid-points far enough for the density to have vanished (a factor of exp(-40))."""
    end = 1.0
    while rate * (end if theta == 0 else -math.expm1(-theta * end) / theta) - service * end > -40:
        end *= 1.5
    step = end / STEPS
    return (np.arange(STEPS) + 0.5) * step
