"""Who gets which call: properties over any queue and any staff, then the named rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.queue.policy import Policy, Team
from app.queue.routing import (
    REFUSAL_LASTS,
    AgentSeat,
    Offer,
    Refusal,
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


def let_go(agent_id: int, seconds: float, times: int = 1) -> Refusal:
    return Refusal(agent_id, ago(seconds), times)


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
        refusals=st.lists(
            st.builds(Refusal, st.integers(1, 12), st.integers(0, 90).map(ago), st.integers(1, 5)),
            max_size=3,
            unique_by=lambda r: r.agent_id,
        ).map(tuple),
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
policies = st.builds(
    Policy, overflow_after=st.sampled_from([0, 20]), overflow_length=st.sampled_from([0, 3])
)
snapshots = st.builds(Snapshot, calls.map(tuple), seats.map(tuple), policies)
TEAMS = (Team(), Team(first=("back",), overflow=("front",)), Team(first=("back",), overflow=()))
two_queues = st.builds(
    lambda waiting, agents, rules, team, of: Snapshot(
        tuple(replace(c, queue_id=1 + c.call_id % 2) for c in waiting),
        tuple(agents),
        policies={1: rules, 2: replace(of, team=team)},
    ),
    calls,
    seats,
    policies,
    st.sampled_from(TEAMS),
    policies,
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


@given(snapshots)
def test_who_let_a_call_go_is_not_rung_for_it_during_her_pause(snapshot: Snapshot) -> None:
    agents = {a.agent_id: a for a in snapshot.agents}
    waiting = {c.call_id: c for c in snapshot.waiting}
    for call_id, agent_id in offers(snapshot).items():
        for refusal in waiting[call_id].refusals:
            if refusal.agent_id == agent_id and agents[agent_id].idle_since <= refusal.at:
                assert NOW - refusal.at >= refusal.pause()


@given(snapshots)
def test_no_free_agent_is_left_beside_a_caller_whom_she_may_take(snapshot: Snapshot) -> None:
    """The default policy: nobody waits for nothing, whatever was declined before."""
    snapshot = Snapshot(snapshot.waiting, snapshot.agents, Policy())
    made = offers(snapshot)
    left = [
        a
        for a in snapshot.agents
        if a.state == "available" and a.connected and a.agent_id not in made.values()
    ]
    on_duty = {a.agent_id for a in snapshot.agents if a.connected}
    for one in snapshot.waiting:
        kept = one.preferred_agent_id in on_duty and one.arrived_at > ago(30)
        if one.call_id in made or kept:
            continue
        for agent in left:
            speaks = one.language in agent.languages or one.arrived_at <= ago(20)
            barred = agent.agent_id in one.excluded or any(
                r.agent_id == agent.agent_id and NOW - r.at < REFUSAL_LASTS for r in one.refusals
            )
            assert not speaks or barred, (one, agent)


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


@given(two_queues)
def test_each_queue_is_served_by_its_own_team_and_thresholds(snapshot: Snapshot) -> None:
    agents = {a.agent_id: a for a in snapshot.agents}
    waiting = {c.call_id: c for c in snapshot.waiting}
    made = offers(snapshot)
    assert len(set(made.values())) == len(made)  # no agent is rung for two, whatever their queues
    for call_id, agent_id in made.items():
        one, role = waiting[call_id], agents[agent_id].role
        team = snapshot.policy_of(one.queue_id).team
        if agent_id == one.preferred_agent_id or role in team.first:
            continue
        assert role in team.overflow
        assert widened(one, snapshot, NOW)


@given(snapshots)
def test_calls_of_two_queues_alike_are_served_as_of_one(snapshot: Snapshot) -> None:
    """Length apart, which is that of each queue."""
    rules = replace(snapshot.policy, overflow_length=100)
    one = replace(snapshot, policy=rules)
    two = Snapshot(
        tuple(replace(c, queue_id=1 + c.call_id % 2) for c in snapshot.waiting),
        snapshot.agents,
        policies={1: rules, 2: rules},
    )
    assert offers(two) == offers(one)


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


def test_the_back_office_is_rung_at_once_when_the_front_is_busy() -> None:
    staff = (seat(1, state="in_call"), seat(9, role="back"))
    assert decide(Snapshot((call(1, 0),), staff), NOW) == [Offer(1, 9, overflow=True)]


def test_overflow_after_a_threshold_if_the_line_has_one() -> None:
    staff, policy = (seat(1, state="in_call"), seat(9, role="back")), Policy(overflow_after=20)
    assert offers(Snapshot((call(1, 19),), staff, policy)) == {}
    assert decide(Snapshot((call(1, 20),), staff, policy), NOW) == [Offer(1, 9, overflow=True)]


def test_overflow_before_the_threshold_when_the_front_is_absent_or_the_queue_is_long() -> None:
    policy = Policy(overflow_after=20)
    assert offers(Snapshot((call(1, 0),), (seat(9, role="back"),), policy)) == {1: 9}
    busy = (seat(1, state="in_call"), seat(9, role="back"))
    queue = tuple(call(i, 10 - i) for i in range(1, 5))
    assert offers(Snapshot(queue, busy, policy)) == {1: 9}


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


def test_the_only_agent_is_rung_again_after_a_short_pause_that_doubles() -> None:
    def rung(seconds: float, times: int = 1) -> bool:
        waiting = call(1, 300, refusals=(let_go(1, seconds, times),))
        return offers(Snapshot((waiting,), (seat(1, idle_since=ago(seconds)),))) == {1: 1}

    assert [rung(9), rung(10)] == [False, True]
    assert [rung(19, times=2), rung(20, times=2)] == [False, True]
    assert [rung(39, times=3), rung(40, times=3)] == [False, True]
    assert [rung(39, times=9), rung(40, times=9)] == [False, True]  # never longer


def test_who_let_the_call_go_comes_after_all_others_even_after_her_pause() -> None:
    waiting = call(1, 300, refusals=(let_go(1, 15),))
    others = (seat(2, idle_since=ago(1)), seat(9, role="back", idle_since=ago(1)))
    assert offers(Snapshot((waiting,), (seat(1), *others))) == {1: 2}
    assert offers(Snapshot((waiting,), (seat(1), others[1]))) == {1: 9}
    worn_off = call(1, 300, refusals=(let_go(1, 41),))
    assert offers(Snapshot((worn_off,), (seat(1), *others))) == {1: 1}


def test_an_agent_who_came_back_by_herself_is_rung_at_once() -> None:
    """She missed it, then pressed « Je suis là »; or took another call meanwhile."""
    waiting = call(1, 300, refusals=(let_go(1, 5),))
    assert offers(Snapshot((waiting,), (seat(1, idle_since=ago(2)),))) == {1: 1}


def test_a_call_is_no_longer_kept_for_the_agent_who_let_it_go() -> None:
    waiting = call(1, 10, preferred_agent_id=1, refusals=(let_go(1, 2),))
    staff = (seat(1, idle_since=ago(2)), seat(2, idle_since=ago(1)))
    assert offers(Snapshot((waiting,), staff)) == {1: 2}


def test_the_pauses_of_one_call_do_not_keep_an_agent_from_another() -> None:
    first, second = call(1, 300, refusals=(let_go(1, 2),)), call(2, 200)
    assert offers(Snapshot((first, second), (seat(1, idle_since=ago(2)),))) == {2: 1}
