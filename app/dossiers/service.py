"""What is done to persons and dossiers. Each use case is one transaction and leaves its trace."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update

from app.accounts import journal
from app.dossiers import free_text, store
from app.dossiers.editing import masks
from app.dossiers.mail import address as mail_address
from app.dossiers.mail.address import Wrong
from app.dossiers.merged import redirects
from app.dossiers.models import (
    Annotation,
    Dossier,
    DossierIban,
    Person,
    PersonNir,
    PersonPhone,
    PriorityFlag,
)
from app.dossiers.vocabulary import FlagKind
from app.foundation.clock import local_day
from app.foundation.database.unit_of_work import rows_changed, unit_of_work
from app.foundation.exceptions import InvalidInput, NotFound
from app.foundation.extensions import db
from app.foundation.text import phone_numbers


class Protected(StrEnum):
    """The fields that are masked until somebody asks to see them."""

    NIR = "nir"
    IBAN = "iban"


def reveal(dossier_id: int, field: Protected, *, agent_id: int, now: datetime) -> str:
    """The whole NIR or IBAN, grouped for reading aloud; who looked is journaled first."""
    with unit_of_work():
        dossier_id = _current(dossier_id)
        found = db.session.get_one(Dossier, dossier_id)
        journal.record(f"reveal_{field}", f"dossier:{dossier_id}", agent_id=agent_id, now=now)
        value = db.session.scalar(_protected(found, field))
    if not value:
        raise NotFound("Cette information n'est pas dans le dossier.")
    return masks.grouped_nir(value) if field is Protected.NIR else masks.grouped_iban(value)


def _protected(found: Dossier, field: Protected) -> Any:
    if field is Protected.NIR:
        return select(PersonNir.nir).where(PersonNir.person_id == found.person_id)
    return select(DossierIban.iban).where(DossierIban.dossier_id == found.id)


def add_person(
    first_name: str,
    last_name: str,
    *,
    now: datetime,
    numbers: tuple[str, ...] = (),
    email: str | None = None,
    **fields: Any,
) -> Person:
    """A new person inside the caller's transaction. Unusable numbers are left out."""
    person = Person(
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        email=email.strip().lower() if email else None,
        created_at=now,
        **fields,
    )
    known = dict.fromkeys(filter(None, map(phone_numbers.stored, numbers)))
    person.phones = [PersonPhone(e164=e164) for e164 in known]
    db.session.add(person)
    db.session.flush()
    return person


def create_person(
    first_name: str,
    last_name: str,
    *,
    number: str | None,
    email: str | None,
    agent_id: int,
    now: datetime,
) -> Person:
    """A new person, from the desk. Raises InvalidInput without a name or with a broken mail."""
    first_name, last_name = store.printable(first_name), store.printable(last_name)
    if not last_name or not first_name:
        raise InvalidInput("Le prénom et le nom sont nécessaires.", kept="Votre saisie est gardée.")
    if len(first_name) > 80 or len(last_name) > 80:
        raise InvalidInput("Le nom est trop long.", kept="Votre saisie est gardée.")
    email = usable_mail(email)
    with unit_of_work():
        person = add_person(
            first_name, last_name, now=now, numbers=(number,) if number else (), email=email
        )
        journal.record("create_person", f"person:{person.id}", agent_id=agent_id, now=now)
    return person


def usable_mail(typed: str | None) -> str | None:
    """The mail address that was typed, as it is kept; None when empty. Raises InvalidInput."""
    if not (typed or "").strip():
        return None
    read = mail_address.read(typed)
    if isinstance(read, Wrong):
        raise InvalidInput(read.sentence, kept="Votre saisie est gardée.")
    return read.text


def annotate(
    dossier_id: int,
    text: str,
    *,
    agent_id: int,
    now: datetime,
    locale: str,
    alert_on: date | None = None,
) -> None:
    """Add a short factual remark. Raises InvalidInput when empty, too long or holding a secret."""
    accepted = free_text.accepted(text, locale)
    with unit_of_work():
        dossier_id = _current(dossier_id)
        db.session.add(
            Annotation(
                dossier_id=dossier_id,
                author_id=agent_id,
                text=accepted,
                alert_on=alert_on,
                created_at=now,
            )
        )
        journal.record("annotate", f"dossier:{dossier_id}", agent_id=agent_id, now=now)


def flag_priority(
    dossier_id: int,
    reason: str,
    due_on: date,
    *,
    agent_id: int,
    now: datetime,
    locale: str,
    kind: FlagKind = FlagKind.PRIORITY,
) -> None:
    """Promise that a dossier is treated first: how pressing it is, why, and by when.

    Raises InvalidInput.
    """
    accepted = free_text.accepted(reason, locale, of_health=kind is FlagKind.DISTRESS)
    if due_on < local_day(now):
        raise InvalidInput("La date promise est déjà passée.", todo="Choisissez un autre jour.")
    with unit_of_work():
        dossier_id = _current(dossier_id)
        db.session.add(
            PriorityFlag(
                dossier_id=dossier_id,
                author_id=agent_id,
                kind=kind,
                reason=accepted,
                due_on=due_on,
                created_at=now,
            )
        )
        journal.record(
            "flag_priority",
            f"dossier:{dossier_id}",
            agent_id=agent_id,
            now=now,
            detail={"kind": kind},
        )


def finish_flag(flag_id: int, *, agent_id: int, now: datetime) -> int:
    """Say that a priority was honoured; its dossier's id. A second time changes nothing."""
    with unit_of_work():
        flag = db.session.get(PriorityFlag, flag_id)
        if flag is None:
            raise NotFound("Cette priorité n'existe pas.")
        result = db.session.execute(
            update(PriorityFlag)
            .where(PriorityFlag.id == flag_id, PriorityFlag.done_at.is_(None))
            .values(done_at=now)
        )
        if rows_changed(result):
            subject = f"dossier:{flag.dossier_id}"
            journal.record("finish_flag", subject, agent_id=agent_id, now=now)
        return flag.dossier_id


def _current(dossier_id: int) -> int:
    """The dossier itself, or the one that took its place. Raises NotFound."""
    if db.session.get(Dossier, dossier_id) is not None:
        return dossier_id
    kept = redirects.dossier(dossier_id)
    if kept is None:
        raise NotFound("Ce dossier n'existe pas.")
    return _current(kept)
