"""Who is on the line with a contact: what contacts, which know nothing of calls, ask (``holding``)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from app.calls.call.life.record import LIVE, PartyState, State
from app.calls.call.models import Call
from app.foundation.extensions import db
from app.tickets.holding import OnTheLine

_THERE = (PartyState.CALLED, PartyState.JOINED)


def who_talks(contact_id: int) -> OnTheLine:
    """The agents in the calls of a contact that are not over, wrap-up included."""
    rows = db.session.execute(
        select(
            Call.state,
            Call.agent_id,
            Call.offered_to,
            Call.party_agent_id,
            Call.party_state,
        ).where(Call.contact_id == contact_id, Call.state.in_((*LIVE, State.WRAP_UP)))
    ).all()
    asked = {row.party_agent_id for row in rows if row.party_state == PartyState.ASKED}
    return OnTheLine(
        holders=_ids(row.agent_id for row in rows),
        joined=_ids(row.party_agent_id for row in rows if row.party_state in _THERE),
        rings_at=_ids({*(row.offered_to for row in rows), *asked}),
        waits=any(row.agent_id is None and row.state != State.WRAP_UP for row in rows),
    )


def _ids(found: Iterable[int | None]) -> frozenset[int]:
    return frozenset(each for each in found if each is not None)
