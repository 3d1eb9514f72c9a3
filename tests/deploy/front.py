"""nginx with the deployment's own configuration, in a folder and on ports of its own."""

from __future__ import annotations

import contextlib
import datetime
import re
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.deploy.debian import program
from tests.fixtures.databases import free_port

ROOT = Path(__file__).resolve().parents[2]
NAME = "permanence.example.org"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def has_ipv6() -> bool:
    """Can this machine listen on IPv6?"""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


def make_certificate(folder: Path, name: str) -> None:
    """A certificate that nobody trusts, where certbot would put its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=60))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


@dataclass
class Front:
    """nginx of the deployment: ``configuration`` with its places and ports changed, nothing else."""

    folder: Path
    configuration: str
    webs: tuple[int, int]
    name: str = NAME
    http: int = field(default_factory=free_port)
    https: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def write(self) -> Path:
        """The file that nginx reads."""
        text = self.configuration
        for part in ("log", "tmp", "acme"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        make_certificate(self.folder / "live" / self.name, self.name)
        (self.folder / "mime.types").write_text("types { text/html html; }")
        if not has_ipv6():
            text = re.sub(r"(?m)^.*listen \[::\].*\n", "", text)
        changes = {
            "user www-data;": "daemon off;",
            "/run/nginx.pid": f"{self.folder}/nginx.pid",
            "/var/log/nginx/": f"{self.folder}/log/",
            "/etc/nginx/mime.types": f"{self.folder}/mime.types",
            "/etc/letsencrypt/live/": f"{self.folder}/live/",
            "root /var/www/html": f"root {self.folder}/acme",
            "listen 80": f"listen {self.http}",
            "listen [::]:80": f"listen [::]:{self.http}",
            "listen 443": f"listen {self.https}",
            "listen [::]:443": f"listen [::]:{self.https}",
            "127.0.0.1:5001": f"127.0.0.1:{self.webs[0]}",
            "127.0.0.1:5002": f"127.0.0.1:{self.webs[1]}",
        }
        for old, new in changes.items():
            assert old in text or "[::]" in old, f"deploy/nginx.conf has no {old}"
            text = text.replace(old, new)
        places = "".join(f"{each}_temp_path {self.folder}/tmp/{each};\n" for each in TEMPORARY)
        path = self.folder / "nginx.conf"
        path.write_text(text.replace("http {", f"http {{\n{places}", 1))
        return path

    def command(self, *more: str) -> list[str]:
        """nginx with this configuration."""
        return [
            program("nginx", "nginx-light"),
            "-p",
            str(self.folder),
            "-c",
            str(self.write()),
            *more,
        ]

    def start(self) -> None:
        """Serve; wait until it answers."""
        with (self.folder / "said").open("ab") as said:
            self.process = subprocess.Popen(self.command(), stdout=said, stderr=said)
        wait_for(self.https)

    def stop(self) -> None:
        """End it with its workers."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)

    def logs(self) -> str:
        """All that it wrote down."""
        return "".join(path.read_text() for path in (self.folder / "log").iterdir())


@dataclass
class StandIn:
    """A web process in small."""

    name: str
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve; wait until it answers."""
        program_ = Path(__file__).with_name("standin.py")
        self.process = subprocess.Popen([sys.executable, program_, str(self.port), self.name])
        wait_for(self.port)

    def kill(self) -> None:
        """At once, as bad luck does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def wait_for(port: int, seconds: float = 20) -> None:
    """Until somebody listens there."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens on {port}")
