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


class Problem(StrEnum):
    """Why one of ours did not arrive, as far as the provider says."""

    OFF = "off"
    GONE = "gone"
    NO_MOBILE = "no_mobile"
    REFUSED = "refused"
    BLOCKED = "blocked"
    ABROAD = "abroad"
    NO_ANSWER = "no_answer"
    NO_ADDRESS = "no_address"
    FULL = "full"
    MAIL_REFUSED = "mail_refused"
    UNKNOWN = "unknown"


# twilio.com/docs/api/errors, and our own words for a provider that refuses or does not answer.
_PROBLEMS = {
    "30003": Problem.OFF,
    "30005": Problem.GONE,
    "21211": Problem.GONE,
    "21217": Problem.GONE,
    "30006": Problem.NO_MOBILE,
    "21612": Problem.NO_MOBILE,
    "21614": Problem.NO_MOBILE,
    "invalid_input": Problem.NO_MOBILE,
    "21610": Problem.REFUSED,
    "30004": Problem.BLOCKED,
    "30007": Problem.BLOCKED,
    "21408": Problem.ABROAD,
    "30001": Problem.NO_ANSWER,
    "30002": Problem.NO_ANSWER,
    "30010": Problem.NO_ANSWER,
    "unavailable": Problem.NO_ANSWER,
    "mail_refused": Problem.MAIL_REFUSED,
}
# What a mail server reports later: enhanced status codes (RFC 3463), the longest beginning first.
_OF_MAIL = (("5.1.", Problem.NO_ADDRESS), ("5.2.2", Problem.FULL), ("5.", Problem.MAIL_REFUSED))


def problem(code: str | None) -> Problem:
    """What the provider's code (or ours) says of a message that did not arrive."""
    known = code or ""
    by_mail = (what for start, what in _OF_MAIL if known.startswith(start))
    return _PROBLEMS.get(known) or next(by_mail, Problem.UNKNOWN)


def after(now: Delivery, status: str) -> Delivery:
    """What a message is once its provider has said ``status``; unknown words change nothing."""
    told = _TOLD.get(status)
    if told is None or now not in OPEN:
        return now
    if told is Delivery.FAILED:
        return told
    return max(now, told, key=_ORDER.index)
