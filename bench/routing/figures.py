"""What the caller feels, over many replays, with 95 % confidence intervals.

Definitions are the product's (docs/definitions.md): a hang-up within 5 s of entering the queue is
a short abandon and counted apart. The intervals are a bootstrap over replays; all rules share the
draws, so that the difference of two rules is judged on the same days.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from app.reporting.definitions import SHORT_ABANDON_S
from bench.routing.erlang import Limit
from bench.routing.simulation import Served

IN_TIME_S = 20.0
DRAWS = 300

COLUMNS = (
    "service_level",
    "mean_wait_s",
    "p95_wait_s",
    "abandoned",
    "p95_all_s",
    "p99_wait_s",
    "back_office",
)
FELT = COLUMNS[:4]
"""The goals' columns, felt by callers. Waits are those of the answered; ``p95_all_s`` counts how long
those stayed who gave up, too: a rule that loses its longest waiters looks fast without them. The 99th
percentile shows who pays for a good service level, the last column what the back office pays."""
PAID = ("p95_all_s", "p99_wait_s", "back_office")

Interval = tuple[float, float]


@dataclass(frozen=True)
class Figures:
    """One rule over all replays: each column's value, and its value in each bootstrap draw."""

    value: dict[str, float]
    drawn: dict[str, np.ndarray]

    def interval(self, column: str) -> Interval:
        """95 % confidence interval."""
        return _interval(self.drawn[column])

    def difference(self, other: Figures, column: str) -> Interval:
        """95 % confidence interval of this rule's value less the other's, on the same days."""
        return _interval(self.drawn[column] - other.drawn[column])

    def surely_better(self, other: Figures, column: str, *, by: float = 0.0) -> bool:
        """Is this rule better beyond chance, by more than ``by`` in the column's unit?"""
        low, high = self.difference(other, column)
        return low > by if column == "service_level" else high < -by


def figures(replays: Sequence[Sequence[Served]], *, seed: int = 1) -> Figures:
    """Figures of one rule; give each rule the same number of replays and the same ``seed``."""
    days = np.array([_counts(day) for day in replays], dtype=float)
    draws = np.random.default_rng(seed).multinomial(
        len(replays), np.full(len(replays), 1 / len(replays)), DRAWS
    )
    value = _columns(np.ones((1, len(replays))) @ days)
    drawn = _columns(draws @ days)
    answered = [[c.wait_s for c in day if c.answered] for day in replays]
    everybody = [[c.wait_s for c in day] for day in replays]
    every = np.ones((1, len(replays)))
    for name, stays, share in (
        ("p95_wait_s", answered, 0.95),
        ("p95_all_s", everybody, 0.95),
        ("p99_wait_s", answered, 0.99),
    ):
        waits = np.concatenate(stays)
        whose = np.repeat(np.arange(len(replays)), [len(day) for day in stays])
        order = np.argsort(waits)
        value[name] = _percentiles(waits[order], whose[order], every, share)
        drawn[name] = _percentiles(waits[order], whose[order], draws, share)
    return Figures({name: float(value[name][0]) for name in COLUMNS}, drawn)


def of_limit(limit: Limit) -> dict[str, float]:
    """The formula's figures under the same names; it knows no back office."""
    return {name: getattr(limit, name) for name in FELT}


def _counts(day: Iterable[Served]) -> tuple[float, ...]:
    """Presented, answered, answered in time, their waits, abandoned, reached the back office."""
    calls = list(day)
    answered = [c.wait_s for c in calls if c.answered]
    return (
        len(calls),
        len(answered),
        sum(wait <= IN_TIME_S for wait in answered),
        sum(answered),
        sum(not c.answered and c.wait_s >= SHORT_ABANDON_S for c in calls),
        sum(c.back_office for c in calls),
    )


def _columns(sums: np.ndarray) -> dict[str, np.ndarray]:
    presented, answered, in_time, waited, abandoned, back = sums.T
    return {
        "service_level": in_time / np.maximum(answered + abandoned, 1),
        "mean_wait_s": waited / np.maximum(answered, 1),
        "abandoned": abandoned / np.maximum(presented, 1),
        "back_office": back / np.maximum(presented, 1),
    }


def _percentiles(
    waits: np.ndarray, whose: np.ndarray, weights: np.ndarray, share: float
) -> np.ndarray:
    """The percentile at ``share`` of sorted ``waits`` under each row of weights by replay."""
    if not len(waits):
        return np.zeros(len(weights))
    found = []
    for row in weights:
        heap = np.cumsum(row[whose])
        found.append(waits[min(np.searchsorted(heap, share * heap[-1]), len(waits) - 1)])
    return np.array(found)


def _interval(drawn: np.ndarray) -> Interval:
    low, high = np.percentile(drawn, (2.5, 97.5))
    return float(low), float(high)
