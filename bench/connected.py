"""``python -m bench.connected``: two thousand agents with an open desk, and an event for all of them.

Four web processes share them. Somebody rings; each desk must hear that the queue has changed. Zero
is the instant when the call was stored, so looking, telling and sending are all in the figure.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import psutil

from bench.crowd import figures
from bench.crowd.installation import Child, Installation, Servers, ends_cleanly

GOAL_MS = 1000
PAUSE = 4.0  # seconds between two events: each finds a quiet line


def main() -> None:
    """Measure and print."""
    ends_cleanly()
    parser = argparse.ArgumentParser(prog="python -m bench.connected", description=__doc__)
    parser.add_argument("--agents", type=int, default=2000)
    parser.add_argument("--webs", type=int, default=4)
    parser.add_argument("--events", type=int, default=10)
    args = parser.parse_args()
    with (
        Servers() as servers,
        Installation("bench-connected", args.webs, servers.postgres, servers.redis_url) as line,
    ):
        sessions = line.staff(args.agents)
        line.start_webs()
        empty = {name: memory for name, memory, _seconds in line.usage()}
        halves = [sessions[0::2], sessions[1::2]]
        desks = [line.start_agents(half, works=False, connections_a_second=15) for half in halves]
        for each in desks:
            each.wait_ready()
        carrier = line.start_line(seconds=args.events * PAUSE, rate=1 / PAUSE, settle=1.0, talk=1.0)
        carrier.wait_ready()
        time.sleep(2 * PAUSE)  # the last who came have been told
        before = {name: seconds for name, _memory, seconds in line.usage()}
        began = time.time()
        print(
            f"{args.agents} agents connected to {args.webs} web processes,"
            f" {psutil.cpu_count()} cores (load {psutil.getloadavg()[0]:.1f})"
        )
        carrier.say("go")
        carrier.report()
        usage = line.usage()
        spent = time.time() - began
        show(args, line, [heard(each) for each in desks], began)
        print("\nProcesses")
        rows = [
            (
                name,
                f"{memory:.0f}",
                f"{1000 * (memory - empty[name]) * args.webs / args.agents:.0f}"
                if name.startswith("web")
                else "",
                f"{100 * (seconds - before[name]) / spent:.0f}",
            )
            for name, memory, seconds in usage
        ]
        figures.table(("", "memory MB", "kB an agent", "% of a core"), rows)


def heard(desks: Child) -> dict[str, Any]:
    """What one half of the agents heard."""
    return desks.last_report()


def show(
    args: argparse.Namespace, line: Installation, seen: list[dict[str, Any]], began: float
) -> None:
    """How long each event took to reach each desk."""
    stored = [
        at.timestamp()
        for (at,) in line.rows("SELECT received_at FROM calls ORDER BY received_at")
        if at.timestamp() >= began
    ]
    arrivals = sorted(at for each in seen for at, _dated in each["line"])
    delays, missing = [], 0
    for event in stored:
        first = [at for at in arrivals if event <= at < event + PAUSE - 0.5]
        delays += [1000 * (at - event) for at in first[: args.agents]]
        missing += max(0, args.agents - len(first))
    connected = sum(each["counts"].get("connected at the end", 0) for each in seen)
    breaks = sum(each["counts"].get("breaks", 0) for each in seen)
    high = figures.percentile(delays, 0.99)
    figures.table(
        ("", ""),
        [
            ("events", len(stored)),
            ("desks reached", f"{len(delays)} of {args.agents * len(stored)}"),
            ("not reached", missing),
            ("p50", f"{figures.percentile(delays, 0.5):.0f} ms"),
            ("p99", f"{high:.0f} ms (goal {GOAL_MS}: {'reached' if high < GOAL_MS else 'NOT reached'})"),
            ("worst", f"{max(delays, default=0):.0f} ms"),
            ("connected at the end", f"{connected}, {breaks} breaks"),
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
