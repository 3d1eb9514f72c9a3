"""What a stranger attacks: a running installation, embedded or a production in small.

A scenario is one module with a function ``attack(place) -> Counter[str]``: it does its worst for a
while, in bounded number, against ``place.urls`` of this machine, and says how it was answered.
``beside`` sends signed webhooks meanwhile, from a process of their own, as a provider would.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.crowd.figures import percentile
from bench.crowd.installation import PATIENCE, Installation, Servers
from tests.fixtures.servers import ROOT, serve_embedded

RATE = 10  # webhooks a second: a line at work
CALM_SECONDS, LEAD_SECONDS, TAIL_SECONDS = 5, 1.0, 3.0


@dataclass(frozen=True)
class Place:
    """A running installation: where a visitor and the provider reach it."""

    name: str
    url: str  # where visitors go; in production any of its processes answers there
    auth_token: str


Attack = Callable[[Place], Counter[str]]


@dataclass(frozen=True)
class Found:
    """Webhooks beside one attack, in milliseconds, and what the attackers were answered."""

    p50: float
    p99: float
    worst: float
    failed: int
    lost: int  # callers who were not given a place in the queue
    sent: int
    answers: Counter[str]


@contextmanager
def embedded() -> Iterator[Place]:
    """What ``make run`` starts: one process, SQLite."""
    with tempfile.TemporaryDirectory(prefix="permanence-bench-") as folder:
        served = serve_embedded("bench-strangers", Path(folder), patience=PATIENCE)
        try:
            keys = json.loads((served.instance / "secrets.json").read_text())
            yield Place("embedded", served.url, keys["TWILIO_AUTH_TOKEN"])
        finally:
            served.stop()


@contextmanager
def production() -> Iterator[Place]:
    """PostgreSQL, Redis, two web processes that share a port, a worker."""
    with (
        Servers() as servers,
        Installation("bench-strangers", 2, servers.postgres, servers.redis_url) as line,
    ):
        servers.durable()
        line.start_webs()
        url = f"http://127.0.0.1:{line.port}"
        yield Place("production, 2 web processes", url, line.environment["TWILIO_AUTH_TOKEN"])


def beside(place: Place, attack: Attack) -> Found:
    """Attack while webhooks come in; how they fared from the attack's start to its end."""
    sender = _webhooks(place, LEAD_SECONDS)
    found: list[Counter[str]] = []
    attacking = threading.Thread(target=lambda: found.append(attack(place)))
    attacking.start()
    results = []
    while attacking.is_alive() or not results:
        results.append(sender.result())
        if attacking.is_alive():
            sender = _webhooks(place, 0.0)
    attacking.join()
    results.append(_webhooks(place, 0.0, TAIL_SECONDS).result())
    return _figures(results, found[0] if found else Counter())


def calm(place: Place) -> Found:
    """Webhooks with nobody else there."""
    return _figures([_webhooks(place, 0.0, CALM_SECONDS).result()], Counter())


@dataclass
class _Sender:
    popen: subprocess.Popen[str]

    def result(self) -> dict[str, list[float]]:
        printed, _errors = self.popen.communicate()
        return dict(json.loads(printed))


def _webhooks(place: Place, lead: float, seconds: float = 5.0) -> _Sender:
    words = [f"{place.url}/voice/incoming", place.url, place.auth_token, str(RATE), str(seconds)]
    popen = subprocess.Popen(
        [sys.executable, "-m", "bench.sender", *words], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    time.sleep(lead)
    return _Sender(popen)


def _figures(results: list[dict[str, list[float]]], answers: Counter[str]) -> Found:
    values = [1000 * value for each in results for value in each["latencies"]]
    statuses = [status for each in results for status in each["statuses"]]
    return Found(
        percentile(values, 0.5),
        percentile(values, 0.99),
        max(values),
        sum(1 for status in statuses if status != 200),
        sum(not kept for each in results for kept in each["kept"]),
        len(values),
        answers,
    )
