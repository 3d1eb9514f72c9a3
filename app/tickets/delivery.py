"""How far a message of ours got, as its provider tells it. Pure.

Reports come late, twice and out of order: a message only goes forward, and what has ended stays ended.
The words are those of twilio.com/docs/messaging/api/message-resource (``status``).
"""

from __future__ import annotations

from enum import StrEnum


class Delivery(StrEnum):
    """What is known of a message. ``received``: it came to us; the others are of ours."""

    RECEIVED = "received"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


_ORDER = (Delivery.QUEUED, Delivery.SENT, Delivery.DELIVERED)
OPEN = (Delivery.QUEUED, Delivery.SENT)
_TOLD = {
    "accepted": Delivery.QUEUED,
    "scheduled": Delivery.QUEUED,
    "queued": Delivery.QUEUED,
    "sending": Delivery.QUEUED,
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.DELIVERED,
    "undelivered": Delivery.FAILED,
    "failed": Delivery.FAILED,
    "canceled": Delivery.FAILED,
}


def after(now: Delivery, status: str) -> Delivery:
    """What a message is once its provider has said ``status``; unknown words change nothing."""
    told = _TOLD.get(status)
    if told is None or now not in OPEN:
        return now
    if told is Delivery.FAILED:
        return told
    return max(now, told, key=_ORDER.index)
