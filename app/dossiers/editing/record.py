"""The one way in which what is known of a person or a dossier changes: compared, stored, kept, journaled, told.

    what the form showed ≠ what is stored now  →  StaleEdit, with what changed; nothing is stored
    else                                       →  stored, each field's former value kept, one line of the journal

The journal keeps which fields, by whom, on what contact; never a value. What a field was is kept with the person
(``PersonChange``, encrypted), to be seen and put back (ADR 17).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts import journal
from app.accounts.models import Agent
from app.dossiers.editing.sheets import Correction
from app.dossiers.models import PersonChange
from app.foundation import edits
from app.foundation.database.unit_of_work import Work
from app.foundation.exceptions import NotFound
from app.foundation.extensions import db
from app.web import realtime

MOST_SHOWN = 12  # former values, the latest first


@dataclass(frozen=True)
class Subject:
    """What is corrected: a person, a dossier of hers, or a pièce of it."""

    person_id: int
    dossier_id: int | None = None
    piece_id: int | None = None

    @property
    def named(self) -> str:
        """As the journal names it."""
        if self.dossier_id is None:
            return f"person:{self.person_id}"
        return f"dossier:{self.dossier_id}"

    @property
    def act(self) -> str:
        """What the journal calls its correction."""
        if self.piece_id is not None:
            return "correct_piece"
        return "correct_person" if self.dossier_id is None else "correct_dossier"


@dataclass(frozen=True)
class By:
    """Who corrects, on which contact, when."""

    agent_id: int
    contact_id: int | None
    now: datetime


def store(
    subject: Subject,
    *,
    stored: Mapping[str, str],
    typed: Mapping[str, str],
    seen: str,
    changed: Sequence[Correction],
    apply: Callable[[], None],
    by: By,
    work: Work,
) -> None:
    """Store a correction of a row that the caller holds locked, inside the caller's unit of work.

    ``stored`` is what the form would show now, ``typed`` what it sent, ``seen`` what it had shown. Raises
    StaleEdit when somebody corrected the same fields meanwhile.
    """
    edits.refuse_stale(seen, stored, typed)
    apply()
    db.session.flush()
    for each in changed:
        db.session.add(
            PersonChange(
                person_id=subject.person_id,
                dossier_id=subject.dossier_id,
                piece_id=subject.piece_id,
                field=each.field,
                before=each.before,
                after=each.after,
                agent_id=by.agent_id,
                contact_id=by.contact_id,
                at=by.now,
            )
        )
    if changed:
        note(subject, subject.act, by, changed)
        tell(work, subject, by.agent_id)


def note(subject: Subject, act: str, by: By, changed: Sequence[Correction] = ()) -> None:
    """One line of the journal: which fields, never a value."""
    journal.record(
        act,
        subject.named,
        agent_id=by.agent_id,
        now=by.now,
        detail={"fields": sorted({each.field for each in changed}), "contact": by.contact_id},
    )


def tell(work: Work, subject: Subject, agent_id: int) -> None:
    """Desks that show this person look again; no value travels."""
    name = db.session.scalar(select(Agent.display_name).where(Agent.id == agent_id)) or ""
    told = {"person_id": subject.person_id, "agent_id": agent_id, "by": name}
    work.after(lambda: realtime.publish("person", told, room=realtime.LINE_ROOM))


def changes_of(
    subject: Subject, fields: Collection[str] = (), most: int = MOST_SHOWN
) -> Sequence[PersonChange]:
    """What was corrected of a person, a dossier (its pièces with it) or a pièce, the latest first; of these
    fields, or of any."""
    wanted = [
        PersonChange.person_id == subject.person_id,
        PersonChange.dossier_id == subject.dossier_id,
    ]
    if subject.piece_id is not None:
        wanted.append(PersonChange.piece_id == subject.piece_id)
    if fields:
        wanted.append(PersonChange.field.in_(fields))
    return db.session.scalars(
        select(PersonChange)
        .where(*wanted)
        .options(joinedload(PersonChange.agent))
        .order_by(PersonChange.at.desc(), PersonChange.id.desc())
        .limit(most)
    ).all()


def change_of(subject: Subject, change_id: int) -> PersonChange:
    """One of them. Raises NotFound."""
    found = db.session.get(PersonChange, change_id)
    if found is None or (found.person_id, found.dossier_id) != (
        subject.person_id,
        subject.dossier_id,
    ):
        raise NotFound("Cette correction n'est plus dans la fiche.")
    return found
