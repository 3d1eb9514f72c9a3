"""What makes an installation that others can reach unsafe, named all at once. Pure.

Each of these was found by starting a production with it: nothing said so, and mails went to a file, a
stranger could sign in with the demo's password, or every process counted its own limits. The start is
refused, of a web process, a worker, a command, unless ALLOW_DEMO=1 says that it is a demonstration.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

FEWEST_SIGNS = 10  # different signs in a secret that somebody drew; « aaaa… » has one
EXAMPLES = ("change", "example", "exemple", "secret-key", "password", "only-for-tests")


def is_here(host: str) -> bool:
    """Does this name or address lead to this very machine?"""
    if host in ("", "localhost") or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def reachable(values: Mapping[str, Any]) -> bool:
    """Can others than this machine's own user reach it? A provider can, a public address says so."""
    public = urlsplit(values["PUBLIC_BASE_URL"]).hostname or ""
    return bool(values["TWILIO_ACCOUNT_SID"]) or not is_here(public) or not is_here(values["HOST"])


def problems(values: Mapping[str, Any]) -> list[str]:
    """What is unsafe in these settings, a sentence each; empty on a machine that serves itself alone."""
    if not reachable(values):
        return []
    found = []
    if not values["TWILIO_ACCOUNT_SID"]:
        found.append(
            "TWILIO_ACCOUNT_SID manque : l'opérateur d'essai (/telephone, /carrier) serait ouvert à tous"
        )
    if not values["SMTP_URL"]:
        found.append(
            "SMTP_URL manque : les mails iraient dans un fichier, personne ne les recevrait"
        )
    if not values["DATABASE_URL"] or values["DATABASE_URL"].startswith("sqlite"):
        found.append("DATABASE_URL : SQLite ne sert qu'un seul processus ; il faut PostgreSQL")
    if not values["REDIS_URL"]:
        found.append(
            "REDIS_URL manque : les limites seraient en mémoire, et deux processus ne se parleraient pas"
        )
    if not values["PUBLIC_BASE_URL"].startswith("https://"):
        found.append("PUBLIC_BASE_URL : sans https://, mots de passe et sessions passent en clair")
    if values["SECRET_KEY"] and not _drawn(values["SECRET_KEY"]):
        found.append("SECRET_KEY : celle-ci se devine ; tirez-la au hasard (voir .env.example)")
    found += _emulator(values)
    return found


def _emulator(values: Mapping[str, Any]) -> list[str]:
    found = []
    provider = urlsplit(values["TWILIO_API_BASE_URL"] or "https://api.twilio.com")
    if values["TWILIO_ACCOUNT_SID"] and (
        provider.scheme != "https" or is_here(provider.hostname or "")
    ):
        found.append("TWILIO_API_BASE_URL mène à un opérateur d'essai, ou sans https://")
    if values["CARRIER_CONTROL_TOKEN"]:
        found.append("CARRIER_CONTROL_TOKEN ouvre la commande de l'opérateur d'essai : enlevez-le")
    return found


def _drawn(secret: str) -> bool:
    known = any(word in secret.lower() for word in EXAMPLES)
    return len(set(secret)) >= FEWEST_SIGNS and not known
