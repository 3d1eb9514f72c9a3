"""Reads of one person and one dossier (``callers``, ``lists`` and ``finding`` have the others)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import joinedload, selectinload

from app.dossiers.facts import DossierFacts, EventFact, PieceFact, fold
from app.dossiers.merged import redirects
from app.dossiers.models import (
    Annotation,
    Dossier,
    Person,
    PortalEvent,
    PriorityFlag,
)
from app.dossiers.payments import calendar
from app.dossiers.payments import service as payments
from app.dossiers.reasons import contested
from app.dossiers.vocabulary import CLOSED, GRANTED, FlagKind
from app.foundation.database import paging
from app.foundation.exceptions import NotFound
from app.foundation.extensions import db

MOST_OTHERS = 20  # further dossiers of one person on a page
MOST_FLAGS = 50  # open promises about one dossier
MOST_ALERTS = 10  # annotations whose day has come: all are among the annotations
NOTES_A_PAGE = 20


def printable(text: str) -> str:
    """``text`` on one line, its accents composed, any space a plain one, without signs that nobody
    sees: PostgreSQL refuses some, and nobody types them."""
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(c for c in spaced if c.isprintable()).strip()


def relevance() -> tuple[ColumnElement[Any], ...]:
    """The order of a person's dossiers: an open one before a closed one, then the latest."""
    latest = func.coalesce(Dossier.deposited_on, Dossier.enrolled_on, date(1970, 1, 1))
    return (case((Dossier.inside.in_(CLOSED), 1), else_=0), latest.desc(), Dossier.id.desc())


def dossier(dossier_id: int) -> Dossier:
    """A dossier with what does not grow with the years. Raises NotFound.

    What does is asked for apart, the latest first: ``latest_events``, ``annotations_page``, ``open_flags``.
    """
    found = db.session.scalar(
        select(Dossier)
        .where(Dossier.id == dossier_id)
        .options(
            joinedload(Dossier.person).selectinload(Person.phones),
            joinedload(Dossier.organisation),
            joinedload(Dossier.owner),
            selectinload(Dossier.pieces),
        )
    )
    if found is None:
        kept = redirects.dossier(dossier_id)
        if kept is not None:
            return dossier(kept)
        raise NotFound("Ce dossier n'existe pas.", todo="Cherchez-le par nom ou par référence.")
    return found


def person(person_id: int) -> Person:
    """A person with her telephones. Raises NotFound."""
    found = db.session.get(Person, person_id, options=[selectinload(Person.phones)])
    if found is None:
        kept = redirects.person(person_id)
        if kept is not None:
            return person(kept)
        raise NotFound("Cette personne n'existe pas.", todo="Cherchez-la par nom.")
    return found


def others_of(found: Dossier) -> tuple[Sequence[Dossier], int]:
    """The person's other dossiers, the most relevant first, and how many there are in all."""
    others = (Dossier.person_id == found.person_id, Dossier.id != found.id)
    total = db.session.scalar(select(func.count()).select_from(Dossier).where(*others)) or 0
    query = select(Dossier).where(*others).order_by(*relevance()).limit(MOST_OTHERS)
    return db.session.scalars(query).all(), total


def first_dossier_of(person_id: int) -> int | None:
    """The most relevant dossier of a person, or None."""
    query = select(Dossier.id).where(Dossier.person_id == person_id).order_by(*relevance()).limit(1)
    return db.session.scalar(query)


def latest_events(dossier_id: int, most: int) -> Sequence[PortalEvent]:
    """What the Portal last told of a dossier, the latest first."""
    return db.session.scalars(
        select(PortalEvent)
        .where(PortalEvent.dossier_id == dossier_id)
        .order_by(PortalEvent.at.desc(), PortalEvent.id.desc())
        .limit(most)
    ).all()


