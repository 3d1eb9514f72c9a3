"""Messages as work: who waits for an answer, who was asked, who holds what. Each change is one event.

Every change is ``UPDATE … WHERE version = …`` inside the caller's transaction: of two who take the same
message one wins. Who holds one is in ``holdings``, with weight 0: a call may interrupt it, and it is
found as it was. Functions say whose desk is no longer as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, select, update

from app.accounts.models import Presence
from app.accounts.presence import SET_BY_CALLS
from app.foundation.database.unit_of_work import rows_changed
from app.foundation.exceptions import Conflict, Forbidden, NotFound
from app.foundation.extensions import db
from app.queue.models import Holding, Work, WorkEvent
from app.tickets.models import Contact

MESSAGE = "message"
OPEN = ("waiting", "offered", "held", "parked")


class Outcome(StrEnum):
    """How a message was closed."""

    ANSWERED = "answered"
    CALLED_BACK = "called_back"
    NO_ANSWER = "no_answer"
    HANDED_OVER = "handed_over"
    MISDIRECTED = "misdirected"
    SPAM = "spam"


class Event(StrEnum):
    """What happens to a message's work."""

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


@dataclass(frozen=True)
class Arrived:
    """What became of a message that came: its work, and who holds or is asked for it (None: nobody)."""

    work_id: int
    agent_id: int | None = None


# --- reads ---------------------------------------------------------------------------------------


