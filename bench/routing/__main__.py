"""``python -m bench.routing``: the product's routing beside four others and beside the limit.

Every rule replays the same days (same seeds). ± is half of a 95 % confidence interval; a star
marks a column where a rival is better than the product beyond chance.
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.calls.routing import Policy
from bench.routing import arrivals, speed
from bench.routing.erlang import Queue, agents_for, erlang_a
from bench.routing.figures import COLUMNS, FELT, Figures, figures, of_limit
from bench.routing.rules import OTHERS, Permanence, Pooled, Rule
from bench.routing.simulation import Staff, replay

OURS, LIMIT = "Permanence", "all pooled, simulated"
REPLAYS = 200
DEFAULT_POLICY = Policy()
HANDLING_S = arrivals.MEAN_TALK_S + arrivals.WRAP_UP_S
REFERENCE_STAFF = Staff(front=2, back=1)
REFERENCE_RATE = arrivals.REFERENCE_CALLS / sum(e - s for s, e in arrivals.SESSIONS)

Draw = Callable[[np.random.Generator], arrivals.Day]
Found = dict[str, Figures]


@dataclass(frozen=True)
class Scene:
    """Days to draw and people on duty; ``queue`` is the same for Erlang's formula, if it applies."""

    title: str
    draw: Draw
    staff: Staff
    queue: Queue | None = None


def reference_queue() -> Queue:
    """The reference day as a pooled queue in a steady state."""
    return Queue(REFERENCE_RATE, HANDLING_S, 3, arrivals.MEAN_PATIENCE_S, ring_s=arrivals.RING_S)


def peak_queue() -> Queue:
    """The CAF peak, with the fewest pooled agents that give 80 % in 20 s."""
    rate = arrivals.PEAK_CALLS / arrivals.PEAK_S
    return agents_for(Queue(rate, HANDLING_S, 1, arrivals.MEAN_PATIENCE_S, ring_s=arrivals.RING_S))


def scenes() -> list[Scene]:
    """What is replayed; the first is the issue's reference day."""
    peak = peak_queue()
    front = round(peak.agents * 2 / 3)
    return [
        Scene(
            "Reference day: 67 calls, uniform, exponential talks; 2 front office + 1 back office",
            lambda rng: arrivals.reference_day(rng, lognormal=False),
            REFERENCE_STAFF,
            reference_queue(),
        ),
        Scene("The same, lognormal talks", arrivals.reference_day, REFERENCE_STAFF),
        Scene(
            "The same, lognormal talks, peaky arrivals",
            lambda rng: arrivals.reference_day(rng, peaky=True),
            REFERENCE_STAFF,
        ),
        Scene("The demo day's own arrivals and talks", arrivals.demo, REFERENCE_STAFF),
        Scene(
            f"CAF peak: 397 calls in 2 hours, exponential talks; {front} front office"
            f" + {peak.agents - front} back office",
            arrivals.caf_peak,
            Staff(front, peak.agents - front),
            peak,
        ),
    ]


def compare(scene: Scene, replays: int, rules: dict[str, Callable[[], Rule]]) -> Found:
    """Each rule on the same days."""
    days = [scene.draw(np.random.default_rng(seed)) for seed in range(replays)]
    return {
        name: figures([replay(day, scene.staff, make()) for day in days])
        for name, make in rules.items()
    }


def everybody(policy: Policy) -> dict[str, Callable[[], Rule]]:
    """The product with this policy, the others, and the limit."""
    return {OURS: _with(policy), **OTHERS, LIMIT: Pooled}


def table(scene: Scene, found: Found) -> None:
    """Print one scene."""
    print(f"\n{scene.title}")
    print(f"  {'':31}{'in 20 s':>15}{'mean wait':>16}{'p95 wait':>17}{'abandoned':>15}"
          f"{'p99 wait':>16}{'back office':>17}")  # fmt: skip
    for name, one in found.items():
        print(f"  {name:31}" + "".join(_cell(one, c, found, name) for c in COLUMNS))
    if scene.queue:
        limit = of_limit(erlang_a(scene.queue))
        print(f"  {'Erlang-A, steady state':31}"
              + "".join(_text(limit[c], c) + " " * 8 for c in FELT))  # fmt: skip


def _cell(one: Figures, column: str, found: Found, name: str) -> str:
    low, high = one.interval(column)
    rival = name in OTHERS and OURS in found and column in FELT
    star = "*" if rival and one.surely_better(found[OURS], column) else " "
    return f"{_text(one.value[column], column)} ±{_text((high - low) / 2, column).strip():>5}{star}"


def _text(value: float, column: str) -> str:
    return f"{value:8.1f}" if column.endswith("_s") else f"{value * 100:7.1f}%"


