"""Ask what is known against the locked packages: `make audit`.

A finding fails. A source of advisories that cannot be reached does not: it is said, and proves nothing.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import NamedTuple

from steps import ROOT, VENV, SetupError, find_npm, say

PATIENCE_S = 240


class Audit(NamedTuple):
    """What one source said; ``findings`` is None when it could not be asked."""

    source: str
    findings: list[str] | None
    why: str = ""


def python_packages() -> Audit:
    """pip-audit on the lock file, as it stands: nothing is installed, nothing resolved anew."""
    lock = ROOT / "requirements-dev.txt"
    command = [str(VENV / "bin" / "pip-audit"), "--requirement", str(lock), "--no-deps", "--disable-pip",
               "--progress-spinner", "off", "--format", "json"]  # fmt: skip
    return _asked("pip-audit (PyPI)", command, read_pip_audit)


def npm_packages() -> Audit:
    """npm audit on the lock file."""
    try:
        _node, npm = find_npm()
    except SetupError as error:
        return Audit("npm audit", None, str(error))
    return _asked("npm audit", [*npm, "audit", "--json"], read_npm_audit)


def read_pip_audit(text: str) -> list[str]:
    """Its findings: package, version, advisory. Raises ValueError when this is no answer of its."""
    found = json.loads(text)
    return [
        f"{each['name']} {each.get('version', '')}: {problem['id']}, "
        f"corrected in {', '.join(problem.get('fix_versions') or []) or 'no version yet'}"
        for each in found["dependencies"]
        for problem in each.get("vulns", [])
    ]


def read_npm_audit(text: str) -> list[str]:
    """Its findings: package, severity, what. Raises ValueError when this is no answer of its."""
    found = json.loads(text)
    return [
        f"{name} {each.get('range', '')}: {each['severity']}, "
        + ", ".join(via["title"] if isinstance(via, dict) else via for via in each["via"])
        for name, each in found["vulnerabilities"].items()
    ]


def _asked(source: str, command: list[str], read: Callable[[str], list[str]]) -> Audit:
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Audit(source, None, type(error).__name__)
    try:
        return Audit(source, read(done.stdout))
    except (ValueError, KeyError, TypeError, AttributeError):
        said = (done.stderr or done.stdout).strip().splitlines()
        return Audit(source, None, said[0][:200] if said else f"exit code {done.returncode}")


def tell(audit: Audit) -> bool:
    """Say what was found; is there something to mend?"""
    if audit.findings is None:
        say(
            f"{audit.source}: NOT ASKED, its source could not be reached: this proves nothing. ({audit.why})"
        )
        return False
    for finding in audit.findings:
        say(f"{audit.source}: {finding}")
    say(f"{audit.source}: {len(audit.findings)} finding(s)")
    return bool(audit.findings)


def main() -> int:
    """Both sources; 1 when one of them knows something."""
    wrong = [tell(audit) for audit in (python_packages(), npm_packages())]
    return 1 if any(wrong) else 0


if __name__ == "__main__":
    sys.exit(main())
