"""The contact in which an agent acts on a dossier: the one in hand when it is about it, else one that begins now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from app.desk import message_view, view
from app.dossiers import store as dossiers
from app.foundation.extensions import db
from app.tickets.models import Channel, Contact
from app.tickets.outgoing.begin import begin


def in_hand(agent_id: int, dossier_id: int) -> int | None:
    """The contact of this agent's call or message, when it is about this dossier; None otherwise."""
    seat = view.seat_of(agent_id)
    if seat.contact_id is not None:
        return (
            seat.contact_id if (seat.agent_id, seat.dossier_id) == (agent_id, dossier_id) else None
        )
    message = message_view.at_desk(agent_id)
    if message is None or message["state"] != "held":
        return None
    contact = db.session.get_one(Contact, message["contact_id"])
    return contact.id if contact.dossier_id == dossier_id else None


def contact_for(
    dossier_id: int,
    channel: Channel,
    *,
    agent_id: int,
    now: datetime,
    number: str | None = None,
    detail: Mapping[str, str | None] | None = None,
) -> Contact:
    """The contact to act in, inside the caller's transaction. Raises NotFound for an unknown dossier."""
    held = in_hand(agent_id, dossier_id)
    if held is not None:
        return db.session.get_one(Contact, held)
    dossier = dossiers.dossier(dossier_id)
    return begin(dossier, channel, agent_id=agent_id, now=now, number=number, detail=detail)
