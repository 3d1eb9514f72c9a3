"""The signature of what the Portal tells us (docs/portal-openapi.yaml, « Portal-Signature »). Pure.

    Portal-Signature: t=1624351320,v1=<hex of HMAC-SHA256(PORTAL_TOKEN, "1624351320." + body)>

The instant is signed with the body: a message caught on its way cannot be sent again later. Several
``v1`` may stand in one header, so that a token can be changed without losing an event.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from app.foundation.text import outside

HEADER = "Portal-Signature"
TOLERANCE = timedelta(minutes=5)  # between two clocks, with the time on the way
LONGEST = 600  # characters of a header
LATEST = 2**40  # seconds: no instant that Python cannot count


def sign(token: str, at: datetime, body: bytes) -> str:
    """The header's value for ``body``, signed at ``at``."""
    return f"t={int(at.timestamp())},v1={_mac(token, int(at.timestamp()), body)}"


def problem(token: str, header: str, body: bytes, now: datetime) -> str:
    """Why a message cannot be believed: « unsigned », « forged » or « stale »; "" when it can."""
    if not token or len(header) > LONGEST:
        return "unsigned"
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _sign, value in parts if name == "t"]
    macs = [value for name, _sign, value in parts if name == "v1"]
    at = outside.whole_number(times[0], 0, LATEST) if len(times) == 1 else None
    if at is None or not macs:
        return "unsigned"
    right = _mac(token, at, body).encode()
    if not any(hmac.compare_digest(right, mac.encode("utf-8", "replace")) for mac in macs):
        return "forged"
    return "stale" if abs(now.timestamp() - at) > TOLERANCE.total_seconds() else ""


def _mac(token: str, at: int, body: bytes) -> str:
    return hmac.new(token.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
