"""What people do with messages that wait: taken, put aside, entrusted, closed. One event each.

Inside the caller's transaction; whether an event may happen is ``work_record``'s to say. Functions say
whose desk is no longer as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.accounts.models import Presence
from app.accounts.presence import SET_BY_CALLS
from app.foundation.exceptions import Conflict, Forbidden
from app.foundation.extensions import db
from app.queue import work_store as store
from app.queue.life import Stage
from app.queue.models import Work
from app.queue.work_record import Event, Kind, Outcome, WorkRecord
from app.queue.work_store import Applied, Seen, happen


@dataclass(frozen=True)
class Arrived:
    """What became of a message that came: its work, and who holds or is asked for it (None: nobody)."""

    work_id: int
    agent_id: int | None = None


# --- arrival and offers --------------------------------------------------------------------------


def arrive(
    contact_id: int,
    queue_id: int,
    *,
    now: datetime,
    language: str = "fr",
    preferred_agent_id: int | None = None,
) -> Arrived:
    """A message came for a contact: make its work, or add to the one that is open.

    One that is held stays with its holder, one that waits keeps its place, one that is parked waits
    again. Two messages at the same instant make one work: the caller holds the writer's lock
    (``tickets.messages.one_writer``), and a unique index says so.
    """
    found = store.open_of(contact_id)
    wrote = found and happen(found.id, Event(Kind.WROTE, now))
    if found is not None and wrote:
        life = wrote.after.life
        return Arrived(found.id, life.offered_to or life.held_by)
    event = Event(Kind.ARRIVED, now, to_agent_id=preferred_agent_id, language=language)
    return Arrived(store.begin(contact_id, queue_id, event))


def offer(work_id: int, agent_id: int, until: datetime, now: datetime) -> bool:
    """Ask an agent, quietly; False when the message is not to be had any more."""
    return happen(work_id, Event(Kind.OFFERED, now, agent_id, until)) is not None


def unoffer(work_id: int, agent_id: int, why: Kind, now: datetime) -> bool:
    """Take an offer back (``LATER``, ``LAPSED``, ``WITHDRAWN``); False when it is hers no more."""
    return happen(work_id, Event(why, now, agent_id)) is not None


def take(work_id: int, agent_id: int, *, now: datetime) -> list[int]:
    """Hold a message; the agents whose desks changed. One at a time, and not during a call.

    Raises Conflict: somebody else has it, or she has another one in hand.
    """
    _free_to_take(agent_id)
    taken = happen(work_id, Event(Kind.TAKEN, now, agent_id))
    if taken is None:
        if store.holder_of(work_id) == agent_id:
            return [agent_id]  # pressed twice
        raise Conflict(
            "Quelqu'un d'autre a pris ce message.",
            kept="La personne aura sa réponse.",
            todo="Prenez-en un autre.",
        )
    if len(store.held_by(agent_id)) > 1:
        raise Conflict(
            "Vous avez déjà un message en main.",
            kept="Celui-ci attend.",
            todo="Terminez l'autre, gardez-le pour plus tard ou confiez-le.",
        )
    for asked in db.session.scalars(select(Work.id).where(Work.offered_to == agent_id)).all():
        unoffer(asked, agent_id, Kind.WITHDRAWN, now)
    return sorted({agent_id, taken.before.life.offered_to or agent_id})


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


# --- what its holder does ------------------------------------------------------------------------


def held(work_id: int, agent_id: int) -> Seen:
    """A message that this agent holds. Raises Forbidden, Conflict when it is over, NotFound."""
    found = store.look(work_id)
    if found.record.life.stage is Stage.DONE:
        raise Conflict("Ce message est déjà clos.", kept="Rien n'a été changé.")
    if found.record.life.held_by != agent_id:
        raise Forbidden(
            "Ce message n'est pas à vous.",
            kept="Rien n'a été changé.",
            todo="Prenez-le d'abord, s'il attend encore.",
        )
    return found


def give_back(work_id: int, *, now: datetime, agent_id: int) -> bool:
    """Back to the queue, at its place; its holder comes first if she is there again soon."""
    return happen(work_id, Event(Kind.GIVEN_BACK, now, agent_id)) is not None


def hand(work_id: int, to_agent_id: int, *, by: int, now: datetime) -> None:
    """Entrust a message to a colleague: she is asked first, then the others if she cannot."""
    _of_hers(work_id, Event(Kind.HANDED, now, by, to_agent_id=to_agent_id))


def park(work_id: int, until: datetime, *, agent_id: int, now: datetime) -> None:
    """Keep a message for later: it waits again at that time, or as soon as the person writes."""
    _of_hers(work_id, Event(Kind.PARKED, now, agent_id, until))


def close(work_id: int, outcome: Outcome, *, agent_id: int, now: datetime) -> None:
    """Done, with how. Raises Forbidden for somebody else's, Conflict when it is over already."""
    _of_hers(work_id, Event(Kind.DONE, now, agent_id, outcome=outcome))


def _of_hers(work_id: int, event: Event) -> Applied:
    held(work_id, event.agent_id or 0)
    applied = happen(work_id, event)
    if applied is None:
        raise store.moved_on()
    return applied


# --- what time and calls do ----------------------------------------------------------------------


def served_by_call(contact_id: int, *, agent_id: int | None, now: datetime) -> int | None:
    """The person of this contact was called back: her message, if it is open, is answered. Its holder."""
    found = store.open_of(contact_id)
    event = Event(Kind.DONE, now, agent_id, outcome=Outcome.CALLED_BACK)
    done = found and happen(found.id, event)
    return (done.before.life.offered_to or done.before.life.held_by) if done else None


def wake(work_id: int, *, now: datetime) -> None:
    """The day has come: a parked message waits again."""
    happen(work_id, Event(Kind.WOKEN, now))


def rebuild(work_id: int) -> WorkRecord:
    """Make a message's row, and who holds it, again from its events. Raises NotFound."""
    return store.rebuild(work_id)
