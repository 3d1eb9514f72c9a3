"""Who is offered which message: named cases, then what holds whatever waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.queue import message_routing
from app.queue.message_routing import LATER
from app.queue.routing import AgentSeat, Offer, Refusal, Snapshot, WaitingCall

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
NOBODY: frozenset[int] = frozenset()


def work(number: int = 1, minutes: int = 5, **fields: object) -> WaitingCall:
    return WaitingCall(number, NOW - timedelta(minutes=minutes), **fields)  # type: ignore[arg-type]


def seat(
    number: int = 1, role: str = "front", state: str = "available", idle: int = 1
) -> AgentSeat:
    return AgentSeat(number, role, state, NOW - timedelta(minutes=idle))


def offers(
    works: list[WaitingCall], seats: list[AgentSeat], occupied: frozenset[int] = NOBODY
) -> list[tuple[int, int]]:
    decided = message_routing.decide(Snapshot(tuple(works), tuple(seats)), occupied, NOW)
    return [(each.call_id, each.agent_id) for each in decided if isinstance(each, Offer)]


def test_the_longest_idle_of_the_front_office_is_asked() -> None:
    seats = [seat(1, idle=1), seat(2, idle=9), seat(3, "back", idle=60)]
    assert offers([work()], seats) == [(1, 2)]


def test_who_has_a_message_in_hand_is_asked_for_no_other() -> None:
    assert offers([work()], [seat(1), seat(2)], frozenset({1})) == [(1, 2)]
    assert offers([work()], [seat(1)], frozenset({1})) == []


def test_the_back_office_is_asked_when_the_front_has_its_hands_full() -> None:
    assert offers([work()], [seat(1), seat(2, "back")], frozenset({1})) == [(1, 2)]
    assert offers([work()], [seat(1, state="in_call"), seat(2, "back")]) == [(1, 2)]


def test_later_is_not_asked_again_for_a_while() -> None:
    asked = work(refusals=(Refusal(1, NOW - LATER + timedelta(seconds=1)),))
    assert offers([asked], [seat(1)]) == []
    assert offers([asked], [seat(1), seat(2)]) == [(1, 2)]
    again = replace(asked, refusals=(Refusal(1, NOW - LATER),))
    assert offers([again], [seat(1)]) == [(1, 1)]


def test_who_answered_this_person_before_comes_first() -> None:
    known = work(minutes=0, preferred_agent_id=2)
    assert offers([known], [seat(1, idle=60), seat(2, idle=1)]) == [(1, 2)]


states = st.sampled_from(
    ["available", "ringing", "in_call", "wrap_up", "away", "do_not_disturb", "missed", "offline"]
)
seats_of = st.lists(
    st.builds(
        seat,
        st.integers(1, 8),
        st.sampled_from(["front", "back"]),
        states,
        st.integers(0, 90),
    ),
    max_size=8,
    unique_by=lambda each: each.agent_id,
)
refusals = st.lists(
    st.builds(
        Refusal, st.integers(1, 8), st.integers(0, 30).map(lambda m: NOW - timedelta(minutes=m))
    ),
    max_size=4,
).map(tuple)
works_of = st.lists(
    st.builds(
        work,
        st.integers(1, 20),
        st.integers(0, 900),
        priority=st.integers(0, 2),
        preferred_agent_id=st.none() | st.integers(1, 8),
        owner_id=st.none() | st.integers(1, 8),
        refusals=refusals,
    ),
    max_size=10,
    unique_by=lambda each: each.call_id,
)


@given(works_of, seats_of, st.frozensets(st.integers(1, 8)))
def test_what_always_holds(
    works: list[WaitingCall], seats: list[AgentSeat], occupied: frozenset[int]
) -> None:
    made = offers(works, seats, occupied)
    free = {each.agent_id for each in seats if each.state == "available"} - occupied
    by_id = {each.call_id: each for each in works}
    assert len({agent for _, agent in made}) == len(made) == len({call for call, _ in made})
    for call_id, agent_id in made:
        assert agent_id in free
        resting = {r.agent_id for r in by_id[call_id].refusals if NOW - r.at < LATER}
        assert agent_id not in resting


@given(works_of, seats_of, st.frozensets(st.integers(1, 8)), st.integers(1, 8))
def test_an_agent_more_in_hand_never_makes_more_offers(
    works: list[WaitingCall], seats: list[AgentSeat], occupied: frozenset[int], who: int
) -> None:
    assert len(offers(works, seats, occupied | {who})) <= len(offers(works, seats, occupied))
