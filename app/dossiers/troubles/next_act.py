"""Which act a dossier's sentence calls for: the one that its page offers first. Pure.

The sentence says what is wrong, the first trouble names it; nothing is proposed where nothing is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from app.dossiers.troubles.case import Trouble


class Act(StrEnum):
    """The acts of a dossier's page that may come first."""

    CALL = "call"
    SCRIPT = "script"


# Whoever is in danger, or has something to do on the Portal, is helped by being called: the link, the pièce or the
# password are seen to while they are on the line (S01, S02, S27…). What the service alone can settle (a duplicate, an
# exception, a bug) is read in its script first.
_READ_FIRST = frozenset({"S12", "S14", "S15", "S16", "S23", "S24"})


def called_for(troubles: Sequence[Trouble]) -> Act | None:
    """The act that the first trouble calls for; None when there is none."""
    if not troubles:
        return None
    return Act.SCRIPT if troubles[0].script_id in _READ_FIRST else Act.CALL
