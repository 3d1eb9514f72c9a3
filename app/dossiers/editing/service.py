"""The sheets of a dossier: what is stored as text, judged, corrected, put back.

Use cases are one transaction each; how a correction is stored is ``record``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from app.accounts import journal
from app.dossiers import store
from app.dossiers.editing import masks, reading, record
from app.dossiers.editing.record import By, Subject
from app.dossiers.editing.sheets import SHEETS, Correction, Field, Kind, Of
from app.dossiers.models import (
    Dossier,
    DossierIban,
    Organisation,
    Person,
    PersonChange,
    PersonNir,
    Piece,
)
from app.dossiers.vocabulary import (
    SHOWN_AS,
    Defect,
    Inside,
    LegalStatus,
    MinimumIncome,
    PieceKind,
    PieceState,
    Rejection,
)
from app.foundation.clock import local_day
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput, NotFound
from app.foundation.extensions import db

LONGEST_INPUT = 400
LISTS: Mapping[str, type[StrEnum]] = {
    "legal_status": LegalStatus,
    "minimum_income": MinimumIncome,
    "inside": Inside,
    "rejection": Rejection,
    "state": PieceState,
    "defect": Defect,
    "instead": PieceKind,
}


@dataclass(frozen=True)
class Target:
    """What a form is about: a sheet of a dossier, or one of its pièces."""

    sheet: str
    dossier: Dossier
    piece: Piece | None = None

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of its form."""
        return SHEETS[self.sheet]

    @property
    def subject(self) -> Subject:
        """Whose history it is."""
        if self.fields[0].of is Of.PERSON:
            return Subject(self.dossier.person_id)
        piece = self.piece.id if self.piece else None
        return Subject(self.dossier.person_id, self.dossier.id, piece)

    @property
    def row(self) -> Any:
        """The row that keeps its fields."""
        return {Of.PERSON: self.dossier.person, Of.DOSSIER: self.dossier, Of.PIECE: self.piece}[
            self.fields[0].of
        ]


@dataclass(frozen=True)
class Judged:
    """The fields to store, or what is wrong by field."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, InvalidInput] = field(default_factory=dict)


def target(dossier_id: int, sheet: str, piece_id: int | None = None) -> Target:
    """A sheet of a dossier. Raises NotFound."""
    if sheet not in SHEETS or (sheet == "piece") != (piece_id is not None):
        raise NotFound("Cette partie du dossier n'existe pas.")
    dossier = store.dossier(dossier_id)
    piece = next((each for each in dossier.pieces if each.id == piece_id), None)
    if piece_id is not None and piece is None:
        raise NotFound("Cette pièce n'est plus dans le dossier.")
    return Target(sheet, dossier, piece)


def shown(of: Target) -> dict[str, str]:
    """The fields as a form shows them; a secret is masked."""
    return {each.name: _text(of, each) for each in of.fields}


def _text(of: Target, each: Field) -> str:
    if each.name == "payee":
        return db.session.scalar(
            select(DossierIban.payee).where(DossierIban.dossier_id == of.dossier.id)
        ) or ""  # fmt: skip
    if each.secret:
        masked = of.dossier.person.nir_masked if each.kind is Kind.NIR else of.dossier.iban_masked
        return masked or ""
    if each.name == "notification_seen":
        return reading.YES if of.dossier.notification_seen_at else reading.NO
    value = getattr(of.row, each.name)
    if each.kind in (Kind.EUROS, Kind.PARTS):
        if value is None:
            return ""
        return reading.said_hundredths(value if each.kind is Kind.EUROS else value * 25)
    if isinstance(value, bool):
        return reading.YES if value else reading.NO
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    return "" if value is None else str(value)


def sent(of: Target, form: Mapping[str, str], kept: Mapping[str, str]) -> dict[str, str]:
    """The fields of a form, bounded; a secret left empty is as the form had shown it (``kept``)."""
    typed = {each.name: form.get(each.name, "")[:LONGEST_INPUT] for each in of.fields}
    for each in of.fields:
        if each.secret and not typed[each.name].strip():
            typed[each.name] = kept.get(each.name, "")
    return typed


def judge(of: Target, typed: Mapping[str, str], kept: Mapping[str, str]) -> Judged:
    """Read what was typed; a secret that is still the mask is left alone."""
    judged = Judged()
    for each in of.fields:
        text = typed[each.name]
        if each.secret and text == kept.get(each.name, ""):
            continue
        try:
            judged.values[each.name] = reading.read(each, text)
        except InvalidInput as error:
            judged.errors[each.name] = error
    if not judged.errors:
        judged.errors.update(reading.contradictions(of.sheet, judged.values))
    return judged


def corrections(of: Target, judged: Judged) -> tuple[Correction, ...]:
    """What storing this would change, in the form's order; secrets whole, as the history keeps them."""
    present = shown(of)
    changed = []
    for each in of.fields:
        if each.name not in judged.values:
            continue
        before = _secret(of, each) if each.secret else present[each.name]
        if before != judged.values[each.name]:
            changed.append(Correction(each.name, before, judged.values[each.name]))
    return tuple(changed)


