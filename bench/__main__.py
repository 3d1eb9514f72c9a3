"""``make bench``: measure, and print a table of ratios to the bare limit of the same run."""

from __future__ import annotations

from bench import screen_pop, webhooks
from bench.crowd import figures
from bench.crowd.installation import Servers, ends_cleanly
from bench.routing.__main__ import run as replay_routing


def main() -> None:
    """Run everything; some four minutes."""
    ends_cleanly()
    print("Webhook /voice/incoming on PostgreSQL and Redis, load from the same machine")
    with Servers() as servers:
        found = webhooks.measure(servers)
    figures.table(webhooks.HEADS, webhooks.rows(found))
    for words in webhooks.taken(found):
        print(f"  {words}")
    print("\nFrom the first webhook to the dossier drawn in the agent's browser")
    pops = screen_pop.measure()
    if pops is None:
        print("  not measured: no Chromium on this machine")
    else:
        median, high = figures.percentile(pops, 0.5), figures.percentile(pops, 0.95)
        print(f"  {len(pops)} calls: p50 {median:.0f} ms, p95 {high:.0f} ms (goal: 500)")
    print("\nRouting, in simulated time (python -m bench.routing replays ten times as many days)")
    replay_routing(replays=20)


if __name__ == "__main__":
    main()
