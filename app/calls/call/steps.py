"""The steps of a call: what one event makes of a record, or the same record if it cannot. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from app.calls.call.record import (
    SHORT_ABANDON,
    CallRecord,
    Event,
    Outcome,
    PartyState,
    State,
)
from app.queue import life

Step = Callable[[CallRecord, Event], CallRecord]

# --- its queue life (app/queue/life.py), among the fields of its own ------------------------------

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


def _moved(
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


def _placed(record: CallRecord, state: State, place: life.Life) -> CallRecord:
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


# --- into the queue and out of it ----------------------------------------------------------------


def queued(record: CallRecord, event: Event) -> CallRecord:
    """The caller is in the queue."""
    return _placed(record, State.WAITING, life.arrived(event.at, record.queued_at))


def callback_due(record: CallRecord, event: Event) -> CallRecord:
    """A call-back takes the place that its person had when she first called."""
    if not record.outbound:
        return record
    return _placed(record, State.WAITING, life.arrived(event.at, event.since))


def dialled(record: CallRecord, event: Event) -> CallRecord:
    """An agent dials: her leg first, then the person's."""
    if event.agent_id is None or not record.outbound:
        return record
    return replace(record, state=State.CONNECTING, agent_id=event.agent_id, accepted_at=event.at)


def offered(record: CallRecord, event: Event) -> CallRecord:
    """It rings at an agent's desk."""
    place = _moved(record, life.What.OFFERED, event.at, event.agent_id, until=event.until)
    if place is None:
        return record
    return replace(_placed(record, State.OFFERED, place), overflow=event.overflow)


def offer_over(record: CallRecord, event: Event) -> CallRecord:
    """Declined, expired or withdrawn: the call keeps its place."""
    place = _moved(record, life.What.LET_GO, event.at, event.agent_id)
    return record if place is None else _waits_again(record, place)


def accepted(record: CallRecord, event: Event) -> CallRecord:
    """The agent who is rung takes it; nobody else can."""
    place = _moved(record, life.What.TAKEN, event.at, event.agent_id)
    if place is None:
        return record
    taken = _placed(record, State.CONNECTING, place)
    return replace(taken, agent_leg_sid=None, agent_present=False)


def _in_place(record: CallRecord, at: datetime | None = None) -> CallRecord:
    """Given back by who has it, to the same place. ``at``: it left a conversation for the queue."""
    since = at or record.waiting_since or record.received_at
    back = _moved(record, life.What.BACK, since, record.agent_id, again=at is not None)
    return record if back is None else _waits_again(record, back)


def _waits_again(record: CallRecord, place: life.Life) -> CallRecord:
    """Waiting, held by nobody, without what was of the agent who had it."""
    return replace(
        _placed(_alone(record), State.WAITING, place),
        overflow=False,
        agent_leg_sid=None,
        conference_sid=None,
        agent_present=False,
        held_since=None,
        outside_since=None,
    )


def _alone(record: CallRecord) -> CallRecord:
    """Without a further person."""
    return replace(record, party_id=None, party_state=None, party_agent_id=None, party_leg_sid=None)


# --- the agent's leg -----------------------------------------------------------------------------


def leg_created(record: CallRecord, event: Event) -> CallRecord:
    """Her leg is on its way."""
    if record.agent_leg_sid == event.leg or event.agent_id != record.agent_id:
        return record
    return replace(record, agent_leg_sid=event.leg, agent_present=False)


def agent_joined(record: CallRecord, event: Event) -> CallRecord:
    """She is in the conference."""
    if record.agent_present or event.leg != record.agent_leg_sid or event.leg is None:
        return record
    return replace(
        record, agent_present=True, conference_sid=event.conference or record.conference_sid
    )


def connect_failed(record: CallRecord, event: Event) -> CallRecord:
    """Her leg never came. A call that waited returns to its place; one she dialled is over."""
    if event.agent_id != record.agent_id:
        return record
    return _given_back(record, event)


def agent_left_before_answer(record: CallRecord, event: Event) -> CallRecord:
    """Her leg ended before the person was there."""
    if event.leg is None or event.leg != record.agent_leg_sid:
        return record
    return _given_back(record, event)


def _given_back(record: CallRecord, event: Event) -> CallRecord:
    """To its place. A person who is only being rung stops being; a dialled call has no place."""
    if record.queued_at is None:
        return unanswered_end(Outcome.FAILED, "line")(record, event)
    leg = record.person_leg_sid if record.answered_at else None
    return replace(_in_place(record), person_leg_sid=leg)


