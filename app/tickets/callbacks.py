"""Call-backs as rows: asked for, listed, closed. Their attempts are calls (``app.calls.callbacks.service``).

At most one is open for a number, in the database: asking twice keeps the first place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Table,
    Update,
    bindparam,
    func,
    nulls_last,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager

from app.dossiers.models import Person
from app.foundation.database import paging
from app.foundation.database.paging import Page
from app.foundation.exceptions import NotFound
from app.foundation.extensions import db
from app.tickets.models import CallBack, CallBackSource, CallBackState, Contact, Outcome

PAGE_SIZE = 50
RECENT = timedelta(days=7)


@dataclass(frozen=True)
class Wish:
    """What is asked for. ``arrived_at`` is the place in the queue; ``chosen``: the person named
    this very time, so it replaces the one that an open call-back has."""

    number: str
    line_id: int
    source: CallBackSource
    arrived_at: datetime
    due_at: datetime
    language: str = "fr"
    contact_id: int | None = None
    agent_id: int | None = None
    chosen: bool = False


class Asked(NamedTuple):
    """The open call-back of a number, and whether it has just been made."""

    callback: CallBack
    new: bool


def ask(wish: Wish) -> Asked:
    """Note a call-back inside the caller's transaction; a second one of a number joins the first.

    Two requests at once make one: the database decides, and the loser finds the winner's row. A wish
    that changes nothing does not wait for the row: a thousand calls of one number would stand in
    line for it, each with a connection that somebody else's call needs.
    """
    if (found := noted(wish)) is not None:
        return Asked(found, False)
    held = open_of(wish.number)
    if held is None:
        made = CallBack(
            number=wish.number,
            line_id=wish.line_id,
            contact_id=wish.contact_id,
            language=wish.language,
            source=wish.source,
            arrived_at=wish.arrived_at,
            due_at=wish.due_at,
            attempts=0,
            agent_id=wish.agent_id,
        )
        try:
            with db.session.begin_nested():
                db.session.add(made)
            return Asked(made, True)
        except IntegrityError:
            held = open_of(wish.number)
            if held is None:  # closed at this very instant: served
                raise
    for name, value in _changes(held, wish).items():
        setattr(held, name, value)
    db.session.flush()
    return Asked(held, False)


def noted(wish: Wish) -> CallBack | None:
    """The open call-back that says all that this wish would, if there is one; read only."""
    held = last_of(wish.number)
    if held is None or held.state != CallBackState.OPEN or held.contact_id is None:
        return None
    return None if _changes(held, wish) else held


def _changes(held: CallBack, wish: Wish) -> dict[str, Any]:
    """What a wish changes of the call-back that is open already."""
    joined: dict[str, Any] = {
        "arrived_at": min(held.arrived_at, wish.arrived_at),
        "due_at": wish.due_at if wish.chosen else min(held.due_at, wish.due_at),
        "attempts": 0,  # she is there: tried as often as one who has just asked
    }
    if wish.chosen or held.agent_id is None:
        joined["agent_id"] = wish.agent_id or held.agent_id
    if wish.contact_id is not None and (wish.chosen or held.contact_id is None):
        # The later one: who it is, and what was said, is known there.
        joined["contact_id"] = wish.contact_id
    return {name: value for name, value in joined.items() if value != getattr(held, name)}


def open_of(number: str) -> CallBack | None:
    """The open call-back of a number, read anew and kept from others until the commit."""
    return db.session.scalar(
        select(CallBack)
        .where(CallBack.number == number, CallBack.state == CallBackState.OPEN)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def last_of(number: str) -> CallBack | None:
    """The last call-back of a number: the open one, else the one that was over last."""
    return db.session.scalar(
        select(CallBack)
        .where(CallBack.number == number)
        .order_by((CallBack.state == CallBackState.OPEN).desc(), CallBack.closed_at.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def locked(callback_id: int) -> CallBack:
    """A call-back, kept from others until the commit. Raises NotFound."""
    found = db.session.scalar(
        select(CallBack)
        .where(CallBack.id == callback_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("Cette demande de rappel n'existe pas.", todo="Rechargez la page.")
    return found


def close_number(
    number: ScalarSelect[str | None],
    found_by: Mapping[str, Any],
    state: CallBackState,
    at: datetime,
) -> Sequence[int]:
    """Close the open call-back of a number, inside the caller's transaction; its id, if any.

    ``number`` asks for it, with the parameters ``found_by``. No number (a hidden one) has none.
    """
    return db.session.scalars(
        _closing(number), {**found_by, "closes_as": state, "closes_at": at}
    ).all()


@lru_cache(maxsize=8)
def _closing(number: ScalarSelect[str | None]) -> Update:
    own = cast(Table, CallBack.__table__).c
    return (
        update(cast(Table, CallBack.__table__))
        .where(own.number == number, own.state == CallBackState.OPEN)
        .values(state=bindparam("closes_as"), closed_at=bindparam("closes_at"))
        .returning(own.id)
    )


def close(callback: CallBack, state: CallBackState, now: datetime) -> None:
    """Close this one."""
    callback.state, callback.closed_at = state, now


def leave_ticket(callback: CallBack, on: datetime) -> None:
    """Nobody answered as often as we tried: the contact says so, to be followed by people.

    A day that an agent has chosen to follow it up stays.
    """
    if callback.contact_id is not None:
        db.session.execute(
            update(Contact)
            .where(Contact.id == callback.contact_id)
            .values(
                outcome=Outcome.WAITING,
                follow_up_on=func.coalesce(Contact.follow_up_on, on.date()),
            )
        )


def open_count() -> int:
    """How many people wait to be called back."""
    return (
        db.session.scalar(
            select(func.count()).select_from(CallBack).where(CallBack.state == CallBackState.OPEN)
        )
        or 0
    )


def late_count(now: datetime, after: timedelta) -> int:
    """How many of them were due longer ago than ``after``."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(CallBack)
            .where(CallBack.state == CallBackState.OPEN, CallBack.due_at < now - after)
        )
        or 0
    )


