"""A simulated agent does what a desk does: she never hangs up on a caller whom she cannot hear."""

from __future__ import annotations

from typing import Any

import pytest

from bench.crowd.agents import Agent, Plan, Seen
from tests.loops import to_its_end

SESSION = {"cookie": "session=x", "csrf": "token"}


class Recorded(Agent):
    """An agent whose acts are noted instead of posted."""

    def __init__(self) -> None:
        plan = Plan(urls=["http://127.0.0.1:1"], sessions=[SESSION], talk=0.0, holds=0.0)
        super().__init__(0, plan, None, Seen())  # type: ignore[arg-type]
        self.acts: list[str] = []

    async def _act(self, what: str) -> int:
        self.acts.append(what)
        self.changed.set()
        return 200


def talking(**more: Any) -> dict[str, Any]:
    call = {"ref": "c", "state": "talking", "held_since": None, "needs_rejoin": False, **more}
    return {"now": "1", "call": call, "presence": {"state": "in_call"}}


@pytest.mark.parametrize("held_since", [None, "2026-11-26T09:00:00Z"])
def test_an_agent_whose_voice_was_cut_takes_it_back(held_since: str | None) -> None:
    agent = Recorded()
    agent.desk = talking(needs_rejoin=True, held_since=held_since)
    to_its_end(agent._next_act())
    assert agent.acts == ["rejoin"]
    assert agent.seen.counts["voice taken back"] == 1
