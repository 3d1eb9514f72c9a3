"""Reads of persons and dossiers. ``candidates_for_number`` runs while the line rings: one query."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Agent
from app.dossiers import mail_address, name_folding
from app.dossiers.facts import DossierFacts, EventFact, PieceFact, fold
from app.dossiers.models import (
    Annotation,
    Dossier,
    Organisation,
    PaymentWave,
    Person,
    PersonPhone,
    PortalEvent,
    PriorityFlag,
    ProcessingDate,
)
from app.dossiers.vocabulary import CLOSED, FlagKind, Inside, PhoneOwner
from app.foundation.database import paging
from app.foundation.exceptions import NotFound
from app.foundation.extensions import db
from app.foundation.text import phone_numbers

PAGE_SIZE = 20
LONGEST_QUERY = 100  # signs of what is searched
MOST_OTHERS = 20  # further dossiers of one person on a page
MOST_FLAGS = 50  # open promises about one dossier
MOST_ALERTS = 10  # annotations whose day has come: all are among the annotations
NOTES_A_PAGE = 20
MOST_CANDIDATES = 9  # one key each; a number shared by more is a switchboard, and is searched


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be calling, with the dossier most likely meant (none for some persons)."""

    person_id: int
    full_name: str
    dossier_id: int | None
    reference: str | None
    inside: Inside | None
    organisation: str | None
    training: str
    owner_name: str | None
    dossiers: int


@dataclass(frozen=True)
class Page:
    """One page of a list: its rows, how many rows there are in all, which page (from 1).

    ``alone``: of a search, the persons found who have no dossier, the first ones of ``alone_total``.
    """

    items: Sequence[Dossier]
    total: int
    number: int
    alone: Sequence[Person] = ()
    alone_total: int = 0

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


def printable(text: str) -> str:
    """``text`` on one line, its accents composed, any space a plain one, without signs that nobody
    sees: PostgreSQL refuses some, and nobody types them."""
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(c for c in spaced if c.isprintable()).strip()


def candidates_for_number(e164: str | None) -> tuple[Candidate, ...]:
    """Who may be calling from this number: nobody (hidden, unknown), one person, or several.

    Each with her most relevant dossier: an open one before a closed one, then the latest.
    """
    if e164 is None:
        return ()
    rank = func.row_number().over(partition_by=Dossier.person_id, order_by=_relevance())
    ranked = (
        select(
            Dossier.id,
            Dossier.person_id,
            rank.label("rank"),
            func.count().over(partition_by=Dossier.person_id).label("dossiers"),
        )
        .join(PersonPhone, PersonPhone.person_id == Dossier.person_id)
        .where(PersonPhone.e164 == e164)
        .subquery()
    )
    rows = db.session.execute(
        select(
            Person.id,
            Person.first_name,
            Person.last_name,
            Dossier.id,
            Dossier.reference,
            Dossier.inside,
            Organisation.name,
            Dossier.training_title,
            Agent.display_name,
            ranked.c.dossiers,
        )
        .select_from(PersonPhone)
        .join(Person, Person.id == PersonPhone.person_id)
        .outerjoin(ranked, and_(ranked.c.person_id == Person.id, ranked.c.rank == 1))
        .outerjoin(Dossier, Dossier.id == ranked.c.id)
        .outerjoin(Organisation, Organisation.id == Dossier.organisation_id)
        .outerjoin(Agent, Agent.id == Dossier.owner_id)
        .where(PersonPhone.e164 == e164)
        .order_by(PersonPhone.owner, Person.search_name)
        .limit(MOST_CANDIDATES)
    )
    return tuple(
        Candidate(
            person_id=row[0],
            full_name=f"{row[1]} {row[2]}".strip(),
            dossier_id=row[3],
            reference=row[4],
            inside=row[5],
            organisation=row[6],
            training=row[7] or "",
            owner_name=row[8],
            dossiers=row[9] or 0,
        )
        for row in rows
    )


