"""Run the test suite in stages, fastest first, and close on one line that adds them up.

Usage: bin/test.py [STAGE …] [-- pytest options]. Stages: unit, integration, browser, faults. Run through `make test`.
A machine without a browser skips the journeys loudly; with CI=true that is a failure.
"""

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

from steps import PYTHON, ROOT, VENV, find_npm, say, works

ARTEFACTS = ROOT / "test-artefacts"
# Two cores: half of the tests each, and who is done first takes over half of what the other has left. The journeys
# of one file share a server: they stay together; they wait more than they work: three at a time.
STAGES = {
    "unit": ["-m", "unit", "-n", "2", "--dist", "worksteal"],
    "integration": ["-m", "integration", "-n", "2", "--dist", "worksteal"],
    "browser": ["-m", "(e2e or processes) and not alone", "-n", "3", "--dist", "loadfile"],
    "faults": ["-m", "alone", "-p", "no:xdist"],
}
# What the caller's shell may hold and a test must not see.
PRIVATE = ("TWILIO_", "SMTP_", "IMAP_", "PORTAL_")
PRIVATE_NAMES = {
    "SECRET_KEY",
    "ENCRYPTION_KEYS",
    "DATABASE_URL",
    "REDIS_URL",
    "PUBLIC_BASE_URL",
    "PORT",
    "FLASK_APP",
    "FLASK_DEBUG",
    # Else each worker and each served process would compile every module again: `make clean` removes what is kept.
    "PYTHONDONTWRITEBYTECODE",
}
NO_TESTS = 5  # pytest's exit code


def clean_environment() -> dict[str, str]:
    """The environment without anyone's settings."""
    return {
        k: v for k, v in os.environ.items() if k not in PRIVATE_NAMES and not k.startswith(PRIVATE)
    }


def driver_environment() -> dict[str, str]:
    """Playwright's own Node needs a library that a bare Debian lacks: then the set-up's Node drives."""
    own = next(iter(VENV.glob("lib/python*/site-packages/playwright/driver/node")), None)
    if own is None or works([own, "--version"]):
        return {}
    return {"PLAYWRIGHT_NODEJS_PATH": find_npm()[0]}


def find_browser(env: dict[str, str]) -> str:
    """The path of a Chromium, installed if need be; empty when there is none to be had."""
    result = subprocess.run(
        [PYTHON, "-m", "tests.browser"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return result.stdout.strip()


def run_stage(
    name: str, options: list[str], env: dict[str, str]
) -> tuple[int, Counter[str], float]:
    """Run one stage; returns its exit code, its counts and its seconds."""
    say(f"\n== {name} tests")
    report = ARTEFACTS / f"junit-{name}.xml"
    report.unlink(missing_ok=True)
    start = time.monotonic()
    command = [PYTHON, "-m", "pytest", *STAGES[name], f"--junit-xml={report}", *options]
    code = subprocess.run(
        [str(part) for part in command], cwd=ROOT, env=env, check=False
    ).returncode
    return (0 if code == NO_TESTS else code), counts(report), time.monotonic() - start


def counts(report: Path) -> Counter[str]:
    """passed, failed and skipped of one JUnit report; a stage that wrote none counts as one failure."""
    if not report.is_file():
        return Counter(failed=1)
    found: Counter[str] = Counter()
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        found.update(
            passed=int(suite.get("tests", 0)) - failed - skipped, failed=failed, skipped=skipped
        )
    return found


def main(arguments: list[str]) -> int:
    """Run the asked stages; returns the exit code."""
    at = arguments.index("--") if "--" in arguments else len(arguments)
    stages, options = arguments[:at] or list(STAGES), arguments[at + 1 :]
    if unknown := set(stages) - set(STAGES):
        sys.exit(f"No such stage: {', '.join(sorted(unknown))}. Stages: {', '.join(STAGES)}.")
    env = clean_environment()
    ARTEFACTS.mkdir(exist_ok=True)
    if "browser" in stages:
        env |= driver_environment()
    browser = find_browser(env) if "browser" in stages else ""
    if browser:
        env["CHROMIUM"] = browser
    total: Counter[str] = Counter()
    failed = False
    for name in stages:
        code, found, seconds = run_stage(name, options, env)
        total.update(found)
        failed = failed or code != 0
        say(f"== {name}: {seconds:.0f} s")
    if "browser" in stages and not browser:
        say(NO_BROWSER)
        failed = failed or os.environ.get("CI") == "true"
    if sum(total.values()) == 0:
        failed = True
    say(f"\n{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if failed else 0


NO_BROWSER = """
****************************************************************************
**  NO BROWSER: the journeys in Chromium were SKIPPED, they prove nothing. **
**  Install one: sudo apt-get install chromium   (or set CHROMIUM=/path)   **
****************************************************************************"""

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
