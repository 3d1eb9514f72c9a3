"""Organismes de formation, by their name. There are some hundreds: they are read whole, and compared here."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from app.dossiers.finding import writing
from app.dossiers.models import Dossier, Organisation
from app.foundation.extensions import db

MOST_READ = 5_000
SHORTEST = 2


def one(organisation_id: int | None) -> Organisation | None:
    """An organisme, or None when there is none of that id."""
    return db.session.get(Organisation, organisation_id) if organisation_id else None


def named(typed: str, most: int) -> Sequence[tuple[Organisation, int]]:
    """The organismes whose name or town has all the words typed, or their beginning, or one slip in each; with how
    many dossiers each has."""
    asked = writing.words(typed)
    if not asked or len("".join(asked)) < SHORTEST:
        return ()
    names = db.session.execute(
        select(Organisation.id, Organisation.name, Organisation.town).limit(MOST_READ)
    )
    scored = []
    for row in names:
        held = writing.words(f"{row.name} {row.town}")
        found = [_best(word, held) for word in asked]
        if all(found):
            scored.append((-sum(found), row.name, row.id))
    ids = [each[2] for each in sorted(scored)[:most]]
    if not ids:
        return ()
    numbers = (
        select(Dossier.organisation_id, func.count().label("number"))
        .where(Dossier.organisation_id.in_(ids))
        .group_by(Dossier.organisation_id)
    )
    counts = {row.organisation_id: row.number for row in db.session.execute(numbers)}
    rows = {
        o.id: o for o in db.session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    }
    return [(rows[each], counts.get(each, 0)) for each in ids if each in rows]


def _best(word: str, held: Sequence[str]) -> int:
    """3 for the word itself, 2 for its beginning, 1 for a slip, 0 for nothing."""
    if word in held:
        return 3
    if any(other.startswith(word) for other in held):
        return 2
    return int(any(writing.is_near(word, other) for other in held))


def all_named() -> list[tuple[int, str]]:
    """Every organisme by its name, to choose from."""
    rows = db.session.execute(
        select(Organisation.id, Organisation.name).order_by(Organisation.name).limit(MOST_READ)
    )
    return [(row.id, row.name) for row in rows]


def name_of(organisation_id: str) -> str:
    """The name of an organisme that a form names; what was typed when there is none."""
    found = one(int(organisation_id)) if organisation_id.isdigit() else None
    return found.name if found else organisation_id
