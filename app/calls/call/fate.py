"""What became of a call that rang at somebody's desk: one sentence, wherever it is said.

It comes from the call as it is now. That nobody took it is said too: « proposé à quelqu'un d'autre »
would comfort an agent while the person waits.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import exists, select

from app.accounts.models import Agent
from app.calls.call.life.record import Kind, Outcome, State
from app.calls.call.models import Call, CallEvent, CallParty
from app.foundation.extensions import db
from app.tickets.models import CallBack, CallBackState, Contact

DAY = timedelta(days=1)  # a call that rang longer ago is no news
# Events that name the agent at whose desk it rang.
_RANG_HERE = (Kind.OFFERED, Kind.OFFER_EXPIRED, Kind.ACCEPTED, Kind.CONNECT_FAILED)


def of_missed(agent_id: int, now: datetime, *, others_free: int) -> str:
    """What became of the last call that rang at this agent's desk; empty when it is not known."""
    call = _last_rung(agent_id, now)
    return said(call, agent_id, others_free=others_free) if call is not None else ""


def _last_rung(agent_id: int, now: datetime) -> Call | None:
    """The call that rang here last: offered, sent by a colleague, or for a consultation."""
    recent = Call.received_at > now - DAY
    rang = db.session.execute(
        select(CallEvent.call_id, CallEvent.at)
        .join(Call, Call.id == CallEvent.call_id)
        .where(recent, CallEvent.agent_id == agent_id, CallEvent.kind.in_(_RANG_HERE))
        .order_by(CallEvent.id.desc())
        .limit(1)
    ).first()
    asked = db.session.execute(
        select(CallParty.call_id, CallParty.asked_at.label("at"))
        .join(Call, Call.id == CallParty.call_id)
        .where(recent, CallParty.agent_id == agent_id, CallParty.kind == "colleague")
        .order_by(CallParty.id.desc())
        .limit(1)
    ).first()
    found = max((row for row in (rang, asked) if row), key=lambda row: row.at, default=None)
    return db.session.get(Call, found.call_id, populate_existing=True) if found else None


def said(call: Call, agent_id: int, *, others_free: int = 1) -> str:
    """What became of ``call``, for an agent who has not taken it; empty when there is nothing to say.

    ``others_free``: how many of the others could take a call now.
    """
    name = _name_of(call)
    by = call.offered_to or call.agent_id
    agent = db.session.get(Agent, by) if by and by != agent_id else None
    match State(call.state):
        case State.GREETING | State.WAITING:
            waits = _("%(name)s attend toujours.", name=name)
            nobody = "" if others_free else _("Personne d’autre n’est libre.")
            return f"{_still_to_make(call) or waits} {nobody}".strip()
        case State.OFFERED if agent is not None:
            return _("L’appel sonne chez %(agent)s.", agent=agent.display_name)
        case State.OFFERED:
            return ""
        case State.CONNECTING | State.TALKING | State.OUTSIDE:
            if agent is not None and _was_consulted(call, agent_id):
                return _("%(agent)s continue sans vous.", agent=agent.display_name)
            return _taken(agent)
    return _over(call, name, agent)


def _over(call: Call, name: str, agent: Agent | None) -> str:
    match call.outcome:
        case Outcome.ANSWERED:
            return _taken(agent)
        case Outcome.ABANDONED | Outcome.SHORT_ABANDONED:
            return _("%(name)s a raccroché.", name=name)
        case Outcome.CALLBACK:
            return _("%(name)s a demandé un rappel : il est noté.", name=name)
        case Outcome.CANCELLED:
            return _still_to_make(call) or _("Ce rappel n’est plus à faire.")
        case Outcome.UNREACHED:
            return _("%(name)s n’a pas répondu.", name=name)
    return _("L’appel a été coupé.")


def _still_to_make(call: Call) -> str:
    """That a call-back which nobody has taken is still to be made: she does not wait on the line. One
    withdrawn because the line closed is too. Empty of an arrival, and of one that is over."""
    callback = db.session.get(CallBack, call.callback_id) if call.callback_id else None
    if call.direction != "out" or callback is None or callback.state != CallBackState.OPEN:
        return ""
    person = _person_of(call)  # « de … » would need an elision before a vowel
    if person:
        return _("%(name)s : le rappel reste à faire.", name=person)
    return _("Ce rappel reste à faire.")


def _taken(agent: Agent | None) -> str:
    return _("%(agent)s a pris l’appel.", agent=agent.display_name) if agent else ""


def _was_consulted(call: Call, agent_id: int) -> bool:
    """Was the agent asked into this conversation, rather than offered the call?"""
    asked = exists().where(CallParty.call_id == call.id, CallParty.agent_id == agent_id)
    return bool(db.session.scalar(select(asked)))


def _name_of(call: Call) -> str:
    return _person_of(call) or _("La personne")


def _person_of(call: Call) -> str:
    contact = db.session.get(Contact, call.contact_id) if call.contact_id else None
    return contact.person.full_name if contact and contact.person else ""
