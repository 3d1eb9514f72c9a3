"""The life of a request for consent, and what an answer makes of it. Pure.

asked → sent → delivered (or failed) → agreed · refused · no answer; what was agreed ends, or is revoked. No answer is
no agreement; a no is never turned into a yes by writing again; taking back is always heard.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.tickets.consents.reading import Word
from app.tickets.delivery import Delivery

ANSWER_WITHIN = timedelta(hours=48)


class State(StrEnum):
    """Where a request stands."""

    ASKED = "asked"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    AGREED = "agreed"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    ENDED = "ended"
    REVOKED = "revoked"


class Effect(StrEnum):
    """What a word does. ``nothing``: it was so already."""

    AGREE = "agree"
    REFUSE = "refuse"
    REVOKE = "revoke"
    NOTHING = "nothing"
    AFTER_NO = "after_no"
    TOO_LATE = "too_late"


@dataclass(frozen=True)
class Asked:
    """What is known of a request. ``agreed`` None: not answered."""

    agreed: bool | None
    revoked: bool
    delivery: Delivery
    expires_at: datetime
    until: date


def state(asked: Asked, now: datetime, today: date) -> State:
    """Where it stands at this instant."""
    if asked.agreed is not None:
        if not asked.agreed:
            return State.REFUSED
        if asked.revoked:
            return State.REVOKED
        return State.ENDED if today > asked.until else State.AGREED
    if asked.delivery is Delivery.FAILED:
        return State.FAILED
    if now >= asked.expires_at:
        return State.NO_ANSWER
    return {Delivery.SENT: State.SENT, Delivery.DELIVERED: State.DELIVERED}.get(
        asked.delivery, State.ASKED
    )


def effect(asked: Asked, word: Word, now: datetime, today: date) -> Effect:
    """What a word of the person does to it now."""
    if word is Word.YES:
        if asked.agreed is None:
            return Effect.AGREE if now < asked.expires_at else Effect.TOO_LATE
        if asked.agreed and not asked.revoked:
            return Effect.NOTHING if today <= asked.until else Effect.TOO_LATE
        return Effect.AFTER_NO
    if asked.agreed is None:
        return Effect.REFUSE if now < asked.expires_at else Effect.NOTHING
    return Effect.REVOKE if asked.agreed and not asked.revoked else Effect.NOTHING
