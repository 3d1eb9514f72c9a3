"""A message as work: properties over any stream of events, then the named rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.queue.life import Stage
from app.queue.work_record import (
    STEPS,
    Event,
    Kind,
    Outcome,
    WorkRecord,
    apply,
    begun,
    legal,
    rebuild,
)

NOW = datetime(2021, 6, 22, 8, 35, tzinfo=UTC)
AGENTS = st.none() | st.integers(1, 3)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


events = st.builds(
    Event,
    kind=st.sampled_from(Kind),
    at=st.integers(0, 900).map(at),
    agent_id=AGENTS,
    until=st.none() | st.integers(900, 2000).map(at),
    to_agent_id=AGENTS,
    outcome=st.none() | st.sampled_from(Outcome),
)
streams = st.lists(events, max_size=30)
ARRIVED = Event(Kind.ARRIVED, NOW, to_agent_id=9, language="en")


def after(stream: Iterable[Event]) -> WorkRecord:
    return rebuild([ARRIVED, *stream])


def held_by(agent_id: int) -> WorkRecord:
    return after([Event(Kind.TAKEN, at(1), agent_id)])


@given(streams)
def test_any_order_of_events_stays_legal(stream: list[Event]) -> None:
    record = begun(ARRIVED)
    for event in stream:
        record = apply(record, event)
        assert legal(record), (event, record)


@given(streams)
def test_what_changed_a_message_makes_it_again(stream: list[Event]) -> None:
    """Only events that changed something are kept: they alone give the same record."""
    record, kept = begun(ARRIVED), [ARRIVED]
    for event in stream:
        moved = apply(record, event)
        if moved is not record:
            kept.append(event)
        record = moved
    assert rebuild(kept) == record


@given(streams)
def test_place_and_language_are_kept_whatever_happens(stream: list[Event]) -> None:
    record = after(stream)
    assert (record.life.first_arrived_at, record.language) == (NOW, "en")


@given(streams, streams)
def test_a_closed_message_absorbs_everything(stream: list[Event], more: list[Event]) -> None:
    record = after(stream)
    closed = apply(record, Event(Kind.DONE, at(1000), outcome=Outcome.CALLED_BACK))
    assert closed.life.stage is Stage.DONE
    assert all(apply(closed, event) is closed for event in more)


@given(streams, events)
def test_nobody_acts_on_what_another_holds(stream: list[Event], event: Event) -> None:
    record = after(stream)
    moved = apply(record, event)
    if record.life.stage is Stage.HELD and moved.life != record.life:
        called_back = event.outcome is Outcome.CALLED_BACK
        assert event.agent_id == record.life.held_by or (event.kind is Kind.DONE and called_back)


def test_every_kind_but_the_arrival_has_its_step() -> None:
    assert set(STEPS) == set(Kind) - {Kind.ARRIVED}


def test_a_colleague_may_be_faster_than_who_is_asked() -> None:
    asked = after([Event(Kind.OFFERED, at(1), 1, at(121))])
    taken = apply(asked, Event(Kind.TAKEN, at(2), 2))
    assert (taken.life.stage, taken.life.held_by, taken.life.offered_to) == (Stage.HELD, 2, None)


def test_entrusted_to_a_colleague_who_is_asked_first() -> None:
    handed = apply(held_by(1), Event(Kind.HANDED, at(5), 1, to_agent_id=2))
    assert (handed.life.stage, handed.preferred_agent_id) == (Stage.WAITING, 2)
    assert apply(held_by(1), Event(Kind.HANDED, at(5), 2, to_agent_id=3)) == held_by(1)


def test_kept_for_later_until_its_hour_or_the_next_message() -> None:
    parked = apply(held_by(1), Event(Kind.PARKED, at(5), 1, at(900)))
    assert (parked.life.parked_until, parked.preferred_agent_id) == (at(900), 1)
    for kind in (Kind.WOKEN, Kind.WROTE):
        woken = apply(parked, Event(kind, at(60)))
        assert (woken.life.stage, woken.life.waiting_since) == (Stage.WAITING, at(60))
    assert apply(after([]), Event(Kind.PARKED, at(5), 1, at(900))) == after([])  # hers alone


def test_what_is_held_stays_so_when_the_person_writes_again() -> None:
    held = held_by(1)
    assert apply(held, Event(Kind.WROTE, at(9))) == replace(held, last_at=at(9))


def test_closed_by_its_holder_with_an_outcome_or_by_a_call_back() -> None:
    held = held_by(1)
    assert apply(held, Event(Kind.DONE, at(9), 1)) is held
    assert apply(held, Event(Kind.DONE, at(9), 2, outcome=Outcome.SPAM)) is held
    assert apply(held, Event(Kind.DONE, at(9), 1, outcome=Outcome.SPAM)).outcome is Outcome.SPAM
    called = apply(held, Event(Kind.DONE, at(9), 2, outcome=Outcome.CALLED_BACK))
    assert called.life.held_by is None
