"""The life of a mandate: does it hold on a day, and if not, why. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from app.dossiers.may_say import Basis

LONGEST = timedelta(
    days=3 * 366
)  # a written mandate: longer than any training, and read again some day


class State(StrEnum):
    """Where a mandate stands. What was taken back is so for ever, whatever its dates."""

    HOLDS = "holds"
    NOT_YET = "not_yet"
    ENDED = "ended"
    REVOKED = "revoked"


class Term(Protocol):
    """What of a mandate says whether it holds."""

    @property
    def basis(self) -> Basis:
        """On what it rests."""

    @property
    def begins_on(self) -> date:
        """The first day."""

    @property
    def ends_on(self) -> date | None:
        """The last day; None: none is said."""

    @property
    def contact_id(self) -> int | None:
        """In which contact it was noted."""

    @property
    def revoked_at(self) -> datetime | None:
        """When it was taken back."""


def state(term: Term, today: date, contact_id: int | None = None) -> State:
    """Does it hold today, in this contact (None: in none)? An agreement said aloud holds where it was said."""
    if term.revoked_at is not None:
        return State.REVOKED
    if term.basis is Basis.SPOKEN and (contact_id is None or contact_id != term.contact_id):
        return State.ENDED
    if today < term.begins_on:
        return State.NOT_YET
    if term.ends_on is not None and today > term.ends_on:
        return State.ENDED
    return State.HOLDS


def holds(term: Term, today: date, contact_id: int | None = None) -> bool:
    """Does it hold today, in this contact?"""
    return state(term, today, contact_id) is State.HOLDS
