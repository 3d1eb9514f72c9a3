"""Where a caller stands in the queue now: what ``waiting`` (pure) decides on, read in one question."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.accounts.models import Agent, Connection, Presence
from app.accounts.presence import ON_DUTY
from app.calls.call import store
from app.calls.call.life.states import State
from app.calls.call.models import Call
from app.calls.spoken.waiting import Moment
from app.foundation.extensions import db
from app.foundation.roles import AGENTS
from app.lines import line_now
from app.lines.models import AnnouncementSound, Line

RECENT = timedelta(minutes=30)  # waits of before say little of the wait now

_other = aliased(Call)
_before = (
    _other.state.in_((State.WAITING, State.OFFERED)),
    or_(
        _other.priority > Call.priority,
        (_other.priority == Call.priority) & (_other.queued_at < Call.queued_at),
    ),
)
# Asked at each round of music of every caller: the line, how many are before her and since when (a
# call-back's person does not wait on the line), who serves, and whether the line has sounds of its own.
_STANDING = (
    select(
        Line,
        select(func.count())
        .select_from(_other)
        .where(*_before)
        .correlate(Call)
        .scalar_subquery()
        .label("before"),
        select(func.min(_other.waiting_since))
        .where(*_before, _other.direction == "in")
        .correlate(Call)
        .scalar_subquery()
        .label("longest_since"),
        select(func.count())
        .select_from(Presence)
        .join(Agent, Agent.id == Presence.agent_id)
        .where(
            Presence.state.in_(sorted(ON_DUTY)),
            Agent.active.is_(True),
            Agent.role.in_(AGENTS),
            exists().where(Connection.agent_id == Presence.agent_id),
        )
        .scalar_subquery()
        .label("serving"),
        exists().where(AnnouncementSound.line_id == Line.id).label("sounds"),
    )
    .join(Call, Call.line_id == Line.id)
    .where(Call.id == bindparam("call_id"))
)


class Standing(NamedTuple):
    """A caller's moment, with her line and whether it has ``sounds`` of its own."""

    line: Line
    moment: Moment
    sounds: bool


def standing_of(call: Call, turn: int, now: datetime) -> Standing:
    """How the call stands at round ``turn``."""
    row = db.session.execute(_STANDING, {"call_id": call.id}).one()
    line: Line = row[0]
    moment = Moment(
        position=1 + row.before,
        waits=store.recent_waits(now - RECENT),
        waited=_seconds(call.waiting_since, now),
        longest_before=_seconds(row.longest_since, now),
        serving=row.serving,
        round=turn,
        language=call.language,
        open=line_now.of(line).is_open(now),
        incident=line.incident_since is not None,
        served=call.state not in (State.WAITING, State.OFFERED),
    )
    return Standing(line, moment, row.sounds)


def _seconds(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
