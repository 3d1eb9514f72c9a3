"""A contact that we begin from a dossier: nobody called, somebody of ours writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from app.accounts import journal
from app.dossiers.models import Dossier
from app.tickets import service
from app.tickets.models import Channel, Contact, Direction


def begin(
    dossier: Dossier,
    channel: Channel,
    *,
    agent_id: int,
    now: datetime,
    number: str | None = None,
    detail: Mapping[str, str | None] | None = None,
) -> Contact:
    """A contact of ours about this dossier, journaled, inside the caller's transaction.

    It is over as soon as it is begun: what leaves is written, and its reason is completed as any other's.
    ``number``: where it goes, if by telephone; ``detail``: what else the journal keeps.
    """
    contact = service.open_contact(
        channel=channel, direction=Direction.OUT, number=number, now=now, agent_id=agent_id
    )
    contact.person_id, contact.dossier_id = dossier.person_id, dossier.id
    contact.closed_at = now
    journal.record(
        "contact_begun",
        f"contact:{contact.id}",
        agent_id=agent_id,
        now=now,
        detail={"dossier": dossier.id, "channel": channel.value, **(detail or {})},
    )
    return contact
