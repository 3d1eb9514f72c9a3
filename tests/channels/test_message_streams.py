"""Messages through both databases: whatever happens, the rows are the fold of the events.

Any stream of acts, one after the other; then two to four people at the same instant, in threads of
their own. ``HYPOTHESIS_PROFILE=long`` and ``RACE_ROUNDS=10000`` run the long versions.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from app.channels import dispatch
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import PermanenceError
from app.foundation.extensions import db
from app.lines.models import Line
from app.queue import work_record, work_store, works
from app.queue.models import Holding, Work, WorkEvent
from app.queue.work_record import Kind, Outcome
from app.tickets.models import Channel, Direction
from app.tickets.service import open_contact
from tests.calls.callbacks.test_callbacks import at_once
from tests.clients import StaffClient

ROUNDS = int(os.environ.get("RACE_ROUNDS", "30"))
LONG = settings.get_current_profile_name() == "long"
START = clock.now()
pytestmark = pytest.mark.timeout(3600 if LONG else 120 + ROUNDS)


@dataclass(frozen=True)
class Act:
    """Something that one of three agents, or time, does to a message."""

    name: str
    who: int = 0
    other: int = 1


Do = Callable[[int, int, int, int], object]
NOT_SAID = timedelta(minutes=2)


def _at(second: int) -> Any:
    return START + timedelta(seconds=second)


ACTS: dict[str, Do] = {
    "offer": lambda work, me, _, s: works.offer(work, me, _at(s) + NOT_SAID, _at(s)),
    "later": lambda work, me, _, s: works.unoffer(work, me, Kind.LATER, _at(s)),
    "lapse": lambda work, me, _, s: works.unoffer(work, me, Kind.LAPSED, _at(s)),
    "take": lambda work, me, _, s: works.take(work, me, now=_at(s)),
    "give back": lambda work, me, _, s: works.give_back(work, now=_at(s), agent_id=me),
    "hand": lambda work, me, other, s: works.hand(work, other, by=me, now=_at(s)),
    "park": lambda work, me, _, s: works.park(work, _at(s + 600), agent_id=me, now=_at(s)),
    "wake": lambda work, _me, _, s: works.wake(work, now=_at(s)),
    "close": lambda work, me, _, s: works.close(work, Outcome.ANSWERED, agent_id=me, now=_at(s)),
    "call back": lambda work, me, _, s: works.served_by_call(
        _contact_of(work), agent_id=me, now=_at(s)
    ),
    "write again": lambda work, _me, _, s: works.arrive(
        _contact_of(work), _queue_of(work), now=_at(s)
    ),
}


def _contact_of(work_id: int) -> int:
    return work_store.work(work_id).contact_id


def _queue_of(work_id: int) -> int:
    return work_store.work(work_id).queue_id


def do(name: str, work_id: int, me: int, other: int, second: int) -> object:
    """One act in a transaction of its own; refused is refused."""
    with unit_of_work():
        return ACTS[name](work_id, me, other, second)


def _contact() -> int:
    made = open_contact(
        channel=Channel.SMS, direction=Direction.IN, number="+33639980101", now=START
    )
    db.session.flush()
    return made.id


def arrive(queue_id: int) -> int:
    with unit_of_work():
        contact_id = _contact()
        return works.arrive(contact_id, queue_id, now=START, language="en").work_id


def check(work_id: int) -> None:
    """The row and its holder are what the events say, and legal."""
    db.session.rollback()
    seen, events = work_store.look(work_id), work_store.events_of(work_id)
    assert work_record.rebuild(events) == seen.record
    assert work_record.legal(seen.record)
    assert seen.version == len(events)


acts = st.builds(
    Act, name=st.sampled_from(sorted(ACTS)), who=st.integers(0, 2), other=st.integers(0, 2)
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=500 if LONG else 15,
)
@given(stream=st.lists(acts, min_size=4, max_size=14))
def test_rows_are_the_fold_of_their_events(line: Line, desks: list[int], stream: list[Act]) -> None:
    queue_id = line.queue_id
    work_id = arrive(queue_id)
    for second, act in enumerate(stream, start=1):
        try:
            do(act.name, work_id, desks[act.who], desks[act.other], second)
        except PermanenceError:
            db.session.rollback()
        check(work_id)
    before = work_store.look(work_id)
    _break(work_id)
    with unit_of_work():
        assert works.rebuild(work_id) == before.record
    db.session.rollback()
    assert work_store.look(work_id) == before
    _let_go(work_id)


def _break(work_id: int) -> None:
    """What a row says, and who holds it, are lost."""
    lost: dict[str, Any] = {
        "state": "waiting", "offered_to": None, "parked_until": None, "preferred_agent_id": None,
    }  # fmt: skip
    if work_store.work(work_id).ended_at is not None:  # its contact may have another one open
        lost = {"outcome": "spam", "ended_at": START}
    with unit_of_work():
        row = update(Work).where(Work.id == work_id)
        db.session.execute(row.values(last_at=START, waiting_since=START, **lost))
        db.session.query(Holding).filter_by(work_id=work_id).delete()


def _let_go(work_id: int) -> None:
    """Nobody holds it when the next one comes: one message at a time."""
    with unit_of_work():
        works.served_by_call(_contact_of(work_id), agent_id=None, now=_at(999))


@pytest.fixture
def desks(at_desk: Callable[..., StaffClient]) -> list[int]:
    """Three agents to whom nothing is offered by itself."""
    return [at_desk(state="do_not_disturb").agent.id for _ in range(3)]


def test_whoever_acts_at_the_same_instant_one_wins(
    app: Flask, line: Line, desks: list[int]
) -> None:
    seed = int(os.environ.get("RACE_SEED", random.randrange(10**6)))
    print("RACE_SEED", seed)  # shown when a round fails
    chance = random.Random(seed)
    queue_id = line.queue_id
    for _round in range(ROUNDS):
        work_id = arrive(queue_id)
        begin = chance.choice((None, "offer", "take"))
        if begin:
            do(begin, work_id, desks[0], desks[1], 1)
        chosen = [
            (chance.choice([*sorted(ACTS), "take"]), *chance.sample(desks, 2))
            for _ in range(chance.randint(2, 4))
        ]
        tasks = [
            lambda name=name, me=me, other=other, work_id=work_id: do(name, work_id, me, other, 2)
            for name, me, other in chosen
        ]
        if chance.random() < 0.3:
            tasks.append(dispatch.run)
        at_once(app, *tasks)
        try:
            check(work_id)
        except AssertionError as error:
            raise AssertionError(f"{begin}, {chosen}: {error}") from error
        _let_go(work_id)


def test_a_row_made_before_arrivals_said_their_language_is_made_again(
    line: Line, desks: list[int]
) -> None:
    """Such an arrival says neither language nor whom to ask first: the row does."""
    with unit_of_work():
        contact_id = _contact()
        made = Work(
            queue_id=line.queue_id, kind=work_store.MESSAGE, contact_id=contact_id,
            created_at=START, version=1, state="waiting", priority=0, first_arrived_at=START,
            waiting_since=START, last_at=START, language="en", preferred_agent_id=desks[0],
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        db.session.add(WorkEvent(work_id=made.id, seq=1, kind="arrived", at=START, data={}))
        work_id = made.id
    with unit_of_work():
        record = works.rebuild(work_id)
    assert (record.language, record.preferred_agent_id) == ("en", desks[0])
    assert db.session.scalars(select(Work.state)).all() == ["waiting"]