_WHO_HAS_NUMBER = (
    select(PersonPhone.person_id).where(PersonPhone.e164 == bindparam("e164")).limit(2)
)


def sole_person(e164: str | None) -> int | None:
    """The one person who has this number; None when nobody or several have it."""
    if e164 is None:
        return None
    found = db.session.execute(_WHO_HAS_NUMBER, {"e164": e164}).scalars().all()
    return found[0] if len(found) == 1 else None


def owner_of_number(person_id: int, e164: str) -> PhoneOwner | None:
    """Whose telephone the number is, for this person; None when it is not one of theirs."""
    return db.session.scalar(
        select(PersonPhone.owner).where(
            PersonPhone.person_id == person_id, PersonPhone.e164 == e164
        )
    )


def _relevance() -> tuple[ColumnElement[Any], ...]:
    latest = func.coalesce(Dossier.deposited_on, Dossier.enrolled_on, date(1970, 1, 1))
    return (case((Dossier.inside.in_(CLOSED), 1), else_=0), latest.desc(), Dossier.id.desc())


def most_relevant_dossier(person_id: int) -> int | None:
    """The dossier that a call of this person is most likely about, or None."""
    return db.session.scalar(
        select(Dossier.id).where(Dossier.person_id == person_id).order_by(*_relevance()).limit(1)
    )


def organisation_for_number(e164: str | None) -> Organisation | None:
    """The organisme whose switchboard this is, when a formateur or a secretary calls from it."""
    if e164 is None:
        return None
    return db.session.scalar(select(Organisation).where(Organisation.phone == e164).limit(1))


def open_dossiers_of(organisation: Organisation) -> Sequence[Dossier]:
    """The open dossiers that an organisme may be calling about, the latest first."""
    return _page(
        select(Dossier).where(
            Dossier.organisation_id == organisation.id, Dossier.inside.not_in(CLOSED)
        ),
        1,
    ).items


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
        raise NotFound("Ce dossier n'existe pas.", todo="Cherchez-le par nom ou par référence.")
    return found


def person(person_id: int) -> Person:
    """A person with her telephones. Raises NotFound."""
    found = db.session.get(Person, person_id, options=[selectinload(Person.phones)])
    if found is None:
        raise NotFound("Cette personne n'existe pas.", todo="Cherchez-la par nom.")
    return found


def others_of(found: Dossier) -> tuple[Sequence[Dossier], int]:
    """The person's other dossiers, the most relevant first, and how many there are in all."""
    others = (Dossier.person_id == found.person_id, Dossier.id != found.id)
    total = db.session.scalar(select(func.count()).select_from(Dossier).where(*others)) or 0
    query = select(Dossier).where(*others).order_by(*_relevance()).limit(MOST_OTHERS)
    return db.session.scalars(query).all(), total


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
    processed = deposits_processed()
    return DossierFacts(
        inside=found.inside,
        descends_from_of=found.descends_from_of,
        enrolled_on=found.enrolled_on,
        deposited_on=found.deposited_on,
        taken_up_on=found.taken_up_on,
        decided_on=found.decided_on,
        rejection=found.rejection,
        notified_on=found.notified_on,
        notification_seen=found.notification_seen_at is not None,
        next_payment_on=found.next_payment_on,
        paid_on=found.paid_on,
        amount_cents=found.amount_cents,
        deposits_processed=processed.deposits_of if processed else None,
        processing_noted_on=processed.on if processed else None,
        other_open_demands=_other_open_demands(found),
        pieces=tuple(
            PieceFact(p.kind, p.state, p.defect, p.asked_at, p.sent_at) for p in found.pieces
        ),
        flags=frozenset(_open_flag_kinds(found.id)),
        path=fold(last_of_each(Dossier.id == found.id)),
    )


def _open_flag_kinds(dossier_id: int) -> Sequence[FlagKind]:
    mine = (PriorityFlag.dossier_id == dossier_id, PriorityFlag.done_at.is_(None))
    return db.session.scalars(select(PriorityFlag.kind).where(*mine).distinct()).all()


