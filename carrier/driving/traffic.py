"""Many callers at once: they dial at a rate, wait as long as they have patience, talk, hang up.

For load runs and demonstrations. Times are exponential around their means, as in the queueing
models that such runs are compared with; ``fixed`` makes each one the mean itself.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from carrier.driving.fakes import FakeCall
from carrier.exchange import Exchange
from carrier.sids import new_sid

FIRST_NUMBER = 33_600_000_000  # callers' numbers count from here: they are nobody's telephones
KEPT_WAITS = 20_000


@dataclass(frozen=True)
class Plan:
    """Who calls. ``calls`` in all, ``rate`` a second; ``talk`` and ``patience`` are means, in
    seconds (patience None: they wait for ever). ``keys`` are pressed when keys are asked for.
    """

    calls: int
    rate: float
    talk: float = 60.0
    patience: float | None = None
    fixed: bool = False
    to: str = ""
    keys: str = ""
    seed: int = 1

    def __post_init__(self) -> None:
        if self.calls < 1 or self.rate <= 0 or self.talk < 0:
            raise ValueError("calls and rate must be positive")


class Traffic:
    """The callers of one plan, and what became of them.

    ``outcomes``: talked (the caller hung up after talking), released (the line did), abandoned
    (out of patience), lost (the line hung up on somebody who waited).
    """

    def __init__(self, exchange: Exchange, dial: Callable[..., FakeCall], plan: Plan) -> None:
        self.key = new_sid("TR")
        self.exchange = exchange
        self.dial = dial
        self.plan = plan
        self.outcomes: Counter[str] = Counter()
        self.waits: list[float] = []
        self.dialled = 0
        self.live = 0
        self._random = random.Random(plan.seed)
        self._stopped = False

    def start(self) -> None:
        """Begin to dial, in the background."""
        self.exchange.board.spawn(self._dial)

    def stop(self) -> None:
        """No more calls; those that are live end as planned."""
        self._stopped = True

    def _dial(self) -> None:
        due = time.monotonic()
        for index in range(self.plan.calls):
            time.sleep(max(0.0, due - time.monotonic()))
            if self._stopped:
                return
            due += self._duration(1 / self.plan.rate)
            number = f"+{FIRST_NUMBER + index}"
            call = self.dial(number, self.plan.to, keys=self.plan.keys)
            self.dialled += 1
            self.live += 1
            self.exchange.board.spawn(self._live, call)

    def _duration(self, mean: float) -> float:
        return mean if self.plan.fixed or not mean else self._random.expovariate(1 / mean)

    def _live(self, call: FakeCall) -> None:
        patience = None if self.plan.patience is None else self._duration(self.plan.patience)
        began = time.monotonic()
        try:
            outcome = "abandoned"
            if call.reached("talking", timeout=patience):
                self._waited(time.monotonic() - began)
                over = call.reached("ended", timeout=self._duration(self.plan.talk))
                outcome = "released" if over else "talked"
            elif call.state == "ended":
                outcome = "lost"
            self.outcomes[outcome] += 1
            self.exchange.calls.end_by_sid(call.sid)
        finally:
            self.live -= 1

    def _waited(self, seconds: float) -> None:
        if len(self.waits) < KEPT_WAITS:
            self.waits.append(seconds)

    def report(self) -> dict[str, Any]:
        """What became of the callers so far; waits in seconds."""
        waits = sorted(self.waits)
        quantiles = {f"p{q}": waits[len(waits) * q // 100] for q in (50, 95, 99)} if waits else {}
        return {
            "traffic": self.key,
            "dialled": self.dialled,
            "live": self.live,
            "outcomes": dict(self.outcomes),
            "waits": {name: round(value, 3) for name, value in quantiles.items()},
        }
