"""Why each caller waits, as the wall says it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.reporting.wall import WHYS, AgentSeat, LiveCall, board

NOW = datetime(2021, 6, 22, 8, 35, tzinfo=UTC)


def seat(agent_id: int = 1, state: str = "in_call", **fields: object) -> AgentSeat:
    values = {
        "agent_id": agent_id, "name": f"Agent {agent_id}", "role": "front", "state": state,
        "reason": None, "since": NOW, "connected": True, **fields,
    }  # fmt: skip
    return AgentSeat(**values)  # type: ignore[arg-type]


def call(state: str = "waiting", **fields: object) -> LiveCall:
    values = {
        "ref": "r", "state": state, "received_at": NOW, "queued_at": NOW, "offered_to": None,
        "agent_id": None, "preferred_agent_id": None, "overflow": False, **fields,
    }  # fmt: skip
    return LiveCall(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("live", "seats", "why", "who"),
    [
        (call("greeting", queued_at=None), [seat()], "greeting", ""),
        (call("offered", offered_to=1), [seat(state="ringing")], "ringing", "Agent 1"),
        (call("connecting", agent_id=2), [seat(2)], "connecting", "Agent 2"),
        (call(), [], "nobody", ""),
        (call(), [seat(state="away")], "nobody", ""),
        (call(), [seat(state="available", connected=False)], "nobody", ""),
        (call(), [seat(), seat(2)], "all_busy", ""),
        (call(), [seat(), seat(2, "available")], "choosing", ""),
        (call(preferred_agent_id=1), [seat(), seat(2)], "kept_for", "Agent 1"),
        (call(preferred_agent_id=1), [seat(state="available")], "choosing", ""),
    ],
)
def test_why_a_caller_waits(live: LiveCall, seats: list[AgentSeat], why: str, who: str) -> None:
    waiting = board([live], seats).waiting[0]
    assert (waiting.why, waiting.who, waiting.place) == (why, who, 1)
    assert why in WHYS


def test_counts_of_the_team() -> None:
    seats = [seat(), seat(2, "available"), seat(3, "available", connected=False)]
    shown = board([], seats)
    assert (shown.free, shown.talking) == (1, 1)
