"""The steps of a call: what one event makes of a record, or the same record if it cannot. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from app.calls.call.life.place import alone, colleague_goes_on, in_place, moved, placed, waits_again
from app.calls.call.life.record import (
    SHORT_ABANDON,
    CallRecord,
    Event,
    Outcome,
    PartyState,
    State,
)
from app.queue import life

Step = Callable[[CallRecord, Event], CallRecord]

# --- into the queue and out of it ----------------------------------------------------------------


def queued(record: CallRecord, event: Event) -> CallRecord:
    """The caller is in the queue."""
    return placed(record, State.WAITING, life.arrived(event.at, record.queued_at))


def callback_due(record: CallRecord, event: Event) -> CallRecord:
    """A call-back takes the place that its person had when she first called."""
    if not record.outbound:
        return record
    return placed(record, State.WAITING, life.arrived(event.at, event.since))


def dialled(record: CallRecord, event: Event) -> CallRecord:
    """An agent dials: her leg first, then the person's."""
    if event.agent_id is None or not record.outbound:
        return record
    return replace(record, state=State.CONNECTING, agent_id=event.agent_id, accepted_at=event.at)


def offered(record: CallRecord, event: Event) -> CallRecord:
    """It rings at an agent's desk."""
    place = moved(record, life.What.OFFERED, event.at, event.agent_id, until=event.until)
    if place is None:
        return record
    return replace(placed(record, State.OFFERED, place), overflow=event.overflow)


def offer_over(record: CallRecord, event: Event) -> CallRecord:
    """Declined, expired or withdrawn: the call keeps its place."""
    place = moved(record, life.What.LET_GO, event.at, event.agent_id)
    return record if place is None else waits_again(record, place)


def accepted(record: CallRecord, event: Event) -> CallRecord:
    """The agent who is rung takes it; nobody else can."""
    place = moved(record, life.What.TAKEN, event.at, event.agent_id)
    if place is None:
        return record
    taken = placed(record, State.CONNECTING, place)
    return replace(taken, agent_leg_sid=None, agent_present=False)


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
    return replace(in_place(record), person_leg_sid=leg)


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
    return end_hold(record, event.at) if record.held_since else record


def end_hold(record: CallRecord, at: datetime) -> CallRecord:
    """The person hears somebody again: what she waited is counted."""
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
        return colleague_goes_on(end_hold(record, event.at))
    return in_place(end_hold(record, event.at), event.at)


def requeued(record: CallRecord, event: Event) -> CallRecord:
    """Back to the queue by the agent's wish, at the first place."""
    if event.agent_id != record.agent_id:
        return record
    return in_place(end_hold(record, event.at), event.at)


# --- ends ----------------------------------------------------------------------------------------


def unanswered_end(outcome: Outcome | None, by: str) -> Step:
    """End a call that no agent is talking with; a call answered earlier stays answered."""

    def step(record: CallRecord, event: Event) -> CallRecord:
        final = outcome or _abandonment(record, event.told_at or event.at)
        if record.answered_at is not None:
            final = Outcome.ANSWERED
        return replace(
            alone(record),
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
            alone(end_hold(record, event.at)),
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
