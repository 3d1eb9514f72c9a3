"""The steps of a call with a further person: consulted, coached, handed to, sent outside. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from app.calls.call.life.place import alone, colleague_goes_on, in_place
from app.calls.call.life.record import CallRecord, Event, PartyState, State
from app.calls.call.life.steps import end_hold, held, offered, over


def consulted(record: CallRecord, event: Event) -> CallRecord:
    """A third person is asked; the caller hears music meanwhile, unless all three are together."""
    if event.agent_id != record.agent_id:
        return record
    asked = _asked(record, event)
    if asked is record:
        return record
    return end_hold(asked, event.at) if event.together else held(asked, event)


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
    return record if _other_party(record, event) else alone(record)


def outside_left(record: CallRecord, event: Event) -> CallRecord:
    """The outside number is gone. It talked: the call is over. It never answered: back to us."""
    if _other_party(record, event):
        return record
    if record.party_state is PartyState.JOINED:
        return over("line")(record, event)
    return in_place(record, event.at)


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
    back = end_hold(record, event.at)
    if record.party_agent_id is not None:
        return colleague_goes_on(back)
    return _alone_outside(back, event.at)


def _alone_outside(record: CallRecord, at: datetime) -> CallRecord:
    return replace(
        record, state=State.OUTSIDE, outside_since=at, agent_present=False, agent_leg_sid=None
    )


def sent_to(record: CallRecord, event: Event) -> CallRecord:
    """A blind transfer: it rings at a colleague's desk, the person hears the queue's music."""
    if event.to_agent_id is None or event.agent_id != record.agent_id:
        return record
    waiting = in_place(end_hold(record, event.at), event.at)
    return offered(waiting, replace(event, agent_id=event.to_agent_id))


def sent_outside(record: CallRecord, event: Event) -> CallRecord:
    """A blind transfer to an outside number: it is rung, the person hears music."""
    if event.agent_id != record.agent_id or event.to_agent_id is not None:
        return record
    asked = _asked(record, event)
    if asked is record:
        return record
    return _alone_outside(end_hold(asked, event.at), event.at)
