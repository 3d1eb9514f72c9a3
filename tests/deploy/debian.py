"""Programs of Debian that the deployment needs: those of this machine, else unpacked from their packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

PLACES = "/usr/sbin:/usr/bin:/sbin:/bin"


@cache
def program(name: str, package: str) -> str:
    """Path of a program; skips loudly when it cannot be had, fails in continuous integration."""
    found = shutil.which(name) or shutil.which(name, path=PLACES) or _unpacked(name, package)
    if found:
        return found
    says = (
        f"NO {name.upper()}: neither here nor in Debian's package {package}; this proves nothing."
    )
    if os.environ.get("CI") == "true":
        pytest.fail(says)
    pytest.skip(says)


def _unpacked(name: str, package: str) -> str | None:
    """From the package, downloaded into a folder of its own: needs neither root nor an up-to-date apt."""
    folder = Path(tempfile.mkdtemp(prefix="permanence-deb-"))
    private = [
        *("-o", f"Dir::State::lists={folder}/lists", "-o", f"Dir::Cache={folder}/cache"),
        *("-o", "Debug::NoLocking=1"),
    ]
    for part in ("lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True)
    for command in (["update"], ["download", package]):
        words = ["apt-get", *private, *command]
        try:
            done = subprocess.run(words, cwd=folder, capture_output=True, check=False, timeout=90)
        except (OSError, subprocess.TimeoutExpired):
            return None
        if done.returncode:
            return None
    for file in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", file, folder / "root"], check=True)
    return next((str(each) for each in folder.glob(f"root/usr/*bin/{name}")), None)
