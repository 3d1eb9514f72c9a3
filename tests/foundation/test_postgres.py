"""How a served process waits for PostgreSQL: gevent must patch first, hence a process of its own."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from app.factory import create_app
from app.foundation import postgres as postgres_module
from tests.fakes import fake_ports
from tests.fixtures.databases import Postgres
from tests.fixtures.servers import ROOT, clean_environment
from tests.fixtures.settings import make_settings

BEGIN = """
    from gevent import monkey
    monkey.patch_all()
    import sys, gevent, psycopg
    from app.foundation.postgres import PromptConnection

    def connect():
        return PromptConnection.connect(sys.argv[1], autocommit=True)

    ticks = []
    def tick(pause=0.0):
        while True:
            ticks.append(1)
            gevent.sleep(pause)
"""


def served(postgres: Postgres, script: str) -> str:
    """Run a script as a served process runs; what it printed."""
    words = [sys.executable, "-c", textwrap.dedent(BEGIN) + textwrap.dedent(script)]
    result = subprocess.run(
        [*words, postgres.dsn("postgres")],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_answers_errors_and_long_results_come_through(postgres: Postgres) -> None:
    said = served(
        postgres,
        """
        one = connect()
        print(one.execute("SELECT 42").fetchone())
        try:
            one.execute("SELECT 1 / 0")
        except psycopg.errors.DivisionByZero:
            print("refused")
        rows = one.execute("SELECT n, repeat('é', 200) FROM generate_series(1, 20000) n").fetchall()
        print(len(rows), rows[-1][0])
        print(len(one.execute("SELECT length(%s)", ["x" * 3_000_000]).fetchone()))
        with one.transaction():
            one.execute("CREATE TEMP TABLE t AS SELECT 7 AS n")
        print(one.execute("SELECT n FROM t").fetchone())
        """,
    )
    assert said.splitlines() == ["(42,)", "refused", "20000 20000", "1", "(7,)"]


@pytest.mark.parametrize(
    ("pause", "asked", "moment"),
    # All of the prompt ones must be so, on a busy machine too: only their number gives others a turn.
    [(0.01, ["SELECT pg_sleep(0.5)"], postgres_module.MOMENT_MS), (0, ["SELECT 1"] * 200, 60_000)],
    ids=["a slow answer", "many prompt ones"],
)
def test_others_work_meanwhile(
    postgres: Postgres, pause: float, asked: list[str], moment: int
) -> None:
    said = served(
        postgres,
        f"""
        from app.foundation import postgres
        postgres.MOMENT_MS = {moment}
        one = connect()
        gevent.spawn(tick, {pause})
        for query in {asked}:
            one.execute(query)
        print(len(ticks) > 3)
        """,
    )
    assert said == "True"


def test_one_who_waits_for_a_lock_lets_its_holder_go_on(postgres: Postgres) -> None:
    said = served(
        postgres,
        """
        holder, other = connect(), connect()
        holder.execute("SELECT pg_advisory_lock(1)")

        def wait():
            other.execute("SELECT pg_advisory_lock(1)")
            return "got it"

        waits = gevent.spawn(wait)
        gevent.sleep(0.1)
        holder.execute("SELECT pg_advisory_unlock(1)")
        print(waits.get(timeout=10))
        """,
    )
    assert said == "got it"


def test_a_connection_that_the_server_closes_is_said_to_be_broken(postgres: Postgres) -> None:
    said = served(
        postgres,
        """
        one, other = connect(), connect()
        other.execute("SELECT pg_terminate_backend(%s)", [one.info.backend_pid])
        try:
            one.execute("SELECT pg_sleep(1)")
        except psycopg.OperationalError:
            print("broken", one.broken)
        """,
    )
    assert said == "broken True"


def test_a_server_that_says_nothing_is_given_up() -> None:
    settings = make_settings(database_url="postgresql+psycopg://p@127.0.0.1/p")
    waits = create_app(settings, fake_ports()).config["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"]
    assert waits["connect_timeout"] == 5
    assert waits["tcp_user_timeout"] == 10_000
