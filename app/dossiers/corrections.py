"""Correcting what is known of a person: compared with what others changed, kept, journaled, told.

How it is stored is ``editing.record``'s, as for all else of a dossier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.dossiers import details, store
from app.dossiers.details import Details, Judged, Phone
from app.dossiers.editing import record
from app.dossiers.editing.record import By, Subject
from app.dossiers.editing.sheets import Correction
from app.dossiers.facts import fold
from app.dossiers.merged import redirects
from app.dossiers.models import Dossier, Person, PersonChange, PersonPhone, PortalEvent
from app.dossiers.vocabulary import PhoneOwner, PortalEventKind, Reach
from app.foundation.database.unit_of_work import Work, unit_of_work
from app.foundation.exceptions import NotFound
from app.foundation.extensions import db


def details_of(person: Person) -> Details:
    """A person as the form shows them."""
    plain = {name: _text(getattr(person, name)) for name in details.PLAIN}
    return Details(plain, tuple(Phone(p.id, p.e164, p.owner.value) for p in person.phones))


def _text(value: str | date | None) -> str:
    return value.isoformat() if isinstance(value, date) else value or ""


def correct(
    person_id: int,
    typed: Mapping[str, str],
    judged: Judged,
    *,
    seen: str,
    agent_id: int,
    contact_id: int | None,
    now: datetime,
    work: Work,
) -> tuple[Correction, ...]:
    """Store what was read back to the person, inside the caller's unit of work; what changed.

    ``typed`` are the fields that the form sent, ``judged`` the same once read, ``seen`` what the form
    had shown. Raises NotFound, or StaleEdit when somebody corrected the same fields meanwhile. The
    address, when the form has it, counts as confirmed: it was spelled and agreed to.
    """
    person = _locked(person_id)
    before = details_of(person)
    changed = details.corrections(before, judged)
    subject, by = Subject(person_id), By(agent_id, contact_id, now)
    confirmed = "email" in judged.plain

    def apply() -> None:
        _apply(person, judged)
        if confirmed and person.email:
            person.email_confirmed_at = now

    record.store(
        subject,
        stored=_scope(details.form_of(before), typed),
        typed=typed,
        seen=seen,
        changed=changed,
        apply=apply,
        by=by,
        work=work,
    )
    if confirmed and person.email and not changed:
        record.note(subject, "confirm_address", by)
        record.tell(work, subject, agent_id)
    return changed


def _locked(person_id: int) -> Person:
    found = db.session.scalar(
        select(Person)
        .where(Person.id == person_id)
        .options(selectinload(Person.phones))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        kept = redirects.person(person_id)
        if kept is not None:
            return _locked(kept)
        raise NotFound("Cette personne n'existe pas.", todo="Cherchez-la par nom.")
    return found


def _scope(shown: dict[str, str], typed: Mapping[str, str]) -> dict[str, str]:
    """What the form is about: the fields it sends, and all telephones when it sends any."""
    phones = any(name.startswith("phone-") for name in typed)
    return {
        name: value
        for name, value in shown.items()
        if name in typed or (phones and name.startswith(("phone-", "owner-")))
    }


def _apply(person: Person, judged: Judged) -> None:
    for name, value in judged.plain.items():
        stored: str | date | None = value
        if name == "born_on":
            stored = date.fromisoformat(value) if value else None
        elif name == "prefers":
            stored = Reach(value) if value else None
        elif name in ("email", "helper_phone"):
            stored = value or None
        setattr(person, name, stored)
    if judged.phones is not None:
        _apply_phones(person, judged.phones)
    db.session.flush()


def _apply_phones(person: Person, wanted: Sequence[Phone]) -> None:
    """Rows keep their id: a button on another screen may name one. Freed numbers go first, so that two
    rows may exchange theirs."""
    rows = {row.id: row for row in person.phones}
    kept = {each.row: each for each in wanted if each.row in rows}
    person.phones = [row for row in person.phones if row.id in kept]
    db.session.flush()
    moving = [row for row in person.phones if row.e164 != kept[row.id].e164]
    for row in moving:
        row.e164 = f"+{row.id:015d}"[:16]  # nobody's: freed for the row that takes its number
    db.session.flush()
    for row in person.phones:
        row.e164, row.owner = kept[row.id].e164, PhoneOwner(kept[row.id].owner)
    person.phones += [
        PersonPhone(e164=each.e164, owner=PhoneOwner(each.owner))
        for each in wanted
        if each.row not in rows
    ]


def correct_alone(
    person_id: int,
    typed: Mapping[str, str],
    judged: Judged,
    *,
    seen: str,
    agent_id: int,
    contact_id: int | None,
    now: datetime,
    also: Callable[[], None] | None = None,
) -> tuple[Correction, ...]:
    """``correct``, as a use case of its own; ``also`` writes what goes with it, in one transaction."""
    with unit_of_work() as work:
        if also is not None:
            also()
        return correct(
            person_id,
            typed,
            judged,
            seen=seen,
            agent_id=agent_id,
            contact_id=contact_id,
            now=now,
            work=work,
        )


FIELDS = (*details.PLAIN, "phone")


def changes_of(person_id: int) -> Sequence[PersonChange]:
    """What was corrected of a person's details, the latest first."""
    return record.changes_of(Subject(person_id), FIELDS)


def change_of(person_id: int, change_id: int) -> PersonChange:
    """One of them. Raises NotFound."""
    return record.change_of(Subject(person_id), change_id)


def refused_at(person: Person) -> datetime | None:
    """When mail to the present address came back, or None when nothing says that it is bad.

    What counts is the last link sent. An address corrected, or read back to the person, since it was
    sent is trusted again; so is one whose mail was opened after all.
    """
    if not person.email:
        return None
    kinds = PortalEventKind
    path = fold(
        store.last_of_each(
            Dossier.person_id == person.id,
            PortalEvent.kind.in_((kinds.LINK_SENT, kinds.MAIL_BOUNCED, kinds.LINK_OPENED)),
        )
    )
    if path.bounced_at is None or (path.opened_at and path.opened_at > path.bounced_at):
        return None
    confirmed = person.email_confirmed_at
    if confirmed is not None and confirmed >= (path.sent_at or path.bounced_at):
        return None
    return path.bounced_at


def has_account(person_id: int) -> bool:
    """Has this person made an account on the Portal, with the address of that time?"""
    made = (
        select(PortalEvent.id)
        .join(Dossier, Dossier.id == PortalEvent.dossier_id)
        .where(Dossier.person_id == person_id, PortalEvent.kind == PortalEventKind.STEP1_DONE)
    )
    return db.session.scalar(made.limit(1)) is not None
