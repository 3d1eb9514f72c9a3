"""Who may be calling from a number: asked while the line rings, one query each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, func, select

from app.accounts.models import Agent
from app.dossiers import lists, store
from app.dossiers.models import Dossier, Organisation, Person, PersonPhone
from app.dossiers.vocabulary import CLOSED, Inside, PhoneOwner
from app.foundation.extensions import db

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


def candidates_for_number(e164: str | None) -> tuple[Candidate, ...]:
    """Who may be calling from this number: nobody (hidden, unknown), one person, or several.

    Each with her most relevant dossier: an open one before a closed one, then the latest.
    """
    if e164 is None:
        return ()
    rank = func.row_number().over(partition_by=Dossier.person_id, order_by=store.relevance())
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


def sole_person_by_mail(address: str) -> int | None:
    """The one person whose mail address it is; None when nobody's or several persons'."""
    same = select(Person.id).where(Person.email == address.lower()).limit(2)
    found = db.session.scalars(same).all()
    return found[0] if len(found) == 1 else None


def owner_of_number(person_id: int, e164: str) -> PhoneOwner | None:
    """Whose telephone the number is, for this person; None when it is not one of theirs."""
    return db.session.scalar(
        select(PersonPhone.owner).where(
            PersonPhone.person_id == person_id, PersonPhone.e164 == e164
        )
    )


def most_relevant_dossier(person_id: int) -> int | None:
    """The dossier that a call of this person is most likely about, or None."""
    return db.session.scalar(
        select(Dossier.id)
        .where(Dossier.person_id == person_id)
        .order_by(*store.relevance())
        .limit(1)
    )


def organisation_for_number(e164: str | None) -> Organisation | None:
    """The organisme whose switchboard this is, when a formateur or a secretary calls from it."""
    if e164 is None:
        return None
    return db.session.scalar(select(Organisation).where(Organisation.phone == e164).limit(1))


def open_dossiers_of(organisation: Organisation) -> Sequence[Dossier]:
    """The open dossiers that an organisme may be calling about, the latest first."""
    return lists.page_of(
        select(Dossier).where(
            Dossier.organisation_id == organisation.id, Dossier.inside.not_in(CLOSED)
        ),
        1,
    ).items
