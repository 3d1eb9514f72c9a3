"""Find a Chromium for the journeys; install one when that can be done without asking.

`python -m tests.browser` prints its path, or nothing. The order: CHROMIUM, the PATH, Playwright's
own; then Debian's package (as root, or sudo without a password), then Playwright's download.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Path of a Chromium that is here already."""
    asked = os.environ.get("CHROMIUM")
    if asked:
        return asked if Path(asked).exists() else None
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or playwrights_own()


def playwrights_own() -> str | None:
    """Path of the browser that `playwright install chromium` fetched earlier."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """Try the two ways to get one. Failure is found out by looking again."""
    sudo = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if shutil.which("apt-get") and (not sudo or shutil.which("sudo")):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run([*sudo, "apt-get", "update", "-q"], environment)
        run(
            [*sudo, "apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"],
            environment,
        )
    if find() is None:
        run([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))


def run(command: list[str], environment: dict[str, str]) -> None:
    """Run it, with what it says kept apart from our one line of output."""
    subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        timeout=600,
        check=False,
    )


if __name__ == "__main__":
    browser = find()
    if browser is None:
        print("No Chromium here: trying to install one …", file=sys.stderr)
        install()
        browser = find()
    print(browser or "")
