"""The rules by which a line's calls are offered, as a manager sets them. Pure.

Stored as JSON on the line (``Line.policy``): what it does not say is the default.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Policy:
    """The line's rules; all durations in seconds.

    With ``overflow_after`` 0 no agent is left free beside a waiting caller, and the front office
    still comes first; ``overflow_length`` counts only for a line that has a threshold.
    """

    ring_seconds: int = 20
    overflow_after: int = 0
    overflow_length: int = 3
    sticky_wait: int = 30
    ageing_seconds: int = 120
    language_wait: int = 20


def policy_from(stored: dict[str, Any] | None) -> Policy:
    """The policy that a line keeps; what it does not say is the default."""
    return Policy(**(stored or {}))
