"""Whoever finds every connection to Redis taken waits for one, and is not refused."""

from __future__ import annotations

import json
import socket
import threading
import time
from types import SimpleNamespace

import pytest
from limits.storage import RedisStorage
from redis import BlockingConnectionPool, Redis

from app.factory import create_app
from app.foundation import redis_pools
from app.foundation.redis_pools import CONNECTIONS, SocketQueue, pool, socket_queue
from tests.fakes import fake_ports
from tests.fixtures.settings import make_settings


def test_the_one_too_many_waits_for_its_turn(redis_url: str) -> None:
    connections = pool(redis_url, "tests")
    taken = [connections.get_connection() for _ in range(CONNECTIONS)]
    storage = RedisStorage(redis_url, connection_pool=connections)
    counted: list[int] = []
    waiting = threading.Thread(target=lambda: counted.append(storage.incr("key", 60)))
    waiting.start()
    time.sleep(0.05)
    assert counted == []
    connections.release(taken.pop())
    waiting.join(5)
    assert counted == [1]


def test_three_hundred_at_once_are_all_counted(redis_url: str) -> None:
    storage = RedisStorage(redis_url, connection_pool=pool(redis_url, "tests"))
    everybody = threading.Barrier(300)

    def count() -> None:
        everybody.wait()
        storage.incr("burst", 60)

    callers = [threading.Thread(target=count) for _ in range(300)]
    for each in callers:
        each.start()
    for each in callers:
        each.join()
    assert storage.get("burst") == 300


def test_limits_and_sockets_of_a_production_wait(redis_url: str, sqlite_url: str) -> None:
    app = create_app(make_settings(redis_url=redis_url, database_url=sqlite_url), fake_ports())
    limits = app.config["RATELIMIT_STORAGE_OPTIONS"]["connection_pool"]
    assert isinstance(limits, BlockingConnectionPool)
    queue = socket_queue(redis_url)
    assert queue is not None
    queue._redis_connect()
    assert isinstance(queue.redis.connection_pool, BlockingConnectionPool)
    assert socket_queue("") is None


class Queue(SocketQueue):
    """Without a server of sockets around it."""

    json = json


def test_a_message_reaches_the_other_processes(redis_url: str) -> None:
    queue = Queue(redis_url, channel="tests")
    hearing = Redis.from_url(redis_url).pubsub(ignore_subscribe_messages=True)
    hearing.subscribe("tests")
    hearing.get_message(timeout=5)
    assert queue._publish({"event": "desk"}) == 1
    queue.redis.connection_pool.get_connection().disconnect()
    for connection in queue.redis.connection_pool._connections:
        connection._sock and connection._sock.shutdown(socket.SHUT_RDWR)
    assert queue._publish({"event": "line"}) == 1  # a dead connection is found out, once
    assert [hearing.get_message(timeout=5)["data"] for _ in range(2)] == [
        b'{"event": "desk"}',
        b'{"event": "line"}',
    ]


def test_a_redis_that_says_nothing_is_not_waited_for_by_each_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redis_pools, "ANSWER_SECONDS", 0.2)
    now = [100.0]
    monkeypatch.setattr(redis_pools, "time", SimpleNamespace(monotonic=lambda: now[0]))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(5)
        queue = Queue(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        assert [queue._publish({"event": "desk"}) for _ in range(20)] == [None] * 20
        silent.accept()[0].close()  # one was tried
        silent.settimeout(0)
        with pytest.raises(BlockingIOError):
            silent.accept()
        now[0] += redis_pools.LEFT_ALONE_SECONDS
        queue._publish({"event": "desk"})
        silent.accept()[0].close()


def test_who_listens_waits_for_ever_and_nobody_else(redis_url: str) -> None:
    patience = {
        use: pool(redis_url, use).connection_kwargs.get("socket_timeout")
        for use in ("limits", "sockets", "jobs", "listening")
    }
    assert patience == {"limits": 2, "sockets": 2, "jobs": 5, "listening": None}