def _secret(of: Target, each: Field) -> str:
    if each.kind is Kind.NIR:
        query = select(PersonNir.nir).where(PersonNir.person_id == of.dossier.person_id)
    else:
        query = select(DossierIban.iban).where(DossierIban.dossier_id == of.dossier.id)
    return db.session.scalar(query) or ""


def correct(
    dossier_id: int,
    sheet: str,
    piece_id: int | None,
    typed: Mapping[str, str],
    judged: Judged,
    *,
    seen: str,
    agent_id: int,
    now: datetime,
) -> tuple[Correction, ...]:
    """Store what was read back; what changed. Raises NotFound, StaleEdit, InvalidInput for an organisme of nobody's."""
    with unit_of_work() as work:
        _lock(dossier_id)
        of = target(dossier_id, sheet, piece_id)
        changed = corrections(of, judged)
        record.store(
            of.subject,
            stored=shown(of),
            typed=typed,
            seen=seen,
            changed=changed,
            apply=lambda: _apply(of, judged, now),
            by=By(agent_id, None, now),
            work=work,
        )
    return changed


def _lock(dossier_id: int) -> None:
    """One correction of a dossier at a time; its person's row too, which a sheet may be about."""
    person_id = db.session.scalar(select(Dossier.person_id).where(Dossier.id == dossier_id))
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    db.session.execute(select(Dossier.id).where(Dossier.id == dossier_id).with_for_update())
    db.session.expire_all()


def _apply(of: Target, judged: Judged, now: datetime) -> None:
    for each in of.fields:
        if each.name in judged.values:
            _keep(of, each, judged.values[each.name], now)
    _follow(of, now)


def _keep(of: Target, each: Field, value: str, now: datetime) -> None:
    if each.kind is Kind.NIR:
        _keep_nir(of.dossier.person, value)
    elif each.name in ("iban", "payee"):
        _keep_account(of.dossier, each.name, value)
    elif each.name == "notification_seen":
        was = of.dossier.notification_seen_at
        of.dossier.notification_seen_at = (was or now) if value == reading.YES else None
    else:
        setattr(of.row, each.name, _stored(each, value))


def _stored(each: Field, value: str) -> Any:
    if each.kind is Kind.WORDS:
        return value
    if each.name == "descends_from_of":
        return value == reading.YES
    if not value:
        return None
    if each.kind is Kind.ORGANISATION:
        if db.session.get(Organisation, int(value)) is None:
            raise InvalidInput("Cet organisme n'existe pas.", kept="Rien n'est enregistré.")
        return int(value)
    return _OF_TEXT[each.kind](each, value)


