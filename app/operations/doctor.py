"""Is everything as it must be? Settings, database, Redis, disk, provider, mail, certificate, files, clock.

Each check asks the thing itself and gives one line; none changes anything.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import redis
import requests
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.adapters.smtp_mail import parse_url
from app.foundation import clock, open_files
from app.foundation.config import Settings
from app.foundation.exceptions import PermanenceError, Unavailable
from app.foundation.extensions import db
from app.foundation.ports import Finding, IdentityRefused, Ports
from app.operations import keys
from app.operations.backups import places

PATIENCE_S = 5
FREE_BYTES = 1 << 30
CONNECTIONS_A_PROCESS = 25
CERTIFICATE_DAYS = 14
CLOCK_S = 5  # the provider refuses softphone tokens of another time

Check = Callable[[Settings, Ports, datetime], Iterator[Finding]]


def examine(settings: Settings, ports: Ports, now: datetime) -> Iterator[Finding]:
    """Every check in turn; one that cannot even be made is a finding."""
    for check in CHECKS:
        try:
            yield from check(settings, ports, now)
        except PermanenceError as error:
            yield Finding(check.__name__.strip("_"), str(error), error.told().todo or "À voir.")


def _settings(settings: Settings, _ports: Ports, _now: datetime) -> Iterator[Finding]:
    kind = "embarquée (une machine, SQLite)" if settings.embedded_carrier else "de production"
    yield Finding("réglages", f"installation {kind}, {settings.public_base_url}")
    if settings.embedded_carrier:
        return
    if settings.database_url.startswith("sqlite"):
        yield Finding("réglages", "SQLite en production", "Réglez DATABASE_URL sur PostgreSQL.")
    if not settings.redis_url:
        yield Finding("réglages", "sans Redis", "Réglez REDIS_URL : il en faut dès deux processus.")
    if not settings.smtp_url:
        yield Finding("réglages", "les mails restent dans un dossier", "Réglez SMTP_URL.")
    if not settings.secure_cookies:
        yield Finding(
            "réglages", "adresse publique sans TLS", "Mettez https:// dans PUBLIC_BASE_URL."
        )
    if not settings.trusted_proxies:
        yield Finding("réglages", "aucun mandataire déclaré", "Derrière nginx : TRUSTED_PROXIES=1.")


def _database(_settings: Settings, _ports: Ports, _now: datetime) -> Iterator[Finding]:
    try:
        with db.engine.connect() as connection:
            found, newest = places.revision(connection), places.known_revisions()[-1]
            connections = None
            if connection.dialect.name == "postgresql":
                connections = int(connection.scalar(text("SHOW max_connections")) or 0)
    except SQLAlchemyError as error:
        yield Finding(
            "base",
            f"ne répond pas ({type(error).__name__})",
            "Est-elle démarrée ? Voyez DATABASE_URL.",
        )
        return
    if found != newest:
        yield Finding(
            "base", f"schéma {found or 'absent'}, attendu {newest}", "Lancez « db upgrade »."
        )
        return
    yield Finding("base", f"{db.engine.dialect.name}, schéma {found}")
    if connections is not None:
        wanted = 4 * CONNECTIONS_A_PROCESS
        todo = (
            ""
            if connections > wanted
            else "Montez max_connections : 25 par processus web ou worker."
        )
        yield Finding("base", f"{connections} connexions possibles", todo)
    closed = keys.closed_values()
    todo = "Remettez l'ancienne clé dans ENCRYPTION_KEYS." if closed else ""
    yield Finding("clés", f"valeurs chiffrées qu'aucune clé n'ouvre : {sum(closed.values())}", todo)


def _redis(settings: Settings, _ports: Ports, _now: datetime) -> Iterator[Finding]:
    if not settings.redis_url:
        return
    client = redis.Redis.from_url(settings.redis_url, socket_timeout=PATIENCE_S)
    try:
        client.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        yield Finding(
            "Redis", f"ne répond pas ({type(error).__name__})", "Est-il démarré ? Voyez REDIS_URL."
        )
        return
    secret = urlsplit(settings.redis_url).password
    todo = "" if secret else "Donnez-lui un mot de passe (requirepass), et à REDIS_URL."
    yield Finding("Redis", "répond" if secret else "répond sans mot de passe", todo)


def _disk(settings: Settings, _ports: Ports, _now: datetime) -> Iterator[Finding]:
    folder = settings.instance_dir
    if not os.access(folder, os.W_OK):
        yield Finding(
            "disque", f"{folder} n'est pas inscriptible", "Donnez-le à l'utilisateur du service."
        )
        return
    free = shutil.disk_usage(folder).free
    todo = "" if free >= FREE_BYTES else "Libérez de la place."
    yield Finding("disque", f"{free / (1 << 30):.1f} Gio libres", todo)
    open_to_all = [path.name for path in folder.iterdir() if path.stat().st_mode & 0o077]
    if open_to_all:
        yield Finding(
            "disque",
            f"lisible par d'autres : {', '.join(open_to_all[:5])}",
            f"chmod -R go= {folder}",
        )


def _provider(settings: Settings, ports: Ports, _now: datetime) -> Iterator[Finding]:
    if settings.embedded_carrier or ports.provisioning is None:
        return
    wrong = [finding for finding in ports.provisioning.check() if finding.wrong]
    yield from wrong or [Finding("fournisseur", "compte, numéro et adresses en place")]


def _mail(settings: Settings, _ports: Ports, _now: datetime) -> Iterator[Finding]:
    if not settings.smtp_url:
        return
    server = parse_url(settings.smtp_url)
    kind = smtplib.SMTP_SSL if server.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(server.host, server.port, timeout=PATIENCE_S) as client:
            client.ehlo()
            if server.scheme != "smtps" and client.has_extn("starttls"):
                client.starttls(context=ssl.create_default_context())
                client.ehlo()
            if server.user:
                client.login(server.user, server.password)
    except (smtplib.SMTPException, OSError) as error:
        yield Finding(
            "mail", f"{server.host} ne nous prend pas ({type(error).__name__})", "Voyez SMTP_URL."
        )
        return
    yield Finding("mail", f"{server.host} répond")


def _certificate(settings: Settings, _ports: Ports, now: datetime) -> Iterator[Finding]:
    if not settings.secure_cookies:
        return
    address = urlsplit(settings.public_base_url)
    host, port = address.hostname or "", address.port or 443
    try:
        with (
            socket.create_connection((host, port), PATIENCE_S) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            until = str((secure.getpeercert() or {}).get("notAfter", ""))
    except OSError as error:
        yield Finding(
            "certificat",
            f"{host} ne répond pas en TLS ({error.__class__.__name__})",
            "nginx tourne-t-il, avec ce nom ?",
        )
        return
    days = int((ssl.cert_time_to_seconds(until) - now.timestamp()) // 86400)
    todo = "" if days >= CERTIFICATE_DAYS else "certbot renew, puis systemctl reload nginx"
    yield Finding("certificat", f"jours de validité restants : {days}", todo)


def _files(_settings: Settings, _ports: Ports, _now: datetime) -> Iterator[Finding]:
    """Of the processes that serve, when they can be seen; of this one otherwise."""
    limits = [_open_files(path) for path in Path("/proc").glob("[0-9]*") if _serves(path)]
    found = min((each for each in limits if each), default=0)
    serving = len([each for each in limits if each])
    allowed = open_files.allowance(found) if serving else open_files.of_this_process()
    todo = "" if allowed.is_enough or not serving else open_files.REMEDY
    yield Finding("fichiers", f"{allowed} ({serving} en service)", todo)


def _serves(process: Path) -> bool:
    with contextlib.suppress(OSError):
        words = (process / "cmdline").read_bytes().split(b"\0")
        return (
            any(word.endswith(b"/gunicorn") for word in words[:2]) and b"gunicorn.conf.py" in words
        )
    return False


def _open_files(process: Path) -> int | None:
    with contextlib.suppress(OSError):
        for line in (process / "limits").read_text().splitlines():
            if line.startswith("Max open files"):
                soft = line.split()[3]
                return int(soft) if soft.isdigit() else None
    return None


def _clock(settings: Settings, _ports: Ports, _now: datetime) -> Iterator[Finding]:
    if settings.embedded_carrier:
        return
    try:
        answer = requests.head(settings.twilio_api_base_url, timeout=PATIENCE_S)
        theirs = parsedate_to_datetime(answer.headers["Date"])
    except (requests.RequestException, KeyError, ValueError) as error:
        yield Finding(
            "horloge",
            f"le fournisseur n'a pas donné l'heure ({type(error).__name__})",
            "La machine peut-elle sortir ?",
        )
        return
    apart = abs((clock.now() - theirs).total_seconds())
    todo = "" if apart <= CLOCK_S else "timedatectl set-ntp true"
    yield Finding("horloge", f"à {apart:.0f} s de celle du fournisseur", todo)


def _identity(settings: Settings, ports: Ports, _now: datetime) -> Iterator[Finding]:
    if ports.identity is None:
        return
    try:
        found = ports.identity.check()
    except (Unavailable, IdentityRefused) as error:
        why = error.reason if isinstance(error, IdentityRefused) else "pas de réponse"
        yield Finding(
            "fournisseur d'identité",
            f"{settings.oidc_issuer} : {why}",
            "Vérifiez OIDC_ISSUER ; les mots de passe et les comptes de secours ouvrent toujours.",
        )
    else:
        yield Finding("fournisseur d'identité", f"{settings.oidc_name}, {found}")


CHECKS: tuple[Check, ...] = (
    _settings, _database, _redis, _disk, _provider, _mail, _identity, _certificate, _files, _clock,
)  # fmt: skip