def last_of_each(*whose: ColumnElement[bool]) -> list[EventFact]:
    """The last portal event of each kind, of these dossiers: all that ``facts.fold`` looks at."""
    rank = func.row_number().over(
        partition_by=PortalEvent.kind, order_by=(PortalEvent.at.desc(), PortalEvent.id.desc())
    )
    ranked = (
        select(PortalEvent.id, rank.label("rank"))
        .join(Dossier, Dossier.id == PortalEvent.dossier_id)
        .where(*whose)
        .subquery()
    )
    rows = db.session.execute(
        select(PortalEvent.kind, PortalEvent.at, PortalEvent.data)
        .join(ranked, (ranked.c.id == PortalEvent.id) & (ranked.c.rank == 1))
        .order_by(PortalEvent.at, PortalEvent.id)
    )
    return [EventFact(row.kind, row.at, row.data) for row in rows]


def open_flags(dossier_id: int) -> Sequence[PriorityFlag]:
    """The priorities that were promised and not honoured yet, the most pressing first."""
    return db.session.scalars(
        select(PriorityFlag)
        .where(PriorityFlag.dossier_id == dossier_id, PriorityFlag.done_at.is_(None))
        .options(joinedload(PriorityFlag.author))
        .order_by(PriorityFlag.due_on, PriorityFlag.id)
        .limit(MOST_FLAGS)
    ).all()


def annotations_page(dossier_id: int, number: int = 1) -> paging.Page[Annotation]:
    """A page of what was noted of a dossier, the latest first."""
    query = (
        select(Annotation)
        .where(Annotation.dossier_id == dossier_id)
        .options(joinedload(Annotation.author))
        .order_by(Annotation.id.desc())
    )
    return paging.page(query, number, NOTES_A_PAGE)


def alerts_due(dossier_id: int, today: date) -> Sequence[str]:
    """The annotations whose day has come, the latest first."""
    return db.session.scalars(
        select(Annotation.text)
        .where(Annotation.dossier_id == dossier_id, Annotation.alert_on <= today)
        .order_by(Annotation.alert_on.desc(), Annotation.id.desc())
        .limit(MOST_ALERTS)
    ).all()


def facts_of(found: Dossier) -> DossierFacts:
    """The frozen facts of a dossier, for the pure decisions. Loads what is not loaded yet."""
    processed = payments.deposits_processed()
    return DossierFacts(
        inside=found.inside,
        descends_from_of=found.descends_from_of,
        enrolled_on=found.enrolled_on,
        deposited_on=found.deposited_on,
        taken_up_on=found.taken_up_on,
        decided_on=found.decided_on,
        rejection=found.rejection,
        contested=contested.is_contested(found),
        notified_on=found.notified_on,
        notification_seen=found.notification_seen_at is not None,
        next_payment_on=_paid_on(found),
        paid_on=found.paid_on,
        amount_cents=found.amount_cents,
        deposits_processed=processed.deposits_of if processed else None,
        processing_noted_on=processed.on if processed else None,
        other_open_demands=other_open_demands(found),
        pieces=tuple(
            PieceFact(p.kind, p.state, p.defect, p.asked_at, p.sent_at) for p in found.pieces
        ),
        flags=frozenset(_open_flag_kinds(found.id)),
        path=fold(last_of_each(Dossier.id == found.id)),
    )


def _paid_on(found: Dossier) -> date | None:
    """The day on which its wave is really paid; None before a grant."""
    if found.next_payment_on is None or found.inside not in GRANTED:
        return None
    return calendar.pays_on(found.next_payment_on, payments.days_off())


def _open_flag_kinds(dossier_id: int) -> Sequence[FlagKind]:
    mine = (PriorityFlag.dossier_id == dossier_id, PriorityFlag.done_at.is_(None))
    return db.session.scalars(select(PriorityFlag.kind).where(*mine).distinct()).all()


def other_open_demands(found: Dossier) -> int:
    """Other open demandes of the person for the same training; two trainings are no duplicate."""
    if found.inside in CLOSED:
        return 0
    return (
        db.session.scalar(
            select(func.count(Dossier.id)).where(
                Dossier.person_id == found.person_id,
                Dossier.id != found.id,
                Dossier.training_title == found.training_title,
                Dossier.inside.not_in(CLOSED),
            )
        )
        or 0
    )
