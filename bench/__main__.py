"""``make bench``: measure, and print a table of ratios to the bare limit of the same run."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from bench import screen_pop, webhooks
from bench.routing.__main__ import run as replay_routing
from tests.fixtures.databases import Postgres


def main() -> None:
    """Run everything; some three minutes."""
    print("Webhook /voice/incoming on PostgreSQL, one web process, load from the same machine")
    folder = Path(tempfile.mkdtemp(prefix="permanence-bench-"))
    postgres = Postgres(folder)
    try:
        table(webhooks.measure(postgres))
    finally:
        postgres.server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
    print("\nFrom the first webhook to the dossier drawn in the agent's browser")
    pops = screen_pop.measure()
    if pops is None:
        print("  not measured: no Chromium on this machine")
    else:
        median, high = webhooks.percentile(pops, 0.5), webhooks.percentile(pops, 0.95)
        print(f"  {len(pops)} calls: p50 {median:.0f} ms, p95 {high:.0f} ms (goal: 500)")
    print("\nRouting, in simulated time (python -m bench.routing replays ten times as many days)")
    replay_routing(replays=20)


def table(found: dict[tuple[str, int], webhooks.Figures]) -> None:
    """Print the figures with their ratios."""
    print(
        f"  {'rate':>6} {'':12} {'p50 ms':>8} {'p99 ms':>8} {'worst':>8} {'failed':>8}   ratio p50"
    )
    for rate in webhooks.RATES:
        bare, ours = found["bare limit", rate], found["Permanence", rate]
        for name, figures in (("bare limit", bare), ("Permanence", ours)):
            ratio = f"{figures.p50 / bare.p50:.2f} ×" if figures is ours else ""
            print(
                f"  {rate:>4}/s {name:12} {figures.p50:>8.1f} {figures.p99:>8.1f}"
                f" {figures.worst:>8.1f} {figures.failed:>5}/{figures.sent}   {ratio}"
            )


if __name__ == "__main__":
    main()
