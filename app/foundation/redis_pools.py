"""Connections to Redis: a bounded number for each use, and whoever finds none free waits.

The client's own pools refuse the 101st at once: with 120 people who sign in at the same second that
was an error page (ADR 21). Waiting is a few thousandths of a second; one who has waited
``WAIT_SECONDS`` meets a Redis that does not answer, and is told so as for any other failure of it.
A Redis that is there and says nothing is given up after a second or two, by whatever asks it.
"""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from typing import Any

from redis import BlockingConnectionPool, Redis, RedisError
from redis import TimeoutError as RedisTimeout
from socketio import RedisManager

log = logging.getLogger(__name__)

CONNECTIONS = 16  # at once, for each use of a process: Redis answers one question after the other
WAIT_SECONDS = 5
CONNECT_SECONDS = 1
ANSWER_SECONDS = 2
JOB_SECONDS = 5  # who fetches a job waits a second for one
LEFT_ALONE_SECONDS = 2.0  # a Redis that did not take a message is spared the next ones


@lru_cache(maxsize=16)
def pool(url: str, use: str) -> BlockingConnectionPool:
    """The connections of this process for one ``use``: ``limits`` and ``sockets``, for which nobody
    should wait, ``jobs``, and ``listening``, which waits for ever, rightly."""
    patience: dict[str, Any] = {"socket_connect_timeout": CONNECT_SECONDS}
    wait = WAIT_SECONDS
    if use in ("limits", "sockets"):
        patience["socket_timeout"] = wait = ANSWER_SECONDS
    elif use == "jobs":
        patience["socket_timeout"] = JOB_SECONDS
    return BlockingConnectionPool.from_url(
        url, max_connections=CONNECTIONS, timeout=wait, client_name=f"permanence-{use}", **patience
    )


class SocketQueue(RedisManager):
    """Socket.IO's messages between processes, over bounded pools.

    The library's own gives a message up when a hundred others are being sent, and waits for ever for
    a Redis that says nothing: a webhook would, with every message that it causes.
    """

    _left_alone_until = 0.0

    def _redis_connect(self) -> None:
        self.redis = Redis(connection_pool=pool(self.redis_url, "sockets"))
        listening = Redis(connection_pool=pool(self.redis_url, "listening"))
        self.pubsub = listening.pubsub(ignore_subscribe_messages=True)
        self.connected = True

    def _publish(self, data: dict[str, Any]) -> int | None:
        """Tell the other processes; this one's pages have been told. None: they were not."""
        if time.monotonic() < self._left_alone_until:
            return None
        for again in (True, False):
            try:
                return self._say(data)
            except (RedisError, OSError) as error:
                # An old connection is found dead once; a silent Redis is not asked twice.
                if not again or isinstance(error, RedisTimeout):
                    log.error("other processes were not told: %s", type(error).__name__)
                    break
        self._left_alone_until = time.monotonic() + LEFT_ALONE_SECONDS
        return None

    def _say(self, data: dict[str, Any]) -> int:
        if not self.connected:
            self._redis_connect()
        return int(self.redis.publish(self.channel, self.json.dumps(data)))


def socket_queue(url: str) -> SocketQueue | None:
    """The queue that carries messages to the sockets of other processes; None without Redis."""
    return SocketQueue(url, channel="flask-socketio") if url else None
