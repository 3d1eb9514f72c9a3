"""The life of an incident: who may make what of it, and when. Pure.

Opened from a contact, confirmed by a manager, repaired, closed. One that was none is closed from
anywhere. What was repaired and is not comes back to confirmed: the same incident, its costs kept.
"""

from __future__ import annotations

from enum import StrEnum


class IncidentState(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REPAIRED = "repaired"
    CLOSED = "closed"


class IncidentKind(StrEnum):
    """What goes wrong for callers: the trouble of a script, as they see it."""

    ERROR_SHOWN = "error_shown"
    FIELDS_LOST = "fields_lost"
    ACCOUNT_NOT_FOUND = "account_not_found"
    MAIL_NOT_RECEIVED = "mail_not_received"
    PORTAL_DOWN = "portal_down"
    OTHER = "other"


# Shown and linked as going on: not repaired, not closed.
GOING_ON = (IncidentState.OPEN, IncidentState.CONFIRMED)
NOT_CLOSED = (*GOING_ON, IncidentState.REPAIRED)

# From where each act may be done.
FROM: dict[str, tuple[IncidentState, ...]] = {
    "confirm": (IncidentState.OPEN,),
    "repair": (IncidentState.OPEN, IncidentState.CONFIRMED),
    "again": (IncidentState.REPAIRED,),
    "close": NOT_CLOSED,
}
TO: dict[str, IncidentState] = {
    "confirm": IncidentState.CONFIRMED,
    "repair": IncidentState.REPAIRED,
    "again": IncidentState.CONFIRMED,
    "close": IncidentState.CLOSED,
}

# Which scripts a kind concerns first: it stands at their top, and is opened from them.
SCRIPTS: dict[str, IncidentKind] = {
    "S11": IncidentKind.ERROR_SHOWN,
    "S23": IncidentKind.FIELDS_LOST,
    "S24": IncidentKind.ACCOUNT_NOT_FOUND,
    "S01": IncidentKind.MAIL_NOT_RECEIVED,
}


def kind_for(script_id: str | None) -> IncidentKind:
    """What an incident opened from this script is about, until somebody says better."""
    return SCRIPTS.get(script_id or "", IncidentKind.OTHER)


def may(act: str, state: IncidentState) -> bool:
    """Can this be made of an incident that stands there?"""
    return state in FROM[act]


def concerns(kind: IncidentKind, script_id: str | None) -> bool:
    """Is this incident about what that script is about?"""
    return script_id is not None and SCRIPTS.get(script_id) is kind
