"""``python -m bench.crowd.line PLAN``: the local carrier with callers of its own, in one process.

PLAN is a ``Plan`` as JSON. Callers are driven through the carrier's code driver. What they lived, and
how long each webhook took as the carrier saw it, is printed as JSON when all have hung up.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

# ruff: noqa: E402 - nothing may be imported before
import gc
import json
import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from queue import Queue
from typing import Any
from urllib.parse import urlsplit

import gevent
from gevent.pywsgi import WSGIServer
from urllib3 import BaseHTTPResponse, PoolManager
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import NewConnectionError, ProtocolError

from bench.crowd.figures import Latencies
from carrier import standalone
from carrier.current import EXTENSION
from carrier.driving.fakes import FakeCall
from carrier.webhooks.fetching import Answer

CONNECTIONS = 64
UPSTREAMS = 3
PATIENT = 600.0  # seconds that a caller who stays would stay


@dataclass(frozen=True)
class Plan:
    """What the callers do. Seconds everywhere.

    ``rate`` new calls a second, or, with ``live``, as many as keep that many calls live (never
    more than ``rate`` a second). ``talk`` is a mean; ``leaving`` the share of callers who hang up
    after ``patience`` if nobody has answered. ``goodbye`` after the last one has dialled, all those
    who talk say goodbye.
    """

    seconds: float
    rate: float
    live: int = 0
    talk: float = 20.0
    leaving: float = 0.0
    patience: float = 15.0
    agents: list[int] = field(default_factory=list)
    carrier: list[str] = field(default_factory=list)
    settle: float = 120.0
    goodbye: float = 600.0
    seed: int = 1


@dataclass
class Lived:
    """What one caller lived; instants are seconds since the epoch."""

    sid: str
    dialled: float
    talked: float | None = None
    ended: float | None = None
    left: str = ""  # who ended it: "waiting" or "talking" (the caller), "line"
    heard_apology: bool = False


class Callers:
    """Everybody who rings."""

    def __init__(self, carrier: Any, plan: Plan) -> None:
        self.driver = carrier.driver
        self.plan = plan
        self.random = random.Random(plan.seed)
        self.goodbye = float("inf")
        self.lived: list[Lived] = []
        self.live = 0

    def ring(self) -> None:
        """Dial for as long as the plan says, then wait until everybody has hung up."""
        began, number = time.monotonic(), 0
        over, tasks = began + self.plan.seconds, []
        self.goodbye = over + self.plan.goodbye
        while (now := time.monotonic()) < over:
            due = began + number / self.plan.rate
            if now < due or (self.plan.live and self.live >= self.plan.live):
                gevent.sleep(max(0.002, min(0.05, due - now)))
                continue
            number += 1
            tasks.append(gevent.spawn(self.caller, number))
            if self.plan.live and time.monotonic() > due + 1:
                began += time.monotonic() - due  # a full line made no debt of calls
        gevent.joinall(tasks, timeout=self.plan.settle)
        for task in tasks:
            task.kill(block=False)

    def caller(self, number: int) -> None:
        """One caller, from dialling to the end."""
        call = self.driver.dial(f"+336{number:08d}")
        lived = Lived(call.sid, time.time())
        self.lived.append(lived)
        self.live += 1
        try:
            self._live(call, lived)
        finally:
            self.live -= 1
            lived.ended = time.time() if call.state == "ended" else None
            lived.heard_apology = any("souci technique" in words for words in call.heard)

    def _live(self, call: FakeCall, lived: Lived) -> None:
        leaves = self.random.random() < self.plan.leaving
        talk = 2 + self.random.expovariate(1 / max(0.1, self.plan.talk - 2))
        if not reached(call, ("talking", "ended"), self.plan.patience if leaves else PATIENT):
            lived.left = "waiting"
            hang_up(call)
            return
        if call.state == "talking":
            lived.talked = time.time()
            most = max(2.0, self.goodbye - time.monotonic())
            if not reached(call, ("ended",), min(talk, 6 * self.plan.talk, most)):
                lived.left = "talking" if call.state in ("talking", "held") else "waiting"
                hang_up(call)
                return
        lived.left = "line"


def reached(call: FakeCall, states: tuple[str, ...], seconds: float) -> bool:
    """Wait until the call is in one of ``states``; False when the time is over."""
    with call.changed:
        return bool(call.changed.wait_for(lambda: call.state in states, seconds))


def hang_up(call: FakeCall) -> None:
    """The caller hangs up, unless the call is over already."""
    if call.sid in call.exchange.board.legs:
        call.hang_up()


class InTurn(HTTPConnectionPool):
    """Connections take turns: a provider asks from many hosts, and a balancer shares them out.

    (The last one used would be taken first, and one web process get most of the work.)
    """

    QueueCls = Queue


class Balancer(PoolManager):
    """When a process dies with a request in hand, another one is asked.

    As ``deploy/nginx.conf`` has it for all that the provider asks (``proxy_next_upstream error …
    non_idempotent``): a request and the one to the fallback address may else both meet the process
    that is dying, and no line of ours is open to the provider without a balancer.
    """

    def __init__(self) -> None:
        super().__init__(num_pools=8, maxsize=CONNECTIONS, retries=False)
        self.pool_classes_by_scheme = {"http": InTurn}

    def request(self, *args: Any, **named: Any) -> BaseHTTPResponse:
        """One request, put to as many as ``UPSTREAMS`` processes."""
        for _ in range(UPSTREAMS - 1):
            try:
                return super().request(*args, **named)
            except (ProtocolError, NewConnectionError):
                continue
        return super().request(*args, **named)


def timed(function: Callable[..., Answer], found: Latencies) -> Callable[..., Answer]:
    """How the carrier asks, its time noted by path."""

    def ask(url: str, *more: Any, **named: Any) -> Answer:
        began, ok = time.perf_counter(), False
        try:
            answer = function(url, *more, **named)
            ok = answer.ok
            return answer
        finally:
            found.add(urlsplit(url).path, time.perf_counter() - began, ok=ok)

    return ask


def told() -> None:
    """Wait for a line of input, or its end; the carrier goes on meanwhile."""
    gevent.get_hub().threadpool.apply(sys.stdin.readline)


def main() -> None:
    """Serve the carrier, let the callers ring, print what they lived."""
    plan = Plan(**json.loads(sys.argv[1]))
    args = standalone.arguments(plan.carrier)
    app = standalone.create_standalone(standalone.settings_of(args, os.environ), (), "gevent")
    carrier = app.extensions[EXTENSION]
    found, hooks = Latencies(), carrier.exchange.webhooks
    hooks.ask = timed(hooks.ask, found)
    hooks.pool = Balancer()
    for agent_id in plan.agents:
        carrier.driver.agent(f"agent_{agent_id}")
    WSGIServer(standalone.listener(args.host, args.port), app, log=None).start()
    gc.collect()
    gc.freeze()
    print("ready", flush=True)
    told()  # the agents are at their desks
    callers = Callers(carrier, plan)
    callers.ring()
    report = {
        "calls": [asdict(each) for each in callers.lived],
        "webhooks": found.report(),
        "alerts": len(carrier.exchange.board.alerts),
        "still_on_the_line": sum(not leg.over for leg in carrier.exchange.board.legs.values()),
    }
    print(json.dumps(report), flush=True)
    told()  # webhooks leave and REST requests are answered until the end


if __name__ == "__main__":
    main()
