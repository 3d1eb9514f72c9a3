"""An identity provider beside the application, as a service would run its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.fixtures.databases import free_port
from tests.fixtures.settings import BASE_URL

ROOT = Path(__file__).resolve().parents[2]


class Provider:
    """The identity provider of the tests (tests/oidc_provider.py), in its own process."""

    def __init__(self) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "tests.oidc_provider", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT)
        self.issuer = f"http://127.0.0.1:{self.port}/api/v2"
        for _time in range(400):
            if self._answers():
                return
            time.sleep(0.05)
        raise RuntimeError("the identity provider of the tests does not start")

    def _answers(self) -> bool:
        try:
            self.says()
        except OSError:
            return False
        return True

    def says(self, **how: Any) -> None:
        """What it does from now on (tests.oidc_provider.Says); without a word: all as it should be."""
        body = json.dumps(how).encode()
        urllib.request.urlopen(f"{self.issuer}/_says", body, timeout=10).read()

    def log(self) -> list[dict[str, Any]]:
        """What it was asked since."""
        read = urllib.request.urlopen(f"{self.issuer}/_log", timeout=10).read()
        found: list[dict[str, Any]] = json.loads(read)["log"]
        return found

    def follow(self, address: str) -> str:
        """A browser goes there; where it is sent back to, without our own address."""
        answer = requests.get(address, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"].removeprefix(BASE_URL)


@pytest.fixture(scope="session")
def provider_process() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.process.terminate()
    provider.process.wait(10)


@pytest.fixture
def provider(provider_process: Provider) -> Provider:
    """It signs in « sub-1 », and does all as it should."""
    provider_process.says()
    return provider_process
