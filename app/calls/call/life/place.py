"""Whose a call is: its queue life (``app/queue/life``), kept among the fields of its own. Pure.

What a call has more, its legs, parties and conference, goes with it when it changes hands.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from app.calls.call.life.record import CallRecord, State
from app.queue import life

_STAGES = {
    State.WAITING: life.Stage.WAITING,
    State.OFFERED: life.Stage.OFFERED,
    State.CONNECTING: life.Stage.HELD,
    State.TALKING: life.Stage.HELD,
    State.OUTSIDE: life.Stage.HELD,  # by who sent it there, until it comes back
}


def place_of(record: CallRecord) -> life.Life:
    """The queue life of a call that waits, rings, or is held. Its ends are its own: an outcome each."""
    return life.Life(
        first_arrived_at=record.queued_at,
        waiting_since=record.waiting_since,
        stage=_STAGES[record.state],
        offered_to=record.offered_to,
        offered_at=record.offered_at,
        offer_until=record.offer_until,
        held_by=record.agent_id,
        held_at=record.accepted_at,
    )


def moved(
    record: CallRecord,
    what: life.What,
    at: datetime,
    agent_id: int | None,
    until: datetime | None = None,
    *,
    again: bool = True,
) -> life.Life | None:
    """The call's queue life after this; None when it changes nothing."""
    place = place_of(record)
    moved = life.apply(place, life.Event(what, at, agent_id, until, again))
    return None if moved is place else moved


def placed(record: CallRecord, state: State, place: life.Life) -> CallRecord:
    """The call in this state, with this queue life among its fields."""
    return replace(
        record,
        state=state,
        queued_at=place.first_arrived_at,
        waiting_since=place.waiting_since,
        offered_to=place.offered_to,
        offered_at=place.offered_at,
        offer_until=place.offer_until,
        agent_id=place.held_by,
        accepted_at=place.held_at,
    )


def in_place(record: CallRecord, at: datetime | None = None) -> CallRecord:
    """Given back by who has it, to the same place. ``at``: it left a conversation for the queue."""
    since = at or record.waiting_since or record.received_at
    back = moved(record, life.What.BACK, since, record.agent_id, again=at is not None)
    return record if back is None else waits_again(record, back)


def waits_again(record: CallRecord, place: life.Life) -> CallRecord:
    """Waiting, held by nobody, without what was of the agent who had it."""
    return replace(
        placed(alone(record), State.WAITING, place),
        overflow=False,
        agent_leg_sid=None,
        conference_sid=None,
        agent_present=False,
        held_since=None,
        outside_since=None,
    )


def alone(record: CallRecord) -> CallRecord:
    """Without a further person."""
    return replace(record, party_id=None, party_state=None, party_agent_id=None, party_leg_sid=None)


def colleague_goes_on(record: CallRecord) -> CallRecord:
    """The colleague who had joined has the call now."""
    colleague, leg = record.party_agent_id, record.party_leg_sid
    return replace(alone(record), agent_id=colleague, agent_leg_sid=leg, agent_present=True)