@dataclass(frozen=True, slots=True)
class Listing:
    """Which call-backs of the page: to do, or over in the last seven days; narrowed. ``sort`` is a key of
    ``ORDERS``, « - » before it turns it round; empty: the most urgent first, the last ended first.
    ``late_since``: due before this."""

    over: bool = False
    agent_id: int | None = None
    source: CallBackSource | None = None
    late_since: datetime | None = None
    sort: str = ""


ORDERS: dict[str, tuple[Any, ...]] = {
    "due": (CallBack.due_at,),
    "asked": (CallBack.arrived_at,),
    "person": (Person.last_name, Person.first_name),
    "attempts": (CallBack.attempts,),
}


def listed(now: datetime, asked: Listing, number: int = 1) -> Page[Any]:
    """A page of the call-backs that are asked for, each with its contact, or None."""
    query = (
        select(CallBack, Contact)
        .outerjoin(Contact, Contact.id == CallBack.contact_id)
        .outerjoin(Contact.person)
        .options(contains_eager(Contact.person))
        .where(*_narrowed(now, asked))
        .order_by(*_order(asked))
    )
    return paging.page(query, number, PAGE_SIZE, whole_rows=True)


def _narrowed(now: datetime, asked: Listing) -> Iterator[ColumnElement[bool]]:
    if asked.over:
        yield CallBack.state != CallBackState.OPEN
        yield or_(CallBack.closed_at >= now - RECENT, CallBack.closed_at.is_(None))
    else:
        yield CallBack.state == CallBackState.OPEN
    if asked.agent_id is not None:
        yield CallBack.agent_id == asked.agent_id
    if asked.source is not None:
        yield CallBack.source == asked.source
    if asked.late_since is not None:
        yield CallBack.due_at <= asked.late_since


def _order(asked: Listing) -> list[ColumnElement[Any]]:
    if not asked.sort:
        if asked.over:
            return [CallBack.closed_at.desc(), CallBack.id.desc()]
        return [CallBack.due_at.asc(), CallBack.arrived_at.asc(), CallBack.id.asc()]
    turned = asked.sort.startswith("-")
    columns = (*ORDERS[asked.sort.removeprefix("-")], CallBack.due_at, CallBack.id)
    return [nulls_last(each.desc() if turned else each.asc()) for each in columns]
