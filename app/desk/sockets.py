"""Browser tabs of the staff: which are open, and which rooms they listen to."""

from __future__ import annotations

import secrets

from flask import request
from flask_login import current_user
from flask_socketio import join_room
from sqlalchemy.exc import SQLAlchemyError

from app.accounts import service as accounts
from app.accounts import sessions
from app.accounts.service import Tab
from app.alerts import service as alerts
from app.calls.call import service
from app.dossiers.readers import service as readers
from app.foundation import clock
from app.foundation.extensions import socketio
from app.foundation.roles import DESK, SUPERVISORS, Role
from app.foundation.wiring import wake
from app.web.access import socket_event
from app.web.realtime import LINE_ROOM, MANAGERS_ROOM, agent_room, sign_out_tab

# Names this process in the rows of its tabs, so that a dead process is told from a live one.
PROCESS = secrets.token_hex(8)
MOST_TOLD = 20
_open_tabs: dict[str, Tab] = {}  # by socket


def register() -> None:
    """Attach the handlers to Socket.IO."""
    socket_event("connect")(_connect)
    socket_event("disconnect", open_to_all=True)(_disconnect)
    socket_event("reading", roles=DESK)(_reading)


def _connect(auth: object = None) -> bool | None:
    agent_id, session_id = current_user.id, current_user.session_id
    if isinstance(auth, dict) and auth.get("as") not in (None, "", str(agent_id)):
        return False  # a page of somebody who was signed in here before
    join_room(agent_room(agent_id))
    join_room(LINE_ROOM)
    if current_user.role in SUPERVISORS:
        join_room(MANAGERS_ROOM)
    try:
        noted = accounts.connected(
            request.sid,  # type: ignore[attr-defined]
            agent_id,
            PROCESS,
            now=clock.now(),
            session_id=session_id,
        )
    except SQLAlchemyError:
        _hang_up(request.sid)  # type: ignore[attr-defined]
        raise
    if not noted:
        return False  # signed out at this very instant
    _open_tabs[request.sid] = Tab(agent_id, session_id)  # type: ignore[attr-defined]
    wake()
    if current_user.role == Role.MANAGER:
        alerts.manager_arrived()
    return None


def _hang_up(sid: str) -> None:
    """Close the connection under a tab that could not be noted: the browser then tries again.

    A refusal, or a failure alone, would leave it open and deaf for ever.
    """
    server = socketio.server
    server.eio.disconnect(server.manager.eio_sid_from_sid(sid, "/"))


def _disconnect(*_reason: object) -> None:
    _open_tabs.pop(request.sid, None)  # type: ignore[attr-defined]
    readers.left(request.sid)  # type: ignore[attr-defined]
    gone = accounts.disconnected(request.sid)  # type: ignore[attr-defined]
    if gone is not None:
        service.agent_gone(gone, now=clock.now())


def _reading(told: object = None) -> None:
    """Which dossiers this tab shows."""
    ids = told.get("dossiers") if isinstance(told, dict) else None
    if not isinstance(ids, list) or len(ids) > MOST_TOLD:
        return
    found = [i for i in ids if isinstance(i, int) and not isinstance(i, bool) and 0 < i < 2**31]
    readers.shows(request.sid, found)  # type: ignore[attr-defined]


def any_open() -> bool:
    """Does this process serve an open tab?"""
    return bool(_open_tabs)


def vouch() -> None:
    """Tell the database that this process' tabs are alive (every few seconds), and close those whose
    session is over: what tells them at once goes through Redis, which may have been away."""
    now, tabs = clock.now(), dict(_open_tabs)
    over = set(sessions.note_open((tab.session_id for tab in tabs.values()), now=now))
    for sid, tab in tabs.items():
        if tab.session_id in over:
            sign_out_tab(sid, sessions.Why.EXPIRED)
    accounts.seen(
        PROCESS, {s: tab for s, tab in tabs.items() if tab.session_id not in over}, now=now
    )
