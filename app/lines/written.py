"""What is written to a line waits in the line's queue, to be answered by that line.

The one door for what comes by SMS or by form: nothing that came is ever silent.
"""

from __future__ import annotations

from datetime import datetime

from app.foundation.database.unit_of_work import Work
from app.foundation.wiring import wake
from app.queue import works
from app.tickets.written import threads
from app.web import news
from app.web.realtime import agent_room, publish


def came(
    contact_id: int,
    line_id: int,
    queue_id: int,
    *,
    now: datetime,
    work: Work,
    language: str = "fr",
    preferred_agent_id: int | None = None,
) -> None:
    """A message of a contact was kept: make or wake its work, inside the caller's transaction.

    Once it is committed, whoever holds it reads it at once, else somebody is asked.
    """
    threads.open_for(contact_id, line_id)
    arrived = works.arrive(
        contact_id,
        queue_id,
        now=now,
        language=language,
        preferred_agent_id=preferred_agent_id,
    )
    work.after(lambda: told(contact_id, arrived.agent_id))
    work.after(wake)


def told(contact_id: int, agent_id: int | None) -> None:
    """Tell whoever has this contact's messages on the screen that they changed. After the commit."""
    if agent_id is not None:
        publish("message", {"contact_id": contact_id}, room=agent_room(agent_id))
        news.desks_changed([agent_id])
