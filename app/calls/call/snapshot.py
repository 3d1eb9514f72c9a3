"""The queue and the staff as rows say now: all that routing reads of the database.

Asked at every wake-up and every tick, so each question is prepared once, reads columns and not
objects, and the first one is enough when there is nothing to decide.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, Text, and_, bindparam, case, exists, func, or_, select
from sqlalchemy import cast as sql_cast

from app.accounts.models import Agent, Connection, Holding, Presence
from app.accounts.presence import ON_DUTY, PresenceState
from app.calls.call.life.states import Kind, State
from app.calls.call.models import Call, CallEvent
from app.dossiers.models import Dossier
from app.foundation.extensions import db
from app.foundation.roles import AGENTS
from app.lines.models import Line
from app.queue.policy import Policy
from app.queue.routing import AgentSeat, Refusal, Snapshot, WaitingCall
from app.tickets.models import Contact

LET_GO = (Kind.DECLINED, Kind.OFFER_EXPIRED, Kind.CONNECT_FAILED, Kind.REQUEUED)

_agents, _presences, _holdings, _connections = (
    cast(Table, model.__table__) for model in (Agent, Presence, Holding, Connection)
)
_calls, _events, _contacts, _dossiers, _lines = (
    cast(Table, model.__table__) for model in (Call, CallEvent, Contact, Dossier, Line)
)
_waits = _calls.c.state == State.WAITING
_has_tab = exists().where(_connections.c.agent_id == _presences.c.agent_id)
_answering = and_(
    _agents.c.id == _presences.c.agent_id,
    _agents.c.active.is_(True),
    _agents.c.role.in_(AGENTS),
)


_attention = and_(_holdings.c.agent_id == _presences.c.agent_id, _holdings.c.weight == 1)
_held = exists().where(_attention)
_free = and_(_presences.c.chosen == PresenceState.AVAILABLE, ~_held)


_LOOK = select(
    # Counted rather than asked for with EXISTS, which may scan all the calls of the past.
    select(func.count()).select_from(_calls).where(_waits).scalar_subquery().label("waiting"),
    exists().where(_answering, _free, _has_tab).label("free"),
)
_ON_DUTY = select(exists().where(_answering, or_(_free, _held), _has_tab))
_languages_as_text = sql_cast(_agents.c.languages, Text)
_state = func.coalesce(_holdings.c.phase, _presences.c.chosen)
_STAFF = (
    select(
        _agents.c.id,
        _agents.c.role,
        _languages_as_text.label("languages"),
        _state.label("state"),
        _presences.c.idle_since,
        _has_tab.label("connected"),
    )
    .select_from(
        _presences.join(_agents, _agents.c.id == _presences.c.agent_id).outerjoin(
            _holdings, _attention
        )
    )
    .where(_answering, _state.in_(sorted(ON_DUTY)))
)
_alike = _STAFF.add_columns(
    func.row_number()
    .over(
        partition_by=[_agents.c.role, _languages_as_text, _state, _has_tab],
        order_by=[_presences.c.idle_since, _agents.c.id],
    )
    .label("place")
).subquery()
# Of agents who are alike the longest idle is rung, so a few of each kind are enough.
_FEW = select(*(column for column in _alike.c if column.name != "place")).where(
    or_(
        _alike.c.place
        <= case((_alike.c.state == PresenceState.AVAILABLE, bindparam("most")), else_=1),
        _alike.c.id.in_(bindparam("named", expanding=True)),
    )
)
_QUEUE = (
    select(
        _calls.c.id,
        _calls.c.version,
        _calls.c.queued_at,
        _calls.c.waiting_since,
        _calls.c.priority,
        _calls.c.language,
        _calls.c.preferred_agent_id,
        _dossiers.c.owner_id,
        _lines.c.queue_id,
    )
    .select_from(
        _calls.join(_lines, _lines.c.id == _calls.c.line_id)
        .outerjoin(_contacts, _contacts.c.id == _calls.c.contact_id)
        .outerjoin(_dossiers, _dossiers.c.id == _contacts.c.dossier_id)
    )
    .where(_waits)
    .order_by(_calls.c.queued_at, _calls.c.id)
)
_REFUSALS = (
    select(
        _events.c.call_id,
        _events.c.agent_id,
        func.max(_events.c.at).label("at"),
        func.count().label("times"),
    )
    .join(_calls, _calls.c.id == _events.c.call_id)
    .where(_waits, _events.c.kind.in_(LET_GO), _events.c.agent_id.is_not(None))
    .group_by(_events.c.call_id, _events.c.agent_id)
)


def look() -> tuple[int, bool]:
    """How many callers wait, and whether an agent is free: one short question."""
    waiting, free = db.session.execute(_LOOK).one()
    return waiting, bool(free)


def anybody_on_duty() -> bool:
    """Is an agent there at all, busy or not?"""
    return bool(db.session.scalar(_ON_DUTY))


def take(policies: Mapping[int, Policy]) -> Snapshot:
    """The calls that wait, who let which of them go, and the agents on duty."""
    return Snapshot(_queue(), _seats(db.session.execute(_STAFF)), policies=policies)


def brief(policies: Mapping[int, Policy]) -> Snapshot:
    """As ``take``, but of a thousand agents those few who can change what is decided.

    Who rings for one call is its own agent, its dossier's owner, or the longest idle of a kind who
    is neither rung for another call nor let this one go: as many of each kind as there are calls
    and refusals. Of those who are busy one of each kind says that somebody is on duty.
    """
    waiting = _queue()
    found = {
        "most": len(waiting) + max((len(call.refusals) for call in waiting), default=0),
        "named": list({i for c in waiting for i in (c.preferred_agent_id, c.owner_id) if i}),
    }
    return Snapshot(waiting, _seats(db.session.execute(_FEW, found)), policies=policies)


def _queue() -> tuple[WaitingCall, ...]:
    rows = db.session.execute(_QUEUE).all()
    # Nobody has let go a call of which nothing is known but that it waits.
    offered = any(row.version > 1 for row in rows)
    refusals = _refusals(db.session.execute(_REFUSALS).all()) if offered else {}
    return tuple(
        WaitingCall(
            call_id=row.id,
            arrived_at=row.queued_at,
            waiting_since=row.waiting_since,
            priority=row.priority,
            language=row.language,
            preferred_agent_id=row.preferred_agent_id,
            owner_id=row.owner_id,
            refusals=tuple(refusals.get(row.id, ())),
            queue_id=row.queue_id,
        )
        for row in rows
    )


def _seats(rows: Iterable[Any]) -> tuple[AgentSeat, ...]:
    return tuple(
        AgentSeat(id_, role, state, idle_since, _languages(languages), bool(connected))
        for id_, role, languages, state, idle_since, connected in rows
    )


def _refusals(rows: Iterable[Any]) -> dict[int, list[Refusal]]:
    found: dict[int, list[Refusal]] = defaultdict(list)
    for call_id, agent_id, at, times in rows:
        found[call_id].append(Refusal(agent_id, at, times))
    return found


@lru_cache(maxsize=256)
def _languages(written: str | None) -> frozenset[str]:
    """A JSON list, read once: a team speaks few different sets of languages."""
    return frozenset(json.loads(written or "null") or ("fr",))
