"""Presence: moving between states, and which tabs are open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, exists, func, select, update

from app.accounts import journal
from app.accounts.models import Agent, Connection, Holding, Presence, StaffSession
from app.accounts.presence import SET_BY_CALLS, PresenceState, may_go
from app.foundation.database.unit_of_work import rows_changed, unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput, NotFound
from app.foundation.extensions import db
from app.foundation.roles import AGENTS


def choose_presence(agent_id: int, wanted: str, reason: str | None, *, now: datetime) -> None:
    """Move an agent where she asked to be, inside the caller's unit of work.

    Raises InvalidInput for a state that is not hers to choose, Conflict when a call holds her.
    """
    held = Conflict(
        "Un appel est en cours.",
        kept="Votre état n'a pas changé.",
        todo="Terminez l'appel, puis changez d'état.",
    )
    presence = _lock(agent_id)
    _put(presence, _allowed(presence, wanted, reason, held), reason, now)


def _allowed(presence: Presence, wanted: str, reason: str | None, held: Conflict) -> PresenceState:
    """Where an agent may go from where she is. Raises ``held``, or InvalidInput."""
    try:
        state = PresenceState(wanted)
    except ValueError:
        raise InvalidInput("Cet état n'existe pas.") from None
    current = PresenceState(presence.state)
    if may_go(current, state, reason):
        return state
    raise held if current in SET_BY_CALLS else InvalidInput("Cet état n'existe pas.")


def move_by_manager(
    agent_id: int, wanted: str, reason: str | None, *, by: int, now: datetime
) -> None:
    """Put an agent in another state, inside the caller's unit of work; journaled.

    Raises NotFound for somebody who takes no calls, InvalidInput for a state that cannot be given,
    Conflict when a call holds her, or when she would be available with no tab open.
    """
    agent = db.session.get(Agent, agent_id)
    if agent is None or not agent.active or agent.role not in AGENTS:
        raise NotFound("Cette personne ne prend pas d'appels.")
    held = Conflict(
        "Cette personne est prise par un appel.",
        kept="Son état n'a pas changé : aucun appel n'est coupé.",
        todo="Attendez la fin de l'appel.",
    )
    presence = _lock(agent_id)
    before = presence.state
    state = _allowed(presence, wanted, reason, held)
    if state is PresenceState.AVAILABLE and not is_connected(agent_id):
        raise Conflict(
            "Son poste n'est pas ouvert : personne n'entendrait l'appel.",
            kept="Son état n'a pas changé.",
            todo="Demandez-lui d'ouvrir son poste.",
        )
    _put(presence, state, reason, now)
    detail = {"from": before, "to": state.value, "reason": reason}
    journal.record("presence_by_manager", f"agent:{agent_id}", agent_id=by, now=now, detail=detail)


def _lock(agent_id: int) -> Presence:
    """Her presence as it is now; no call claims her until the transaction ends."""
    query = select(Presence.agent_id).where(Presence.agent_id == agent_id)
    db.session.execute(query.with_for_update())
    return db.session.get_one(Presence, agent_id, populate_existing=True)


def _put(presence: Presence, to: PresenceState, reason: str | None, now: datetime) -> None:
    """Put an agent, whose row is locked, where she or a manager wants her."""
    presence.chosen, presence.chosen_reason, presence.chosen_since = to, reason, now
    if to is PresenceState.AVAILABLE:
        presence.idle_since = now
    db.session.flush()
    db.session.expire(presence)


class Tab(NamedTuple):
    """Whose an open tab is."""

    agent_id: int
    session_id: int


def no_tab_of(agent_id: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition that an agent has no open tab left."""
    return ~exists().where(Connection.agent_id == agent_id)


def connected(
    sid: str, agent_id: int, process: str, *, now: datetime, session_id: int | None = None
) -> bool:
    """A browser tab of the agent opened its socket. False when its session has just ended."""
    with unit_of_work():
        if session_id is not None and not _holds(session_id):
            return False
        db.session.merge(
            Connection(
                sid=sid, agent_id=agent_id, session_id=session_id, process=process, seen_at=now
            )
        )
    return True


def _holds(session_id: int) -> bool:
    """Is this session live, and will be until the transaction ends? (Its end waits for us, or we
    for it: no tab is noted after the tabs of its session were closed.)"""
    ended = select(StaffSession.ended_at).where(StaffSession.id == session_id)
    row = db.session.execute(ended.with_for_update(read=True)).first()
    return row is not None and row.ended_at is None


def disconnected(sid: str) -> int | None:
    """A tab is gone. The agent's id if it was her last one, else None."""
    with unit_of_work():
        connection = db.session.get(Connection, sid)
        if connection is None:
            return None
        agent_id = connection.agent_id
        db.session.delete(connection)
        db.session.flush()
        return None if is_connected(agent_id) else agent_id


def is_connected(agent_id: int) -> bool:
    """Has the agent at least one open tab?"""
    return bool(
        db.session.scalar(
            select(func.count()).select_from(Connection).where(Connection.agent_id == agent_id)
        )
    )


def seen(process: str, tabs: Mapping[str, Tab], *, now: datetime) -> None:
    """This process vouches for its open tabs, by socket.

    A tab that was given up for dead while this process could not vouch (a database away, a machine
    held up) is put back: it was alive all the time.
    """
    if not tabs:
        return
    with unit_of_work():
        vouched = db.session.execute(
            update(Connection)
            .where(Connection.process == process, Connection.sid.in_(sorted(tabs)))
            .values(seen_at=now)
            .execution_options(synchronize_session=False)
        )
        if rows_changed(vouched) == len(tabs):
            return
        known = set(
            db.session.scalars(select(Connection.sid).where(Connection.sid.in_(sorted(tabs))))
        )
        db.session.add_all(
            Connection(
                sid=sid,
                agent_id=tab.agent_id,
                session_id=tab.session_id,
                process=process,
                seen_at=now,
            )
            for sid, tab in tabs.items()
            if sid not in known and _holds(tab.session_id)
        )


def forget_dead_connections(*, now: datetime, after: timedelta) -> list[int]:
    """Drop tabs that no process vouches for; the agents who have no tab left."""
    with unit_of_work():
        dead = list(
            db.session.scalars(
                select(Connection.agent_id).where(Connection.seen_at < now - after).distinct()
            )
        )
        if dead:
            db.session.execute(delete(Connection).where(Connection.seen_at < now - after))
        return [agent_id for agent_id in dead if not is_connected(agent_id)]


def set_offline_if_gone(agent_id: int, *, now: datetime) -> bool:
    """After the grace period: an agent with no tab left and no call is offline."""
    with unit_of_work():
        presence = _lock(agent_id)
        if presence.state not in _GOES or is_connected(agent_id):
            return False
        wrap_up = (Holding.agent_id == agent_id) & (Holding.phase == PresenceState.WRAP_UP)
        db.session.execute(delete(Holding).where(wrap_up))
        _put(presence, PresenceState.OFFLINE, None, now)
        return True


_GOES = (PresenceState.AVAILABLE, PresenceState.MISSED, PresenceState.WRAP_UP)