def _other_open_demands(found: Dossier) -> int:
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


def deposits_processed() -> ProcessingDate | None:
    """The deposit day that the service works on, as last noted, and the day of that note."""
    return db.session.scalar(select(ProcessingDate).order_by(ProcessingDate.on.desc()).limit(1))


def next_payment_wave(after: date) -> date | None:
    """The first payment day after ``after``, or None when none is planned."""
    return db.session.scalar(
        select(PaymentWave.on).where(PaymentWave.on > after).order_by(PaymentWave.on).limit(1)
    )


def page(number: int, *, owner_id: int | None = None, inside: Inside | None = None) -> Page:
    """One page of the dossiers, the latest deposits first, of one owner or status or of all."""
    conditions = []
    if owner_id is not None:
        conditions.append(Dossier.owner_id == owner_id)
    if inside is not None:
        conditions.append(Dossier.inside == inside)
    return _page(select(Dossier).where(*conditions), number)


def search(query: str, number: int = 1) -> Page:
    """Dossiers found by reference, mail, telephone or name, and persons who have none.

    All words of one of the names must match (``name_folding``); who bears exactly these words comes first.
    """
    text = printable(query)[:LONGEST_QUERY]
    if not text:
        return Page((), 0, 1)
    who, exact = _who(text)
    found = _page(_dossiers_found(text, who), number, exact)
    if who is None:
        return found
    alone = select(Person).where(who, ~exists().where(Dossier.person_id == Person.id))
    total = db.session.scalar(select(func.count()).select_from(alone.subquery())) or 0
    first = alone.order_by(exact, Person.search_name, Person.id).limit(PAGE_SIZE)
    persons = db.session.scalars(first).all() if total else ()
    return replace(found, alone=persons, alone_total=total)


def _dossiers_found(text: str, who: ColumnElement[bool] | None) -> Select[Dossier]:
    by_reference = Dossier.reference.ilike(f"{_literal(text)}%", escape="\\")
    query = select(Dossier).join(Dossier.person)
    if who is None:
        return query.where(by_reference)
    # A reference has digits: without one, the dossiers are not walked through for it.
    return query.where(or_(by_reference, who) if any(c.isdigit() for c in text) else who)


def _who(text: str) -> tuple[ColumnElement[bool] | None, ColumnElement[int]]:
    """Which persons a query means (None: none, its signs make no word), and 0 for the surest."""
    surest: ColumnElement[int] = literal(0)
    if "@" in text:
        read = mail_address.read(text)
        begun = read.text if isinstance(read, mail_address.Address) else text
        return Person.email.ilike(f"{_literal(begun)}%", escape="\\"), surest
    e164 = phone_numbers.stored(text)
    if e164:
        called = select(PersonPhone.person_id).where(PersonPhone.e164 == e164)
        return Person.id.in_(called), surest
    names = name_folding.asked(text)
    if not any(names):
        return None, surest
    spaced = literal(" ") + Person.search_name + literal(" ")
    held = or_(
        *(and_(*(Person.search_name.contains(w, autoescape=True) for w in name)) for name in names)
    )
    exact = or_(
        *(and_(*(spaced.contains(f" {w} ", autoescape=True) for w in name)) for name in names)
    )
    return held, case((exact, 0), else_=1)


def _literal(text: str) -> str:
    """``text`` with the signs that LIKE would read as a pattern taken for themselves."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _page(query: Select[Dossier], number: int, *first: ColumnElement[int]) -> Page:
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    last = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, number), last)
    items = db.session.scalars(
        query.options(
            joinedload(Dossier.person), joinedload(Dossier.organisation), joinedload(Dossier.owner)
        )
        .order_by(
            *first,
            func.coalesce(Dossier.deposited_on, Dossier.enrolled_on, date(1970, 1, 1)).desc(),
            Dossier.id.desc(),
        )
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return Page(items, total, number)
