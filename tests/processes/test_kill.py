"""kill -9 of web processes and workers during a hundred and twenty live calls: nobody is lost.

``python -m bench.kill`` does the same with two hundred, for longer, and prints the figures, waits included.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from bench import kill
from bench.crowd.installation import Installation

if TYPE_CHECKING:
    from tests.fixtures.databases import Postgres

LIVE = 120


@pytest.fixture
def line(postgres: Postgres, redis_server: str) -> Iterator[Installation]:
    with Installation("kill", 3, postgres, redis_server) as line:
        yield line


@pytest.mark.processes
@pytest.mark.alone
@pytest.mark.timeout(600)
def test_nobody_is_lost_when_processes_are_killed(line: Installation) -> None:
    found = kill.run(line, seconds=32, live=LIVE, agents=115, talk=22)
    kill.show(found)
    assert max(found.live_at_kills) >= 0.9 * LIVE
    assert not found.stuck
    assert found.lost == []
    assert found.never_over == []
    assert found.differences == []
    assert found.unrecoverable == []
    assert found.agents_held == []
    assert found.unsent == 0