def _listed(each: Field, value: str) -> Any:
    return LISTS[each.name](value) if each.name in LISTS else int(value)


_OF_TEXT: dict[Kind, Callable[[Field, str], Any]] = {
    Kind.DAY: lambda _field, value: date.fromisoformat(value),
    Kind.NUMBER: lambda _field, value: int(value),
    Kind.EUROS: lambda _field, value: reading.hundredths(value),
    Kind.PARTS: lambda _field, value: (reading.hundredths(value) or 0) // 25,
    Kind.YES_NO: lambda _field, value: value == reading.YES,
    Kind.CHOICE: _listed,
}


def _keep_nir(person: Person, value: str) -> None:
    row = db.session.get(PersonNir, person.id)
    if row is None and value:
        db.session.add(PersonNir(person_id=person.id, nir=value))
    elif row is not None and value:
        row.nir = value
    elif row is not None:
        db.session.delete(row)
    person.nir_masked = masks.nir(value) if value else ""


def _keep_account(dossier: Dossier, name: str, value: str) -> None:
    row = db.session.get(DossierIban, dossier.id)
    if row is None:
        row = DossierIban(dossier_id=dossier.id, iban="", payee="")
        db.session.add(row)
    setattr(row, name, value)
    if name == "iban":
        dossier.iban_masked = masks.iban(value) if value else ""


def _follow(of: Target, now: datetime) -> None:
    """What goes with a sheet: the person's status on the Portal, since when a pièce is asked again."""
    dossier, piece = of.dossier, of.piece
    if of.sheet == "decision":
        dossier.outside = SHOWN_AS[dossier.inside]
    if piece is not None and piece.state is PieceState.RED:
        piece.asked_at = piece.asked_at or now
    if piece is not None and piece.state is PieceState.GREEN:
        piece.defect, piece.third_party, piece.remind_on = None, "", None


def changes_of(of: Target) -> Sequence[PersonChange]:
    """What was corrected on this sheet, the latest first."""
    return record.changes_of(of.subject, [each.name for each in of.fields])


def put_back(of: Target, change_id: int, *, agent_id: int, now: datetime) -> dict[str, str]:
    """The form with a former value in it, to be read and stored (or not). A secret shown so is journaled."""
    former = record.change_of(of.subject, change_id)
    names = {each.name: each for each in of.fields}
    if former.field not in names or former.piece_id != of.subject.piece_id:
        raise NotFound("Cette correction n'est plus dans la fiche.")
    if names[former.field].secret and former.before:
        with unit_of_work():
            journal.record(
                f"reveal_{names[former.field].kind}",
                f"dossier:{of.dossier.id}",
                agent_id=agent_id,
                now=now,
            )
    return {**shown(of), former.field: former.before}


def add_piece(dossier_id: int, kind: PieceKind, *, agent_id: int, now: datetime) -> int:
    """One more slot, still empty; its id. Raises Conflict for one that is there."""
    with unit_of_work() as work:
        _lock(dossier_id)
        dossier = store.dossier(dossier_id)
        if any(piece.kind is kind for piece in dossier.pieces):
            raise Conflict("Cette pièce est déjà dans le dossier.", kept="Rien n'a changé.")
        piece = Piece(dossier_id=dossier_id, kind=kind, state=PieceState.GREY)
        db.session.add(piece)
        db.session.flush()
        subject = Subject(dossier.person_id, dossier_id)
        record.note(subject, "add_piece", By(agent_id, None, now))
        record.tell(work, subject, agent_id)
        return piece.id


def pieces_awaited(dossier_ids: Sequence[int], now: datetime) -> Sequence[Piece]:
    """The pièces that a third party holds and whose day has come, of these dossiers."""
    return db.session.scalars(
        select(Piece)
        .where(Piece.dossier_id.in_(dossier_ids), Piece.remind_on <= local_day(now))
        .order_by(Piece.remind_on)
    ).all()
