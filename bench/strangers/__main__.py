"""``python -m bench.strangers [sign-ins …] [--on embedded|production]``: what callers feel meanwhile.

Each scenario attacks an installation of this machine while webhooks come in, ten a second; goal:
their p99 under a second, none failed, and every caller has a place in the queue. Nothing leaves the
machine, everything stops by itself.
"""

from __future__ import annotations

import argparse

import psutil

from bench.crowd import figures
from bench.crowd.installation import ends_cleanly
from bench.strangers import half_sent, idle_sockets, large_texts, one_number, place, sign_ins

SCENARIOS: dict[str, place.Attack] = {
    "sign-ins": sign_ins.attack,
    "idle-sockets": idle_sockets.attack,
    "half-sent": half_sent.attack,
    "one-number": one_number.attack,
    "large-texts": large_texts.attack,
}
PLACES = {"embedded": place.embedded, "production": place.production}
GOAL_MS = 1000


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m bench.strangers", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=", ".join(SCENARIOS))
    parser.add_argument("--on", choices=PLACES, help="one kind of installation only")
    args = parser.parse_args()
    if unknown := set(args.scenarios) - set(SCENARIOS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(SCENARIOS)}")
    return args


def main() -> None:
    """Measure and print; exit code 1 when a goal is missed."""
    ends_cleanly()
    args = arguments()
    print(
        f"{psutil.cpu_count()} cores, load {psutil.getloadavg()[0]:.1f}, a plain loop {figures.spin():.2f} s"
    )
    missed = False
    for name in [args.on] if args.on else PLACES:
        with PLACES[name]() as where:
            print(f"\n{where.name}: webhooks (ms), {place.RATE} a second")
            rows = [row("nobody else", place.calm(where))]
            for scenario in args.scenarios or SCENARIOS:
                found = place.beside(where, SCENARIOS[scenario])
                missed = missed or found.p99 >= GOAL_MS or bool(found.failed or found.lost)
                rows.append(row(scenario, found))
            figures.table(("", "p50", "p99", "worst", "failed", "lost", "the others"), rows)
    print(f"goal p99 < {GOAL_MS} ms, none failed or lost: {'NOT reached' if missed else 'reached'}")
    raise SystemExit(int(missed))


def row(name: str, found: place.Found) -> tuple[str, ...]:
    """One line of the table."""
    answers = ", ".join(f"{status} × {count}" for status, count in sorted(found.answers.items()))
    return (
        name,
        f"{found.p50:.0f}",
        f"{found.p99:.0f}",
        f"{found.worst:.0f}",
        f"{found.failed}/{found.sent}",
        f"{found.lost}/{found.sent}",
        answers or "—",
    )


if __name__ == "__main__":
    main()
