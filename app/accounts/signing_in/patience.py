"""How long whoever guesses must wait between two tries. Pure.

A stranger may never lock somebody out, so tries are counted by where they come from and which
account they try, never by account alone, and a browser that this account has used before is counted
by itself (OWASP's device cookies). The wait grows while tries go on wrong, and is bounded.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)  # without a try


@dataclass(frozen=True)
class Counter:
    """What is counted: a ``key`` that tells nothing of whom, and how many tries are ``free``."""

    key: str
    free: int


@dataclass(frozen=True)
class Tries:
    """The tries of one counter so far; those that were right are taken off."""

    count: int = 0
    last_at: datetime | None = None


def wait_until(tries: Tries, free: int) -> datetime | None:
    """When the next try may be made; None: now, whatever the time is."""
    if tries.last_at is None or tries.count < free:
        return None
    doubled = min(tries.count - free, 20)  # beyond, the wait is the longest anyway
    longer: timedelta = FIRST_WAIT * 2**doubled
    return tries.last_at + min(longer, LONGEST_WAIT)


def counted(tries: Tries, now: datetime) -> int:
    """How many tries still count: none after a quiet hour."""
    if tries.last_at is None or now - tries.last_at >= FORGOTTEN_AFTER:
        return 0
    return tries.count


def place_of(address: str) -> str:
    """What one person can be taken to hold: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:60]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False).network_address)
    return str(found)


def key_of(*parts: str) -> str:
    """A key for the database: no address, no mail address can be read in it."""
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "replace")).hexdigest()
