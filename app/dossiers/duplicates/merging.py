"""Merging two persons, or two demandes of one person, and taking it back exactly.

The row of the higher id is kept (an id is never given again), with the values that somebody chose of each. All that
refers to the other one is moved, whatever the table (``foundation.database.references``); each step is written down,
encrypted, and undone in reverse. What somebody changed since stays as it is now.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Table, and_, or_, select, update
from sqlalchemy.orm import defer, joinedload

from app.accounts import journal
from app.accounts.models import Agent
from app.dossiers.duplicates import choosing, comparing
from app.dossiers.duplicates.choosing import Field
from app.dossiers.duplicates.models import (
    DuplicateKey,
    DuplicatePair,
    DuplicatePending,
    PairState,
)
from app.dossiers.finding import index
from app.dossiers.finding.models import PersonTokens
from app.dossiers.merged.models import Merge
from app.dossiers.models import Dossier, DossierIban, Person, PersonNir, Piece
from app.dossiers.vocabulary import PieceKind, PieceState
from app.foundation.database import references
from app.foundation.database.references import Step
from app.foundation.database.unit_of_work import Work, rows_changed, unit_of_work
from app.foundation.exceptions import Conflict, InvalidInput, NotFound
from app.foundation.extensions import db
from app.web import realtime

DERIVED = frozenset(
    table.__tablename__ for table in (PersonTokens, DuplicateKey, DuplicatePending)
)  # they follow what they are made from
PIECE = "piece-"  # how a choice between two pièces of one kind is named


@dataclass(frozen=True)
class Both:
    """A pièce that both demandes have: of each its state, and whose is proposed."""

    kind: PieceKind
    one: PieceState
    other: PieceState
    proposed: int


@dataclass(frozen=True)
class Preview:
    """What a merge would make: who is kept, the fields and pièces to choose, how many rows of each table come along."""

    kept: int
    gone: int
    fields: tuple[Field, ...]
    pieces: tuple[Both, ...]
    moved: tuple[tuple[str, int], ...]


def _model(kind: str) -> Any:
    return Person if kind == "person" else Dossier


def _both(kind: str, one: int, other: int) -> dict[int, Any]:
    model = _model(kind)
    query = select(model).where(model.id.in_((one, other))).order_by(model.id)
    found = {
        row.id: row
        for row in db.session.scalars(
            query.with_for_update().execution_options(populate_existing=True)
        )
    }
    if one == other or len(found) != 2:
        raise NotFound(
            "Il n'y a plus deux fiches à fusionner.",
            todo="L'une d'elles a peut-être déjà été fusionnée : rechargez la page.",
        )
    if kind == "dossier" and len({row.person_id for row in found.values()}) != 1:
        raise InvalidInput("Ces deux demandes ne sont pas de la même personne.")
    return found


def _row(row: Any) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in row.__table__.columns}


def _pieces(one: int, other: int, kept: int, gone: int) -> tuple[Both, ...]:
    """The pièces of one kind that both have, the furthest one proposed."""
    by: dict[PieceKind, dict[int, PieceState]] = {}
    query = select(Piece).where(Piece.dossier_id.in_((one, other))).order_by(Piece.id)
    for piece in db.session.scalars(query):
        by.setdefault(piece.kind, {})[piece.dossier_id] = piece.state
    return tuple(
        Both(
            kind,
            states[one],
            states[other],
            gone if choosing.further(states[gone], states[kept]) else kept,
        )
        for kind, states in by.items()
        if len(states) == 2
    )


def preview(kind: str, one: int, other: int) -> Preview:
    """What a merge of these two would make. Raises NotFound."""
    found = _both(kind, one, other)
    kept, gone = max(one, other), min(one, other)
    fields = choosing.fields(_row(found[one]), _row(found[other]), kept, gone)
    pieces = _pieces(one, other, kept, gone) if kind == "dossier" else ()
    connection = db.session.connection()
    moved = []
    for reference in references.to(db.metadata, _model(kind).__tablename__):
        if reference.table.name in DERIVED or reference.table.name == DuplicatePair.__tablename__:
            continue
        query = select(reference.column).where(reference.column == gone)
        if count := len(connection.execute(query).all()):
            moved.append((reference.table.name, count))
    return Preview(kept, gone, fields, pieces, tuple(moved))


def merge(
    kind: str, one: int, other: int, chosen: Mapping[str, int], *, by_id: int, now: datetime
) -> int:
    """Merge two persons or demandes; ``chosen``: of which of the two each field is taken. The merge's id.

    Raises NotFound when one of them is no more, InvalidInput for demandes of two persons.
    """
    with unit_of_work() as work:
        found = _both(kind, one, other)
        kept, gone = max(one, other), min(one, other)
        former = found[gone]
        names = (
            (former.last_name, former.first_name) if kind == "person" else (former.reference, "")
        )
        values = _values(kind, found, kept, gone, chosen)
        db.session.flush()
        db.session.expunge(former)  # its row goes
        db.session.expire_all()
        connection, table = db.session.connection(), _model(kind).__table__
        steps: list[Step] = []
        if kind == "person":
            steps += _pairs(connection, gone)
        else:
            steps += _take_pieces(connection, kept, gone, chosen)
        steps += _take_secret(connection, kind, kept, values)
        steps += references.absorb(connection, table, gone, kept, skip=DERIVED)
        steps += references.change(connection, table, {"id": kept}, values)
        merged = Merge(
            kind=kind,
            gone_id=gone,
            gone_last=names[0][:80],
            gone_first=names[1][:80],
            steps=json.dumps(steps),
            by_id=by_id,
            at=now,
            **{f"{kind}_id": kept},
        )
        db.session.add(merged)
        db.session.flush()
        act = "persons_merged" if kind == "person" else "dossiers_merged"
        journal.record(
            act,
            f"{kind}:{kept}",
            agent_id=by_id,
            now=now,
            detail={"gone": gone, "merge": merged.id},
        )
        journal.record(
            act,
            f"{kind}:{gone}",
            agent_id=by_id,
            now=now,
            detail={"kept": kept, "merge": merged.id},
        )
        _follow_up(work, kind, kept, gone, by_id, "merged")
        return merged.id


def _values(
    kind: str, found: Mapping[int, Any], kept: int, gone: int, chosen: Mapping[str, int]
) -> dict[str, Any]:
    """The columns of the kept row that are taken from the other."""
    values = choosing.taken(_row(found[kept]), _row(found[gone]), chosen)
    if kind == "person" and {"last_name", "first_name"} & set(values):
        last = values.get("last_name", found[kept].last_name)
        first = values.get("first_name", found[kept].first_name)
        values["search_name"] = Person(last_name=last, first_name=first).search_name
    return values


def _take_secret(connection: Any, kind: str, kept: int, values: Mapping[str, Any]) -> list[Step]:
    """Where the masked number is the other's, so is what it masks: the one that is here is put away first."""
    masked, model, owner = _SECRETS[kind]
    if masked not in values:
        return []
    table = model.__table__
    return references.take_out(connection, table, table.c[owner] == kept)


