"""The set-up speaks to a newcomer: each foreseeable failure says what to do, with no traceback."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "bin"))
    import steps

    return steps


@pytest.fixture
def serving(steps: ModuleType) -> ModuleType:
    import serving

    return serving


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("NewConnectionError: Failed to establish a new connection", "could not be reached"),
        ("npm error code ECONNREFUSED", "could not be reached"),
        ("npm error code EAI_AGAIN", "could not be reached"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM", "not the one recorded"),
        ("npm error code EINTEGRITY", "not the one recorded"),
        ("error: Hash mismatch for `flask==3.1.3`", "not the one recorded"),
        (
            "error: Failed to fetch: `…/flask/`: error sending request for url",
            "could not be reached",
        ),
        ("error: No solution found when resolving dependencies", "could not be reached"),
        ("something else broke", "something else broke"),
    ],
)
def test_a_failed_download_is_explained(steps: ModuleType, output: str, said: str) -> None:
    error = steps.explain(output, "the packages", "type make run")
    assert said in error.happened
    assert error.todo


@pytest.mark.parametrize("port", ["0", "70000", "cinq", "-1", "5000x"])
def test_a_port_that_is_none_is_refused(
    serving: ModuleType, monkeypatch: pytest.MonkeyPatch, port: str
) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(Exception, match="not a port number"):
        serving.asked_port()


def test_a_busy_port_names_another_one(serving: ModuleType) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Exception, match="is busy") as caught:
            serving.check_port("127.0.0.1", port)
    assert f"PORT={port + 1}" in caught.value.todo


def test_make_run_on_a_busy_port_exits_at_once_without_traceback() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        result = subprocess.run(
            [sys.executable, "bin/setup.py", "--run"],
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", "PORT": str(other.getsockname()[1])},
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
    assert result.returncode == 1
    assert "is busy" in result.stderr
    assert "What to do" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_entry_is_readable_by_an_old_python() -> None:
    """bin/setup.py must parse under Python 3.6 to be able to say that it is too old."""
    import ast

    ast.parse((ROOT / "bin" / "setup.py").read_text(), feature_version=(3, 6))


def test_too_little_disk_is_said_before_anything_is_installed(
    steps: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 5_000_000})
    monkeypatch.setattr(steps.shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(steps.SetupError, match="Only 5 MB"):
        steps.check_disk()


def test_python_locks_pin_every_package_with_hashes_and_name_no_host() -> None:
    for lock in ROOT.glob("requirements*.txt"):
        text = lock.read_text()
        pinned = re.findall(r"^[a-z0-9][^ =]*==[^ ]+.*$", text, re.MULTILINE)
        assert pinned
        assert all(line.endswith("\\") for line in pinned), f"{lock.name}: one has no hash"
        assert "http" not in re.sub(r"^\s*#.*$|^[a-z].*==.*$", "", text, flags=re.MULTILINE)
        assert not re.search(r"^--", text, re.MULTILINE)


def test_front_end_lock_has_integrity_and_no_address() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, entry in packages.items():
        if name:
            assert entry["integrity"].startswith("sha512-")
            assert "resolved" not in entry


def test_the_front_end_files_that_templates_load_are_all_copied(steps: ModuleType) -> None:
    wanted = set()
    for template in (ROOT / "templates").rglob("*.html"):
        wanted |= set(re.findall(r"vendor/([\w.-]+\.js)", template.read_text()))
    assert wanted <= set(steps.FRONT_FILES)


def test_every_setting_is_in_the_sample() -> None:
    from app.foundation.config import SETTINGS

    sample = (ROOT / ".env.example").read_text()
    missing = [s.name for s in SETTINGS if not re.search(rf"^#? ?{s.name}=", sample, re.MULTILINE)]
    assert not missing
