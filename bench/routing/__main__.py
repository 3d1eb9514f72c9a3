"""``python -m bench.routing``: the product's routing beside four others and beside the limit.

Every rule replays the same days (same seeds). ± is half of a 95 % confidence interval; a star
marks a column where a rival is better than the product beyond chance, judged day by day on the same
days. Each goal then has its verdict; the exit code is 1 when one is missed.

``--csv LOG`` replays a log instead: the columns of ``bench.routing.logs``, an export of our own
database (``python -m bench.routing.export``), or any switchboard's file with the mapping that
``flask … calls import`` reads (``--mapping``).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.queue.policy import Policy
from bench.routing import arrivals, logs, speed
from bench.routing.erlang import Queue, agents_for, erlang_a
from bench.routing.figures import COLUMNS, FELT, PAID, Figures, figures, of_limit
from bench.routing.rules import OTHERS, Permanence, Pooled, Rule
from bench.routing.simulation import Staff, replay

OURS, LIMIT = "Permanence", "all pooled, simulated"
REPLAYS = 200
DEFAULT_POLICY = Policy()
HANDLING_S = arrivals.MEAN_TALK_S + arrivals.WRAP_UP_S
REFERENCE_STAFF = Staff(front=2, back=1)
REFERENCE_RATE = arrivals.REFERENCE_CALLS / sum(e - s for s, e in arrivals.SESSIONS)

REFERENCE_GOALS = {"mean_wait_s": 15.0, "abandoned": 0.02, "back_office": 0.15}
NAMES = {
    "service_level": "answered in 20 s",
    "mean_wait_s": "mean wait",
    "p95_wait_s": "95th percentile wait",
    "abandoned": "abandoned",
    "p95_all_s": "95th percentile, those who gave up counted",
    "p99_wait_s": "99th percentile wait",
    "back_office": "back office reached",
}

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
          f"{'p95 of all':>17}{'p99 wait':>16}{'back office':>17}")  # fmt: skip
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


@dataclass(frozen=True)
class Verdict:
    """A goal, and by how much it is missed; nothing in ``missed`` when it is met."""

    goal: str
    missed: str = ""

    def __str__(self) -> str:
        return f"  MISSED  {self.goal}: {self.missed}" if self.missed else f"  met     {self.goal}"


def goals(reference: Found, peak: Found) -> Iterator[Verdict]:
    """The issue's goals, judged on the means; rivals are judged beyond chance."""
    ours = reference[OURS]
    for column, most in REFERENCE_GOALS.items():
        yield _at_most(f"reference day, {NAMES[column]}", ours, column, most)
    for column in FELT:
        yield _near_the_limit(peak[OURS].value[column], peak[LIMIT].value[column], column)
    for where, found in (("reference day", reference), ("CAF peak", peak)):
        for name in OTHERS:
            yield _against(where, name, found[name], found[OURS])


def _at_most(what: str, ours: Figures, column: str, most: float) -> Verdict:
    value = ours.value[column]
    low, high = ours.interval(column)
    interval = f"95 %: {_written(low, column)} to {_written(high, column)}"
    goal = f"{what} {_written(value, column)} ≤ {_written(most, column)} ({interval})"
    return Verdict(goal, "" if value <= most else f"by {_written(value - most, column)}")


def _near_the_limit(ours: float, limit: float, column: str) -> Verdict:
    """Within 10 % of all agents pooled: at least 0.9 × its service level, at most 1.1 × the rest."""
    ratio = ours / limit if limit else 1.0
    near = ratio >= 0.9 if column == "service_level" else ratio <= 1.1
    goal = f"CAF peak, {NAMES[column]} {ratio:.2f} × the pooled limit, within 10 %"
    return Verdict(goal, "" if near else f"{_written(ours, column)} for {_written(limit, column)}")


def _against(where: str, name: str, rival: Figures, ours: Figures) -> Verdict:
    """No column that the caller feels where the rival is better; else what it gains and who pays."""
    gains = [c for c in FELT if rival.surely_better(ours, c)]
    goal = f"{where}, « {name} » better on no column that the caller feels"
    if not gains:
        return Verdict(goal)
    pays = [c for c in (*FELT, *PAID) if ours.surely_better(rival, c)]
    told = [f"better by {_differences(gains, rival, ours)}"]
    if pays:
        told.append(f"worse by {_differences(pays, rival, ours)}")
    return Verdict(goal, "; ".join(told))


def _differences(columns: Iterable[str], rival: Figures, ours: Figures) -> str:
    return ", ".join(
        f"{_written(abs(rival.value[c] - ours.value[c]), c)} ({NAMES[c]})" for c in columns
    )


def _written(value: float, column: str) -> str:
    return f"{value:.1f} s" if column.endswith("_s") else f"{value * 100:.1f} %"


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


def replay_log(scene: Scene, replays: int, policy: Policy) -> None:
    """A log through every rule: what it does not tell is drawn, anew for each replay."""
    table(scene, compare(scene, replays, everybody(policy)))


def run(replays: int = REPLAYS, policy: Policy = DEFAULT_POLICY) -> bool:
    """Replay every scene; print tables, verdicts and speed. Whether all goals are met."""
    print(
        f"Routing in simulated time, {replays} replays of each day (the goals ask for 200); {policy}"
    )
    found = []
    for scene in scenes():
        found.append(compare(scene, replays, everybody(policy)))
        table(scene, found[-1])
    print("\nGoals")
    verdicts = list(goals(found[0], found[-1]))
    print("\n".join(str(verdict) for verdict in verdicts))
    missed = sum(bool(verdict.missed) for verdict in verdicts)
    print(f"  {len(verdicts) - missed} of {len(verdicts)} met (docs/adr/0010-routing-rules.md)")
    return speed.report() and not missed


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.routing", description=__doc__)
    parser.add_argument("--replays", type=int, default=REPLAYS)
    parser.add_argument("--csv", type=Path, help="a log to replay")
    parser.add_argument("--mapping", type=Path, help="its mapping (TOML), as for calls import")
    parser.add_argument("--staff", default="2+1", help="front+back office on duty for the log")
    parser.add_argument("--policy", nargs="*", default=[], metavar="NAME=SECONDS")
    parser.add_argument("--explore", action="store_true", help="try the policy's parameters")
    asked = parser.parse_args()
    named = dict(pair.split("=") for pair in asked.policy)
    policy = Policy(**{name: int(value) for name, value in named.items()})
    if asked.explore:
        explore(asked.replays)
        return 0
    if asked.csv:
        log = logs.read(asked.csv, asked.mapping)
        scene = Scene(f"{asked.csv.name}: {len(log)} calls", log.day, Staff.parse(asked.staff))
        replay_log(scene, asked.replays, policy)
        return 0
    return 0 if run(asked.replays, policy) else 1


if __name__ == "__main__":
    sys.exit(main())
