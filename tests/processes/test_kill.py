"""kill -9 of web processes and workers during two hundred live calls: nobody is lost.

``python -m bench.kill`` does the same for longer and prints the figures, waits included.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from bench import kill
from bench.crowd.installation import Installation

if TYPE_CHECKING:
    from tests.fixtures.databases import Postgres

LIVE = 200


@pytest.fixture
def line(postgres: Postgres, redis_server: str) -> Iterator[Installation]:
    with Installation("kill", 3, postgres, redis_server) as line:
        yield line


@pytest.mark.timeout(600)
@pytest.mark.skipif("KILL_TEST" not in os.environ, reason="minutes of load: KILL_TEST=1")
def test_nobody_is_lost_when_processes_are_killed(line: Installation) -> None:
    found = kill.run(line, seconds=50, live=LIVE, agents=110, talk=18)
    assert len(found.calls) >= LIVE
    assert found.kills.total() > 0
    assert found.lost == []
    assert found.never_over == []
    assert found.differences == []
    assert found.unrecoverable == []
    assert found.agents_held == []
    assert found.unsent == 0
