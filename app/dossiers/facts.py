"""What is known of a dossier, frozen, for the pure decisions of ``status`` and ``trouble``. Pure.

The path on the Portal (mail, step 1, step 2) is folded from the portal's events; the rest comes
from the dossier's own columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.dossiers.vocabulary import (
    Defect,
    FlagKind,
    Inside,
    PieceKind,
    PieceState,
    PortalEventKind,
    Rejection,
)

LINK_LIFE = timedelta(hours=72)  # the mail's link (DOMAIN, section 4)

Kind = PortalEventKind


@dataclass(frozen=True)
class PortalPath:
    """How far the person got on the Portal since the last link was sent."""

    sent_at: datetime | None = None
    expires_at: datetime | None = None
    delivered_at: datetime | None = None
    bounced_at: datetime | None = None
    opened_at: datetime | None = None
    step1_at: datetime | None = None
    step2_at: datetime | None = None
    password_refused_at: datetime | None = None
    login_failed_at: datetime | None = None
    login_cause: str = ""
    not_found_at: datetime | None = None
    error_at: datetime | None = None
    fields_lost_at: datetime | None = None
    piece_sent_at: datetime | None = None
    deposited_at: datetime | None = None
    drafts: frozenset[str] = (
        frozenset()
    )  # numbers of demandes opened by « déposer », not transmitted
    draft_at: datetime | None = None  # when the last of them was opened


@dataclass(frozen=True)
class PieceFact:
    """One slot: what it is for, its colour, what is wrong with it."""

    kind: PieceKind
    state: PieceState
    defect: Defect | None = None
    asked_at: datetime | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True)
class DossierFacts:
    """One dossier as a decision needs it: no name, no number, no NIR, no IBAN."""

    inside: Inside = Inside.AWAITED
    descends_from_of: bool = True
    enrolled_on: date | None = None
    deposited_on: date | None = None
    taken_up_on: date | None = None
    decided_on: date | None = None
    rejection: Rejection | None = None
    contested: bool = False  # a field says the contrary of the rejection, or two agents dispute it
    notified_on: date | None = None
    notification_seen: bool = False
    next_payment_on: date | None = None
    paid_on: date | None = None
    amount_cents: int | None = None
    deposits_processed: date | None = None
    processing_noted_on: date | None = None
    other_open_demands: int = 0
    pieces: tuple[PieceFact, ...] = ()
    flags: frozenset[FlagKind] = frozenset()  # those still open
    path: PortalPath = PortalPath()


@dataclass(frozen=True)
class EventFact:
    """One portal event, apart from its row."""

    kind: PortalEventKind
    at: datetime
    data: Mapping[str, Any]


def fold(events: Iterable[EventFact]) -> PortalPath:
    """The path that these events tell, in order of time whatever the order given.

    A new link starts the mail's part over (bounce, opening); steps already done stay done.
    """
    path = PortalPath()
    for event in sorted(events, key=lambda e: e.at):
        path = _after(path, event)
    return path


def _after(path: PortalPath, event: EventFact) -> PortalPath:
    if event.kind is Kind.LINK_SENT:
        return replace(
            path,
            sent_at=event.at,
            expires_at=_expiry(event),
            delivered_at=None,
            bounced_at=None,
            opened_at=None,
            not_found_at=None,
        )
    if event.kind is Kind.LOGIN_FAILED:
        cause = str(event.data.get("cause", ""))
        return replace(path, login_failed_at=event.at, login_cause=cause)
    number = str(event.data.get("demande", ""))
    if event.kind is Kind.DRAFT_OPENED:
        return replace(path, drafts=path.drafts | {number}, draft_at=event.at)
    if event.kind is Kind.DEPOSITED and number:
        path = replace(path, drafts=path.drafts - {number})
    field = _FIELD.get(event.kind)
    change: dict[str, Any] = {field: event.at} if field else {}
    return replace(path, **change)


_FIELD: dict[PortalEventKind, str] = {
    Kind.MAIL_DELIVERED: "delivered_at",
    Kind.MAIL_BOUNCED: "bounced_at",
    Kind.LINK_OPENED: "opened_at",
    Kind.STEP1_DONE: "step1_at",
    Kind.STEP2_DONE: "step2_at",
    Kind.PASSWORD_REFUSED: "password_refused_at",
    Kind.ACCOUNT_NOT_FOUND: "not_found_at",
    Kind.ERROR_SHOWN: "error_at",
    Kind.FIELDS_LOST: "fields_lost_at",
    Kind.PIECE_SENT: "piece_sent_at",
    Kind.DEPOSITED: "deposited_at",
}


def _expiry(event: EventFact) -> datetime:
    """When the link dies: as the Portal said, else 72 h after it was sent."""
    said = event.data.get("expires_at")
    if isinstance(said, str):
        try:
            instant = datetime.fromisoformat(said)
        except ValueError:
            return event.at + LINK_LIFE
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return event.at + LINK_LIFE
