"""docs/operations.md's ten lines, typed as they stand, lead to an installation that answers.

What they cannot do in a folder (packages, users, systemd, a certificate) is done by programs of the same
name (machine.py). What they lead to is real: settings, PostgreSQL, Redis, web processes, workers, nginx.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import re
import socket
import ssl
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.debian import program
from tests.deploy.front import ROOT
from tests.deploy.machine import Machine
from tests.fixtures.databases import Postgres

pytestmark = pytest.mark.processes

DOMAIN = "permanence.example.org"
PAGE = (ROOT / "docs" / "operations.md").read_text()


def ten_lines() -> list[str]:
    """The lines that the page says this test follows."""
    block = re.search(
        r"<!-- tests/deploy/test_ten_lines.py follows.*?-->\n```sh\n(.*?)```", PAGE, re.DOTALL
    )
    assert block is not None
    return block[1].strip().splitlines()


@pytest.fixture(scope="module")
def machine(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    root = tmp_path_factory.mktemp("machine")
    name = "permanence_installed"
    machine = Machine(root, postgres.directory, name, {})
    machine.edits |= {
        "DATABASE_URL": f'"postgresql:///{name}?host={postgres.directory}&user={name}"',
        "INSTANCE_DIR": str(root / "var/lib/permanence"),
        "LINE_NUMBER": "+33199000100",
        "SMTP_URL": "smtp://127.0.0.1:9",
        "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
        "TWILIO_AUTH_TOKEN": "2" * 32,
        "TWILIO_API_KEY": "SK" + "3" * 32,
        "TWILIO_API_SECRET": "4" * 32,
        "TWILIO_TWIML_APP_SID": "AP" + "5" * 32,
        "TWILIO_API_BASE_URL": "http://127.0.0.1:9/carrier",
        "ALLOW_DEMO": "1",  # for that address: nobody answers there, and without TLS
    }
    yield machine
    machine.stop()
    postgres.drop(name)
    postgres.execute(f"DROP ROLE IF EXISTS {name}")


def answer(port: int, path: str, *, tls: bool = False) -> tuple[int, str]:
    """Status and body of an address of the installation, whoever signed its certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with contextlib.ExitStack() as stack:
            opened = stack.enter_context(socket.create_connection(("127.0.0.1", port), 10))
            if tls:
                opened = stack.enter_context(context.wrap_socket(opened, server_hostname=DOMAIN))
            words = f"GET {path} HTTP/1.1\r\nHost: {DOMAIN}\r\nConnection: close\r\n\r\n"
            opened.sendall(words.encode())
            said = b"".join(iter(lambda: opened.recv(1 << 16), b"")).decode()
    except OSError:
        return 0, ""
    return int(said.split()[1]) if said else 0, said


def eventually(port: int, path: str, seconds: float = 90) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer(port, path)[0] == 200:
            return True
        time.sleep(0.2)
    return False