def _take_pieces(connection: Any, kept: int, gone: int, chosen: Mapping[str, int]) -> list[Step]:
    """The pièces of the other that are chosen, or further: the kept slot says what theirs says."""
    table: Table = Piece.__table__
    steps: list[Step] = []
    for both in _pieces(kept, gone, kept, gone):
        if chosen.get(PIECE + both.kind.value, both.proposed) != gone:
            continue
        mine, theirs = (
            connection.execute(
                select(table).where(table.c.dossier_id == i, table.c.kind == both.kind)
            )
            .mappings()
            .one()
            for i in (kept, gone)
        )
        said = {n: v for n, v in theirs.items() if n not in ("id", "dossier_id", "kind")}
        steps += references.change(connection, table, {"id": mine["id"]}, said)
    return steps


_SECRETS: dict[str, tuple[str, Any, str]] = {
    "person": ("nir_masked", PersonNir, "person_id"),
    "dossier": ("iban_masked", DossierIban, "dossier_id"),
}


def _pairs(connection: Any, gone: int) -> list[Step]:
    """Pairs of the one who goes are put away; those of the one who stays are compared again."""
    table: Table = DuplicatePair.__table__
    of_gone = or_(table.c.one_id == gone, table.c.other_id == gone)
    return references.take_out(connection, table, of_gone)


def _follow_up(work: Work, kind: str, kept: int, gone: int, by_id: int, what: str) -> None:
    """What is made from these rows is made anew; desks that show one of them look again, and are told by whom."""
    connection = db.session.connection()
    if kind == "person":
        persons = [kept, gone]
    else:
        persons = list(
            connection.scalars(
                select(Dossier.person_id).where(Dossier.id.in_((kept, gone))).distinct()
            )
        )
    db.session.expire_all()
    index.refresh(connection, persons)
    comparing.note(
        db.session(), connection.scalars(select(Person.id).where(Person.id.in_(persons)))
    )
    name = db.session.scalar(select(Agent.display_name).where(Agent.id == by_id)) or ""
    for person_id in persons:
        told = {"person_id": person_id, "agent_id": by_id, "by": name, "what": f"{kind}.{what}"}
        work.after(partial(realtime.publish, "person", told, room=realtime.LINE_ROOM))


