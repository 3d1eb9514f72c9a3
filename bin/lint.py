"""Run every check of `make lint`, show what each one found, fail if any failed.

Usage: bin/lint.py [NAME …], with the names printed at the left.
"""

import os
import subprocess
import sys
import time

from steps import ROOT, VENV, find_npm, say

BIN = VENV / "bin"
CHECKS = {
    "ruff": ["ruff", "check", "--quiet", "."],
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "mypy": ["mypy", "--no-error-summary"],
    "imports": ["lint-imports", "--no-logo"],
    "templates": [
        "djlint",
        "templates",
        "carrier/templates",
        "demo_portal/templates",
        "--lint",
        "--quiet",
    ],
    "house": ["python", "bin/house_rules.py"],
    # Scripts of pages: eslint.config.mjs and jsconfig.json say what is asked of them.
    "scripts": ["node", "node_modules/eslint/bin/eslint.js", "static/js", "carrier/static"],
    "types": ["node", "node_modules/typescript/bin/tsc", "--project", "jsconfig.json"],
}


def run(name: str, command: list[str]) -> bool:
    """Run one check; its output is shown only when it finds something."""
    start = time.monotonic()
    program = find_npm()[0] if command[0] == "node" else BIN / command[0]
    result = subprocess.run(
        [program, *command[1:]],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    good = result.returncode == 0
    say(f"{name:<10} {'ok' if good else 'FAILED'}  {time.monotonic() - start:.0f} s")
    if not good:
        say(result.stdout.rstrip() + "\n")
    return good


def main(names: list[str]) -> int:
    """Run the named checks, or all of them; returns the exit code."""
    results = [run(name, CHECKS[name]) for name in names or CHECKS]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
