"""A further person in a conversation, and transfers: what an agent (or a manager) asks for.

One further person at a time: a colleague, an outside number, or a coach. Each act is one event; if
somebody was faster it is refused with Conflict, and the person on the line stays where she is.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from app.accounts import journal
from app.calls.call import service, store
from app.calls.call.life.states import CallRecord, Event, Kind, State
from app.calls.call.models import Call, CallParty
from app.calls.directory.entries import Target
from app.foundation.database.unit_of_work import Work, unit_of_work
from app.foundation.exceptions import Conflict, Forbidden, IllegalTransition, NotFound
from app.foundation.extensions import db
from app.lines import line_now
from app.lines import store as lines
from app.lines.dialling import Use
from app.lines.models import Line
from app.lines.numbers import reach

# --- consultation --------------------------------------------------------------------------------


def consult(
    ref: str, agent_id: int, target: Target, *, together: bool = False, now: datetime
) -> CallRecord:
    """Ask somebody, while the person on the line hears music. A coach makes room.

    ``together``: the person is not held, and hears it ring: nobody in distress is left with music.
    """
    call = service.own(ref, agent_id, State.TALKING)
    _check(call, target)
    _coach_makes_room(call, now)
    return _ask(call, agent_id, target, Kind.CONSULTED, now, together=together)


def accept(ref: str, agent_id: int, *, now: datetime) -> CallRecord:
    """A colleague takes the consultation that rings at her desk."""
    call = store.by_ref(ref)
    return _done(
        call,
        Event(
            Kind.PARTY_ACCEPTED,
            now,
            f"party_accepted:{call.party_id}",
            agent_id=agent_id,
            party_id=call.party_id,
        ),
        Conflict("Cette consultation n'est plus en attente."),
    )


def leave(ref: str, agent_id: int, *, now: datetime) -> None:
    """A colleague declines the consultation, or leaves it."""
    call = store.by_ref(ref)
    if call.party_agent_id != agent_id:
        raise NotFound("Cette consultation n'est pas la vôtre.")
    service.happen(call.id, service.party_left(call.party_id, now))


def send_away(ref: str, agent_id: int, *, now: datetime) -> None:
    """The agent ends the consultation and takes the person back."""
    call = service.own(ref, agent_id, State.TALKING)
    service.happen(call.id, service.party_left(call.party_id, now))
    service.hold(ref, agent_id, on=False, now=now)


def hand_over(ref: str, agent_id: int, *, now: datetime) -> CallRecord:
    """Leave the person to the one who was consulted; the dossier and the notes go with her."""
    call = service.own(ref, agent_id, State.TALKING)
    party = db.session.get(CallParty, call.party_id) if call.party_id else None
    if party is None or party.kind == "coach":
        raise IllegalTransition("Personne n'est en consultation.", todo="Appelez quelqu'un.")
    return _done(
        call,
        Event(
            Kind.HANDED_OVER,
            now,
            service.unique("handed_over"),
            agent_id=agent_id,
            party_id=party.id,
        ),
        Conflict("Cette personne n'est pas encore en ligne."),
    )


# --- blind transfers -----------------------------------------------------------------------------


def send(ref: str, agent_id: int, target: Target, *, now: datetime) -> CallRecord:
    """Transfer without speaking first; if nobody answers, the call returns to this agent."""
    call = service.own(ref, agent_id, State.TALKING)
    if target.agent_id is None:
        _check(call, target)
        _coach_makes_room(call, now)
        return _ask(call, agent_id, target, Kind.SENT_OUTSIDE, now)
    event = Event(
        Kind.SENT_TO,
        now,
        service.unique("sent_to"),
        agent_id=agent_id,
        to_agent_id=target.agent_id,
        until=_rings_until(call, now),
    )
    return _done(call, event, Conflict("Cette personne ne peut pas recevoir l'appel."))


def requeue(ref: str, agent_id: int, *, now: datetime) -> CallRecord:
    """Back to the queue, at the place of the first arrival; not to the same agent."""
    call = service.own(ref, agent_id, State.TALKING)
    event = Event(Kind.REQUEUED, now, service.unique("requeued"), agent_id=agent_id)
    with unit_of_work() as work:
        db.session.get_one(Call, call.id).preferred_agent_id = None
        return _done_within(call, event, Conflict("Cet appel a avancé depuis."), work)


# --- coaching ------------------------------------------------------------------------------------


def coach(ref: str, manager_id: int, *, speaks: bool, now: datetime) -> CallRecord:
    """A manager listens, or whispers to the agent; both are told, and the journal too.

    Raises Forbidden when the line's rules do not allow it.
    """
    call = store.by_ref(ref)
    line = db.session.get_one(Line, call.line_id)
    if not line_now.of(line).rules.coaching:
        raise Forbidden("L'écoute n'est pas ouverte sur cette ligne.")
    if call.state != State.TALKING:
        raise IllegalTransition("Cet appel n'est pas en conversation.")
    target = Target(agent_id=manager_id)
    return _ask(call, manager_id, target, Kind.COACHED, now, speaks=speaks)


def stop_coaching(ref: str, manager_id: int, *, now: datetime) -> None:
    """The manager leaves the conversation."""
    call = store.by_ref(ref)
    party = db.session.get(CallParty, call.party_id) if call.party_id else None
    if party is None or party.kind != "coach" or party.agent_id != manager_id:
        raise NotFound("Vous n'écoutez pas cet appel.")
    service.happen(call.id, service.party_left(party.id, now))


def _coach_makes_room(call: Call, now: datetime) -> None:
    party = db.session.get(CallParty, call.party_id) if call.party_id else None
    if party is not None and party.kind == "coach":
        service.happen(call.id, service.party_left(party.id, now))


# --- common --------------------------------------------------------------------------------------


def _rings_until(call: Call, now: datetime) -> datetime:
    """Until when it rings at a colleague's desk: as long as any offer, by the queue's own rule."""
    return now + timedelta(seconds=lines.policy_of(call.line_id).ring_seconds)


def _check(call: Call, target: Target) -> None:
    """Raise InvalidInput for an outside number that the line does not call: nobody is moved for it."""
    if target.agent_id is None:
        reach.check(target.number, Use.DIAL, call.line_id)


def _ask(
    call: Call,
    asker_id: int,
    target: Target,
    kind: Kind,
    now: datetime,
    *,
    speaks: bool = True,
    together: bool = False,
) -> CallRecord:
    """Write down who is asked, and ask, in one transaction."""
    coach = kind is Kind.COACHED
    with unit_of_work() as work:
        party = CallParty(
            call_id=call.id,
            kind="coach" if coach else ("colleague" if target.agent_id else "outside"),
            agent_id=target.agent_id,
            number=target.number,
            label=target.label,
            speaks=speaks,
            asked_by_id=asker_id,
            asked_at=now,
        )
        db.session.add(party)
        db.session.flush()
        journal.record(
            kind.value,
            f"call:{call.id}",
            agent_id=asker_id,
            now=now,
            detail={"party": party.id, "agent": target.agent_id, "speaks": speaks},
        )
        event = Event(
            kind,
            now,
            f"{kind}:{party.id}",
            agent_id=asker_id,
            to_agent_id=None if coach else target.agent_id,
            party_id=party.id,
            together=together,
            until=_rings_until(call, now),
        )
        return _done_within(
            call,
            event,
            Conflict("Quelqu'un est déjà en ligne avec vous."),
            work,
        )


def _done(call: Call, event: Event, refusal: Conflict) -> CallRecord:
    with unit_of_work() as work:
        return _done_within(call, event, refusal, work)


def _done_within(call: Call, event: Event, refusal: Conflict, work: Work) -> CallRecord:
    """Let it happen; when it cannot any more, undo all and say why."""
    record = service.happen_within(call.id, event, work)
    if record is None:
        raise Conflict(refusal.message, kept="La personne est toujours en ligne avec vous.")
    return record
