"""The queue life of any work: properties over any stream of events, then the named rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import CheckConstraint

from app.queue.life import TRANSITIONS, Event, Life, Stage, What, apply, arrived, legal
from app.queue.models import Work

NOW = datetime(2021, 6, 22, 8, 35, tzinfo=UTC)
AGENTS = st.none() | st.integers(1, 3)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


events = st.builds(
    Event,
    what=st.sampled_from(What),
    at=st.integers(0, 900).map(at),
    agent_id=AGENTS,
    until=st.none() | st.integers(900, 2000).map(at),
    again=st.booleans(),
)
streams = st.lists(events, max_size=30)


def after(stream: Iterable[Event], life: Life | None = None) -> Life:
    life = life or arrived(NOW)
    for event in stream:
        life = apply(life, event)
    return life


@given(streams)
def test_any_order_of_events_stays_legal(stream: list[Event]) -> None:
    life = arrived(NOW)
    for event in stream:
        life = apply(life, event)
        assert legal(life), (event, life)


@given(streams)
def test_the_first_arrival_is_kept_whatever_happens(stream: list[Event]) -> None:
    assert after(stream, arrived(NOW, at(-300))).first_arrived_at == at(-300)


@given(streams, streams)
def test_the_end_absorbs_everything(stream: list[Event], more: list[Event]) -> None:
    done = apply(after(stream), Event(What.DONE, at(1000)))
    assert done.stage is Stage.DONE
    assert all(apply(done, event) is done for event in more)


@given(streams, events)
def test_an_event_applied_twice_at_once_equals_once(stream: list[Event], last: Event) -> None:
    once = apply(after(stream), last)
    assert apply(once, last) is once


@given(streams, events)
def test_nobody_takes_what_rings_elsewhere_nor_gives_back_what_is_not_hers(
    stream: list[Event], event: Event
) -> None:
    life = after(stream)
    moved = apply(life, event)
    if life.stage is Stage.OFFERED and event.what is What.TAKEN and moved is not life:
        assert event.agent_id == life.offered_to == moved.held_by
    if life.stage is Stage.HELD and event.what is What.BACK and moved is not life:
        assert event.agent_id == life.held_by


def test_every_transition_starts_from_a_stage_that_is_not_final() -> None:
    assert {stage for stage, _what in TRANSITIONS} == set(Stage) - {Stage.DONE}


def test_the_stages_are_those_that_the_database_knows() -> None:
    rules = [c for c in Work.__table__.constraints if isinstance(c, CheckConstraint)]  # type: ignore[attr-defined]
    stages = next(str(c.sqltext) for c in rules if str(c.name).endswith("_state"))
    assert {each.strip(" '") for each in stages.split("(")[1].strip(")").split(",")} == set(Stage)


def test_an_offer_that_is_let_go_leaves_no_trace_in_its_place() -> None:
    waits = arrived(NOW)
    rings = apply(waits, Event(What.OFFERED, at(1), 7, until=at(21)))
    assert apply(rings, Event(What.LET_GO, at(21), 8)) is rings
    assert apply(rings, Event(What.LET_GO, at(21), 7)) == waits


def test_what_is_given_back_waits_anew_at_its_old_place() -> None:
    held = after([Event(What.OFFERED, at(1), 7), Event(What.TAKEN, at(2), 7)])
    back = apply(held, Event(What.BACK, at(60), 7))
    assert back == replace(arrived(NOW), waiting_since=at(60))
    assert apply(held, Event(What.BACK, at(60), 7, again=False)) == arrived(NOW)


def test_what_is_parked_is_woken_or_taken_before() -> None:
    held = apply(arrived(NOW), Event(What.TAKEN, at(2), 7))
    parked = apply(held, Event(What.PARKED, at(3), 7, until=at(3600)))
    assert (parked.stage, parked.held_by, parked.parked_until) == (Stage.PARKED, None, at(3600))
    assert apply(parked, Event(What.WOKEN, at(3600))).waiting_since == at(3600)
    assert apply(parked, Event(What.TAKEN, at(600), 8)).held_by == 8
