"""A browser in a process of its own that a test may kill or freeze, as a crash or a power cut does."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser import find
from tests.fixtures.browsers import ARGUMENTS
from tests.people import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

START_SECONDS = 30


class OwnBrowser:
    """Chromium started by us, driven through its debugging port."""

    def __init__(self, browser: Browser) -> None:
        self._folder = tempfile.TemporaryDirectory(
            prefix="permanence-browser-", ignore_cleanup_errors=True
        )
        path = find()
        assert path, "no Chromium here"
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        self._process = subprocess.Popen(
            [
                *(path, "--headless=new", "--remote-debugging-port=0"),
                *(f"--user-data-dir={self._folder.name}", *ARGUMENTS, *sandbox, "about:blank"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._browser = browser.browser_type.connect_over_cdp(f"http://127.0.0.1:{self._port()}")

    def _port(self) -> int:
        file = Path(self._folder.name) / "DevToolsActivePort"
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if file.exists() and (lines := file.read_text().splitlines()):
                return int(lines[0])
            time.sleep(0.1)
        raise AssertionError("the browser did not start")

    def agent(self, base_url: str, email: str, password: str) -> Page:
        """Somebody of the staff at her desk, in this browser."""
        context = self._browser.new_context(
            base_url=base_url,
            locale="fr-FR",
            viewport={"width": 1280, "height": 800},
            permissions=["microphone"],
        )
        context.set_default_timeout(10_000)
        page = context.new_page()
        sign_in(page, email, password)
        page.goto("/desk")
        return page

    def kill(self) -> None:
        """All its processes are gone at once: the machine tells the other side."""
        self._tell(signal.SIGKILL)
        self._process.wait(10)

    def freeze(self) -> None:
        """All its processes stand still, as when the power is cut: nobody tells the other side."""
        self._tell(signal.SIGSTOP)

    def _tell(self, how: signal.Signals) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, how)

    def close(self) -> None:
        """End it, whatever state it is in."""
        self.kill()
        self._folder.cleanup()
