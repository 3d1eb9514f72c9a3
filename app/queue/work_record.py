"""A message as work: its record, what may happen to it, and ``apply(record, event)``. Pure.

Its queue life is ``life``'s, as a call's is; here are the words of messages (« plus tard », entrusted,
kept until a date, closed with an outcome) and what a message has more: whom to ask first, its language.
A ``works`` row with who holds it is this record; ``work_events`` are the events that changed it, so
both can be rebuilt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.queue import life
from app.queue.life import Life, Stage, What


class Outcome(StrEnum):
    """How a message was closed."""

    ANSWERED = "answered"
    CALLED_BACK = "called_back"
    NO_ANSWER = "no_answer"
    HANDED_OVER = "handed_over"
    MISDIRECTED = "misdirected"
    SPAM = "spam"


class Kind(StrEnum):
    """What happens to a message. ``LATER``, ``LAPSED`` and ``WITHDRAWN`` end an offer: she said « plus
    tard », did not look, or cannot any more."""

    ARRIVED = "arrived"
    WROTE = "wrote"
    OFFERED = "offered"
    LATER = "later"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    TAKEN = "taken"
    GIVEN_BACK = "given_back"
    HANDED = "handed"
    PARKED = "parked"
    WOKEN = "woken"
    DONE = "done"


REFUSED = (Kind.LATER, Kind.LAPSED)
"""Ends of an offer after which the same agent is not asked again for a while."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. ``agent_id``: whose act it is, or who is asked; ``until``: how long it
    is offered or kept; ``to_agent_id``: whom to ask first; ``language``: what it arrives in."""

    kind: Kind
    at: datetime
    agent_id: int | None = None
    until: datetime | None = None
    to_agent_id: int | None = None
    outcome: Outcome | None = None
    language: str = "fr"


@dataclass(frozen=True, slots=True)
class WorkRecord:
    """Where a message is in the queue, whom to ask first, and how it ended."""

    life: Life
    last_at: datetime
    language: str = "fr"
    preferred_agent_id: int | None = None
    outcome: Outcome | None = None


def begun(event: Event) -> WorkRecord:
    """The record of a message that has just arrived."""
    return WorkRecord(life.arrived(event.at), event.at, event.language, event.to_agent_id)


def rebuild(events: Iterable[Event]) -> WorkRecord:
    """The record that these events make, in the order they were applied; the first is an arrival."""
    first, *others = events
    record = begun(first)
    for event in others:
        record = apply(record, event)
    return record


def legal(record: WorkRecord) -> bool:
    """Can events lead to this record? (Property tests ask it after each step.)"""
    done = record.life.stage is Stage.DONE
    return life.legal(record.life) and done == (record.outcome is not None)


def apply(record: WorkRecord, event: Event) -> WorkRecord:
    """The record after ``event``; the very same object when it changes nothing."""
    step = STEPS.get(event.kind)
    after = record if step is None else step(record, event)
    return record if after is record else replace(after, last_at=event.at)


def _moved(record: WorkRecord, what: What, event: Event, agent_id: int | None = None) -> WorkRecord:
    by = event.agent_id if agent_id is None else agent_id
    moved = life.apply(record.life, life.Event(what, event.at, by, event.until))
    return record if moved is record.life else replace(record, life=moved)


def _wrote(record: WorkRecord, event: Event) -> WorkRecord:
    """The person writes again: one kept for later waits again, any other stays where it is."""
    if record.life.stage is Stage.PARKED:
        return _moved(record, What.WOKEN, event)
    return record if record.life.stage is Stage.DONE else replace(record)


def _offered(record: WorkRecord, event: Event) -> WorkRecord:
    return _moved(record, What.OFFERED, event)


def _offer_over(record: WorkRecord, event: Event) -> WorkRecord:
    return _moved(record, What.LET_GO, event)


def _taken(record: WorkRecord, event: Event) -> WorkRecord:
    """From the list of those that wait, a colleague may be faster than who is asked."""
    if event.agent_id not in (None, record.life.offered_to):
        record = _moved(record, What.LET_GO, event, record.life.offered_to)
    return _moved(record, What.TAKEN, event)


def _given_back(record: WorkRecord, event: Event) -> WorkRecord:
    """Its holder comes first, if she is there again soon."""
    return _for(event.agent_id, _moved(record, What.BACK, event), record)


def _handed(record: WorkRecord, event: Event) -> WorkRecord:
    """Entrusted: the colleague is asked first, then the others if she cannot."""
    if event.to_agent_id is None:
        return record
    return _for(event.to_agent_id, _moved(record, What.BACK, event), record)


def _parked(record: WorkRecord, event: Event) -> WorkRecord:
    """Kept by its holder, for whom it waits again."""
    if record.life.held_by is None:
        return record
    return _for(event.agent_id, _moved(record, What.PARKED, event), record)


def _for(agent_id: int | None, moved: WorkRecord, before: WorkRecord) -> WorkRecord:
    return before if moved is before else replace(moved, preferred_agent_id=agent_id)


def _woken(record: WorkRecord, event: Event) -> WorkRecord:
    return _moved(record, What.WOKEN, event)


def _done(record: WorkRecord, event: Event) -> WorkRecord:
    """Closed by its holder; or the person was called back and has her answer, whoever holds it."""
    hers = event.agent_id is not None and event.agent_id == record.life.held_by
    if event.outcome is None or not (hers or event.outcome is Outcome.CALLED_BACK):
        return record
    moved = _moved(record, What.DONE, event)
    return record if moved is record else replace(moved, outcome=event.outcome)


STEPS: dict[Kind, Callable[[WorkRecord, Event], WorkRecord]] = {
    Kind.WROTE: _wrote,
    Kind.OFFERED: _offered,
    Kind.LATER: _offer_over,
    Kind.LAPSED: _offer_over,
    Kind.WITHDRAWN: _offer_over,
    Kind.TAKEN: _taken,
    Kind.GIVEN_BACK: _given_back,
    Kind.HANDED: _handed,
    Kind.PARKED: _parked,
    Kind.WOKEN: _woken,
    Kind.DONE: _done,
}
