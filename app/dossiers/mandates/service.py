"""Mandates noted, asked for, taken back. Each use case is one transaction and leaves a line of the journal.

What needs a ground asks ``check`` (an act in a person's name) or ``holding`` (who speaks); nothing is ever assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import joinedload

from app.accounts import journal
from app.dossiers import free_text, store
from app.dossiers.mandates import life
from app.dossiers.mandates.models import Mandate
from app.dossiers.may_say import Basis, Relation
from app.foundation.clock import local_day
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput, NotFound
from app.foundation.extensions import db
from app.web.realtime import LINE_ROOM, publish

SHOWN = 30  # of one person, the latest
RELATIONS = (Relation.ORGANISATION, Relation.THIRD)  # who holds a written mandate


@dataclass(frozen=True)
class Paper:
    """A written mandate as it was read: its holder, how they stand to the person, which paper, from and until when."""

    holder: str
    relation: str
    paper: str
    begins_on: date | None
    ends_on: date | None


def of(person_id: int) -> Sequence[Mandate]:
    """The mandates of a person, the latest first, over or not."""
    return db.session.scalars(
        select(Mandate)
        .where(Mandate.person_id == person_id)
        .options(joinedload(Mandate.noted_by), joinedload(Mandate.revoked_by))
        .order_by(Mandate.noted_at.desc(), Mandate.id.desc())
        .limit(SHOWN)
    ).all()


def lasting(person_id: int, now: datetime) -> Sequence[Mandate]:
    """Those that hold today whoever is on the line: written, or given by SMS."""
    today = local_day(now)
    return db.session.scalars(
        select(Mandate)
        .where(
            Mandate.person_id == person_id,
            Mandate.basis != Basis.SPOKEN,
            Mandate.revoked_at.is_(None),
            Mandate.begins_on <= today,
            or_(Mandate.ends_on.is_(None), Mandate.ends_on >= today),
        )
        .order_by(Mandate.basis, Mandate.ends_on.desc(), Mandate.id)
    ).all()


def one(mandate_id: int, *, locked: bool = False) -> Mandate:
    """A mandate. Raises NotFound."""
    found = db.session.get(Mandate, mandate_id, populate_existing=True, with_for_update=locked)
    if found is None:
        raise NotFound("Ce mandat n'existe pas.", todo="Rechargez la page.")
    return found


def check(person_id: int | None, basis: str | None, now: datetime) -> None:
    """Raise InvalidInput for an act on a mandate, or on an agreement by SMS, that does not hold today.

    A yes said aloud is the word of the agent who heard it: nothing else is asked.
    """
    if basis not in (Basis.REMOTE, Basis.MANDATE):
        return
    if person_id is not None and any(each.basis == basis for each in lasting(person_id, now)):
        return
    if basis == Basis.MANDATE:
        raise InvalidInput(
            "Aucun mandat écrit en cours n'est noté pour cette personne.",
            kept="Rien n'a été fait.",
            todo="Notez-le d'abord avec le papier que vous avez vu, ou demandez à la personne.",
        )
    raise InvalidInput(
        "Aucun accord par SMS n'est en cours pour cette personne.",
        kept="Rien n'a été fait.",
        todo="Demandez-lui de nouveau, de vive voix ou par SMS.",
    )


def note_paper(
    person_id: int,
    read: Paper,
    *,
    agent_id: int,
    now: datetime,
    locale: str = "fr",
    contact_id: int | None = None,
) -> Mandate:
    """Note a written mandate that was seen. Raises InvalidInput for one that says too little, or no longer holds."""
    holder, paper = _words(read.holder, locale)[:160], _words(read.paper, locale)[:300]
    today = local_day(now)
    begins, ends = read.begins_on or today, read.ends_on
    if not holder or not paper:
        raise InvalidInput(
            "Dites qui a le mandat, et quel papier vous avez vu.", kept="Votre saisie est gardée."
        )
    if read.relation not in RELATIONS:
        raise InvalidInput(
            "Dites quel est le lien entre les deux personnes.", kept="Votre saisie est gardée."
        )
    if ends is None or ends < max(begins, today) or ends - begins > life.LONGEST:
        raise InvalidInput(
            "Dites jusqu'à quand vaut ce mandat : un jour à venir, trois ans au plus.",
            kept="Votre saisie est gardée.",
            todo="Le papier ne le dit pas ? Choisissez la fin de la formation.",
        )
    with unit_of_work():
        return _add(
            store.person(person_id).id,
            basis=Basis.MANDATE,
            relation=Relation(read.relation),
            holder=holder,
            paper=paper,
            begins_on=begins,
            ends_on=ends,
            contact_id=contact_id,
            agent_id=agent_id,
            now=now,
        )


def note_spoken(
    person_id: int,
    relation: Relation,
    *,
    contact_id: int,
    holder: str,
    agent_id: int,
    now: datetime,
) -> Mandate:
    """The person has just said yes: noted for this contact, inside the caller's transaction; once for both."""
    found = _spoken(person_id, contact_id)
    if found is not None:
        return found
    return _add(
        person_id,
        basis=Basis.SPOKEN,
        relation=relation,
        holder=holder[:160],
        begins_on=local_day(now),
        contact_id=contact_id,
        agent_id=agent_id,
        now=now,
    )