def undo(merge_id: int, *, by_id: int, now: datetime) -> Merge:
    """Take a merge back, exactly: the latest of that person, demandes included, first. Raises NotFound, Conflict."""
    with unit_of_work() as work:
        found = db.session.get(Merge, merge_id)
        if found is None:
            raise NotFound("Cette fusion n'existe pas.")
        kept = found.person_id if found.kind == "person" else found.dossier_id
        _refuse_before_later(found)
        claimed = db.session.execute(
            update(Merge)
            .where(Merge.id == merge_id, Merge.undone_at.is_(None))
            .values(undone_at=now, undone_by_id=by_id)
        )
        if not rows_changed(claimed) or kept is None:
            raise Conflict("Cette fusion est déjà annulée.", kept="Les deux fiches sont là.")
        kind, gone, steps = found.kind, found.gone_id, json.loads(found.steps)
        db.session.flush()
        db.session.expire_all()
        references.undo(db.session.connection(), db.metadata, steps)
        act = "persons_parted" if kind == "person" else "dossiers_parted"
        for row_id in (kept, gone):
            journal.record(
                act, f"{kind}:{row_id}", agent_id=by_id, now=now, detail={"merge": merge_id}
            )
        _follow_up(work, kind, kept, gone, by_id, "parted")
        undone = db.session.get(Merge, merge_id)
        assert undone is not None  # it was claimed above
        return undone


def _refuse_before_later(found: Merge) -> None:
    """What was moved twice goes back in the same order: a demande that was merged since with another of the person
    is not there to be given back, and a person merged since is not there to have hers."""
    if found.kind == "person":
        hers = select(Dossier.id).where(Dossier.person_id == found.person_id)
        touched = or_(Merge.person_id == found.person_id, Merge.dossier_id.in_(hers))
    else:
        owner = select(Dossier.person_id).where(Dossier.id == found.dossier_id).scalar_subquery()
        touched = or_(Merge.dossier_id == found.dossier_id, Merge.person_id == owner)
    later = select(Merge.kind).where(Merge.id > found.id, touched, Merge.undone_at.is_(None))
    kind = db.session.scalar(later.order_by(Merge.id.desc()).limit(1))
    if kind is None:
        return
    raise Conflict(
        "Une autre fusion a été faite depuis sur cette fiche."
        if kind == found.kind
        else "Deux demandes de cette personne ont été fusionnées depuis."
        if kind == "dossier"
        else "La personne de cette demande a été fusionnée depuis.",
        kept="Rien n'a changé.",
        todo="Annulez d'abord la plus récente.",
    )


def apart(one: int, other: int, *, by_id: int, now: datetime) -> None:
    """Say that two persons are two: the pair is not proposed again. Raises NotFound."""
    with unit_of_work():
        low, high = sorted((one, other))
        said = db.session.execute(
            update(DuplicatePair)
            .where(
                and_(DuplicatePair.one_id == low, DuplicatePair.other_id == high),
                DuplicatePair.state == PairState.OPEN,
            )
            .values(state=PairState.APART, decided_at=now, decided_by_id=by_id)
        )
        if not rows_changed(said):
            raise NotFound("Cette ressemblance n'est plus dans la liste.", kept="Rien n'a changé.")
        journal.record(
            "persons_apart", f"person:{low}", agent_id=by_id, now=now, detail={"other": high}
        )


def latest_of(dossier_id: int, person_id: int) -> list[Merge]:
    """The latest merge into this dossier or into its person that is not undone: the one that can be."""
    query = (
        select(Merge)
        .options(joinedload(Merge.by), defer(Merge.steps))
        .where(
            or_(Merge.dossier_id == dossier_id, Merge.person_id == person_id),
            Merge.undone_at.is_(None),
        )
        .order_by(Merge.id.desc())
        .limit(1)
    )
    return list(db.session.scalars(query))


def open_pairs(person_ids: Sequence[int]) -> Sequence[DuplicatePair]:
    """The pairs that stand open for these persons, the most alike first."""
    ids = list(person_ids)
    query = select(DuplicatePair).where(
        DuplicatePair.state == PairState.OPEN,
        or_(DuplicatePair.one_id.in_(ids), DuplicatePair.other_id.in_(ids)),
    )
    return db.session.scalars(query.order_by(DuplicatePair.percent.desc(), DuplicatePair.id)).all()
