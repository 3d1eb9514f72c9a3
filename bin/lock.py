"""Lock again: Python packages with hashes for every platform, front-end packages with integrity.

Uses the uv of the environment (requirements-uv.txt). No index address ends up in the locks: the same
files install from any mirror of the registry.
"""

import subprocess
import sys

from steps import ROOT, UV, find_npm, say, told_failures

LOCKS = (
    "requirements-uv",
    "requirements",
    "requirements-dev",
    "requirements-node",
    "requirements-sbom",
)
OPTIONS = [
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--quiet",
]


def lock_python(upgrade: list[str]) -> None:
    """Write each requirements*.txt from its .in; the development set keeps to the product's versions."""
    for name in LOCKS:
        say(f"· {name}.txt")
        command = [
            str(UV),
            "pip",
            "compile",
            *OPTIONS,
            "--custom-compile-command=make lock",
        ]
        subprocess.run(
            [*command, *upgrade, f"{name}.in", "-o", f"{name}.txt"], cwd=ROOT, check=True
        )


def lock_front() -> None:
    """Write package-lock.json: integrity only, see .npmrc."""
    say("· package-lock.json")
    _node, npm = find_npm()
    subprocess.run(
        [*npm, "install", "--package-lock-only", "--ignore-scripts"], cwd=ROOT, check=True
    )
    if '"resolved"' in (ROOT / "package-lock.json").read_text():
        sys.exit(
            "package-lock.json names download addresses: this npm does not follow .npmrc, use npm 9 or later."
        )


if __name__ == "__main__":
    with told_failures():
        lock_python(["--upgrade"] if "--upgrade" in sys.argv else [])
        lock_front()