def person_rung(record: CallRecord, event: Event) -> CallRecord:
    """The person's telephone rings: this is her leg."""
    if not record.outbound or event.leg is None or record.person_leg_sid == event.leg:
        return record
    return replace(record, person_leg_sid=event.leg)


def answered(record: CallRecord, event: Event) -> CallRecord:
    """Both are there: the conversation begins."""
    if not record.agent_present:
        return record
    return replace(
        record,
        state=State.TALKING,
        answered_at=record.answered_at or event.at,
        conference_sid=event.conference or record.conference_sid,
    )


# --- talking -------------------------------------------------------------------------------------


def held(record: CallRecord, event: Event) -> CallRecord:
    """The person hears music."""
    return record if record.held_since else replace(record, held_since=event.at)


def resumed(record: CallRecord, event: Event) -> CallRecord:
    """The person is back; with a third one there, all three talk."""
    return _end_hold(record, event.at) if record.held_since else record


def _end_hold(record: CallRecord, at: datetime) -> CallRecord:
    if record.held_since is None:
        return record
    seconds = (at - record.held_since).total_seconds()
    return replace(record, held_since=None, hold_s=record.hold_s + seconds)


def agent_left_talk(record: CallRecord, event: Event) -> CallRecord:
    """Her leg ended in mid-call: she may come back."""
    if not record.agent_present or event.leg is None or event.leg != record.agent_leg_sid:
        return record
    return replace(record, agent_present=False)


def returned(record: CallRecord, event: Event) -> CallRecord:
    """She did not come back. A colleague who is there goes on; else the person waits again."""
    if record.agent_present or event.agent_id != record.agent_id:
        return record
    if record.party_agent_id is not None and record.party_state is PartyState.JOINED:
        return _colleague_goes_on(_end_hold(record, event.at))
    return _in_place(_end_hold(record, event.at), event.at)


def requeued(record: CallRecord, event: Event) -> CallRecord:
    """Back to the queue by the agent's wish, at the first place."""
    if event.agent_id != record.agent_id:
        return record
    return _in_place(_end_hold(record, event.at), event.at)


# --- a further person ----------------------------------------------------------------------------


def consulted(record: CallRecord, event: Event) -> CallRecord:
    """A third person is asked; the caller hears music meanwhile, unless all three are together."""
    if event.agent_id != record.agent_id:
        return record
    asked = _asked(record, event)
    if asked is record:
        return record
    return _end_hold(asked, event.at) if event.together else held(asked, event)


def coached(record: CallRecord, event: Event) -> CallRecord:
    """A manager listens or whispers; the caller is not held, nobody can be handed to him."""
    return _asked(record, replace(event, to_agent_id=None))


def _asked(record: CallRecord, event: Event) -> CallRecord:
    """One further person at a time, called by the agent who is there."""
    if record.party_id is not None or event.party_id is None or not record.agent_present:
        return record
    if event.to_agent_id is not None and event.to_agent_id == record.agent_id:
        return record
    colleague = event.to_agent_id is not None
    return replace(
        record,
        party_id=event.party_id,
        party_agent_id=event.to_agent_id,
        party_state=PartyState.ASKED if colleague else PartyState.CALLED,
    )


def party_accepted(record: CallRecord, event: Event) -> CallRecord:
    """The colleague takes the consultation: her leg is made."""
    if record.party_state is not PartyState.ASKED or event.agent_id != record.party_agent_id:
        return record
    return replace(record, party_state=PartyState.CALLED)


def party_leg(record: CallRecord, event: Event) -> CallRecord:
    """The third person's leg is on its way."""
    if record.party_id is None or event.party_id != record.party_id:
        return record
    if record.party_leg_sid == event.leg:
        return record
    return replace(record, party_leg_sid=event.leg, party_state=PartyState.CALLED)


def party_joined(record: CallRecord, event: Event) -> CallRecord:
    """The third person is in the conference."""
    if event.leg is None or event.leg != record.party_leg_sid:
        return record
    if record.party_state is PartyState.JOINED:
        return record
    return replace(record, party_state=PartyState.JOINED)


def party_left(record: CallRecord, event: Event) -> CallRecord:
    """Declined, not reached, sent away or gone: the agent and the person go on."""
    return record if _other_party(record, event) else _alone(record)


