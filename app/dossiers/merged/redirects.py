"""Whoever still asks for what was merged is led to what was kept: an old address, a note, a program.

Only looked for when the row itself is not there: nobody else pays for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from app.dossiers.merged.models import Merge
from app.foundation.extensions import db


def person(gone_id: int) -> int | None:
    """The person who took this one's place, or None."""
    return db.session.scalar(
        select(Merge.person_id)
        .where(Merge.kind == "person", Merge.gone_id == gone_id, Merge.undone_at.is_(None))
        .order_by(Merge.id.desc())
        .limit(1)
    )


def dossier(gone_id: int) -> int | None:
    """The dossier that took this one's place, or None."""
    return db.session.scalar(
        select(Merge.dossier_id)
        .where(Merge.kind == "dossier", Merge.gone_id == gone_id, Merge.undone_at.is_(None))
        .order_by(Merge.id.desc())
        .limit(1)
    )


def dossiers_named(references: Iterable[str]) -> dict[str, int]:
    """The dossiers that took the place of those of these references."""
    query = select(Merge.gone_last, Merge.dossier_id).where(
        Merge.kind == "dossier", Merge.gone_last.in_(set(references)), Merge.undone_at.is_(None)
    )
    return {reference: found for reference, found in db.session.execute(query) if found}


def former_names(connection: Connection, person_ids: Iterable[int]) -> list[tuple[int, str, str]]:
    """(person, last name, first name) of those who were merged into these persons: they still find them."""
    ids = list(person_ids)
    if not ids:
        return []
    query = select(Merge.person_id, Merge.gone_last, Merge.gone_first).where(
        Merge.person_id.in_(ids), Merge.undone_at.is_(None)
    )
    return [(i, last, first) for i, last, first in connection.execute(query) if i]


def former_references(connection: Connection, dossier_ids: Iterable[int]) -> list[tuple[int, str]]:
    """(dossier, reference) of those that were merged into these."""
    ids = list(dossier_ids)
    if not ids:
        return []
    query = select(Merge.dossier_id, Merge.gone_last).where(
        Merge.dossier_id.in_(ids), Merge.undone_at.is_(None)
    )
    return [(i, reference) for i, reference in connection.execute(query) if i]
