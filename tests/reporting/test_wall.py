"""Why each caller waits, as the wall says it, and who goes first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.queue.policy import Policy
from app.queue.routing import AgentSeat, Offer, Refusal, Snapshot, WaitingCall, decide
from app.reporting.wall import WHYS, LiveCall, Reason, Seat, board, reason_of, waiting_reason

NOW = datetime(2021, 6, 22, 8, 35, tzinfo=UTC)
POLICY = Policy(overflow_after=60, overflow_length=3, sticky_wait=30, language_wait=20)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def agent(agent_id: int = 1, state: str = "in_call", role: str = "front", **fields) -> AgentSeat:  # type: ignore[no-untyped-def]
    return AgentSeat(agent_id, role, state, fields.pop("idle_since", ago(300)), **fields)


def waiting(waited: float = 10, **fields) -> WaitingCall:  # type: ignore[no-untyped-def]
    return WaitingCall(fields.pop("call_id", 1), ago(waited), **fields)


def why(call: WaitingCall, *agents: AgentSeat, others: tuple[WaitingCall, ...] = ()) -> Reason:
    return waiting_reason(call, Snapshot((*others, call), agents, POLICY), NOW)


@pytest.mark.parametrize(
    ("call", "agents", "code", "who", "in_seconds"),
    [
        (waiting(), [], "nobody", None, None),
        (waiting(), [agent(state="away")], "nobody", None, None),
        (waiting(), [agent(state="available", connected=False)], "nobody", None, None),
        (waiting(), [agent(), agent(2, "available")], "choosing", None, None),
        (waiting(), [agent(), agent(2)], "no_back", None, None),
        (waiting(), [agent(), agent(2, "available", "back")], "threshold", None, 50),
        (waiting(), [agent(), agent(2, role="back")], "front_busy", None, 50),
        (waiting(60), [agent(), agent(2, role="back")], "all_busy", None, None),
        (waiting(), [agent(2, role="back")], "all_busy", None, None),  # nobody at the front
        (waiting(preferred_agent_id=1), [agent(), agent(2, "available")], "kept_for", 1, 20),
        (
            waiting(30, preferred_agent_id=1),
            [agent(), agent(2, "available")],
            "choosing",
            None,
            None,
        ),
        (waiting(preferred_agent_id=1), [agent(state="available")], "choosing", None, None),
        (waiting(preferred_agent_id=9), [agent(), agent(2)], "no_back", None, None),
        (waiting(language="en"), [agent(state="available")], "language", None, 10),
        (waiting(20, language="en"), [agent(state="available")], "choosing", None, None),
        (
            waiting(refusals=(Refusal(1, ago(3)),)),
            [agent(state="available")],
            "refused",
            1,
            None,
        ),
    ],
)
def test_why_a_caller_waits(
    call: WaitingCall,
    agents: list[AgentSeat],
    code: str,
    who: int | None,
    in_seconds: float | None,
) -> None:
    reason = why(call, *agents)
    assert (reason.code, reason.who) == (code, who)
    left = reason.until and (reason.until - NOW).total_seconds()
    assert left == in_seconds


def test_those_before_her_are_served_first() -> None:
    before = waiting(40, call_id=2)
    assert why(waiting(), agent(state="available"), others=(before,)).code == "turn"


@pytest.mark.parametrize(
    ("state", "code", "who"),
    [("greeting", "greeting", None), ("offered", "ringing", 1), ("connecting", "connecting", 2)],
)
def test_a_call_on_its_way(state: str, code: str, who: int | None) -> None:
    call = LiveCall(1, "r", state, NOW, NOW, offered_to=1, agent_id=2)
    reason = reason_of(call, Snapshot((), ()), NOW)
    assert (reason.code, reason.who) == (code, who)


languages = st.sets(st.sampled_from(["fr", "en"]), min_size=1).map(frozenset)
agents_drawn = st.lists(
    st.builds(
        AgentSeat,
        agent_id=st.integers(1, 6),
        role=st.sampled_from(["front", "back"]),
        state=st.sampled_from(["available", "in_call", "wrap_up", "away", "ringing"]),
        idle_since=st.integers(0, 500).map(ago),
        languages=languages,
        connected=st.booleans(),
    ),
    max_size=5,
    unique_by=lambda each: each.agent_id,
)
calls_drawn = st.lists(
    st.builds(
        WaitingCall,
        call_id=st.integers(1, 9),
        arrived_at=st.integers(0, 200).map(ago),
        priority=st.integers(0, 2),
        language=st.sampled_from(["fr", "en"]),
        preferred_agent_id=st.none() | st.integers(1, 7),
        owner_id=st.none() | st.integers(1, 7),
        excluded=st.frozensets(st.integers(1, 6), max_size=1),
        refusals=st.lists(
            st.builds(Refusal, agent_id=st.integers(1, 6), at=st.integers(0, 60).map(ago)),
            max_size=2,
            unique_by=lambda each: each.agent_id,
        ).map(tuple),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda each: each.call_id,
)


@given(calls_drawn, agents_drawn, st.integers(0, 90), st.integers(0, 4))
def test_every_call_has_one_reason_that_holds(
    calls: list[WaitingCall], agents: list[AgentSeat], after: int, length: int
) -> None:
    policy = Policy(overflow_after=after, overflow_length=length)
    snapshot = Snapshot(tuple(calls), tuple(agents), policy)
    offered = {d.call_id for d in decide(snapshot, NOW) if isinstance(d, Offer)}
    for call in calls:
        reason = waiting_reason(call, snapshot, NOW)
        assert reason.code in WHYS
        assert (reason.code == "choosing") == (call.call_id in offered)
        assert reason.until is None or reason.until > NOW
        if reason.code == "kept_for":
            assert reason.who == call.preferred_agent_id
        if reason.code == "nobody":
            assert not any(a.connected and a.state in ("available", "in_call") for a in agents)


def live(call_id: int, queued: float | None, **fields) -> LiveCall:  # type: ignore[no-untyped-def]
    since = ago(300 if queued is None else queued)
    return LiveCall(
        call_id, f"r{call_id}", fields.pop("state", "waiting"), since,
        None if queued is None else since, **fields,
    )  # fmt: skip


def test_the_queue_in_the_order_in_which_it_is_served() -> None:
    calls = [
        live(1, 10),
        live(2, 40),
        live(3, None, state="greeting"),
        live(4, 5, priority=2),
        live(5, 100, callback=True),
    ]
    shown = board(calls, [], Snapshot((), (), Policy(ageing_seconds=1000)), NOW)
    assert [line.ref for line in shown.waiting] == ["r4", "r5", "r2", "r1", "r3"]
    assert [line.place for line in shown.waiting] == [1, 2, 3, 4, 5]
    assert (shown.waiting[0].first, shown.waiting[1].callback) == (True, True)
    assert shown.oldest == ago(300)


def test_counts_of_the_team() -> None:
    def seat(agent_id: int, state: str, connected: bool = True) -> Seat:
        return Seat(agent_id, f"Agent {agent_id}", "front", state, None, NOW, connected)

    seats = [seat(1, "in_call"), seat(2, "available"), seat(3, "available", connected=False)]
    shown = board([], seats, Snapshot((), ()), NOW)
    assert (shown.free, shown.talking, shown.oldest) == (1, 1, None)
