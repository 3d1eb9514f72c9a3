"""Slows whoever tries public links that do not exist; a link that exists is never refused for it."""

from __future__ import annotations

import logging

from flask import abort
from flask_limiter.util import get_remote_address
from limits import parse
from redis.exceptions import RedisError

from app.foundation.extensions import limiter

log = logging.getLogger(__name__)

MOST = parse("60/minute")


def count() -> None:
    """Count one address that asked for a link that does not exist; 429 when it has asked too many.

    A count that cannot be kept refuses nobody: tokens have 256 bits, the count only spares the server.
    """
    if not limiter.enabled:
        return
    try:
        allowed = limiter.limiter.hit(MOST, "unknown-link", get_remote_address())
    except RedisError:
        log.warning("unknown links are not counted: the limits' storage does not answer")
        return
    if not allowed:
        abort(429)
