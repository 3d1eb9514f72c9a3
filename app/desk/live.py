"""What the staff's tabs are told without asking, so that nobody need ask.

``desk``: one agent's tabs get her desk as it is now, at each change that she can see. ``line``: every
tab gets the queue's figures, at most once a second. Each process looks at the database for its own
tabs: what another process changed is told all the same, even if that process died the next instant,
and five hundred desks cost five hundred small messages a second and not five hundred questions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from flask_babel import force_locale
from sqlalchemy import func, select

from app.accounts.models import Connection, Presence
from app.calls.call.life.states import State
from app.calls.call.models import Call, CallEvent
from app.desk import view as desk_view
from app.foundation import clock
from app.foundation.database.unit_of_work import release_connection
from app.foundation.extensions import db
from app.queue.models import WorkEvent
from app.tickets.models import CallBack, CallBackState
from app.web.realtime import LINE_ROOM, agent_room, heard_here, publish, publish_here

LOOK_SECONDS = 0.25  # a change on a quiet line is told this soon
TELL_SECONDS = 1.0  # and on a busy one no more often than this
REMIND_AFTER = timedelta(seconds=3)


def answered(agent_id: int, desk: dict[str, Any]) -> None:
    """Her act was answered with this desk: her other tabs hear it too."""
    publish("desk", {"desk": desk}, room=agent_room(agent_id))


def tell_desks(agents: Iterable[int], send: Callable[..., None] = publish) -> None:
    """Send each of these agents her desk, in her language. The queue's figures travel apart."""
    for agent_id in agents:
        seat = desk_view.seat_of(agent_id)
        with force_locale(seat.agent_locale):
            desk = desk_view.desk_at(seat, clock.now())
        release_connection()
        send("desk", {"desk": desk}, room=agent_room(agent_id))


class LineWatch:
    """Looks at the line for the tabs of this process."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._told: tuple[object, ...] = ()
        self._told_at = self._reminded_at = float("-inf")
        self._reminded: set[tuple[str, datetime | None]] = set()

    def look(self) -> None:
        """Tell what moved since the last time, unless that was just now."""
        if self._seconds() - self._told_at >= TELL_SECONDS:
            self._tell()
        if self._seconds() - self._reminded_at >= TELL_SECONDS:
            self._remind()

    def _tell(self) -> None:
        stamp = line_stamp()
        if stamp == self._told:
            return
        self._told, self._told_at = stamp, self._seconds()
        publish_here("line", line_news(), room=LINE_ROOM)

    def _remind(self) -> None:
        """Tell again, once, a desk where a call has been ringing for a while.

        The process that made the offer may have died before it could tell; to hear it twice
        changes nothing.
        """
        self._reminded_at = self._seconds()
        ringing = db.session.execute(
            select(Call.ref, Call.offered_at, Call.offered_to).where(
                Call.state == State.OFFERED, Call.offered_at < clock.now() - REMIND_AFTER
            )
        ).all()
        late = {(row.ref, row.offered_at): row.offered_to for row in ringing}
        unsaid = [late[each] for each in late.keys() - self._reminded]
        self._reminded = set(late)
        tell_desks([who for who in unsaid if heard_here(agent_room(who))], publish_here)


def line_stamp() -> tuple[object, ...]:
    """Something that differs whenever calls, messages, agents' states, open tabs or call-backs have changed."""
    row = db.session.execute(
        select(
            select(func.max(CallEvent.id)).scalar_subquery(),
            select(func.max(Call.id)).scalar_subquery(),
            select(func.max(WorkEvent.id)).scalar_subquery(),
            select(func.max(Presence.chosen_since)).scalar_subquery(),
            select(func.count(Connection.sid)).scalar_subquery(),
            select(func.count(CallBack.id))
            .where(CallBack.state == CallBackState.OPEN)
            .scalar_subquery(),
        )
    ).one()
    return tuple(row)


def tell_line() -> None:
    """Tell all tabs, of every process, that a manager changed the line. Call it after the commit."""
    publish("line", line_news(), room=LINE_ROOM)


def line_news() -> dict[str, Any]:
    """The queue's figures; ``available_agents`` counts all, whoever reads it included."""
    return {
        "queue": desk_view.queue_summary(),
        "incident": desk_view.incident_is_on(),
        "now": clock.now().isoformat(),
    }
