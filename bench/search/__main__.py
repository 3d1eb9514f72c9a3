"""``python -m bench.search [--persons N] [--dossiers N]``: search, dossier and list among a million persons.

In this process, by the product's own search and routes (a dossier's page, a portfolio of 5,000), on SQLite and
PostgreSQL. Goals: search p95 ≤ 100 ms, dossier p95 ≤ 50 ms, list p95 ≤ 150 ms.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from app.accounts.models import Agent, Presence
from app.dossiers.finding import search
from app.factory import create_app
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from bench.search import load
from bench.search.people import Bench, persons, questions
from tests.clients import StaffClient, forget_who_asked
from tests.fakes import fake_ports
from tests.fixtures.databases import Postgres
from tests.fixtures.settings import make_settings

ASKED_FOR = 60  # persons who are looked for, in each way
MAIL = "bench@permanence.example"
SHOWN = 8  # of the palette
GOALS = {"search": 100, "dossier": 50, "list": 150}


@dataclass
class Times:
    """Milliseconds that passed, those that this process worked itself, and which searches found whom they were for."""

    of: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)
    found: dict[str, list[bool]] = field(default_factory=dict)

    def time(self, name: str, task: Callable[[], object]) -> object:
        """Run a task and keep how long it took."""
        started, worked = time.perf_counter(), time.process_time()
        result = task()
        passed, used = time.perf_counter() - started, time.process_time() - worked
        for each in (name, "search") if name not in GOALS else (name,):
            self.of.setdefault(each, []).append(passed * 1000)
            self.cpu.setdefault(each, []).append(used * 1000)
        return result


def percentile(values: list[float], share: float) -> float:
    """The value under which this share of them is."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure(app: Flask, size: Bench) -> Times:
    """Search for some persons in every way, look at their dossiers and at a portfolio."""
    times, chance = Times(), random.Random(5)
    chosen = set(chance.sample(range(1, size.persons + 1), ASKED_FOR))
    known = {number: person for number, person, _ in persons(size) if number in chosen}
    with app.app_context():
        client: StaffClient = app.test_client()  # type: ignore[assignment]
        client.sign_in(db.session.get_one(Agent, 1))
        for number, person in known.items():
            for kind, text in questions(chance, [person]):
                results = times.time(kind, lambda text=text: search.search(text, shown=SHOWN))  # type: ignore[misc]
                there = number in [each.person.id for each in results.found]  # type: ignore[attr-defined]
                times.found.setdefault(kind, []).append(there)
                db.session.remove()
            forget_who_asked()
            path = f"/dossiers/{chance.randrange(1, size.dossiers + 1)}"
            assert times.time("dossier", lambda path=path: client.get(path)).status_code == 200  # type: ignore[attr-defined, misc]
            path = f"/dossiers?scope=mine&page={chance.randrange(1, 250)}"
            assert times.time("list", lambda path=path: client.get(path)).status_code == 200  # type: ignore[attr-defined, misc]
    return times


def told(name: str, times: Times) -> bool:
    """Print the figures of one database; are the goals reached?"""
    print(f"\n{name}\n  {'':22} {'p50 ms':>8} {'p95 ms':>8} {'worst':>8} {'own p95':>8}   found")
    for kind, values in sorted(times.of.items(), key=lambda each: each[0] in GOALS):
        held = times.found.get(kind)
        share = (
            f"{100 * sum(held) / len(held):.0f} %"
            if held and kind not in ("nobody", "organisme")
            else ""
        )
        goal = f"(goal {GOALS[kind]})" if kind in GOALS else ""
        print(
            f"  {kind:22} {percentile(values, 0.5):>8.1f} {percentile(values, 0.95):>8.1f}"
            f" {max(values):>8.1f} {percentile(times.cpu[kind], 0.95):>8.1f}   {share}{goal}"
        )
    return all(percentile(times.of[kind], 0.95) <= goal for kind, goal in GOALS.items())


def main() -> None:
    """Build, load, measure; exit code 1 when a goal is missed."""
    asked = argparse.ArgumentParser(prog="bench.search")
    asked.add_argument("--persons", type=int, default=1_000_000)
    asked.add_argument("--dossiers", type=int, default=2_000_000)
    asked.add_argument("--only", choices=["sqlite", "postgresql"])
    options = asked.parse_args()
    size = Bench(options.persons, options.dossiers)
    folder = Path(tempfile.mkdtemp(prefix="permanence-bench-"))
    postgres = None
    try:
        started = time.perf_counter()
        load.write(folder, size)
        print(
            f"{size.persons} persons and {size.dossiers} dossiers written in {time.perf_counter() - started:.0f} s"
        )
        reached = True
        for name in ("sqlite", "postgresql"):
            if options.only not in (None, name):
                continue
            if name == "postgresql":
                postgres = Postgres(Path(tempfile.mkdtemp(prefix="permanence-bench-")))
                database = postgres.create()
                url = postgres.url(database)
            else:
                url = f"sqlite:///{folder}/bench.db"
            app = create_app(
                make_settings(database_url=url, instance_dir=folder / name), fake_ports()
            )
            app.test_client_class = StaffClient
            with app.app_context():
                upgrade()
                with unit_of_work():
                    db.session.add(
                        Agent(email=MAIL, display_name="Bench", password_hash="!", role="back")
                    )
                    db.session.flush()
                    db.session.add(
                        Presence(agent_id=1, chosen_since=clock.now(), idle_since=clock.now())
                    )
                db.session.remove()
                db.engine.dispose()
            started = time.perf_counter()
            if postgres is not None:
                load.into_postgresql(folder, postgres.dsn(database))
            else:
                load.into_sqlite(folder, folder / "bench.db")
            print(f"{name}: loaded in {time.perf_counter() - started:.0f} s")
            reached = told(name, measure(app, size)) and reached
    finally:
        if postgres is not None:
            postgres.server.cleanup()
            shutil.rmtree(postgres.directory, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    raise SystemExit(0 if reached else 1)


if __name__ == "__main__":
    main()
