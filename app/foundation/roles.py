"""The roles of those who work here, and the groups of them that rules speak of. Pure.

A role says what somebody may see and do (``app.web.access``); who acts on what is ``belonging``'s.
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What an account is for."""

    FRONT = "front"
    BACK = "back"
    MANAGER = "manager"
    ADMIN = "admin"


AGENTS = (Role.FRONT, Role.BACK)
"""Who answer callers."""

DESK = (*AGENTS, Role.MANAGER)
"""Who read persons and dossiers."""

SUPERVISORS = (Role.MANAGER, Role.ADMIN)
"""Who set lines and queues, and look at the whole."""

STAFF = tuple(Role)
