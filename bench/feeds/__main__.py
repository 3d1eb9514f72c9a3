# ruff: noqa: E501 (tables of words)
"""``python -m bench.feeds [--lines N]``: a file of persons imported, the same again, compared for duplicates.

In this process, by the product's own command path (``feeds.service.import_path``), on SQLite and PostgreSQL. Goal: 100,000
lines in under 120 s, in bounded memory. The bare limit beside it: the same lines cut and read, with no database.
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from flask_migrate import upgrade

from app.dossiers.duplicates import comparing
from app.dossiers.feeds import kinds, passes, plan, service
from app.dossiers.feeds.kinds import KINDS, Reading
from app.dossiers.feeds.plan import Told
from app.factory import create_app
from app.foundation import clock
from bench.search.people import FIRST, KNOWN, TOWNS
from tests.fakes import fake_ports
from tests.fixtures.databases import Postgres
from tests.fixtures.settings import make_settings

GOAL_S = 120
COMPARED = 5_000  # persons whose comparison is timed


def write(path: Path, count: int) -> None:
    """The same invented persons in each run."""
    rnd = random.Random(4)
    with path.open("w", encoding="cp1252", newline="") as out:
        out.write("Identifiant;Nom;Prénom;Date de naissance;Mail;Téléphone;Adresse\r\n")
        for n in range(count):
            born = date(1960, 1, 1) + timedelta(days=rnd.randrange(16_000))
            name, first = (
                f"{rnd.choice(KNOWN)}{rnd.choice(['', 'ot', 'el', 'in'])}",
                rnd.choice(FIRST),
            )
            out.write(
                f"ST-{n:06d};{name};{first};{born:%d/%m/%Y};p{n}@exemple.example;"
                f"{639980000 + n % 20_000_000};{n % 90 + 1} rue du Puits, {rnd.choice(TOWNS)}\r\n"
            )


def memory_mb() -> float:
    """The most that this process held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bare(path: Path) -> float:
    """Seconds to cut and read each line, with no database."""
    started = time.perf_counter()
    kind = KINDS["persons"]
    found = service.found_in(path, kind, Told())
    how = plan.check(kind, found)
    looked = passes.look(path, kind, how)
    reading = Reading(today=clock.now().date(), orders=looked.orders)
    for lines, _behind, _left in passes.blocks(passes.table_of(path, how), done=0):
        for line in lines:
            kinds.read(kind, line.cells, reading)
    return time.perf_counter() - started


def measure(url: str, instance: Path, path: Path, count: int, name: str) -> None:
    """Import, import again, compare; print."""
    app = create_app(make_settings(database_url=url, instance_dir=instance), fake_ports())
    with app.app_context():
        upgrade()
        limit, before = bare(path), memory_mb()
        started, busy = time.perf_counter(), time.process_time()
        service.import_path(path, "persons", Told(), source="", trial=False)
        first, own = time.perf_counter() - started, time.process_time() - busy
        started = time.perf_counter()
        service.import_path(path, "persons", Told(), source="", trial=False)
        again, held = time.perf_counter() - started, memory_mb() - before
        started, done = time.perf_counter(), 0
        while done < min(COMPARED, count) and (part := comparing.work(clock.now())):
            done += part
        compared = (time.perf_counter() - started) / max(1, done)
    print(
        f"{name}: {count} lines in {first:.0f} s (own {own:.0f} s, {count / first:.0f} a second, {first / limit:.1f} times reading alone, "
        f"goal {GOAL_S} s for 100,000), again {again:.0f} s, {held:+.0f} MB; a person compared in {compared * 1000:.1f} ms"
    )


def main() -> None:
    """Measure on both databases."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=100_000)
    count = parser.parse_args().lines
    folder = Path(tempfile.mkdtemp(prefix="bench-feeds-"))
    try:
        path = folder / "personnes.csv"
        write(path, count)
        measure(f"sqlite:///{folder}/bench.sqlite", folder / "one", path, count, "SQLite")
        server = Postgres(Path(tempfile.mkdtemp(prefix="permanence-bench-")))
        measure(server.url(server.create()), folder / "two", path, count, "PostgreSQL")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
