"""Sessions of the staff: a row each, looked at by every request, so that they end when they must.

The cookie holds a random key, the database its digest. A session ends by signing out, from another
place, when the password or the role changes, when the account is closed, after ``SESSION_HOURS`` in
any case, and after ``SESSION_IDLE_MINUTES`` without a request or an open tab. With it end, on every
process, the cookie and its copies, open sockets, the softphone's name and the presence.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, or_, select, update

from app.accounts import journal
from app.accounts.models import Agent, Connection, Holding, Presence, StaffSession
from app.accounts.presence import PresenceState
from app.foundation.database.unit_of_work import Work, unit_of_work
from app.foundation.extensions import db
from app.foundation.wiring import settings, signed_out
from app.web.realtime import agent_room, publish, sign_out_tab

WRITE_SEEN_EVERY = timedelta(seconds=60)
SHOWN = 20  # live sessions of somebody on « Mon compte »; all can be closed at once
KEPT = timedelta(days=30)  # after its end: « where was this account used? »

# What an agent may be doing while no call holds her.
FREE = (
    PresenceState.AVAILABLE,
    PresenceState.MISSED,
    PresenceState.AWAY,
    PresenceState.DO_NOT_DISTURB,
)


class Why(StrEnum):
    """Why a session is over."""

    SIGNED_OUT = "signed_out"
    ELSEWHERE = "elsewhere"  # closed by its owner from another place
    RENEWED = "renewed"  # the same person signed in again in this browser
    REPLACED = "replaced"  # somebody else did
    PASSWORD = "password"  # noqa: S105 - a word, not one
    ROLE = "role"
    FACTOR = "factor"  # a second factor was added, taken away or reset
    ADMINISTRATION = "administration"  # an administrator ended it
    CLOSED = "closed"
    EXPIRED = "expired"
    IDLE = "idle"


_noted: set[int] = set()  # sessions of this process that were used and not yet written down
_written_at: datetime | None = None


def begin(agent_id: int, *, browser: str = "", now: datetime, id_token: str = "") -> str:
    """Open a session inside the caller's unit of work; the key for the cookie.

    ``id_token``: of the identity provider, when it began there.
    """
    key = secrets.token_urlsafe(32)
    db.session.add(
        StaffSession(
            key_hash=_digest(key),
            agent_id=agent_id,
            browser=browser[:60],
            began_at=now,
            seen_at=now,
            proved_at=now,
            ends_at=now + timedelta(hours=settings().session_hours),
            id_token=id_token or None,
        )
    )
    db.session.flush()
    return key


def find(key: str, *, now: datetime) -> Agent | None:
    """The agent of a live session, with ``session_id`` and ``session_key``; None when it is over."""
    row = db.session.execute(
        select(Agent, StaffSession.id)
        .join(StaffSession, StaffSession.agent_id == Agent.id)
        .where(StaffSession.key_hash == _digest(key), is_live(now), Agent.active.is_(True))
    ).first()
    if row is None:
        return None
    agent, session_id = row
    agent.session_key, agent.session_id = key, session_id
    _noted.add(session_id)
    return agent


def is_live(now: datetime) -> ColumnElement[bool]:
    """The condition that a session is not over."""
    return (
        StaffSession.ended_at.is_(None)
        & (StaffSession.ends_at > now)
        & (StaffSession.seen_at > now - _idle())
    )


def why_over(key: str) -> str | None:
    """Why a session that was known is over; None for a key that never was one, or is live."""
    why = db.session.scalar(
        select(StaffSession.ended_why).where(StaffSession.key_hash == _digest(key))
    )
    return str(why) if why else None


def of(agent_id: int, *, now: datetime) -> list[StaffSession]:
    """The live sessions of an agent, the latest first, at most ``SHOWN``."""
    query = select(StaffSession).where(StaffSession.agent_id == agent_id, is_live(now))
    latest = query.order_by(StaffSession.began_at.desc(), StaffSession.id.desc()).limit(SHOWN)
    return list(db.session.scalars(latest))


def prove(session_id: int, *, now: datetime) -> None:
    """Whoever holds this session has just shown again who they are; in a unit of work of its own."""
    with unit_of_work():
        db.session.execute(
            update(StaffSession).where(StaffSession.id == session_id).values(proved_at=now)
        )


def proved_since(session_id: int, then: datetime) -> bool:
    """Has the holder of this session shown who they are since ``then``?"""
    query = select(StaffSession.proved_at).where(StaffSession.id == session_id)
    proved = db.session.scalar(query)
    return proved is not None and proved >= then


def id_token_of(session_id: int) -> str:
    """What the identity provider gave when the session began; empty when it began here."""
    found = db.session.get(StaffSession, session_id)
    return (found.id_token if found else None) or ""


def end(session_id: int, why: Why, work: Work, *, now: datetime) -> None:
    """End one session, inside a unit of work."""
    _end(StaffSession.id == session_id, why, work, now)


def end_all(
    agent_id: int, why: Why, work: Work, *, now: datetime, besides: int | None = None
) -> None:
    """End every session of an agent (``besides`` one), inside a unit of work.

    Also when none is known: a softphone's token of an earlier one may live still.
    """
    mine = StaffSession.agent_id == agent_id
    if besides is not None:
        mine &= StaffSession.id != besides
    if not _end(mine, why, work, now):
        _rename_softphones([agent_id])


def _end(which: ColumnElement[bool], why: Why, work: Work, now: datetime) -> list[int]:
    """End what is asked; the agents concerned. Browsers and calls are told after the commit."""
    ended = db.session.execute(
        update(StaffSession)
        .where(which, StaffSession.ended_at.is_(None))
        .values(ended_at=now, ended_why=why)
        .returning(StaffSession.id, StaffSession.agent_id)
        .execution_options(synchronize_session=False)
    ).all()
    if not ended:
        return []
    agents = sorted({agent_id for _id, agent_id in ended})
    _noted.difference_update(session_id for session_id, _agent in ended)
    tabs = list(
        db.session.scalars(
            delete(Connection)
            .where(Connection.session_id.in_([session_id for session_id, _agent in ended]))
            .returning(Connection.sid)
            .execution_options(synchronize_session=False)
        )
    )
    _rename_softphones(agents)
    offline_without_session(agents, now=now)
    work.after(lambda: _tell(tabs, agents, why))
    return agents


def _rename_softphones(agents: list[int]) -> None:
    """The provider's tokens cannot be called back: the name that they were made for rings no more."""
    db.session.execute(
        update(Agent)
        .where(Agent.id.in_(agents))
        .values(softphone_epoch=Agent.softphone_epoch + 1)
        .execution_options(synchronize_session="fetch")
    )


