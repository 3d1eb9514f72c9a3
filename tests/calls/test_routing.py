"""Who gets which call: properties over any queue and any staff, then the named rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.calls.routing import (
    AgentSeat,
    Offer,
    Policy,
    Snapshot,
    Wait,
    WaitingCall,
    decide,
    in_order,
    widened,
)

NOW = datetime(2021, 6, 22, 8, 35, tzinfo=UTC)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def seat(agent_id: int, role: str = "front", state: str = "available", **more: object) -> AgentSeat:
    return AgentSeat(agent_id, role, state, more.pop("idle_since", ago(60)), **more)  # type: ignore[arg-type]


def call(call_id: int, waited: float = 1, **more: object) -> WaitingCall:
    return WaitingCall(call_id, ago(waited), **more)  # type: ignore[arg-type]


def offers(snapshot: Snapshot) -> dict[int, int]:
    return {d.call_id: d.agent_id for d in decide(snapshot, NOW) if isinstance(d, Offer)}


calls = st.lists(
    st.builds(
        WaitingCall,
        call_id=st.integers(1, 10_000),
        arrived_at=st.integers(0, 900).map(ago),
        priority=st.integers(0, 2),
        language=st.sampled_from(["fr", "en"]),
        preferred_agent_id=st.none() | st.integers(1, 12),
        owner_id=st.none() | st.integers(1, 12),
        excluded=st.frozensets(st.integers(1, 12), max_size=3),
    ),
    max_size=15,
    unique_by=lambda c: c.call_id,
)
seats = st.lists(
    st.builds(
        AgentSeat,
        agent_id=st.integers(1, 12),
        role=st.sampled_from(["front", "back"]),
        state=st.sampled_from(
            ["available", "ringing", "in_call", "wrap_up", "away", "do_not_disturb", "missed"]
        ),
        idle_since=st.integers(0, 900).map(ago),
        languages=st.sampled_from([frozenset({"fr"}), frozenset({"fr", "en"})]),
        connected=st.booleans(),
    ),
    max_size=10,
    unique_by=lambda a: a.agent_id,
)
snapshots = st.builds(
    Snapshot, waiting=calls.map(tuple), agents=seats.map(tuple), policy=st.just(Policy())
)


@given(snapshots)
def test_every_call_has_one_decision_and_no_agent_two_calls(snapshot: Snapshot) -> None:
    decisions = decide(snapshot, NOW)
    assert sorted(d.call_id for d in decisions) == sorted(c.call_id for c in snapshot.waiting)
    rung = [d.agent_id for d in decisions if isinstance(d, Offer)]
    assert len(rung) == len(set(rung))


@given(snapshots)
def test_only_free_connected_agents_who_did_not_refuse_are_rung(snapshot: Snapshot) -> None:
    agents = {a.agent_id: a for a in snapshot.agents}
    waiting = {c.call_id: c for c in snapshot.waiting}
    for call_id, agent_id in offers(snapshot).items():
        assert agents[agent_id].state == "available"
        assert agents[agent_id].connected
        assert agent_id not in waiting[call_id].excluded


@given(snapshots)
def test_the_back_office_is_rung_only_when_overflow_widened(snapshot: Snapshot) -> None:
    agents = {a.agent_id: a for a in snapshot.agents}
    waiting = {c.call_id: c for c in snapshot.waiting}
    for call_id, agent_id in offers(snapshot).items():
        one = waiting[call_id]
        if agents[agent_id].role == "back" and agent_id != one.preferred_agent_id:
            assert widened(one, snapshot, NOW)


@given(st.lists(st.integers(0, 900), min_size=1, max_size=12, unique=True), st.integers(1, 5))
def test_equal_priority_is_first_come_first_served(waits: list[int], free: int) -> None:
    snapshot = Snapshot(
        tuple(call(i, waited) for i, waited in enumerate(waits, 1)),
        tuple(seat(100 + i) for i in range(free)),
    )
    by_arrival = sorted(snapshot.waiting, key=lambda c: c.arrived_at)
    assert set(offers(snapshot)) == {c.call_id for c in by_arrival[:free]}


@given(snapshots)
def test_the_answer_does_not_depend_on_the_order_of_rows(snapshot: Snapshot) -> None:
    mirrored = Snapshot(snapshot.waiting[::-1], snapshot.agents[::-1], snapshot.policy)
    assert decide(snapshot, NOW) == decide(mirrored, NOW)


def test_longest_idle_is_rung_first() -> None:
    snapshot = Snapshot((call(1),), (seat(1, idle_since=ago(5)), seat(2, idle_since=ago(300))))
    assert offers(snapshot) == {1: 2}


def test_the_owner_on_front_duty_comes_before_the_longest_idle() -> None:
    snapshot = Snapshot((call(1, owner_id=1),), (seat(1, idle_since=ago(5)), seat(2)))
    assert offers(snapshot) == {1: 1}


def test_a_returning_caller_waits_a_little_for_the_same_agent_then_gets_anybody() -> None:
    staff = (seat(1, state="wrap_up"), seat(2))
    assert offers(Snapshot((call(1, 10, preferred_agent_id=1),), staff)) == {}
    assert offers(Snapshot((call(1, 31, preferred_agent_id=1),), staff)) == {1: 2}


def test_an_absent_preferred_agent_is_not_waited_for() -> None:
    snapshot = Snapshot((call(1, 5, preferred_agent_id=1),), (seat(1, state="away"), seat(2)))
    assert offers(snapshot) == {1: 2}


def test_overflow_after_the_threshold() -> None:
    staff = (seat(1, state="in_call"), seat(9, role="back"))
    assert offers(Snapshot((call(1, 19),), staff)) == {}
    assert decide(Snapshot((call(1, 20),), staff), NOW) == [Offer(1, 9, overflow=True)]


def test_overflow_at_once_when_nobody_is_on_front_duty_or_the_queue_is_long() -> None:
    assert offers(Snapshot((call(1, 0),), (seat(9, role="back"),))) == {1: 9}
    busy = (seat(1, state="in_call"), seat(9, role="back"))
    queue = tuple(call(i, 10 - i) for i in range(1, 5))
    assert offers(Snapshot(queue, busy)) == {1: 9}


def test_overflow_widens_and_the_front_still_comes_first() -> None:
    staff = (seat(1, idle_since=ago(1)), seat(9, role="back", idle_since=ago(900)))
    assert offers(Snapshot((call(1, 60),), staff)) == {1: 1}


def test_do_not_disturb_is_never_rung_and_the_caller_waits_alone() -> None:
    snapshot = Snapshot((call(1, 500),), (seat(1, state="do_not_disturb"),))
    assert decide(snapshot, NOW) == [Wait(1, position=1, alone=True)]


def test_waiting_raises_priority_so_that_nobody_starves() -> None:
    patient, urgent = call(1, 400), call(2, 1, priority=2)
    assert [c.call_id for c in in_order([patient, urgent], Policy(), NOW)] == [1, 2]


def test_a_language_is_waited_for_a_little_then_anybody_answers() -> None:
    staff = (seat(1), seat(2, state="in_call", languages=frozenset({"fr", "en"})))
    assert offers(Snapshot((call(1, 19, language="en"),), staff)) == {}
    assert offers(Snapshot((call(1, 20, language="en"),), staff)) == {1: 1}
