"""Any order of events stays legal, ends stay ended, twice is once, and a row can be rebuilt."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calls.call.life.states import (
    TRANSITIONS,
    CallRecord,
    Event,
    Kind,
    Outcome,
    State,
    apply,
    legal,
    rebuild,
    received,
    segments,
)

START = datetime(2021, 6, 22, 8, 35, tzinfo=UTC)
AGENTS = (1, 2)
LEGS = ("CAa", "CAb")


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def event(kind: Kind, seconds: float, *, agent: int | None = 1, leg: str | None = "CAa") -> Event:
    return Event(
        kind,
        at(seconds),
        f"{kind}:{seconds}",
        agent_id=agent,
        leg=leg,
        conference="CF1",
        until=at(seconds + 20),
    )


ANSWERED = (
    event(Kind.QUEUED, 4),
    event(Kind.OFFERED, 5),
    event(Kind.ACCEPTED, 9),
    event(Kind.LEG_CREATED, 9.5),
    event(Kind.AGENT_JOINED, 10),
    event(Kind.ANSWERED, 11),
)

events = st.builds(
    Event,
    kind=st.sampled_from(list(Kind)),
    at=st.integers(0, 4000).map(at),
    key=st.integers(0, 60).map(str),
    agent_id=st.sampled_from(AGENTS),
    leg=st.sampled_from(LEGS),
    conference=st.just("CF1"),
    until=st.just(at(5000)),
    to_agent_id=st.sampled_from((None, *AGENTS)),
    party_id=st.sampled_from((None, 7, 8)),
)
streams = st.lists(events, max_size=40)


def fold(stream: list[Event]) -> CallRecord:
    record = received(START)
    for each in stream:
        record = apply(record, each)
    return record


# Random events seldom reach a conversation: half the streams begin in one.
talks = st.builds(lambda more: [*ANSWERED, *more], streams)


@given(streams | talks, st.booleans())
def test_any_order_of_events_stays_legal(stream: list[Event], outbound: bool) -> None:
    record = received(START, outbound=outbound)
    for each in stream:
        record = apply(record, each)
        assert legal(record), record


@given(streams | talks, events)
def test_an_event_applied_twice_at_once_equals_once(stream: list[Event], last: Event) -> None:
    once = apply(fold(stream), last)
    assert apply(once, last) == once


@given(streams, st.data())
def test_a_repeated_key_changes_nothing_wherever_it_comes(
    stream: list[Event], data: st.DataObject
) -> None:
    first = {e.key: e for e in reversed(stream)}
    unique = [e for i, e in enumerate(stream) if e.key not in {s.key for s in stream[:i]}]
    repeated = list(unique)
    for _ in range(data.draw(st.integers(0, 5))):
        if not unique:
            break
        source = data.draw(st.integers(0, len(unique) - 1))
        where = data.draw(st.integers(0, len(repeated)))
        copy = first[unique[source].key]
        if copy in repeated[:where]:
            repeated.insert(where, copy)
    assert rebuild(START, repeated) == rebuild(START, unique)


@given(streams | talks, streams)
def test_the_end_absorbs_everything(stream: list[Event], more: list[Event]) -> None:
    record = fold(stream)
    if record.state is not State.ENDED:
        record = apply(record, Event(Kind.CALLER_LEFT, at(9000), "end", agent_id=1))
        record = apply(record, Event(Kind.WRAPPED_UP, at(9001), "done"))
    assert record.state is State.ENDED
    for each in more:
        assert apply(record, each) is record


@given(streams | talks)
def test_time_never_goes_back(stream: list[Event]) -> None:
    record = received(START)
    for each in stream:
        after = apply(record, each)
        assert after.last_at is not None
        assert record.last_at is not None
        assert after.last_at >= record.last_at
        record = after


@given(streams | talks)
def test_segments_follow_each_other_and_hold_agrees_with_the_record(stream: list[Event]) -> None:
    kept, record = [], received(START)
    for each in stream:
        after = apply(record, each)
        if after is not record:
            kept.append(each)
        record = after
    spans = segments(START, kept)
    for one, other in itertools.pairwise(spans):
        assert one.ended_at is not None
        assert one.ended_at <= other.started_at
    held = sum(
        (s.ended_at - s.started_at).total_seconds()
        for s in spans
        if s.kind == "hold" and s.ended_at
    )
    assert held == pytest.approx(record.hold_s)


def test_every_transition_starts_from_a_state_that_is_not_final() -> None:
    assert not [state for state, _kind in TRANSITIONS if state is State.ENDED]


def test_a_conversation() -> None:
    record = fold(
        [
            *ANSWERED,
            event(Kind.HELD, 20),
            event(Kind.RESUMED, 50),
            event(Kind.CALLER_LEFT, 100),
            event(Kind.WRAPPED_UP, 130),
        ]
    )
    assert (record.state, record.outcome) == (State.ENDED, Outcome.ANSWERED)
    assert (record.queued_at, record.answered_at, record.ended_at) == (at(4), at(11), at(100))
    assert (record.hold_s, record.wrap_up_ended_at) == (30.0, at(130))


@pytest.mark.parametrize(
    ("left_after_queue", "outcome"),
    [(4.9, Outcome.SHORT_ABANDONED), (5.0, Outcome.ABANDONED), (900, Outcome.ABANDONED)],
)
def test_the_limit_of_a_short_abandon(left_after_queue: float, outcome: Outcome) -> None:
    record = fold([event(Kind.QUEUED, 4), event(Kind.CALLER_LEFT, 4 + left_after_queue)])
    assert record.outcome is outcome


def test_a_short_abandon_whose_news_came_late_stays_one() -> None:
    """It went on ringing at an empty line; a record does not go back, its outcome is still true."""
    ringing = [event(Kind.QUEUED, 0), event(Kind.OFFERED, 1, agent=1)]
    expired = event(Kind.OFFER_EXPIRED, 21, agent=1)
    record = fold([*ringing, expired, event(Kind.CALLER_LEFT, 2)])
    assert (record.outcome, record.ended_at) == (Outcome.SHORT_ABANDONED, at(21))
    assert fold([*ringing, event(Kind.CALLER_LEFT, 2)]).ended_at == at(2)


def test_hanging_up_while_it_rings_is_an_abandonment() -> None:
    record = fold([event(Kind.QUEUED, 0), event(Kind.OFFERED, 1), event(Kind.CALLER_LEFT, 9)])
    assert record.outcome is Outcome.ABANDONED
    assert record.offered_to is None


def test_an_agent_who_is_not_offered_the_call_cannot_accept_it() -> None:
    record = fold([event(Kind.QUEUED, 0), event(Kind.OFFERED, 1, agent=1)])
    assert apply(record, event(Kind.ACCEPTED, 2, agent=2)) is record


def test_a_missed_offer_keeps_the_place() -> None:
    record = fold([event(Kind.QUEUED, 0), event(Kind.OFFERED, 1), event(Kind.OFFER_EXPIRED, 21)])
    assert (record.state, record.queued_at, record.offered_to) == (State.WAITING, at(0), None)


def test_an_agents_leg_that_dies_before_the_answer_gives_the_call_back() -> None:
    record = fold([*ANSWERED[:4], event(Kind.AGENT_LEFT, 12)])
    assert (record.state, record.agent_id) == (State.WAITING, None)


def test_an_old_leg_that_ends_late_does_not_end_the_new_one() -> None:
    back = [
        event(Kind.AGENT_LEFT, 30),
        event(Kind.LEG_CREATED, 31, leg="CAb"),
        event(Kind.AGENT_JOINED, 32, leg="CAb"),
    ]
    record = fold([*ANSWERED, *back])
    assert apply(record, event(Kind.AGENT_LEFT, 40, leg="CAa")) is record
    assert record.agent_present


def test_a_caller_whose_agent_never_came_back_waits_again_and_stays_answered() -> None:
    record = fold([*ANSWERED, event(Kind.AGENT_LEFT, 30), event(Kind.RETURNED, 75)])
    assert (record.state, record.agent_id, record.answered_at) == (State.WAITING, None, at(11))
    assert apply(record, event(Kind.CALLER_LEFT, 80)).outcome is Outcome.ANSWERED


def test_a_leg_for_nobody_is_not_a_further_person() -> None:
    record = fold(list(ANSWERED))
    assert apply(record, Event(Kind.PARTY_LEG, at(20), "leg", leg="CAb")) is record
