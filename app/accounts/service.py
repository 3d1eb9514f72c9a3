"""Presence: moving between states, and which tabs are open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    Table,
    Update,
    bindparam,
    case,
    delete,
    exists,
    func,
    null,
    select,
    update,
)

from app.accounts import journal
from app.accounts.models import Agent, Connection, Presence, StaffSession
from app.accounts.presence import SET_BY_CALLS, PresenceState, may_go
from app.foundation.database.together import Build, Change, Given, make, parameters
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
    current, state = _from_and_to(agent_id, wanted, reason, held)
    if not make(_moving(agent_id, (current,), state, reason, now)):
        raise Conflict("Votre état vient de changer.", todo="Regardez-le, puis recommencez.")


def _from_and_to(
    agent_id: int, wanted: str, reason: str | None, held: Conflict
) -> tuple[PresenceState, PresenceState]:
    """Where an agent is now, and where she may go. Raises ``held``, or InvalidInput."""
    try:
        state = PresenceState(wanted)
    except ValueError:
        raise InvalidInput("Cet état n'existe pas.") from None
    presence = db.session.get_one(Presence, agent_id, populate_existing=True)
    current = PresenceState(presence.state)
    if may_go(current, state, reason):
        return current, state
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
        "Un appel l'occupe.",
        kept="Son état n'a pas changé : aucun appel n'est coupé.",
        todo="Attendez la fin de l'appel.",
    )
    current, state = _from_and_to(agent_id, wanted, reason, held)
    if state is PresenceState.AVAILABLE and not is_connected(agent_id):
        raise Conflict(
            "Son poste n'est pas ouvert : un appel sonnerait dans le vide.",
            kept="Son état n'a pas changé.",
            todo="Demandez-lui d'ouvrir son poste.",
        )
    if not make(_moving(agent_id, (current,), state, reason, now)):
        raise Conflict("Son état vient de changer.", todo="Regardez-le, puis recommencez.")
    detail = {"from": current.value, "to": state.value, "reason": reason}
    journal.record("presence_by_manager", f"agent:{agent_id}", agent_id=by, now=now, detail=detail)


def _moving(
    agent_id: int,
    expected: tuple[PresenceState, ...],
    to: PresenceState,
    reason: str | None,
    now: datetime,
    call_id: int | None = None,
    held_by: int | None = None,
    *,
    name: str = "move",
) -> Change:
    """Move her if she is in one of the ``expected`` states (and ``held_by`` this call)."""
    frees = to is PresenceState.AVAILABLE
    values: dict[str, Any] = {
        "who": agent_id,
        "expected": expected,
        "state": to,
        "reason": reason,
        "since": now,
        "call_id": call_id,
    }
    if frees:
        values["idle_since"] = now
    if held_by is not None:
        values["held_by"] = held_by
    build = _update_of(name, frees=frees, held=held_by is not None, claimed=call_id is not None)
    return Change(name, build, parameters(name, **values), gives="agent_id")


_presences = cast(Table, Presence.__table__)
_STAYS_THERE = (PresenceState.AWAY, PresenceState.DO_NOT_DISTURB)


@lru_cache(maxsize=32)
def _update_of(name: str, *, frees: bool, held: bool, claimed: bool) -> Build:
    """The update of a presence, which every call needs half a dozen times: prepared once.

    A call that she dials from her dossiers, answered or not, brings her back to them.
    """

    def build(given: Given) -> Update:
        own = _presences.c
        columns = ("state", "reason", "since", "call_id", *(("idle_since",) if frees else ()))
        values: dict[str, Any] = {each: bindparam(f"{name}_{each}") for each in columns}
        back: dict[str, Any] = {"back_to": null(), "back_reason": null()}
        conditions = [
            own.agent_id == bindparam(f"{name}_who"),
            own.state.in_(bindparam(f"{name}_expected", expanding=True)),
        ]
        if held:
            conditions.append(own.call_id == bindparam(f"{name}_held_by"))
            if frees:
                values["state"] = func.coalesce(own.back_to, bindparam(f"{name}_state"))
                values["reason"] = own.back_reason
            else:
                back = {}
        elif claimed:
            there = own.state.in_(_STAYS_THERE)
            back["back_to"] = case((there, own.state), else_=null())
            back["back_reason"] = case((there, own.reason), else_=null())
        return update(_presences).where(*conditions, *given.holds()).values(values | back)

    return build


def claiming(agent_id: int, call_id: int, *, now: datetime) -> Change:
    """Take an available agent for one call (→ ringing); not made if she is not available any more.

    A conditional update inside the caller's transaction: two calls can never hold one agent.
    """
    free = (PresenceState.AVAILABLE,)
    return _moving(agent_id, free, PresenceState.RINGING, None, now, call_id, name="claim")


def claim_to_dial(agent_id: int, call_id: int, *, now: datetime) -> bool:
    """Take an agent who calls somebody herself (→ in call). False while another call holds her.

    From any state but one that a call gives her: a wrap-up is ended first, in the same transaction.
    """
    free = tuple(
        s
        for s in PresenceState
        if s not in (PresenceState.RINGING, PresenceState.IN_CALL, PresenceState.WRAP_UP)
    )
    return bool(make(_moving(agent_id, free, PresenceState.IN_CALL, None, now, call_id)))


def wraps_up(agent_id: int, call_id: int) -> bool:
    """Is she still writing up this call?"""
    presence = db.session.get(Presence, agent_id, populate_existing=True)
    return bool(
        presence and presence.call_id == call_id and presence.state == PresenceState.WRAP_UP
    )


def leave_wrap_up(agent_id: int, call_id: int, *, now: datetime) -> bool:
    """She has done with a call that is not hers any more; False if she had already."""
    wraps_up = (PresenceState.WRAP_UP,)
    done = _moving(agent_id, wraps_up, PresenceState.AVAILABLE, None, now, held_by=call_id)
    return bool(make(done))


def following(agent_id: int, call_id: int, to: PresenceState, *, now: datetime) -> Change:
    """Follow a call: move the agent it holds to ``to``; not made if the call holds her no more."""
    keeps = call_id if to in SET_BY_CALLS else None
    held = tuple(sorted(SET_BY_CALLS))
    return _moving(agent_id, held, to, None, now, keeps, held_by=call_id)


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
        if is_connected(agent_id):
            return False
        idle = (PresenceState.AVAILABLE, PresenceState.MISSED, PresenceState.WRAP_UP)
        return bool(make(_moving(agent_id, idle, PresenceState.OFFLINE, None, now)))