def take_back_spoken(
    person_id: int, *, contact_id: int, why: str, agent_id: int, now: datetime
) -> None:
    """It was not said after all, inside the caller's transaction."""
    found = _spoken(person_id, contact_id)
    if found is not None:
        _revoke(found, why, agent_id, now)


def note_remote(
    person_id: int,
    relation: Relation,
    *,
    holder: str,
    until: date,
    contact_id: int | None,
    agent_id: int,
    now: datetime,
) -> Mandate:
    """The person agreed in writing, inside the caller's transaction. ``agent_id``: who had asked."""
    return _add(
        person_id,
        basis=Basis.REMOTE,
        relation=relation,
        holder=holder[:160],
        begins_on=local_day(now),
        ends_on=until,
        contact_id=contact_id,
        agent_id=agent_id,
        now=now,
    )


def revoke(
    mandate_id: int, why: str, *, agent_id: int, now: datetime, locale: str = "fr"
) -> Mandate:
    """Take a mandate back, from this instant on; again changes nothing. Raises InvalidInput without a reason."""
    reason = _words(why, locale)[:300]
    if not reason:
        raise InvalidInput(
            "Dites pourquoi, ou qui le demande.",
            kept="Le mandat tient encore.",
            todo="Quelques mots suffisent.",
        )
    with unit_of_work() as work:
        held = one(mandate_id, locked=True)
        if held.revoked_at is None:
            _revoke(held, reason, agent_id, now)
            person_id = held.person_id
            work.after(lambda: moved(person_id))
    return held


def revoke_by_person(mandate: Mandate, why: str, now: datetime) -> None:
    """The person took it back in writing, inside the caller's transaction."""
    if mandate.revoked_at is None:
        _revoke(mandate, why, None, now)


def moved(person_id: int) -> None:
    """Tell the open pages that what may be said for a person has changed. After the commit."""
    publish("mandates", {"person_id": person_id}, room=LINE_ROOM)


def _revoke(held: Mandate, why: str, agent_id: int | None, now: datetime) -> None:
    held.revoked_at, held.revoked_by_id, held.revoked_why = now, agent_id, why
    detail = {"mandate": held.id, "basis": held.basis.value}
    journal.record(
        "mandate_revoked", f"person:{held.person_id}", agent_id=agent_id, now=now, detail=detail
    )


def _add(
    person_id: int, *, agent_id: int, now: datetime, basis: Basis, **values: object
) -> Mandate:
    with unit_of_work() as work:
        made = Mandate(
            person_id=person_id,
            basis=basis,
            noted_by_id=agent_id,
            noted_at=now,
            **{"paper": "", "revoked_why": "", **values},
        )
        db.session.add(made)
        db.session.flush()
        journal.record(
            "mandate_noted",
            f"person:{person_id}",
            agent_id=agent_id,
            now=now,
            detail={"mandate": made.id, "basis": basis.value},
        )
        work.after(lambda: moved(person_id))
    return made


def _spoken(person_id: int, contact_id: int) -> Mandate | None:
    return db.session.scalar(
        select(Mandate).where(
            Mandate.person_id == person_id,
            Mandate.contact_id == contact_id,
            Mandate.basis == Basis.SPOKEN,
            Mandate.revoked_at.is_(None),
        )
    )


def _words(typed: str, locale: str) -> str:
    """A few words as they are kept. Raises InvalidInput for a secret."""
    checked = free_text.check(typed)
    if isinstance(checked, free_text.Refused):
        raise InvalidInput(
            " ".join(free_text.explain(checked, locale)[:-1]), kept="Rien n'a été enregistré."
        )
    return " ".join(checked.text.split())


# --- retention -----------------------------------------------------------------------------------


def old(limit: datetime) -> object:
    """Which mandates ended, or were taken back, before a day: they are no ground for anything any more."""
    day = local_day(limit)
    spoken = (Mandate.basis == Basis.SPOKEN) & (Mandate.noted_at < limit)
    return or_(spoken, Mandate.revoked_at < limit, Mandate.ends_on < day)


def count_old(limit: datetime) -> int:
    """How many."""
    query = select(func.count()).select_from(Mandate).where(old(limit))  # type: ignore[arg-type]
    return int(db.session.scalar(query) or 0)


def forget_old(limit: datetime) -> None:
    """Remove them, inside the caller's transaction."""
    db.session.execute(delete(Mandate).where(old(limit)))  # type: ignore[arg-type]
