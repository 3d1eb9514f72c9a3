"""Ports of the servers that tests start."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures import databases

GIVEN = Path("/proc/sys/net/ipv4/ip_local_port_range")


@pytest.mark.skipif(not GIVEN.exists(), reason="not a Linux")
def test_a_servers_port_is_none_that_a_connection_may_be_given_meanwhile() -> None:
    first, last = (int(word) for word in GIVEN.read_text().split())
    if first > 12_000:
        assert not any(first <= databases.free_port() <= last for _ in range(50))


def test_where_connections_may_have_any_port_the_system_chooses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(databases, "ports_of_servers", lambda: range(1))
    assert databases.free_port() > 0
