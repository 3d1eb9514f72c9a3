"""Calls that we make: an agent dials a person, an organisme or the directory; call-backs.

The agent's leg comes first, then the person is rung and sees the service's number. Outbound calls
are calls like the others (events, conference, transfers) and are counted apart.
"""

from __future__ import annotations

from datetime import datetime

from app.calls.call import service, store
from app.calls.call.life.states import Event, Kind, State
from app.calls.call.models import Call
from app.calls.directory.entries import Target
from app.dossiers import callers
from app.dossiers import store as dossiers
from app.foundation.database.unit_of_work import Work, unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput, NotFound
from app.foundation.extensions import db
from app.lines import store as lines
from app.lines.dialling import Use
from app.lines.numbers import reach
from app.queue import holdings
from app.tickets import service as tickets
from app.tickets.models import Channel, Direction


def dial(agent_id: int, target: Target, dossier_id: int | None, *, now: datetime) -> Call:
    """Call somebody from the desk, a dossier or a ticket, in one click.

    ``dossier_id``: what it is about, so that her dossier is open when she answers. A wrap-up that
    is still open ends here. Raises NotFound for an unknown dossier, Conflict while a call holds
    the agent, InvalidInput for a number that the line does not call.
    """
    if target.number is None:
        raise InvalidInput("On consulte quelqu'un de l'équipe pendant un appel.")
    about = dossiers.dossier(dossier_id) if dossier_id is not None else None
    with unit_of_work() as work:
        contact = tickets.open_contact(
            channel=Channel.PHONE,
            direction=Direction.OUT,
            number=target.number,
            now=now,
            agent_id=agent_id,
        )
        if about is not None:
            contact.person_id, contact.dossier_id = about.person_id, about.id
        elif target.person_id not in (None, contact.person_id):
            # She was chosen: of several who share the number, or one whose number it is not.
            contact.person_id = target.person_id
            contact.dossier_id = callers.most_relevant_dossier(target.person_id)
        service.end_wrap_up(agent_id, work, now)
        call = new_call(target.number, contact_id=contact.id, now=now)
        return _claim_and_dial(agent_id, call, work, now)


def call_again(ref: str, agent_id: int, *, now: datetime) -> Call:
    """« Rappeler » : the line dropped; the same contact goes on. Ends the wrap-up of that call.

    Raises NotFound for somebody else's call or a hidden number, InvalidInput for one that the line
    does not call, Conflict while a call holds her.
    """
    call = store.by_ref(ref)
    if call.agent_id != agent_id or call.state not in (State.WRAP_UP, State.ENDED):
        raise NotFound("Cet appel n'est pas le vôtre, ou il est encore en cours.")
    if call.number is None:
        raise NotFound("Cette personne a masqué son numéro : on ne peut pas la rappeler.")
    with unit_of_work() as work:
        service.end_wrap_up(agent_id, work, now)
        contact_id = call.contact_id or 0
        tickets.reopen_contact(contact_id)
        again = new_call(call.number, contact_id=contact_id, now=now)
        return _claim_and_dial(agent_id, again, work, now)


def _claim_and_dial(agent_id: int, call: Call, work: Work, now: datetime) -> Call:
    if not holdings.claim_to_dial(agent_id, call.id, now=now):
        raise Conflict("Vous avez déjà un appel en cours.", todo="Terminez-le, puis rappelez.")
    service.happen_within(call.id, Event(Kind.DIALLED, now, "dialled", agent_id=agent_id), work)
    return call


def new_call(
    number: str,
    *,
    contact_id: int | None,
    now: datetime,
    callback_id: int | None = None,
    preferred_agent_id: int | None = None,
    language: str = "fr",
    line_id: int | None = None,
) -> Call:
    """The row of a call that we are about to make, inside the caller's transaction.

    Raises InvalidInput for a number that the line does not call: no call is made but by here.
    """
    line_id = line_id or lines.set_up(lines.first()).id
    reach.check(number, Use.CALL_BACK if callback_id else Use.DIAL, line_id)
    ref = store.new_ref()
    call = Call(
        ref=ref,
        provider_sid=f"out-{ref}",
        line_id=line_id,
        contact_id=contact_id,
        callback_id=callback_id,
        direction="out",
        number=number,
        language=language,
        preferred_agent_id=preferred_agent_id,
        received_at=now,
        last_at=now,
    )
    db.session.add(call)
    db.session.flush()
    return call


def place_callback(
    number: str,
    *,
    callback_id: int,
    contact_id: int | None,
    arrived_at: datetime,
    language: str,
    line_id: int,
    preferred_agent_id: int | None,
    work: Work,
    now: datetime,
) -> Call:
    """Put one attempt of a call-back in the queue, at the place of its first arrival."""
    call = new_call(
        number,
        contact_id=contact_id,
        now=now,
        callback_id=callback_id,
        preferred_agent_id=preferred_agent_id,
        language=language,
        line_id=line_id,
    )
    event = Event(Kind.CALLBACK_DUE, now, "callback_due", since=arrived_at)
    service.happen_within(call.id, event, work)
    return call


def dial_callback(
    agent_id: int,
    number: str,
    *,
    callback_id: int,
    contact_id: int | None,
    language: str,
    line_id: int,
    work: Work,
    now: datetime,
) -> Call:
    """One attempt of a call-back by an agent who takes it herself, at once. Ends a wrap-up."""
    service.end_wrap_up(agent_id, work, now)
    call = new_call(
        number,
        contact_id=contact_id,
        now=now,
        callback_id=callback_id,
        language=language,
        line_id=line_id,
    )
    return _claim_and_dial(agent_id, call, work, now)
