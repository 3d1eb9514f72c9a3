"""``python -m bench.load --minutes 10 --rate 10 --agents 500``: a line at work, for a long time.

Callers ring through the local carrier's code driver at a constant rate; agents with open sockets
take the calls, for short talks, so that as many end as begin. PostgreSQL keeps its promise (fsync).
Everything runs on this machine, the carrier and the agents included.
"""

from __future__ import annotations

import argparse
import platform
from collections import Counter
from collections.abc import Iterable
from typing import Any

import psutil

from bench.crowd import figures
from bench.crowd.installation import Installation, Servers, ends_cleanly

WEBHOOK_P99_MS, WEBHOOK_WORST_MS = 300, 2000
THINK, WRAP_UP = 1.0, 2.0


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--rate", type=float, default=5.0, help="new calls a second")
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--talk", type=float, default=20.0, help="mean, in seconds")
    parser.add_argument("--webs", type=int, default=2, help="web processes")
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    ends_cleanly()
    args = arguments()
    with (
        Servers() as servers,
        Installation("bench-load", args.webs, servers.postgres, servers.redis_url) as line,
    ):
        servers.durable()
        sessions = line.staff(args.agents)
        line.start_webs()
        carrier = line.start_line(
            seconds=60 * args.minutes,
            rate=args.rate,
            talk=args.talk,
            settle=30 + 4 * args.talk,
            agents=[each["id"] for each in sessions],
        )
        carrier.wait_ready()
        agents = line.start_agents(sessions, think=THINK, wrap_up=WRAP_UP)
        agents.wait_ready()
        print(
            f"{args.rate:g} new calls a second for {args.minutes:g} min, {args.agents} agents,"
            f" {args.webs} web processes, {psutil.cpu_count()} cores (load {psutil.getloadavg()[0]:.1f}),"
            f" Python {platform.python_version()} ({' '.join(platform.python_build())})"
        )
        spins = [figures.spin()]
        before = {name: seconds for name, _memory, seconds in line.usage()}
        database = servers.seconds()
        carrier.say("go")
        lived = carrier.report()
        line.wait_quiet()
        after = line.usage()
        database = servers.seconds() - database
        heard = agents.last_report()
        spins.append(figures.spin())
        show(args, line, lived, heard)
        spent = {name: seconds - before[name] for name, _memory, seconds in after}
        spent["PostgreSQL, Redis"] = database
        memory = {name: f"{megabytes:.0f}" for name, megabytes, _seconds in after}
        rows = [(name, memory.get(name, ""), f"{s:.0f}") for name, s in spent.items()]
        print("\nProcesses")
        figures.table(("", "memory MB", "CPU s"), rows)
        print(f"  {a_call(spent, len(lived['calls']))}")
        print("  a plain loop: {:.2f} s before, {:.2f} s after".format(*spins))


def a_call(spent: dict[str, float], calls: int) -> str:
    """What one call costs those who serve it, in milliseconds of processor."""

    def of(*kinds: str) -> float:
        seconds = (s for name, s in spent.items() if name.startswith(kinds))
        return 1000 * sum(seconds) / max(1, calls)

    return (
        f"a call cost {of('web', 'worker'):.1f} ms of processor in web processes ({of('web'):.1f}) and"
        f" worker ({of('worker'):.1f}), {of('PostgreSQL'):.1f} ms in PostgreSQL and Redis"
    )


def show(
    args: argparse.Namespace, line: Installation, lived: dict[str, Any], heard: dict[str, Any]
) -> None:
    """The tables."""
    print("\nWebhooks, as the carrier sees them (ms)")
    figures.table(
        ("", "count", "p50", "p99", "worst", "failed"), figures.latency_rows(lived["webhooks"])
    )
    values = [ms for each in lived["webhooks"].values() for ms in each["ms"]]
    calls = len(lived["calls"])
    print(f"  {len(values) / max(1, calls):.1f} webhooks a call")
    verdict("p99", figures.percentile(values, 0.99), WEBHOOK_P99_MS)
    verdict("worst", max(values, default=0), WEBHOOK_WORST_MS)
    print("\nDesks, as the agents see them (ms)")
    figures.table(
        ("", "count", "p50", "p99", "worst", "failed"), figures.latency_rows(heard["acts"])
    )
    print("  " + ", ".join(f"{name} {count}" for name, count in sorted(heard["counts"].items())))
    print("\nCalls")
    for words in account(line, lived):
        print(f"  {words}")


def verdict(name: str, found: float, goal: float) -> None:
    """One goal."""
    print(
        f"  {name} {found:.0f} ms; goal {goal} ms: {'reached' if found < goal else 'NOT reached'}"
    )


def account(line: Installation, lived: dict[str, Any]) -> Iterable[str]:
    """What callers lived beside what the database says."""
    calls = lived["calls"]
    answered = [c for c in calls if c["talked"]]
    lost = [c for c in calls if not c["talked"] and c["left"] != "waiting"]
    waits = [c["talked"] - c["dialled"] for c in answered]
    yield f"{len(calls)} callers, {len(answered)} talked with an agent, {len(lost)} lost"
    yield (
        f"from dialling to talking: p50 {figures.percentile(waits, 0.5):.1f} s,"
        f" p99 {figures.percentile(waits, 0.99):.1f} s (greeting of 2 to 3 s and"
        f" {THINK:g} s to accept in it)"
    )
    heard = sum(c["heard_apology"] for c in calls)
    yield f"{heard} heard an apology; {lived['alerts']} errors at the carrier"
    rows = line.rows(
        "SELECT state, coalesce(outcome, '-'), count(*) FROM calls"
        " WHERE provider_sid = ANY(%s) GROUP BY 1, 2",
        [c["sid"] for c in calls],
    )
    said = Counter({f"{state} {outcome}": count for state, outcome, count in rows})
    yield "in the database: " + ", ".join(f"{k} {v}" for k, v in sorted(said.items()))
    yield from line.not_over(calls)


if __name__ == "__main__":
    main()
