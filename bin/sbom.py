"""Write what an installation is made of, in CycloneDX's form: `make sbom`."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from steps import (
    ROOT,
    UV,
    VENV,
    SetupError,
    find_npm,
    fingerprint,
    is_current,
    mark,
    say,
    uv_install,
)

FOLDER = ROOT / "sbom"
WRITER = VENV / "sbom"  # an environment of its own: see requirements-sbom.in


def install_writer() -> None:
    """The program that writes the list of Python packages, as locked."""
    lock = ROOT / "requirements-sbom.txt"
    if is_current(lock.stem, expected := fingerprint(lock)):
        return
    subprocess.run([str(UV), "venv", "--quiet", "--clear", str(WRITER)], cwd=ROOT, check=True)
    uv_install(lock, "the writer of the list", WRITER / "bin" / "python")
    mark(lock.stem, expected)


def python_packages() -> None:
    """The locked packages that the product runs on, with their hashes."""
    install_writer()
    command = [str(WRITER / "bin" / "cyclonedx-py"), "requirements", str(ROOT / "requirements.txt"),
               "--output-reproducible", "--of", "JSON", "-o", str(FOLDER / "python.json")]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True)


def npm_packages() -> None:
    """The front end's packages, by npm's own writer; it wants a version of ours, which we do not number."""
    _node, npm = find_npm()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json"):
            content = json.loads((ROOT / name).read_text(encoding="utf-8"))
            for ours in (content, content.get("packages", {}).get("")):
                if ours is not None:
                    ours["version"] = "0.0.0"
            (Path(folder) / name).write_text(json.dumps(content), encoding="utf-8")
        command = [*npm, "sbom", "--sbom-format=cyclonedx", "--package-lock-only"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    (FOLDER / "npm.json").write_text(done.stdout, encoding="utf-8")


def main() -> int:
    """Both files."""
    FOLDER.mkdir(exist_ok=True)
    try:
        python_packages()
        npm_packages()
    except (SetupError, subprocess.CalledProcessError) as error:
        say(f"The list could not be written: {error}")
        return 1
    for path in sorted(FOLDER.glob("*.json")):
        say(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
