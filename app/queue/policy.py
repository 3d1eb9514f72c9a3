"""The rules by which a queue's work is offered, as a manager sets them. Pure.

Stored as JSON on the queue (``Queue.policy``, ``Queue.team``): what it does not say is the default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from app.foundation.roles import Role


@dataclass(frozen=True, slots=True)
class Team:
    """The roles that answer: those asked ``first``, and those that widen them on ``overflow``."""

    first: tuple[str, ...] = (Role.FRONT,)
    overflow: tuple[str, ...] = (Role.BACK,)


@dataclass(frozen=True, slots=True)
class Policy:
    """The queue's rules; all durations in seconds.

    With ``overflow_after`` 0 no agent is left free beside a waiting caller, and the front office
    still comes first; ``overflow_length`` counts only for a queue that has a threshold.
    """

    ring_seconds: int = 20
    overflow_after: int = 0
    overflow_length: int = 3
    sticky_wait: int = 30
    ageing_seconds: int = 120
    language_wait: int = 20
    team: Team = field(default_factory=Team)


def policy_from(stored: Mapping[str, Any] | None, team: Mapping[str, Any] | None = None) -> Policy:
    """The policy that a queue keeps, with its team; what it does not say is the default."""
    roles = {name: tuple(of) for name, of in (team or {}).items()}
    return Policy(**(stored or {}), team=Team(**roles))


def thresholds_of(policy: Policy) -> dict[str, int]:
    """Every number of a policy by its name, defaults included: what ``Queue.policy`` may store."""
    return {name: value for name, value in asdict(policy).items() if name != "team"}
