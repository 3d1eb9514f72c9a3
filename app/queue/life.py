"""The queue life of anything that waits for one of us: ``apply(life, event)``. Pure.

waiting → offered → held → wrap-up → done, or parked until a date. Its place (first arrival, priority)
is never lost: whatever is let go, given back or woken waits where it was. It gives the next life, or
*the same life* when the event cannot happen now (late, repeated, lost a race); done absorbs everything.

A call's record keeps these fields among its own and moves them by here (``calls/call/life/place``), a message's
has one as it is (``work_record``): what either has more, legs and conference or whom to ask first, is
its own affair.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    """How far a work is."""

    WAITING = "waiting"
    OFFERED = "offered"
    HELD = "held"
    WRAP_UP = "wrap_up"
    PARKED = "parked"
    DONE = "done"


class What(StrEnum):
    """What may happen to it. ``LET_GO``: declined, missed or withdrawn; ``BACK``: from who holds it."""

    OFFERED = "offered"
    LET_GO = "let_go"
    TAKEN = "taken"
    BACK = "back"
    HANDED = "handed"
    OVER = "over"
    PARKED = "parked"
    WOKEN = "woken"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. ``agent_id``: whose act it is, or who is offered it; ``until``: how
    long it is offered or parked; ``again``: what is given back begins a new wait, at its old place."""

    what: What
    at: datetime
    agent_id: int | None = None
    until: datetime | None = None
    again: bool = True


@dataclass(frozen=True, slots=True)
class Life:
    """Where a work is, and whose it is.

    ``first_arrived_at`` gives its place and is kept; ``waiting_since`` begins again when it comes back
    from who held it. ``offered_to`` while it is offered, ``held_by`` while it is held or wrapped up.
    """

    first_arrived_at: datetime | None
    waiting_since: datetime | None = None
    stage: Stage = Stage.WAITING
    offered_to: int | None = None
    offered_at: datetime | None = None
    offer_until: datetime | None = None
    held_by: int | None = None
    held_at: datetime | None = None
    parked_until: datetime | None = None
    ended_at: datetime | None = None


Step = Callable[[Life, Event], Life]


def arrived(at: datetime, first: datetime | None = None) -> Life:
    """Something begins to wait; ``first``: when its person first came, whose place it takes."""
    return Life(first_arrived_at=first or at, waiting_since=at)


def legal(life: Life) -> bool:
    """Can events lead to this life? (Property tests ask it after each step.)"""
    stage = life.stage
    return all(
        (
            (stage is Stage.OFFERED) == (life.offered_to is not None),
            (stage is Stage.OFFERED) or life.offer_until is None,
            (stage in (Stage.HELD, Stage.WRAP_UP)) == (life.held_by is not None),
            (stage is Stage.PARKED) == (life.parked_until is not None),
            (stage is Stage.DONE) == (life.ended_at is not None),
        )
    )


def apply(life: Life, event: Event) -> Life:
    """The life after ``event``; the very same object when it changes nothing."""
    step = TRANSITIONS.get((life.stage, event.what))
    return life if step is None else step(life, event)


def _offered(life: Life, event: Event) -> Life:
    if event.agent_id is None:
        return life
    return replace(
        life,
        stage=Stage.OFFERED,
        offered_to=event.agent_id,
        offered_at=event.at,
        offer_until=event.until,
    )


def _let_go(life: Life, event: Event) -> Life:
    """The offer is over: it waits on, as if it had not been made."""
    return _in_place(life) if event.agent_id == life.offered_to else life


def _taken(life: Life, event: Event) -> Life:
    """Who is offered it takes it, nobody else; what waits or is parked, whoever comes first."""
    if event.agent_id is None or life.offered_to not in (None, event.agent_id):
        return life
    return replace(
        life,
        stage=Stage.HELD,
        offered_to=None,
        offer_until=None,
        parked_until=None,
        held_by=event.agent_id,
        held_at=event.at,
    )


def _back(life: Life, event: Event) -> Life:
    if event.agent_id != life.held_by:
        return life
    return _in_place(life, event.at if event.again else None)


def _woken(life: Life, event: Event) -> Life:
    return _in_place(life, event.at)


def _in_place(life: Life, at: datetime | None = None) -> Life:
    """Waiting, nobody's, at the same place. ``at``: a new wait begins."""
    return replace(
        life,
        stage=Stage.WAITING,
        first_arrived_at=life.first_arrived_at or at,
        waiting_since=at or life.waiting_since,
        offered_to=None,
        offered_at=None,
        offer_until=None,
        held_by=None,
        held_at=None,
        parked_until=None,
    )


def _handed(life: Life, event: Event) -> Life:
    if event.agent_id is None or event.agent_id == life.held_by:
        return life
    return replace(life, held_by=event.agent_id)


def _over(life: Life, _event: Event) -> Life:
    return replace(life, stage=Stage.WRAP_UP)


def _parked(life: Life, event: Event) -> Life:
    if event.until is None or life.held_by not in (None, event.agent_id):
        return life
    return replace(_in_place(life), stage=Stage.PARKED, parked_until=event.until)


def _done(life: Life, event: Event) -> Life:
    return replace(_in_place(life), stage=Stage.DONE, ended_at=event.at)


TRANSITIONS: dict[tuple[Stage, What], Step] = {
    (Stage.WAITING, What.OFFERED): _offered,
    (Stage.WAITING, What.TAKEN): _taken,
    (Stage.WAITING, What.PARKED): _parked,
    (Stage.WAITING, What.DONE): _done,
    (Stage.OFFERED, What.LET_GO): _let_go,
    (Stage.OFFERED, What.TAKEN): _taken,
    (Stage.OFFERED, What.DONE): _done,
    (Stage.HELD, What.BACK): _back,
    (Stage.HELD, What.HANDED): _handed,
    (Stage.HELD, What.OVER): _over,
    (Stage.HELD, What.PARKED): _parked,
    (Stage.HELD, What.DONE): _done,
    (Stage.WRAP_UP, What.DONE): _done,
    (Stage.PARKED, What.TAKEN): _taken,
    (Stage.PARKED, What.WOKEN): _woken,
    (Stage.PARKED, What.DONE): _done,
}
