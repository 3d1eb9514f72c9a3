"""Whoever finds every connection to Redis taken waits for one, and is not refused."""

from __future__ import annotations

import dataclasses
import json
import socket
import threading
import time

import pytest
from limits.storage import RedisStorage
from redis import BlockingConnectionPool, Redis
from redis.exceptions import ConnectionError, TimeoutError

from app.factory import create_app
from app.foundation import redis_pools
from app.foundation.redis_pools import (
    CONNECTIONS,
    PAUSE_SECONDS,
    Breaker,
    SocketQueue,
    pool,
    socket_queue,
)
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


def test_who_listens_waits_for_ever_and_nobody_else(redis_url: str) -> None:
    patience = {
        use: pool(redis_url, use).connection_kwargs.get("socket_timeout")
        for use in ("limits", "messages", "jobs", "listening")
    }
    assert patience == {"limits": 1, "messages": 1, "jobs": 10, "listening": None}


# --- Redis away ----------------------------------------------------------------------------------


def test_one_asks_again_while_the_others_are_refused_at_once() -> None:
    now = 0.0
    known = Breaker(clock=lambda: now)
    known.admit()
    known.failed()
    with pytest.raises(ConnectionError):
        known.admit()
    now = PAUSE_SECONDS
    known.admit()  # this one tries
    known.admit()  # … and goes on: connecting, then asking
    refused: list[bool] = []

    def another() -> None:
        try:
            known.admit()
        except ConnectionError:
            refused.append(True)

    other = threading.Thread(target=another)
    other.start()
    other.join()
    assert refused == [True]
    known.worked()
    other = threading.Thread(target=another)
    other.start()
    other.join()
    assert refused == [True]


def test_a_frozen_redis_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes connections and never answers."""
    monkeypatch.setattr(redis_pools, "ANSWER_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        with pytest.raises(TimeoutError):
            Redis(connection_pool=pool(url, "limits")).ping()
        for use in ("limits", "messages"):
            with pytest.raises(ConnectionError, match="a moment ago"):
                Redis(connection_pool=pool(url, use)).ping()
        queue = Queue(url)
        assert [queue._publish({"event": "desk"}) for _ in range(20)] == [None] * 20
        silent.settimeout(0)
        silent.accept()[0].close()  # one was tried
        with pytest.raises(BlockingIOError):
            silent.accept()


def test_unknown_links_are_counted_without_redis(sqlite_url: str) -> None:
    settings = dataclasses.replace(
        make_settings(redis_url="redis://127.0.0.1:9/0", database_url=sqlite_url), testing=False
    )
    client = create_app(settings, fake_ports()).test_client()
    answers = {client.get(f"/demande/unknown{number}").status_code for number in range(62)}
    assert answers == {404, 429}
