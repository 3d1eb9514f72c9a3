"""How a webhook is connected to: the overrides that its URL's fragment may carry. Pure.

Twilio reads ``https://example.org/voice#ct=2000&rc=3&rp=5xx,ct`` as: two seconds to connect, three
retries, after a 5xx answer or a failed connection. The fragment is never sent, nor signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urldefrag

from carrier.twiml.attributes import TwimlRefused

POLICIES = frozenset({"4xx", "5xx", "ct", "rt", "all"})
IGNORED = frozenset({"e", "sni"})  # the edge to leave from, the server's name: nothing here


@dataclass(frozen=True)
class Connection:
    """Limits of one request, in seconds, and what is tried again (``policy``)."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0
    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})

    def tries_again(self, failure: str) -> bool:
        """True when ``failure`` (ct, rt, or a status class such as 5xx) is worth a retry."""
        return failure in self.policy or "all" in self.policy

    def within(self, limit: float) -> Connection:
        """The same, no longer than ``limit`` seconds in all."""
        return Connection(
            min(self.connect, limit),
            min(self.read, limit),
            min(self.total, limit),
            self.retries,
            self.policy,
        )


DEFAULT = Connection()


def split(url: str) -> tuple[str, Connection]:
    """The URL to ask, and how. Raises TwimlRefused (11243, 11100) for what Twilio refuses."""
    bare, fragment = urldefrag(url)
    if not fragment:
        return bare, DEFAULT
    given = dict(parse_qsl(fragment))
    policy = frozenset(given.pop("rp", "ct").split(","))
    if not policy <= POLICIES:
        raise TwimlRefused(11243, "HTTP retry policy is invalid")
    times = {
        "connect": _whole(given.pop("ct", "5000"), 100, 10000) / 1000,
        "read": _whole(given.pop("rt", "15000"), 100, 15000) / 1000,
        "total": _whole(given.pop("tt", "15000"), 100, 15000) / 1000,
    }
    retries = _whole(given.pop("rc", "1"), 0, 5)
    if set(given) - IGNORED:
        raise TwimlRefused(11100, "Invalid URL format: unknown connection override")
    return bare, Connection(**times, retries=retries, policy=policy)


def _whole(text: str, low: int, high: int) -> int:
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise TwimlRefused(11100, "Invalid URL format: connection override out of range")
    return int(text)