@pytest.mark.timeout(400)
def test_the_page_leads_to_an_installation_that_answers(machine: Machine) -> None:
    lines = ten_lines()
    assert len(lines) <= 10
    provision = next(number for number, line in enumerate(lines) if "telephony provision" in line)
    for line in lines[:provision]:
        machine.type(line)
    for port in ("5001", "5002"):
        ready = eventually(machine.ports[port], "/health/ready")
        assert ready, (machine.root / f"var/log/permanence-web@{machine.ports[port]}").read_text()
    for worker in ("permanence-worker@1", "permanence-worker@2"):
        assert machine.processes[worker].poll() is None, (
            machine.root / "var/log" / worker
        ).read_text()

    settings = machine.root / "etc/permanence.env"
    assert stat.S_IMODE(settings.stat().st_mode) == 0o600
    instance = machine.root / "var/lib/permanence"
    assert stat.S_IMODE(instance.stat().st_mode) == 0o700
    assert not list(instance.glob("*.sqlite"))  # no database beside the real one
    assert not (machine.root / "srv/permanence/instance").exists()

    front = machine.front()
    front.start()
    try:
        status, page = answer(front.https, "/sign-in", tls=True)
        assert (status, "<form" in page) == (200, True)
    finally:
        front.stop()

    # The provider is not there: everything else of the last lines is tried without it.
    account = lines[provision].split("&& ")[1]
    assert "Compte ajouté" in machine.type(account, answers="un-mot-de-passe-solide\n" * 2)
    environment = {**os.environ, **machine.environment}
    doctor = subprocess.run(["bin/manage", "doctor"], cwd=machine.root / "srv/permanence", env=environment,
                            capture_output=True, text=True, check=False)  # fmt: skip
    for word in (
        "✓ base : postgresql",
        "✓ Redis : répond",
        "✓ disque",
        "✗ mail",
        "✗ certificat",
        "✗ horloge",
    ):
        assert word in doctor.stdout, doctor.stdout + doctor.stderr
    assert doctor.returncode == 1
    assert "Traceback" not in doctor.stderr

    kept = settings.read_text()
    again = machine.type(next(line for line in lines if "deploy/prepare" in line))
    assert "kept" in again
    assert settings.read_text() == kept

    assert stat.S_IMODE((machine.root / "var/backups/permanence").stat().st_mode) == 0o700
    asked = [" ".join(words) for words in machine.asked()]
    assert any(words.startswith("sudo -u postgres createuser") for words in asked)
    assert any("permanence-backup.timer" in words for words in asked)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "There are no settings"),
        ("SECRET_KEY=x\n", "has no DATABASE_URL, no INSTANCE_DIR"),
        ("SECRET_KEY\n", "line 1, is no setting"),
        ('MAIL_FROM="x\n', "quotation mark"),
    ],
)
def test_no_command_runs_without_the_services_settings(
    tmp_path: Path, content: str | None, says: str
) -> None:
    path = tmp_path / "permanence.env"
    if content is not None:
        path.write_text(content)
    environment = {**os.environ, "PERMANENCE_ENV": str(path), "PERMANENCE_USER": getpass.getuser()}
    done = subprocess.run([ROOT / "bin/manage", "db", "upgrade"], cwd=tmp_path, env=environment,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert [each.name for each in tmp_path.iterdir()] in ([], ["permanence.env"])


NO_DOMAINS = ("https://a.example", "A.example", "localhost", "a..example", "-a.example", "a b", "")


@pytest.mark.parametrize("domain", NO_DOMAINS)
def test_a_domain_that_is_none_is_refused(tmp_path: Path, domain: str) -> None:
    done = say(ROOT / "deploy/prepare", domain, "--root", tmp_path)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def say(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program; what it printed."""
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_settings_file_says_the_same_to_systemd_and_to_a_shell(tmp_path: Path) -> None:
    subprocess.run(
        [ROOT / "deploy/prepare", DOMAIN, "--root", tmp_path], check=True, capture_output=True
    )
    path = tmp_path / "etc/permanence.env"
    show = "import os, json; print(json.dumps(dict(os.environ)))"
    shell = subprocess.run(
        ["sh", "-c", f"set -a; . {path}; python3 -c '{show}'"],
        capture_output=True,
        text=True,
        check=True,
    )
    by_shell = json.loads(shell.stdout)
    read = "import runpy, json, pathlib; print(json.dumps(runpy.run_path('bin/manage')['read'](pathlib.Path(%r))))"
    manage = subprocess.run(
        ["python3", "-c", read % str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    by_manage = json.loads(manage.stdout)
    assert by_manage["MAIL_FROM"] == f"Permanence <ne-pas-repondre@{DOMAIN}>"
    assert {name: by_shell[name] for name in by_manage} == by_manage
    assert len(by_manage["SECRET_KEY"]) >= 32
    other = tmp_path / "other"
    subprocess.run(
        [ROOT / "deploy/prepare", DOMAIN, "--root", other], check=True, capture_output=True
    )
    assert (
        other / "etc/permanence.env"
    ).read_text() != path.read_text()  # nobody's secrets are another's


def test_an_older_installation_gets_a_key_and_keeps_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "etc/permanence.env"
    path.parent.mkdir()
    path.write_text("SECRET_KEY=mine\nENCRYPTION_KEYS=\n")
    say(ROOT / "deploy/prepare", DOMAIN, "--root", tmp_path)
    once = path.read_text()
    assert once.startswith("SECRET_KEY=mine\nENCRYPTION_KEYS=\n")
    assert re.search(r"(?m)^ENCRYPTION_KEYS=\S{44}$", once)
    say(ROOT / "deploy/prepare", DOMAIN, "--root", tmp_path)
    assert path.read_text() == once


def test_a_file_that_somebody_changed_is_not_written_over(tmp_path: Path) -> None:
    say(ROOT / "deploy/prepare", DOMAIN, "--root", tmp_path)
    unit = tmp_path / "etc/systemd/system/permanence-web@.service"
    ours = unit.read_text()
    unit.write_text("[Service]\n")
    say(ROOT / "deploy/prepare", DOMAIN, "--root", tmp_path)
    assert unit.read_text() == "[Service]\n"
    assert unit.with_name(unit.name + ".new").read_text() == ours


@pytest.mark.parametrize(
    "unit", sorted(path.name for path in (ROOT / "deploy").glob("permanence-*"))
)
def test_systemd_takes_each_unit(unit: str, tmp_path: Path) -> None:
    """As `systemd-analyze verify` reads them, their program where they say it is."""
    analyze = program("systemd-analyze", "systemd")
    for path in (ROOT / "deploy").glob("permanence-*"):
        (tmp_path / path.name).write_text(path.read_text().replace("/srv/permanence", str(ROOT)))
    name = unit.replace("@.", "@5001.")
    done = say(analyze, "verify", "--man=no", tmp_path / name)
    ours = [line for line in done.stderr.splitlines() if "permanence" in line]
    assert not ours, done.stderr


def test_every_unit_is_guarded_alike() -> None:
    for path in (ROOT / "deploy").glob("permanence-*.service"):
        text = path.read_text()
        for line in (
            "User=permanence",
            "UMask=0077",
            "StateDirectory=permanence",
            "StateDirectoryMode=0700",
            "EnvironmentFile=/etc/permanence.env",
            "ProtectSystem=strict",
            "NoNewPrivileges=yes",
        ):
            assert line in text, f"{path.name} has no {line}"
        if "@" in path.name:
            assert "LimitNOFILE=65536" in text
