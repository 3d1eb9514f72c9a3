"""Whoever finds every connection to Redis taken waits for one, and is not refused."""

from __future__ import annotations

import threading
import time

from limits.storage import RedisStorage
from redis import BlockingConnectionPool

from app.factory import create_app
from app.foundation.redis_pools import CONNECTIONS, pool, socket_queue
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
