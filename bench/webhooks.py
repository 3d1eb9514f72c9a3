"""What one ``/voice/incoming`` takes, in time and in processor, beside the bare limit, on PostgreSQL.

Both are served by gevent processes, one after the other, from the same database server, with the load
coming from a process of its own on the same machine. Time says little on a machine that others use;
the processor's time of those who serve, as a ratio to the bare view's of the same run, says more.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bench.crowd import figures
from bench.crowd.figures import percentile
from bench.crowd.installation import PATIENCE, Servers
from tests.fixtures.databases import free_port
from tests.fixtures.servers import (
    GUNICORN,
    ROOT,
    Process,
    cluster_environment,
    run_flask,
    wait_ready,
)

STAGES = (
    (50, 1),
    (150, 2),
)  # webhooks a second, on how many processes: two are what the docs advise
SECONDS, WARM_UP = 12, 3
AT_ONCE = 16  # who ask one process for as much as it can do
BARE, OURS = "bare limit", "Permanence"


@dataclass(frozen=True)
class Figures:
    """One run: milliseconds at the 50th and 99th percentile, the slowest, what was not 200, and the
    processor's milliseconds of those who served, a webhook; ``per_second`` were answered."""

    p50: float
    p99: float
    worst: float
    failed: int
    sent: int
    cpu: float
    per_second: float


@dataclass(frozen=True)
class Found:
    """Who was measured: by (rate, processes), then one process that is asked for all it can do."""

    steady: dict[tuple[int, int], Figures]
    flood: Figures


def measure(servers: Servers) -> dict[str, Found]:
    """Both, one after the other."""
    database = servers.postgres.create()
    try:
        with tempfile.TemporaryDirectory() as folder:
            port = free_port()
            url = f"http://127.0.0.1:{port}"
            environment = cluster_environment(
                servers.postgres.url(database), servers.redis_url, url
            )
            environment.update(PORT=str(port), INSTANCE_DIR=folder)
            environment["TWILIO_API_BASE_URL"] = "http://127.0.0.1:9/carrier"
            run_flask(environment, "db", "upgrade")
            run_flask(environment, "demo", "seed")
            return {who: _of(who, environment, port) for who in (BARE, OURS)}
    finally:
        servers.postgres.drop(database)


def _of(who: str, environment: dict[str, str], port: int) -> Found:
    steady = {}
    for rate, processes in STAGES:
        with served(who, environment, port, processes) as serving:
            send(serving, environment, port, rate, WARM_UP)
            steady[rate, processes] = send(serving, environment, port, rate, SECONDS)
            if processes == 1:
                flood = send(serving, environment, port, 0, SECONDS)
    return Found(steady, flood)


@contextmanager
def served(
    who: str, environment: dict[str, str], port: int, processes: int
) -> Iterator[list[Process]]:
    """Serve for a while: processes that share a port, each with one of its own to be asked on."""
    config = "bench/gunicorn_bare.py" if who == BARE else GUNICORN[-1]
    with ExitStack() as running:
        serving = []
        for number in range(1, processes + 1):
            own = f"127.0.0.1:{free_port()}"
            command = [*GUNICORN[:-1], config, "--reuse-port", "--bind", own]
            command += ["--bind", f"127.0.0.1:{port}"]
            process = Process(f"bench-{who.replace(' ', '-')}-{number}", command, environment)
            running.callback(process.stop)
            wait_ready(f"http://{own}/health/live", process, PATIENCE)
            serving.append(process)
        yield serving


def send(
    serving: list[Process], environment: dict[str, str], port: int, rate: int, seconds: int
) -> Figures:
    """One run of load: at a constant rate, or with ``rate`` 0 as many as are taken."""
    url = f"http://127.0.0.1:{port}/voice/incoming"
    words = [url, environment["PUBLIC_BASE_URL"], environment["TWILIO_AUTH_TOKEN"]]
    before = _seconds(serving)
    result = subprocess.run(
        [sys.executable, "-m", "bench.sender", *words, str(rate), str(seconds), str(AT_ONCE)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    raw = json.loads(result.stdout)
    spent = _seconds(serving) - before
    return figures_of(raw["latencies"], raw["statuses"], spent, raw["seconds"])


def _seconds(serving: Iterable[Process]) -> float:
    return sum(figures.usage(process.popen.pid)[1] for process in serving)


def figures_of(latencies: list[float], statuses: list[int], spent: float, lasted: float) -> Figures:
    """From what the sender saw, and the processor's seconds that the servers ``spent``."""
    values = [1000 * each for each in latencies]
    answered = sum(status == 200 for status in statuses)
    return Figures(
        p50=percentile(values, 0.5),
        p99=percentile(values, 0.99),
        worst=max(values, default=0.0),
        failed=len(values) - answered,
        sent=len(values),
        cpu=1000 * spent / max(1, len(values)),
        per_second=answered / lasted,
    )


def rows(found: dict[str, Found]) -> Iterator[figures.Row]:
    """The table: each rate, the bare limit and ours, with ratios of ours to it."""
    for rate, processes in found[OURS].steady:
        bare, ours = (found[who].steady[rate, processes] for who in (BARE, OURS))
        for who, each in ((BARE, bare), (OURS, ours)):
            yield (
                f"{who}, {rate}/s, {processes} process{'es' if processes > 1 else ''}",
                f"{each.p50:.1f}",
                f"{each.p99:.1f}",
                f"{each.worst:.1f}",
                f"{each.failed}/{each.sent}",
                f"{each.cpu:.2f}",
                f"{ours.p50 / bare.p50:.2f} ×" if each is ours else "",
                f"{ours.cpu / bare.cpu:.2f} ×" if each is ours else "",
            )


HEADS = ("", "p50 ms", "p99 ms", "worst", "failed", "processor ms", "ratio p50", "processor")


def taken(found: dict[str, Found]) -> Iterator[str]:
    """How many webhooks a second one process takes."""
    for who in (BARE, OURS):
        flood = found[who].flood
        yield (
            f"{who}: one process took {flood.per_second:.0f} webhooks a second from {AT_ONCE} who ask at"
            f" once, at {flood.cpu:.2f} ms of processor each: {1000 / flood.cpu:.0f} if it has a core"
        )