def work(work_id: int) -> Work:
    """A work, read anew. Raises NotFound."""
    found = db.session.scalar(
        select(Work).where(Work.id == work_id).execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("Ce message n'existe pas.", todo="Rechargez la page.")
    return found


def open_of(contact_id: int) -> Work | None:
    """The open work of a contact, read anew."""
    return db.session.scalar(
        select(Work)
        .where(Work.contact_id == contact_id, Work.kind == MESSAGE, Work.ended_at.is_(None))
        .execution_options(populate_existing=True)
    )


def holder_of(work_id: int) -> int | None:
    """Who holds a work now."""
    return db.session.scalar(select(Holding.agent_id).where(Holding.work_id == work_id))


def at_desk_of(agent_id: int) -> Work | None:
    """The message that an agent holds, else the one offered to her."""
    held = select(Holding.work_id).where(Holding.agent_id == agent_id, Holding.work_id.is_not(None))
    return db.session.scalar(
        select(Work)
        .where(Work.id.in_(held) | (Work.offered_to == agent_id))
        .order_by(Work.state, Work.id)  # « held » stands before « offered »
        .limit(1)
    )


def waiting_figures() -> tuple[int, datetime | None]:
    """How many messages wait for somebody to take them, and since when the oldest does."""
    count, oldest = db.session.execute(
        select(func.count(), func.min(Work.waiting_since)).where(
            Work.kind == MESSAGE, Work.state.in_(("waiting", "offered"))
        )
    ).one()
    return int(count), oldest


# --- arrival -------------------------------------------------------------------------------------


def arrive(
    contact_id: int,
    queue_id: int,
    *,
    now: datetime,
    language: str = "fr",
    preferred_agent_id: int | None = None,
) -> Arrived:
    """A message came for a contact: make its work, or wake the one that is open.

    One that is held stays with its holder, one that waits keeps its place, one that is parked waits
    again. Two messages at the same instant make one work: the caller holds the writer's lock
    (``tickets.messages.one_writer``), and a unique index says so.
    """
    found = open_of(contact_id)
    if found is None:
        return _made(contact_id, queue_id, now, language, preferred_agent_id)
    if found.state == "parked":
        _change(found, Event.WOKEN, now, state="waiting", parked_until=None, waiting_since=now)
        return Arrived(found.id)
    _change(found, Event.WROTE, now)
    return Arrived(found.id, found.offered_to or holder_of(found.id))


def _made(
    contact_id: int, queue_id: int, now: datetime, language: str, preferred: int | None
) -> Arrived:
    made = Work(
        queue_id=queue_id,
        kind=MESSAGE,
        contact_id=contact_id,
        created_at=now,
        version=1,
        state="waiting",
        priority=0,
        first_arrived_at=now,
        waiting_since=now,
        last_at=now,
        language=language,
        preferred_agent_id=preferred,
    )
    db.session.add(made)
    db.session.flush()
    _note(made.id, 1, Event.ARRIVED, now)
    return Arrived(made.id)


# --- offers --------------------------------------------------------------------------------------


def offer(work_id: int, agent_id: int, until: datetime, now: datetime) -> bool:
    """Ask an agent, quietly; False when the message is not to be had any more."""
    found = work(work_id)
    if found.state != "waiting":
        return False
    return _tried(
        found,
        Event.OFFERED,
        now,
        agent_id,
        state="offered",
        offered_to=agent_id,
        offered_at=now,
        offer_until=until,
    )


def unoffer(work_id: int, event: Event, now: datetime) -> int | None:
    """Take an offer back: « later » and « lapsed » count as a refusal, « withdrawn » does not. Whose."""
    found = work(work_id)
    asked = found.offered_to
    if found.state != "offered" or asked is None:
        return None
    return asked if _tried(found, event, now, asked, **_WAITS) else None


_WAITS: Mapping[str, Any] = {
    "state": "waiting",
    "offered_to": None,
    "offered_at": None,
    "offer_until": None,
}


def later(work_id: int, agent_id: int, *, now: datetime) -> None:
    """« Plus tard »: it goes to somebody else. Already gone: nothing happens."""
    found = work(work_id)
    if found.state == "offered" and found.offered_to == agent_id:
        _change(found, Event.LATER, now, agent_id, **_WAITS)


def take(work_id: int, agent_id: int, *, now: datetime) -> list[int]:
    """Hold a message; the agents whose desks changed. One at a time, and not during a call.

    Raises Conflict: somebody else has it, or she has another one in hand.
    """
    _free_to_take(agent_id)
    found = work(work_id)
    if found.state == "held" and holder_of(work_id) == agent_id:
        return [agent_id]  # pressed twice
    if found.state not in ("waiting", "offered", "parked"):
        raise Conflict(
            "Quelqu'un d'autre a pris ce message.",
            kept="La personne aura sa réponse.",
            todo="Prenez-en un autre.",
        )
    told = [agent_id] if found.offered_to in (None, agent_id) else [agent_id, found.offered_to]
    values = {**_WAITS, "state": "held", "parked_until": None}
    _change(found, Event.TAKEN, now, agent_id, **values)
    db.session.add(Holding(agent_id=agent_id, work_id=work_id, weight=0, since=now))
    db.session.execute(
        update(Contact)
        .where(Contact.id == found.contact_id)
        .values(agent_id=agent_id, closed_at=None)
    )
    _withdraw_others(agent_id, now)
    return told


def _free_to_take(agent_id: int) -> None:
    """Her row is kept from others: two tabs that take two messages come one after the other."""
    hers = Presence.agent_id == agent_id
    db.session.execute(select(Presence.agent_id).where(hers).with_for_update())
    if db.session.scalar(select(Presence.state).where(hers)) in SET_BY_CALLS:  # once it is ours
        raise Conflict(
            "Un appel est en cours.",
            kept="Le message attend.",
            todo="Terminez l'appel, puis prenez-le.",
        )


def _withdraw_others(agent_id: int, now: datetime) -> None:
    db.session.flush()
    held = list(
        db.session.scalars(
            select(Holding.work_id).where(
                Holding.agent_id == agent_id, Holding.work_id.is_not(None)
            )
        )
    )
    if len(held) > 1:
        raise Conflict(
            "Vous avez déjà un message en main.",
            kept="Celui-ci attend.",
            todo="Terminez l'autre, gardez-le pour plus tard ou confiez-le.",
        )
    asked = db.session.scalars(select(Work.id).where(Work.offered_to == agent_id)).all()
    for each in asked:
        unoffer(each, Event.WITHDRAWN, now)


# --- what its holder does ------------------------------------------------------------------------


def give_back(work_id: int, *, now: datetime, agent_id: int) -> bool:
    """Back to the queue, at its place; its holder comes first if she is there again soon."""
    found = work(work_id)
    if found.state != "held" or holder_of(work_id) != agent_id:
        return False
    _let_go(found, Event.GIVEN_BACK, now, agent_id, preferred_agent_id=agent_id, waiting_since=now)
    return True


def hand(work_id: int, to_agent_id: int, *, by: int, now: datetime) -> None:
    """Entrust a message to a colleague: she is asked first, then the others if she cannot."""
    found = held(work_id, by)
    data = {"to": to_agent_id}
    values = {"preferred_agent_id": to_agent_id, "waiting_since": now}
    _let_go(found, Event.HANDED, now, by, data, **values)


def park(work_id: int, until: datetime, *, agent_id: int, now: datetime) -> None:
    """Keep a message for later: it waits again at that time, or as soon as the person writes."""
    found = held(work_id, agent_id)
    values = {"state": "parked", "parked_until": until, "preferred_agent_id": agent_id}
    _released(found)
    _change(found, Event.PARKED, now, agent_id, {"until": until.isoformat()}, **values)


def close(work_id: int, outcome: Outcome, *, agent_id: int, now: datetime) -> None:
    """Done, with how. Raises Forbidden for somebody else's, Conflict when it is over already."""
    found = held(work_id, agent_id)
    _done(found, outcome, agent_id, now)


def served_by_call(contact_id: int, *, agent_id: int | None, now: datetime) -> int | None:
    """The person of this contact was called back: her message, if it is open, is answered. Its holder."""
    found = open_of(contact_id)
    if found is None:
        return None
    told = found.offered_to or holder_of(found.id)
    _done(found, Outcome.CALLED_BACK, agent_id, now)
    return told


def _done(found: Work, outcome: Outcome, agent_id: int | None, now: datetime) -> None:
    _released(found)
    values = {**_WAITS, "state": "done", "parked_until": None, "ended_at": now}
    data = {"outcome": outcome.value}
    _change(found, Event.DONE, now, agent_id, data, outcome=outcome.value, **values)
    db.session.execute(
        update(Contact)
        .where(Contact.id == found.contact_id, Contact.closed_at.is_(None))
        .values(closed_at=now)
    )


def wake(work_id: int, *, now: datetime) -> None:
    """The day has come: a parked message waits again."""
    found = work(work_id)
    if found.state == "parked":
        _tried(found, Event.WOKEN, now, state="waiting", parked_until=None, waiting_since=now)


def held(work_id: int, agent_id: int) -> Work:
    """A message that this agent holds. Raises Forbidden, Conflict when it is over, NotFound."""
    found = work(work_id)
    if found.ended_at is not None:
        raise Conflict("Ce message est déjà clos.", kept="Rien n'a été changé.")
    if found.state != "held" or holder_of(work_id) != agent_id:
        raise Forbidden(
            "Ce message n'est pas à vous.",
            kept="Rien n'a été changé.",
            todo="Prenez-le d'abord, s'il attend encore.",
        )
    return found


def _let_go(
    found: Work,
    event: Event,
    now: datetime,
    agent_id: int,
    data: Mapping[str, Any] | None = None,
    **values: Any,
) -> None:
    _released(found)
    _change(found, event, now, agent_id, data, state="waiting", **values)
    db.session.execute(
        update(Contact)
        .where(Contact.id == found.contact_id, Contact.qualified_at.is_(None))
        .values(agent_id=None)
    )


def _released(found: Work) -> None:
    db.session.execute(delete(Holding).where(Holding.work_id == found.id))


# --- one event -----------------------------------------------------------------------------------


def _change(
    found: Work,
    event: Event,
    now: datetime,
    agent_id: int | None = None,
    data: Mapping[str, Any] | None = None,
    **values: Any,
) -> None:
    """As ``_tried``, for one who must win. Raises Conflict."""
    if not _tried(found, event, now, agent_id, data, **values):
        raise Conflict(
            "Quelqu'un d'autre vient de prendre ce message.",
            kept="Rien n'a été perdu.",
            todo="Regardez-le, puis recommencez.",
        )


def _tried(
    found: Work,
    event: Event,
    now: datetime,
    agent_id: int | None = None,
    data: Mapping[str, Any] | None = None,
    **values: Any,
) -> bool:
    """Make one event of a work, unless another one was made since it was read."""
    version = found.version
    changed = db.session.execute(
        update(Work)
        .where(Work.id == found.id, Work.version == version)
        .values(version=version + 1, last_at=now, **values)
    )
    if not rows_changed(changed):
        return False
    _note(found.id, version + 1, event, now, agent_id, data)
    return True


def _note(
    work_id: int,
    seq: int,
    event: Event,
    now: datetime,
    agent_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    db.session.add(
        WorkEvent(
            work_id=work_id,
            seq=seq,
            kind=event.value,
            at=now,
            agent_id=agent_id,
            data=dict(data or {}),
        )
    )
    db.session.flush()
