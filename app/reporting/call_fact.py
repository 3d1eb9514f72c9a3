"""What the report knows of one call: all of its figures come from these. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

APART = ("closed", "limited")
"""Outcomes of calls that are not part of calls presented."""


@dataclass(frozen=True, slots=True)
class CallFact:
    """What the report knows of one call. Instants are aware; ``outcome`` None means still open.

    ``rung``: a person's telephone rang (always so for those who ring us).
    """

    ref: str
    direction: str
    received_at: datetime
    queued_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    wrap_up_ended_at: datetime | None = None
    outcome: str | None = None
    hold_s: float = 0
    agent_id: int | None = None
    agent_name: str | None = None
    agent_role: str | None = None
    reason: str | None = None
    caller_role: str | None = None  # what a person said; None: nobody said
    digital_declared: bool | None = None  # what a person said; None: nobody said
    digital_kind: str | None = None
    digital_observed: bool = False
    language: str = "fr"
    rung: bool = True

    @property
    def wait(self) -> timedelta | None:
        """From the queue (from arrival for a call that never queued) to the answer."""
        return span_of(self.queued_at or self.received_at, self.answered_at)

    @property
    def talk(self) -> timedelta | None:
        """From the answer to the hang-up, hold included; None while it lasts."""
        return span_of(self.answered_at, self.ended_at)

    @property
    def wrap_up(self) -> timedelta | None:
        """From the hang-up until the agent is available again; None for an unanswered call."""
        return span_of(self.ended_at, self.wrap_up_ended_at) if self.answered_at else None


def span_of(start: datetime | None, end: datetime | None) -> timedelta | None:
    """Time between two instants, never below zero: two clocks may differ by a little."""
    if start is None or end is None:
        return None
    return max(end - start, timedelta())
