"""Who holds a contact, and whether the person signed in may act on it (``app.foundation.belonging``, pure).

Contacts know nothing of calls: the package of calls says who is on the line (``say_who_talks``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app
from flask_login import current_user
from sqlalchemy import select

from app.accounts.models import Agent
from app.foundation import belonging, clock
from app.foundation.belonging import Held, Need
from app.foundation.exceptions import Forbidden, NotFound
from app.foundation.extensions import db
from app.tickets.models import CallBack, Contact
from app.web.whose import Judged, named_id

KEY = "permanence.who_talks"


@dataclass(frozen=True)
class OnTheLine:
    """Who is in the live calls of a contact. ``waits``: one has no agent, or rings at one's desk."""

    holders: frozenset[int] = frozenset()
    joined: frozenset[int] = frozenset()
    rings_at: frozenset[int] = frozenset()
    waits: bool = False


WhoTalks = Callable[[int], OnTheLine]


def say_who_talks(app: Flask, who: WhoTalks) -> None:
    """Let the package of calls say who is on the line with a contact."""
    app.extensions[KEY] = who


def held(contact: Contact) -> Held:
    """Who holds a contact now: its agent, and whoever is on the line with the person."""
    line = cast(WhoTalks, current_app.extensions.get(KEY, lambda _id: OnTheLine()))(contact.id)
    own = frozenset() if contact.agent_id is None else frozenset({contact.agent_id})
    return Held(line.holders or own, line.joined, line.rings_at, line.waits)


def may(contact: Contact, need: Need = Need.ACT) -> bool:
    """May the person signed in do this to a contact?"""
    return belonging.may(need, current_user.id, current_user.role, held(contact))


def check_contact(need: Need) -> Judged:
    """The contact that a request names. None named: nothing is judged, the view says what is missing."""
    contact_id = named_id("contact")
    return Judged() if contact_id is None else judged(contact_id, need)


def judged(contact_id: int, need: Need) -> Judged:
    """The contact, when the person signed in may act on it. Raises Forbidden, NotFound."""
    contact = db.session.get(Contact, contact_id)
    if contact is None:
        raise NotFound("Ce contact n'existe pas.", todo="Rechargez la page.")
    holding = held(contact)
    if not belonging.may(need, current_user.id, current_user.role, holding):
        raise _not_yours(holding)
    return Judged(contact_id, holding.concerned - {current_user.id})


def _not_yours(holding: Held) -> Forbidden:
    who = db.session.scalar(
        select(Agent.display_name).where(Agent.id.in_(holding.holders or {0})).limit(1)
    )
    if who is None:
        return Forbidden(
            "Cet appel attend encore : il n'est à personne.",
            kept="Rien n'a été changé.",
            todo="Vous pouvez le lire ; prenez l'appel pour agir.",
        )
    return Forbidden(
        "Ce contact est suivi par %(who)s.",
        kept="Rien n'a été changé.",
        todo="Vous pouvez le lire. Pour y changer quelque chose, demandez à cette personne, ou à "
        "l'encadrement.",
        who=who,
    )


# --- call-backs ----------------------------------------------------------------------------------


def check_cancelled(_need: Need) -> Judged:
    """The call-back that a request wants to cancel. Raises Forbidden, NotFound."""
    callback = _callback()
    contact = db.session.get(Contact, callback.contact_id) if callback.contact_id else None
    holding = held(contact) if contact else Held()
    if not belonging.may_cancel(current_user.id, current_user.role, callback.agent_id, holding):
        raise Forbidden(
            "Ce rappel est promis par quelqu'un d'autre.",
            kept="La promesse tient.",
            todo="Seule cette personne, ou l'encadrement, peut l'annuler.",
        )
    promised = frozenset({callback.agent_id}) - {None}
    return Judged(callback.contact_id, cast(frozenset[int], promised) - {current_user.id})


def check_called(_need: Need) -> Judged:
    """The call-back that a request wants to make now, if it names one. Raises Forbidden, NotFound."""
    if named_id("callback_id") is None:
        return Judged()
    callback = _callback()
    due = callback.due_at <= clock.now()
    if not belonging.may_call_back(current_user.id, current_user.role, callback.agent_id, due=due):
        raise Forbidden(
            "Ce rappel est promis par quelqu'un d'autre, pour plus tard.",
            kept="La promesse tient.",
            todo="Vous pourrez le prendre à l'heure promise.",
        )
    promised = frozenset({callback.agent_id}) - {None}
    return Judged(callback.contact_id, cast(frozenset[int], promised) - {current_user.id})


def _callback() -> CallBack:
    found = db.session.get(CallBack, named_id("callback_id") or 0)
    if found is None:
        raise NotFound("Cette demande de rappel n'existe pas.", todo="Rechargez la page.")
    return found
