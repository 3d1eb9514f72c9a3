"""Which scripts to suggest at this moment of a contact, and why. Pure.

What somebody has flagged (danger, pressing need) comes before any guess, and danger leaves no place to one:
the person first, the request afterwards. What is followed now, or was in this contact, is not suggested
again, except danger while it lasts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from app.dossiers.troubles.case import Trouble

DANGER, NEED = "distress", "urgent_need"
DANGER_SCRIPT = "S31"
FLAGGED = (DANGER, NEED)
MOST = 3


def choose(
    troubles: Sequence[Trouble],
    *,
    followed: Collection[str] = (),
    now_followed: str | None = None,
) -> tuple[Trouble, ...]:
    """The troubles to suggest, at most ``MOST``, flags first; ``troubles`` come the most harmful first.

    ``followed`` are the ids of the scripts of this contact, ``now_followed`` the one that goes on.
    """
    flagged = [t for t in troubles if t.code in FLAGGED]
    flagged.sort(key=lambda t: FLAGGED.index(t.code))
    danger = any(t.code == DANGER for t in flagged)
    guesses = [] if danger else [t for t in troubles if t.code not in FLAGGED]
    return tuple(
        t
        for t in (*flagged, *guesses)
        if t.script_id != now_followed and (t.code == DANGER or t.script_id not in followed)
    )[:MOST]
