"""An agent whose session is over: nothing rings there any more."""

from __future__ import annotations

from datetime import datetime

from app.accounts import service as accounts
from app.accounts import sessions
from app.calls.call import service
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.wiring import wake
from app.web import news


def signed_out(agent_id: int, *, now: datetime) -> None:
    """Follow the end of a session, after its commit.

    An offer goes to the others at once. A conversation is not cut: the person on the line has done
    nothing. With the last session the wrap-up ends, and the agent is offline.
    """
    if not accounts.is_connected(agent_id):
        service.agent_gone(agent_id, now=now)
    if not sessions.of(agent_id, now=now):
        with unit_of_work() as work:
            service.end_wrap_up(agent_id, work, now)
        with unit_of_work():
            sessions.offline_without_session([agent_id], now=now)
    news.desks_changed([agent_id])
    wake()
