"""Communes: the State's list taken in whole, and the one that somebody means, looked for by name or postcode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, insert, select

from app.accounts import journal
from app.dossiers.name_folding import fold
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput
from app.foundation.extensions import db
from app.tickets.places.communes import naming, published
from app.tickets.places.communes.models import Commune
from app.tickets.places.communes.naming import Meant
from app.tickets.places.nearest import Point, departement

LARGEST = 40_000_000  # bytes of a file
SHORTEST = 4  # letters from which the beginning of a name is enough
_ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Taken:
    """What came of a file: how many communes it has, how many rows are none."""

    communes: int
    left_out: int


@dataclass(frozen=True)
class Town:
    """A commune that somebody may mean: its name, its first postcode, where it stands."""

    insee: str
    name: str
    postcode: str
    at: Point


def take_in(content: bytes, *, agent_id: int | None, now: datetime, dry_run: bool) -> Taken:
    """Put the State's list in the place of the one that is there: whole, or not at all.

    Raises InvalidInput for a file that is no such list. ``dry_run`` says what it holds and changes nothing.
    """
    if len(content) > LARGEST:
        raise InvalidInput("Ce fichier est trop gros.", kept="Rien n'a été changé.")
    try:
        found = published.read(_text(content))
    except published.NotCommunes as problem:
        raise _not_communes(str(problem)) from problem
    if not found.towns:
        raise _not_communes("")
    rows = [
        {"insee": each.insee, "name": each.name, "folded": naming.known_as(fold(each.name))[:80],
         "postcode": each.postcode, "latitude": each.latitude, "longitude": each.longitude}
        for each in found.towns
    ]  # fmt: skip
    taken = Taken(len({each.insee for each in found.towns}), found.left_out)
    if dry_run:
        return taken
    with unit_of_work():
        db.session.execute(delete(Commune))
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            db.session.execute(insert(Commune), rows[start : start + _ROWS_AT_ONCE])
        journal.record(
            "communes_taken_in",
            "communes:all",
            agent_id=agent_id,
            now=now,
            detail={"communes": taken.communes, "left_out": taken.left_out},
        )
    return taken


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _not_communes(missing: str) -> InvalidInput:
    if missing:
        return InvalidInput(
            "Ce fichier n'est pas une liste de communes : il lui manque %(columns)s.",
            kept="Rien n'a été changé.",
            todo="Téléchargez la liste des communes avec leur code, leurs codes postaux et leur centre.",
            columns=missing,
        )
    return InvalidInput(
        "Ce fichier n'est pas une liste de communes.",
        kept="Rien n'a été changé.",
        todo="Téléchargez la liste des communes avec leur code, leurs codes postaux et leur centre.",
    )


def known() -> int:
    """How many communes are known."""
    return db.session.scalar(select(func.count(Commune.insee.distinct()))) or 0


def meant(asked: Meant) -> Sequence[Town]:
    """The communes that may be meant, empty when none is known.

    With a postcode: of that name there, else all that it serves, else of that name in its département (firms have
    postcodes of no commune). Without one: of that name, wherever, else those whose name begins so.
    """
    for way in _ways(asked):
        found = db.session.scalars(
            select(Commune).where(way).order_by(Commune.folded, Commune.postcode).limit(400)
        ).all()
        if found:
            return _towns(found)
    return ()


def _ways(asked: Meant) -> Iterator[ColumnElement[bool]]:
    by_name = Commune.folded == asked.town
    if asked.postcode:
        if asked.town:
            yield and_(by_name, Commune.postcode == asked.postcode)
        yield Commune.postcode == asked.postcode
        yield and_(by_name, Commune.postcode.startswith(departement(asked.postcode)))
    elif asked.town:
        yield by_name
        yield Commune.folded.startswith(f"{asked.town} ", autoescape=True)
        if len(asked.town) >= SHORTEST:
            yield Commune.folded.startswith(asked.town, autoescape=True)


def _towns(rows: Sequence[Commune]) -> list[Town]:
    found: dict[str, Town] = {}
    for row in rows:
        at = Point(row.latitude, row.longitude)
        found.setdefault(row.insee, Town(row.insee, row.name, row.postcode, at))
    return list(found.values())