_held = exists().where(Holding.agent_id == Presence.agent_id, Holding.weight == 1)


def offline_without_session(agents: Iterable[int] | None, *, now: datetime) -> list[int]:
    """Who has no live session and no call is offline, inside a unit of work; those who moved.

    ``None``: everybody is looked at.
    """
    someone = exists().where(StaffSession.agent_id == Presence.agent_id, is_live(now))
    whose = [] if agents is None else [Presence.agent_id.in_(sorted(agents))]
    moved = db.session.scalars(
        update(Presence)
        .where(*whose, Presence.chosen.in_(FREE), ~_held, ~someone)
        .values(chosen=PresenceState.OFFLINE, chosen_reason=None, chosen_since=now)
        .returning(Presence.agent_id)
        .execution_options(synchronize_session=False)
    )
    return list(moved)


def _tell(tabs: list[str], agents: list[int], why: Why) -> None:
    for sid in tabs:
        sign_out_tab(sid, why)
    for agent_id in agents:
        publish("softphone", {}, room=agent_room(agent_id))  # her other tabs register anew
        signed_out(agent_id)


def note_open(sessions: Iterable[int], *, now: datetime) -> list[int]:
    """An open tab is use. Write down, once a minute, which sessions this process saw used.

    Returns those of ``sessions`` that are over: whoever serves their tabs closes them.
    """
    global _written_at
    asked = set(sessions)
    _noted.update(asked)
    if _written_at is None or now - _written_at >= WRITE_SEEN_EVERY:
        _written_at = now
        _write_seen(now)
    if not asked:
        return []
    live = db.session.scalars(
        select(StaffSession.id)
        .join(Agent, Agent.id == StaffSession.agent_id)
        .where(StaffSession.id.in_(sorted(asked)), is_live(now), Agent.active.is_(True))
    )
    over = asked - set(live)
    _noted.difference_update(over)
    return sorted(over)


def _write_seen(now: datetime) -> None:
    if not _noted:
        return
    used = sorted(_noted)
    with unit_of_work():
        db.session.execute(
            update(StaffSession)
            .where(StaffSession.id.in_(used), is_live(now))
            .values(seen_at=now)
            .execution_options(synchronize_session=False)
        )
    _noted.clear()


def sweep(*, now: datetime) -> None:
    """End what time has ended, so that presences and tabs follow; whoever left in mid-call too."""
    if not db.session.scalar(select(StaffSession.id).where(_over(now)).limit(1)):
        _sweep_presences(now)
        return
    with unit_of_work() as work:
        expired = StaffSession.ends_at <= now
        for which, why in ((expired, Why.EXPIRED), (~expired & _over(now), Why.IDLE)):
            for agent_id in _end(which, why, work, now):
                journal.record(
                    "session_over", f"agent:{agent_id}", agent_id=None, now=now, detail={"why": why}
                )
    _sweep_presences(now)


def _over(now: datetime) -> ColumnElement[bool]:
    passed = or_(StaffSession.ends_at <= now, StaffSession.seen_at <= now - _idle())
    return StaffSession.ended_at.is_(None) & passed


def _sweep_presences(now: datetime) -> None:
    ghosts = exists().where(StaffSession.agent_id == Presence.agent_id, is_live(now))
    tabs = exists().where(Connection.agent_id == Presence.agent_id)
    if db.session.scalar(
        select(Presence.agent_id).where(Presence.chosen.in_(FREE), ~_held, ~ghosts, ~tabs).limit(1)
    ):
        with unit_of_work():
            offline_without_session(None, now=now)


def forget_old(*, now: datetime) -> None:
    """Drop sessions that ended long ago, inside the caller's unit of work."""
    db.session.execute(delete(StaffSession).where(StaffSession.ended_at < now - KEPT))


def softphone_epoch(agent_id: int) -> int:
    """How often the agent's softphones were renamed."""
    query: Any = select(Agent.softphone_epoch).where(Agent.id == agent_id)
    return int(db.session.scalar(query) or 0)


def _idle() -> timedelta:
    return timedelta(minutes=settings().session_idle_minutes)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
