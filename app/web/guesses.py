"""Slows whoever tries public links that do not exist; a link that exists is never refused for it."""

from __future__ import annotations

from flask import abort
from flask_limiter.util import get_remote_address
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

from app.foundation.extensions import limiter

MOST = parse("60/minute")
_by_itself = FixedWindowRateLimiter(MemoryStorage())  # while Redis is away


def count() -> None:
    """Count one address that asked for a link that does not exist; 429 when it has asked too many.

    While Redis is away each process counts for itself.
    """
    if not limiter.enabled:
        return
    try:
        allowed = limiter.limiter.hit(MOST, "unknown-link", get_remote_address())
    except RedisError:
        allowed = _by_itself.hit(MOST, "unknown-link", get_remote_address())
    if not allowed:
        abort(429)
