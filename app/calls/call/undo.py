"""« Annuler », in the seconds after a wrap-up: the reason and the availability are taken back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.accounts.models import Presence
from app.calls.call import store
from app.calls.call.life.states import State
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict, NotFound
from app.foundation.extensions import db
from app.queue import holdings
from app.tickets import service as tickets
from app.web import news


def wrap_up(ref: str, agent_id: int, *, now: datetime) -> bool:
    """Take back the end of a wrap-up, an instant after it: the reason is to be confirmed again.

    False when a call holds her meanwhile: the reason alone is taken back. Raises NotFound for the call
    of somebody else, Conflict when it is too late.
    """
    call = store.by_ref(ref)
    if call.agent_id != agent_id or call.state not in (State.ENDED, State.OUTSIDE):
        raise NotFound("Cet appel n'est pas le vôtre.")
    since = db.session.scalar(select(Presence.chosen_since).where(Presence.agent_id == agent_id))
    if since is None or now - since > tickets.UNDO_FOR:
        raise Conflict("C'est trop tard pour annuler.", kept="Le contact est enregistré.")
    with unit_of_work() as work:
        if call.contact_id is not None:
            tickets.unqualify(call.contact_id, agent_id=agent_id, now=now)
        back = holdings.write_up_again(agent_id, call.id, now=now)
        work.after(lambda: news.desks_changed([agent_id]))
    return back