def outside_left(record: CallRecord, event: Event) -> CallRecord:
    """The outside number is gone. It talked: the call is over. It never answered: back to us."""
    if _other_party(record, event):
        return record
    if record.party_state is PartyState.JOINED:
        return over("line")(record, event)
    return _in_place(record, event.at)


def _other_party(record: CallRecord, event: Event) -> bool:
    if record.party_id is None or event.party_id != record.party_id:
        return True
    return event.leg is not None and event.leg != record.party_leg_sid


def handed_over(record: CallRecord, event: Event) -> CallRecord:
    """The agent leaves the person to the third one, who is there."""
    if record.party_state is not PartyState.JOINED or event.agent_id != record.agent_id:
        return record
    if event.party_id != record.party_id:
        return record
    back = _end_hold(record, event.at)
    if record.party_agent_id is not None:
        return _colleague_goes_on(back)
    return _alone_outside(back, event.at)


def _colleague_goes_on(record: CallRecord) -> CallRecord:
    colleague, leg = record.party_agent_id, record.party_leg_sid
    return replace(_alone(record), agent_id=colleague, agent_leg_sid=leg, agent_present=True)


def _alone_outside(record: CallRecord, at: datetime) -> CallRecord:
    return replace(
        record, state=State.OUTSIDE, outside_since=at, agent_present=False, agent_leg_sid=None
    )


def sent_to(record: CallRecord, event: Event) -> CallRecord:
    """A blind transfer: it rings at a colleague's desk, the person hears the queue's music."""
    if event.to_agent_id is None or event.agent_id != record.agent_id:
        return record
    waiting = _in_place(_end_hold(record, event.at), event.at)
    return offered(waiting, replace(event, agent_id=event.to_agent_id))


def sent_outside(record: CallRecord, event: Event) -> CallRecord:
    """A blind transfer to an outside number: it is rung, the person hears music."""
    if event.agent_id != record.agent_id or event.to_agent_id is not None:
        return record
    asked = _asked(record, event)
    if asked is record:
        return record
    return _alone_outside(_end_hold(asked, event.at), event.at)


# --- ends ----------------------------------------------------------------------------------------


def unanswered_end(outcome: Outcome | None, by: str) -> Step:
    """End a call that no agent is talking with; a call answered earlier stays answered."""

    def step(record: CallRecord, event: Event) -> CallRecord:
        final = outcome or _abandonment(record, event.told_at or event.at)
        if record.answered_at is not None:
            final = Outcome.ANSWERED
        return replace(
            _alone(record),
            state=State.ENDED,
            outcome=final,
            offered_to=None,
            offer_until=None,
            agent_present=False,
            ended_at=event.at,
            ended_by=by,
        )

    return step


def _abandonment(record: CallRecord, at: datetime) -> Outcome:
    """Hung up within 5 s of entering the queue, or before entering it: short (definitions).

    By the true time: an offer that expired at an empty line makes nobody more patient.
    """
    if record.outbound:
        return Outcome.UNREACHED
    if record.queued_at is None or at - record.queued_at < SHORT_ABANDON:
        return Outcome.SHORT_ABANDONED
    return Outcome.ABANDONED


def conversation_end(by: str) -> Step:
    """The conversation is over; the agent's wrap-up begins."""

    def step(record: CallRecord, event: Event) -> CallRecord:
        return replace(
            _alone(_end_hold(record, event.at)),
            state=State.WRAP_UP,
            outcome=Outcome.ANSWERED,
            agent_present=False,
            ended_at=event.at,
            ended_by=by,
        )

    return step


def over(by: str) -> Step:
    """A call that left us for an outside number is over; nobody of us wraps it up again."""
    return unanswered_end(Outcome.ANSWERED, by)


def given_up(record: CallRecord, event: Event) -> CallRecord:
    """The agent hangs up while the person's telephone still rings: an outbound call alone."""
    if not record.outbound or event.agent_id != record.agent_id:
        return record
    return unanswered_end(Outcome.UNREACHED, "agent")(record, event)


def cancelled(record: CallRecord, event: Event) -> CallRecord:
    """A call-back that is no longer needed: the person was served meanwhile."""
    if not record.outbound:
        return record
    return unanswered_end(Outcome.CANCELLED, "line")(record, event)


def wrapped_up(record: CallRecord, event: Event) -> CallRecord:
    """The agent has done with it."""
    return replace(record, state=State.ENDED, wrap_up_ended_at=event.at)