def goals(reference: Found, peak: Found) -> Iterable[tuple[str, bool]]:
    """The issue's goals, and whether the means reach them."""
    day = reference[OURS].value
    yield f"reference day, mean wait {day['mean_wait_s']:.1f} s ≤ 15 s", day["mean_wait_s"] <= 15
    yield f"reference day, abandoned {day['abandoned']:.1%} ≤ 2 %", day["abandoned"] <= 0.02
    reached = day["back_office"]
    yield f"reference day, back office reached by {reached:.1%} ≤ 15 %", reached <= 0.15
    ours, limit = peak[OURS].value, peak[LIMIT].value
    for column in FELT:
        ratio = ours[column] / limit[column]
        near = ratio >= 0.9 if column == "service_level" else ratio <= 1.1
        yield f"CAF peak, {column} {ratio:.2f} × the pooled limit (within 10 %)", near
    for where, found in (("reference day", reference), ("CAF peak", peak)):
        better = list(_better(found))
        in_turn = [f"{name}, {column}" for name, column in better if OTHERS[name].in_turn]
        passing = [f"{name}, {column}" for name, column in better if not OTHERS[name].in_turn]
        yield _none("rule that serves in turn", where, in_turn), not in_turn
        yield _none("rule that lets later callers pass", where, passing), not passing


def _better(found: Found) -> Iterable[tuple[str, str]]:
    """Rivals and columns where they are better than the product, beyond chance."""
    for name in OTHERS:
        for column in FELT:
            if found[name].surely_better(found[OURS], column):
                yield name, column


def _none(who: str, where: str, better: list[str]) -> str:
    return f"{where}, no other {who} better" + (f" (but {'; '.join(better)})" if better else "")


def explore(replays: int) -> None:
    """The policy's parameters on the reference day and the CAF peak."""
    for scene in (scenes()[0], scenes()[2], scenes()[4]):
        days = max(20, replays // 4) if scene.staff.front > 2 else replays
        policies = {
            f"after {after:>2} s, queue over {length}": Policy(
                overflow_after=after, overflow_length=length
            )
            for after, length in ((0, 3), (5, 3), (10, 3), (15, 3), (20, 3), (20, 1), (20, 0))
        }
        table(scene, compare(scene, days, {n: _with(p) for n, p in policies.items()}))
    _explore_sticky(replays)


def _explore_sticky(replays: int) -> None:
    def draw(rng: np.random.Generator) -> arrivals.Day:
        day = arrivals.reference_day(rng, lognormal=False)
        return arrivals.with_returning(day, 0.1, 2, rng)

    scene = Scene("Reference day, one caller in ten comes back to her agent", draw, REFERENCE_STAFF)
    rules = {
        f"after {after:>2} s, sticky {wait:>3} s": _with(
            Policy(overflow_after=after, sticky_wait=wait)
        )
        for after in (0, 20)
        for wait in (0, 15, 30, 60, 120)
    }
    table(scene, compare(scene, replays, rules))


def _with(policy: Policy) -> Callable[[], Rule]:
    return lambda: Permanence(policy)


def speeds() -> None:
    """Print what one decision takes."""
    print(f"\nOne decide, {speed.AGENTS} agents and {speed.WAITING} waiting (goal: p99 ≤ 5 ms)")
    plain = speed.measure()
    gc.collect()
    gc.freeze()  # as a served process may do once it has loaded: the collector skips the rest
    frozen = speed.measure()
    gc.unfreeze()
    for name, taken in plain.items():
        print(f"  {name:16} processor p50 {taken.p50:6.1f} ms, p99 {taken.p99:6.1f} ms"
              f" (after gc.freeze {frozen[name].p99:6.1f} ms); elapsed p99"
              f" {taken.elapsed_p99:6.1f} ms")  # fmt: skip


def run(replays: int = REPLAYS, csv: Path | None = None, policy: Policy = DEFAULT_POLICY) -> None:
    """Replay every scene, or the log ``csv``, and print tables, goals and speed."""
    print(
        f"Routing in simulated time, {replays} replays of each day (the goals ask for 200); {policy}"
    )
    if csv:
        log = Scene(str(csv), lambda rng: arrivals.from_csv(csv, rng), REFERENCE_STAFF)
        table(log, compare(log, replays, everybody(policy)))
        return
    found = []
    for scene in scenes():
        found.append(compare(scene, replays, everybody(policy)))
        table(scene, found[-1])
    print("\nGoals")
    for sentence, met in goals(found[0], found[-1]):
        print(f"  {'met    ' if met else 'NOT MET'}  {sentence}")
    speeds()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.routing", description=__doc__)
    parser.add_argument("--replays", type=int, default=REPLAYS)
    parser.add_argument("--csv", type=Path, help="a log to replay: queued_at, talk_s, …")
    parser.add_argument("--policy", nargs="*", default=[], metavar="NAME=SECONDS")
    parser.add_argument("--explore", action="store_true", help="try the policy's parameters")
    asked = parser.parse_args()
    if asked.explore:
        explore(asked.replays)
        return
    named = dict(pair.split("=") for pair in asked.policy)
    run(asked.replays, asked.csv, Policy(**{name: int(value) for name, value in named.items()}))


if __name__ == "__main__":
    main()
