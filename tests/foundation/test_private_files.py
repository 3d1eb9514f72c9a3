"""What an installation writes is readable by its own user alone."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.foundation import private_files

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_made_from_now_on_and_what_was_there_is_closed(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    (instance / "outbox").mkdir(parents=True)
    (instance / "public").mkdir()
    names = ("permanence.sqlite", "permanence.sqlite-wal", "secrets.json", "outbox/a.eml")
    old = [instance / name for name in names]
    for path in (*old, instance / "theirs.txt"):
        path.write_text("x")
    private_files.only_ours(instance)
    (instance / "new").write_text("x")
    (instance / "folder").mkdir()
    assert {mode(path) for path in (*old, instance / "new")} == {0o600}
    assert {mode(instance / name) for name in ("outbox", "folder")} == {0o700}
    assert (mode(instance / "theirs.txt"), mode(instance / "public")) == (0o644, 0o755)


def test_every_file_of_an_embedded_installation_is_its_users_alone(tmp_path: Path) -> None:
    """Started as people start it, under a shell's usual umask: database, secrets, mails, jobs."""
    instance = tmp_path / "instance"
    program = (
        "from app.factory import create_app\n"
        "from app.operations import jobs\n"
        "from app.foundation.ports import MailMessage\n"
        "app = create_app()\n"
        "jobs.register(app).enqueue\n"
        "mail = MailMessage(to='a@b.example', subject='s', text='t')\n"
        "app.extensions['permanence.ports'].mail.send(mail)\n"
    )
    environment = {"PATH": os.environ["PATH"], "INSTANCE_DIR": str(instance)}
    for command in (["-m", "flask", "--app", "app.factory", "db", "upgrade"], ["-c", program]):
        subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True,
                       capture_output=True, umask=0o022)  # fmt: skip
    made = {path: mode(path) for path in (instance, *instance.rglob("*"))}
    assert {p.name for p in made} >= {"secrets.json", "permanence.sqlite", "jobs.sqlite", "outbox"}
    assert any(p.suffix == ".eml" for p in made)
    wrong = {str(p): oct(m) for p, m in made.items() if m != (0o700 if p.is_dir() else 0o600)}
    assert not wrong
