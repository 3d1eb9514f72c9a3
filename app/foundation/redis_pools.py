"""Connections to Redis: a bounded number for each use, and whoever finds none free waits.

The client's own pools refuse the 101st at once: with 120 people who sign in at the same second that
was an error page (ADR 21). Waiting is a few thousandths of a second; one who has waited
``WAIT_SECONDS`` meets a Redis that does not answer, and is told so as for any other failure of it.
"""

from __future__ import annotations

from functools import lru_cache

from redis import BlockingConnectionPool, Redis
from socketio import RedisManager

CONNECTIONS = 16  # at once, for each use of a process: Redis answers one question after the other
WAIT_SECONDS = 5


@lru_cache(maxsize=16)
def pool(url: str, use: str) -> BlockingConnectionPool:
    """The connections of this process for one ``use`` (limits, jobs, sockets)."""
    # Counting must never make somebody wait; who listens for messages waits for ever, rightly.
    patience = {"socket_connect_timeout": 1, "socket_timeout": 2} if use == "limits" else {}
    return BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=2 if patience else WAIT_SECONDS,
        client_name=f"permanence-{use}",
        **patience,
    )


class SocketQueue(RedisManager):
    """Socket.IO's messages between processes, over a bounded pool.

    The library's own gives a message up when a hundred others are being sent.
    """

    def _redis_connect(self) -> None:
        self.redis = Redis(connection_pool=pool(self.redis_url, "sockets"))
        self.pubsub = self.redis.pubsub(ignore_subscribe_messages=True)
        self.connected = True


def socket_queue(url: str) -> SocketQueue | None:
    """The queue that carries messages to the sockets of other processes; None without Redis."""
    return SocketQueue(url, channel="flask-socketio") if url else None
