"""Days of calls to replay: when each caller enters the queue, how long she talks, how long she waits.

A day is drawn once and given to every rule (common random numbers), so that two rules differ by
what they decide and by nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from app.demo.reference_day import plan

MEAN_TALK_S = 336.0
WRAP_UP_S = 30.0
RING_S = 5.0
MEAN_PATIENCE_S = 600.0
TALK_SIGMA = 0.6
"""Of the logarithm of a talk: a coefficient of variation of 0.66, as on the demo day (0.65)."""

SESSIONS = ((9.0 * 3600, 12.5 * 3600), (13.5 * 3600, 17.0 * 3600))
REFERENCE_CALLS = 67
PEAK_CALLS, PEAK_S = 397, 7200.0
OWNERS, PEAK_OWNERS = 14, 117
"""Gestionnaires, each with a portfolio: three of the reference pole's are on the line; as large a
part of them is at the peak."""


@dataclass(frozen=True, slots=True)
class ArrivingCall:
    """One caller. Times in seconds: ``at`` since midnight, the others as durations.

    ``patience_s`` is how long she stays in the queue, ringing included; ``owner`` numbers the
    dossier's owner from 1 (agents on duty have the first numbers), or None; ``preferred`` is the
    agent whom a caller that was cut off had on the line.
    """

    at: float
    talk_s: float
    patience_s: float = math.inf
    wrap_up_s: float = WRAP_UP_S
    ring_s: float = RING_S
    owner: int | None = None
    preferred: int | None = None


Day = tuple[ArrivingCall, ...]


def reference_day(rng: np.random.Generator, *, peaky: bool = False, lognormal: bool = True) -> Day:
    """67 calls in opening hours: uniform, or peaky (twice as many in the middle of a session)."""
    session = rng.integers(0, 2, REFERENCE_CALLS)
    place = rng.random(REFERENCE_CALLS)
    if peaky:  # half of them on a triangle: the rate goes from 0.5 to 1.5 of its mean
        triangle = rng.triangular(0.0, 0.5, 1.0, REFERENCE_CALLS)
        place = np.where(rng.random(REFERENCE_CALLS) < 0.5, triangle, place)
    starts = np.array([s for s, _ in SESSIONS])
    lengths = np.array([e - s for s, e in SESSIONS])
    return _day(rng, starts[session] + place * lengths[session], OWNERS, lognormal)


def with_returning(day: Day, share: float, agents: int, rng: np.random.Generator) -> Day:
    """The same day, where that share of the callers come back to one agent on duty."""
    back = rng.random(len(day)) < share
    whose = rng.integers(1, agents + 1, len(day))
    return tuple(
        replace(call, preferred=int(agent)) if again else call
        for call, again, agent in zip(day, back, whose, strict=True)
    )


def caf_peak(rng: np.random.Generator, *, lognormal: bool = False) -> Day:
    """397 calls in two hours, uniformly: the larger desk of the field studies."""
    return _day(rng, 9 * 3600 + rng.random(PEAK_CALLS) * PEAK_S, PEAK_OWNERS, lognormal)


def demo(rng: np.random.Generator) -> Day:
    """The demo day's own arrivals and talks; what it does not tell is drawn.

    Who left has her real patience but no talk: it is drawn among the day's. Who was answered would
    have waited longer by an exponential of mean 10 minutes.
    """
    calls = plan()
    talks = [call.talk_s for call in calls if call.answered]
    first = calls[0].queued_at.replace(hour=0, minute=0, second=0)
    return tuple(
        ArrivingCall(
            at=(call.queued_at - first).total_seconds(),
            talk_s=float(call.talk_s or rng.choice(talks)),
            patience_s=call.wait_s + (rng.exponential(MEAN_PATIENCE_S) if call.answered else 0.0),
            wrap_up_s=float(call.wrap_up_s or WRAP_UP_S),
            owner=int(rng.integers(1, OWNERS + 1)),
        )
        for call in calls
    )


def _day(rng: np.random.Generator, at: np.ndarray, portfolios: int, lognormal: bool) -> Day:
    count = len(at)
    talks = talks_of(rng, count, lognormal=lognormal)
    patience = rng.exponential(MEAN_PATIENCE_S, count)
    owners = rng.integers(1, portfolios + 1, count)
    return tuple(
        ArrivingCall(float(a), float(t), float(p), owner=int(o))
        for a, t, p, o in zip(np.sort(at), talks, patience, owners, strict=True)
    )


def talks_of(rng: np.random.Generator, count: int, *, lognormal: bool) -> np.ndarray:
    """Lengths of talks, in seconds: exponential, or lognormal with the demo day's spread."""
    if not lognormal:
        return rng.exponential(MEAN_TALK_S, count)
    return rng.lognormal(math.log(MEAN_TALK_S) - TALK_SIGMA**2 / 2, TALK_SIGMA, count)
