"""Latency of ``/voice/incoming`` at 50 and 150 a second, beside the bare limit, on PostgreSQL.

Both are served by one gevent process, one after the other, from the same database server, with the
load coming from a process of its own on the same machine.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fixtures.databases import Postgres, free_port
from tests.fixtures.servers import (
    GUNICORN,
    Process,
    cluster_environment,
    run_flask,
    wait_ready,
)

RATES = (50, 150)
SECONDS = 12
WARM_UP = 3


@dataclass(frozen=True)
class Figures:
    """One run: milliseconds at the 50th and 99th percentile, the slowest, and what was not 200."""

    p50: float
    p99: float
    worst: float
    failed: int
    sent: int


def percentile(values: list[float], share: float) -> float:
    """The value that ``share`` of the others do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure(postgres: Postgres) -> dict[tuple[str, int], Figures]:
    """Figures by (who, rate)."""
    database = postgres.create()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environment = cluster_environment(postgres.url(database), "", f"http://127.0.0.1:{port}")
        environment.update(PORT=str(port), INSTANCE_DIR=folder)
        environment["TWILIO_API_BASE_URL"] = "http://127.0.0.1:9/carrier"
        run_flask(environment, "db", "upgrade")
        run_flask(environment, "demo", "seed")
        bare = [*GUNICORN[:-1], "bench/gunicorn_bare.py"]
        found = {}
        for who, command in (("bare limit", bare), ("Permanence", GUNICORN)):
            with served(who, command, environment, port):
                send(environment, port, RATES[0], WARM_UP)
                for rate in RATES:
                    found[who, rate] = send(environment, port, rate, SECONDS)
    postgres.drop(database)
    return found


@contextmanager
def served(name: str, command: list[str], environment: dict[str, str], port: int) -> Iterator[None]:
    """Serve for a while."""
    process = Process(f"bench-{name.replace(' ', '-')}", command, environment)
    try:
        path = "/health/live" if name == "Permanence" else "/static/none"
        if name == "Permanence":
            wait_ready(f"http://127.0.0.1:{port}{path}", process)
        else:
            wait_listening(port)
        yield
    finally:
        process.stop()


def wait_listening(port: int) -> None:
    """Wait until something accepts connections on ``port``."""
    import socket
    import time

    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                time.sleep(0.5)
                return
        time.sleep(0.1)
    raise RuntimeError("the bare application does not listen")


def send(environment: dict[str, str], port: int, rate: int, seconds: int) -> Figures:
    """One run of load."""
    url = f"http://127.0.0.1:{port}/voice/incoming"
    words = [url, environment["PUBLIC_BASE_URL"], environment["TWILIO_AUTH_TOKEN"]]
    result = subprocess.run(
        [sys.executable, "-m", "bench.sender", *words, str(rate), str(seconds)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parent.parent,
    )
    raw = json.loads(result.stdout)
    values = [1000 * v for v in raw["latencies"]]
    failed = sum(1 for status in raw["statuses"] if status != 200)
    return Figures(
        percentile(values, 0.5), percentile(values, 0.99), max(values), failed, len(values)
    )
