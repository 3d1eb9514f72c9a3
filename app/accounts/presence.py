"""States an agent can be in, and which moves are hers. Pure.

``available`` alone can be offered a call. ``ringing``, ``in_call`` and ``wrap_up`` are the phases of
a call that holds her (``models.Holding``), never stored as her own; ``offline`` is set by the browser
that goes; the rest by the agent.
"""

from __future__ import annotations

from enum import StrEnum


class PresenceState(StrEnum):
    """What an agent is doing now."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    RINGING = "ringing"
    IN_CALL = "in_call"
    WRAP_UP = "wrap_up"
    MISSED = "missed"
    AWAY = "away"
    DO_NOT_DISTURB = "do_not_disturb"


# "technique": her microphone is gone; the desk chooses it so that she is not rung.
AWAY_REASONS = ("pause", "dossiers", "reunion", "formation", "technique")
CHOSEN_BY_AGENT = frozenset(
    {
        PresenceState.AVAILABLE,
        PresenceState.AWAY,
        PresenceState.DO_NOT_DISTURB,
        PresenceState.OFFLINE,
    }
)
SET_BY_CALLS = frozenset({PresenceState.RINGING, PresenceState.IN_CALL, PresenceState.WRAP_UP})
ON_DUTY = frozenset({PresenceState.AVAILABLE, *SET_BY_CALLS})
"""They answer callers now, or when they have done: those who are away, or sign off, do not."""


def may_go(current: PresenceState, wanted: PresenceState, reason: str | None) -> bool:
    """May an agent in ``current`` go to ``wanted``, by herself or moved by a manager?

    Never while a call holds her, its wrap-up included: that one is ended first, and never cut off.
    """
    if wanted not in CHOSEN_BY_AGENT:
        return False
    if (wanted is PresenceState.AWAY) != (reason in AWAY_REASONS):
        return False
    return current not in SET_BY_CALLS
