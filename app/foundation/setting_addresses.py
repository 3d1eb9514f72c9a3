"""Addresses in settings that are none: named at the start, not found out by a library later. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

WEB = ("http", "https")
# What each may begin with. Those of a file or a socket have no host.
KINDS: dict[str, tuple[str, ...]] = {
    "DATABASE_URL": ("postgresql", "postgres", "postgresql+psycopg", "sqlite"),
    "REDIS_URL": ("redis", "rediss", "unix"),
    "PUBLIC_BASE_URL": WEB,
    "TWILIO_API_BASE_URL": WEB,
    "FALLBACK_URL": WEB,
    "SMTP_URL": ("smtp", "smtps"),
    "IMAP_URL": ("imap", "imaps"),
    "PORTAL_URL": WEB,
}
WITHOUT_HOST = ("postgresql", "postgres", "postgresql+psycopg", "sqlite", "unix")


def problems(values: Mapping[str, Any]) -> list[str]:
    """A sentence for each setting that is set and is no address of its kind; it never shows the value,
    which may hold a password."""
    return [
        f"{name} : ce n'est pas une adresse ({' ou '.join(f'{kind}://…' for kind in kinds)})"
        for name, kinds in KINDS.items()
        if values.get(name) and not is_address(str(values[name]), kinds)
    ]


def is_address(text: str, kinds: tuple[str, ...]) -> bool:
    """Is it an address that begins with one of these kinds, with a host where there must be one?"""
    try:
        read = urlsplit(text)
        port_is_one = read.port is None or read.port > 0
    except ValueError:
        return False
    if read.scheme not in kinds or "://" not in text:
        return False
    return port_is_one and (read.scheme in WITHOUT_HOST or bool(read.hostname))
