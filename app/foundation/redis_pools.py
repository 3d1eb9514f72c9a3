"""Connections to Redis: a bounded number for each use, and whoever finds none free waits.

The client's own pools refuse the 101st at once: with 120 people who sign in at the same second that
was an error page (ADR 21). Waiting is a few thousandths of a second.

Redis may be away, or frozen: nobody waits for it more than ``ANSWER_SECONDS``, and once one question was
not answered the next ones are not even asked, for ``PAUSE_SECONDS`` (``Breaker``): limits are counted by
each process, messages reach the tabs of the process that sends them, and the others at their next pulse.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from redis import BlockingConnectionPool, Redis
from redis.exceptions import ConnectionError, RedisError, TimeoutError
from socketio import RedisManager

log = logging.getLogger(__name__)

CONNECTIONS = 16  # at once, for each use of a process: Redis answers one question after the other
WAIT_SECONDS = 5  # for a free connection, where nobody is on the line
ANSWER_SECONDS = 1
PAUSE_SECONDS = 2  # between two trials while Redis is away
SILENCE_SECONDS = 10  # without a message: is it still there?

# Somebody waits for the answer: a page, a webhook. Jobs and the listener wait by themselves.
IN_A_REQUEST = ("limits", "messages")


class Breaker:
    """Is Redis away? One question at a time tries again; the others are refused at once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._away = False
        self._next = 0.0
        self._trying: int | None = None

    def admit(self) -> None:
        """Go on, or raise ConnectionError: it did not answer a moment ago."""
        me = threading.get_ident()
        with self._lock:
            if not self._away or self._trying == me:
                return
            if self._clock() >= self._next:
                self._next, self._trying = self._clock() + PAUSE_SECONDS, me
                return
        raise ConnectionError("Redis did not answer a moment ago")

    def failed(self) -> None:
        """It did not answer."""
        with self._lock:
            news, self._away = not self._away, True
            self._next, self._trying = self._clock() + PAUSE_SECONDS, None
        if news:
            log.warning(
                "Redis does not answer: this process counts limits and tells tabs by itself"
            )

    def worked(self) -> None:
        """It answered."""
        if not self._away:
            return
        with self._lock:
            self._away, self._trying = False, None
        log.warning("Redis answers again")


@lru_cache(maxsize=16)
def breaker(_url: str) -> Breaker:
    """What this process knows of that Redis."""
    return Breaker()


def _watched(kind: type[Any], known: Breaker) -> type[Any]:
    """A connection of that kind which asks the breaker first, and tells it what became of it."""

    class Watched(kind):
        def _told(self, act: Callable[[], Any]) -> Any:
            try:
                return act()
            except (ConnectionError, TimeoutError, OSError):
                known.failed()
                raise

        def connect(self) -> Any:
            known.admit()
            return self._told(super().connect)

        def send_packed_command(self, *words: Any, **named: Any) -> Any:
            known.admit()
            return self._told(lambda: super(Watched, self).send_packed_command(*words, **named))

        def read_response(self, *words: Any, **named: Any) -> Any:
            answer = self._told(lambda: super(Watched, self).read_response(*words, **named))
            known.worked()
            return answer

    return Watched


@lru_cache(maxsize=16)
def pool(url: str, use: str) -> BlockingConnectionPool:
    """The connections of this process for one ``use`` (limits, messages, jobs, listening)."""
    hurried = use in IN_A_REQUEST
    # Jobs are waited for a second at a time; the listener asks by itself whether Redis is there.
    patience = {"limits": ANSWER_SECONDS, "messages": ANSWER_SECONDS, "jobs": SILENCE_SECONDS}
    made = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=2 * ANSWER_SECONDS if hurried else WAIT_SECONDS,
        client_name=f"permanence-{use}",
        socket_connect_timeout=ANSWER_SECONDS,
        socket_keepalive=True,
        socket_timeout=patience.get(use),
    )
    if hurried:
        made.connection_class = _watched(made.connection_class, breaker(url))
    return made


class SocketQueue(RedisManager):
    """Socket.IO's messages between processes, over bounded pools.

    The library's own gives a message up when a hundred others are being sent, waits for ever for a Redis
    that is frozen, and listens again up to a minute after it has come back.
    """

    def _redis_connect(self) -> None:
        self.redis = Redis(connection_pool=pool(self.redis_url, "messages"))
        self.connected = True

    def _publish(self, data: dict[str, Any]) -> int | None:
        """Tell the other processes; who is here has heard already (``emit``). None: they were not."""
        if not self.connected:
            self._redis_connect()
        try:
            return int(self.redis.publish(self.channel, self.json.dumps(data)))
        except (RedisError, OSError):
            # The breaker has said it. Tabs elsewhere are told at the pulse of their own process.
            log.debug("a message to other processes was not sent")
            return None

    def _redis_listen_with_retries(self) -> Iterator[dict[str, Any]]:
        while True:
            try:
                yield from self._heard()
            except (RedisError, OSError):
                log.debug("not listening to other processes")
            time.sleep(1)

    def _heard(self) -> Iterator[dict[str, Any]]:
        """Messages, until Redis is silent although it was asked."""
        with Redis(connection_pool=pool(self.redis_url, "listening")).pubsub() as listening:
            listening.subscribe(self.channel)
            asked = False
            while True:
                message = listening.get_message(timeout=SILENCE_SECONDS)
                if message is not None:
                    asked = False
                    yield message
                elif asked:
                    return
                else:
                    listening.ping()
                    asked = True

    def _listen(self) -> Iterator[Any]:
        channel = self.channel.encode()
        for message in self._redis_listen_with_retries():
            if message["type"] == "message" and message["channel"] == channel:
                yield message["data"]


def socket_queue(url: str) -> SocketQueue | None:
    """The queue that carries messages to the sockets of other processes; None without Redis."""
    return SocketQueue(url, channel="flask-socketio") if url else None
