"""Permanence is down: a static file on another machine takes a number; back up, it calls back.

The carrier stays, as a provider does; the files are served by Python's own bare file server.
"""

from __future__ import annotations

import functools
import signal
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import create_engine, text

from tests.fixtures.databases import free_port
from tests.fixtures.servers import (
    CONTROL_TOKEN,
    GUNICORN,
    LINE_NUMBER,
    Process,
    Served,
    cluster_environment,
    copy_database,
    run_flask,
    wait_ready,
)
from tests.remote import Line, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]

SAMIRA, TYPED = "+33639980105", "0639980106"


class _Quiet(SimpleHTTPRequestHandler):
    """Python's file server, its log apart."""

    def log_message(self, format: str, *args: Any) -> None:
        """Numbers do not go to the console."""


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[str]:
    """Another machine, with nothing but the files that the command wrote."""
    folder = tmp_path / "secours"
    folder.mkdir()
    handler = functools.partial(_Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def installation(tmp_path: Path, apart: str, ready_instance: Path) -> Iterator[Served]:
    """One web process on SQLite, its carrier in a process of its own, the fallback provisioned."""
    port, carrier_port = free_port(), free_port()
    url, carrier_url = f"http://localhost:{port}", f"http://127.0.0.1:{carrier_port}/carrier"
    opened = copy_database(ready_instance, tmp_path / "instance")
    environment = cluster_environment("", "", url) | {
        **opened,
        "PORT": str(port),
        "INSTANCE_DIR": str(tmp_path / "instance"),
        "TWILIO_API_BASE_URL": carrier_url,
        "FALLBACK_URL": f"{apart}/secours.xml",
        "RECONCILE_SECONDS": "1",
        "LINE_NUMBER": LINE_NUMBER,
    }
    run_flask(environment, "telephony", "fallback", "--out", str(tmp_path / "secours"))
    carrier = Process(
        "outage-carrier",
        [
            *(sys.executable, "-m", "carrier", "--strict", "--port", str(carrier_port)),
            *("--application", url, "--number", LINE_NUMBER, "--speech-rate", "0"),
            *("--control-token", CONTROL_TOKEN),
        ],
        environment,
    )
    web = Process("outage-web", GUNICORN, environment)
    served = Served([url], [carrier, web], tmp_path / "instance", environment, carrier_url)
    try:
        wait_ready(f"{url}/health/ready", web)
        assert "réglé (voice_fallback_url" in served.flask("telephony", "provision")
        yield served
    finally:
        served.stop()


def rows(served: Served, query: str) -> list[tuple[Any, ...]]:
    """What the database holds, read beside the application."""
    engine = create_engine(f"sqlite:///{served.instance / 'permanence.sqlite'}")
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


def press(line: Line, sid: str, keys: str) -> None:
    answer = line.http.post(f"{line.url}/calls/{sid}/keys", json={"keys": keys}, timeout=30)
    assert answer.ok, answer.text


def test_a_number_typed_during_an_outage_becomes_a_call_back(installation: Served) -> None:
    served, line = installation, Line(installation.carrier_url)

    def compared() -> Any:
        return rows(served, "SELECT seen_until FROM provider_link")[0][0]

    wait_until(compared, 30, "no comparison with the provider")
    web = served.processes[1]
    web.stop(signal.SIGKILL)
    typing, waiting = line.dial(SAMIRA), line.dial("+33639980107")
    line.hears(typing, "dix chiffres", 30)
    press(line, typing, TYPED)
    line.hears(typing, "nous vous rappellerons dès que possible", 30)
    line.hears(waiting, "souci technique", 30)
    line.hang_up(waiting)  # she types nothing

    web.start()
    wait_ready(f"{served.url}/health/ready", web)
    wait_until(
        lambda: len(rows(served, "SELECT id FROM callbacks")) == 2, 60, "nobody is called back"
    )
    promised = rows(served, "SELECT number, source, state FROM callbacks ORDER BY number")
    assert promised == [("+33639980106", "outage", "open"), ("+33639980107", "outage", "open")]
    (drifts,) = rows(served, "SELECT count(*) FROM drifts WHERE kind = 'outage_call' AND repaired")
    assert drifts == (2,)
    calls = "SELECT outcome FROM calls WHERE direction = 'in'"
    assert rows(served, calls) == [("callback",)] * 2
    before = compared()
    wait_until(lambda: compared() != before, 30, "no further comparison")
    assert len(rows(served, calls)) == 2  # counted once
    assert len(rows(served, "SELECT id FROM callbacks")) == 2
    page = requests.get(f"{served.url}/metrics", timeout=10).text
    assert 'permanence_drifts{kind="outage_call"} 2.0' in page
