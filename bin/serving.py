"""`make run`: check the port, prepare, bring the database up to date, load demo data, serve."""

import os
import socket
import subprocess
from pathlib import Path

from steps import LOG, PYTHON, ROOT, SetupError, prepare, say, step


def asked_port() -> int:
    """PORT, 5000 when not set. Raises SetupError when it is not a port."""
    text = os.environ.get("PORT", "").strip() or "5000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SetupError(
            f"PORT={text} is not a port number.", "give one from 1 to 65535: make run PORT=5050"
        )
    return int(text)


def check_port(host: str, port: int) -> None:
    """Refuse at once, before minutes of installation, a port that something else holds."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise SetupError(
                f"Port {port} is reserved for the administrator of this machine.",
                "take another one: make run PORT=5050",
            ) from None
        except OSError:
            raise SetupError(
                f"Port {port} is busy: another program (perhaps another `make run`) listens there.",
                f"stop that one (`ss -ltnp | grep :{port}` names it), or take another port: make run PORT={port + 1}",
            ) from None


def load_data(env: dict[str, str]) -> str:
    """Bring the database up to date with demo data in it; returns the demo accounts, for people."""
    command = [str(PYTHON), "bin/demo_data.py"]
    result = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        with LOG.open("a") as log:
            log.write(result.stdout + result.stderr)
        if "no space left" in result.stderr.lower() or "disk is full" in result.stderr:
            raise SetupError("The disk is full.", "free some space, then try again.")
        tail = "\n".join(result.stderr.strip().splitlines()[-4:])
        raise SetupError(
            f"The database could not be prepared:\n{tail}",
            f"the whole message is in {LOG.relative_to(ROOT)}. To begin again with fresh demo data, "
            "move the folder instance/ away.",
        )
    return result.stdout.strip()


def demo_environment(port: int) -> dict[str, str]:
    """Serve this machine only: the demo accounts' passwords are public."""
    return {**os.environ, "PORT": str(port), "HOST": os.environ.get("HOST", "127.0.0.1")}


def run() -> None:
    """Set up what is missing and serve. Ends by becoming the server (exec), so that Ctrl-C reaches it."""
    port = asked_port()
    env = demo_environment(port)
    check_port(env["HOST"], port)
    prepare(dev=False)
    with step("Database and demo data"):
        accounts = load_data(env)
    check_port(env["HOST"], port)
    base = f"http://localhost:{port}"
    say(WELCOME.format(base=base, accounts=indent(accounts)))
    os.chdir(ROOT)
    gunicorn = str(Path(PYTHON).with_name("gunicorn"))
    os.execve(gunicorn, [gunicorn, "--config", "gunicorn.conf.py"], env)


def indent(text: str) -> str:
    """Two spaces before each line."""
    return "\n".join(f"  {line}" for line in text.splitlines())


WELCOME = """
Permanence is served on {base}

  {base}/desk        the agents' desk: sign in, then press D
  {base}/telephone   a caller's telephone: dial from another window
  {base}/outbox      the mails that would have been sent
  {base}/portail/demo   the demo Portal, where their links lead (its backstage: /portail/demo/coulisses)
  {base}/wall        the live line        {base}/reports/today   the day's report

{accounts}

Ctrl-C stops it. Your data stays in instance/.
"""
