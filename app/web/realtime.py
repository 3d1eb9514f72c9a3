"""What browsers hear at once. The only caller of ``socketio.emit``.

Rooms: ``agent:<id>`` (all tabs of one agent), ``line`` (all staff), ``managers``. Call it after the
commit: what is published must already be true in the database.
"""

from __future__ import annotations

from typing import Any

from app.foundation.extensions import socketio


def publish(event: str, payload: dict[str, Any], *, room: str) -> None:
    """Send ``event`` with a JSON ``payload`` (no personal data) to the browsers in ``room``."""
    socketio.emit(event, payload, to=room)


def publish_here(event: str, payload: dict[str, Any], *, room: str) -> None:
    """As ``publish``, to the browsers of this process alone: nothing goes through Redis."""
    socketio.emit(event, payload, to=room, ignore_queue=True)


def sign_out_tab(sid: str, why: str) -> None:
    """Close one tab, whichever process serves it: its session is over. It is told why first."""
    socketio.emit("signed-out", {"why": why}, to=sid)
    socketio.server.disconnect(sid, namespace="/")


def heard_here(room: str) -> bool:
    """Is a browser of this process in ``room``?"""
    return next(socketio.server.manager.get_participants("/", room), None) is not None


def agent_room(agent_id: int) -> str:
    """The room of all the tabs of one agent."""
    return f"agent:{agent_id}"


LINE_ROOM = "line"
MANAGERS_ROOM = "managers"
