"""The one search: persons, and the dossiers that are theirs, while somebody types.

A text is read (``query``), each reading asks the index for a few persons, those are ranked (``ranking``) and shown.
Slips are looked for when too few answer. No query walks through a table, so that a million persons cost what a
thousand do (bench/search).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, collate, select, text
from sqlalchemy.orm import joinedload, selectinload

from app.dossiers.finding import index, query, ranking, writing
from app.dossiers.finding.models import SearchWord
from app.dossiers.finding.query import Asked, Reading
from app.dossiers.finding.ranking import Ranked, Why
from app.dossiers.models import Dossier, Person
from app.foundation.extensions import db

OF_DIRECTORY = 60  # persons whose last name begins so, in the order of names
OF_READING = 100  # persons that one reading brings
ENOUGH = 6  # from so many on, nobody is looked for whose name is only near
MOST_LOOKED_AT = 300  # persons ranked in all
SHOWN = 100  # … and given back


@dataclass(frozen=True)
class Found:
    """A person who answers, why, and her dossiers, the one that was named first."""

    person: Person
    dossiers: Sequence[Dossier]
    why: Why

    @property
    def town(self) -> str:
        """Where she lives: with the birth date it tells namesakes apart."""
        return writing.town(self.person.address)


@dataclass(frozen=True)
class Results:
    """Who answers, the surest first. ``total``: how many were found; ``more``: there may be others."""

    asked: Asked
    found: Sequence[Found] = field(default=())
    total: int = 0
    more: bool = False


def search(typed: str, *, shown: int = SHOWN) -> Results:
    """Find persons by anything that is known of them: ``query`` has the ways to write it."""
    asked = query.read(typed)
    ranked, more = _ranked(asked)
    return Results(asked, _loaded(ranked[:shown]), len(ranked), more)


def _ranked(asked: Asked) -> tuple[list[Ranked], bool]:
    connection = db.session.connection()
    seen: dict[int, writing.PersonText] = {}

    def take(ids: Sequence[int]) -> None:
        new = [each for each in ids if each not in seen][: MOST_LOOKED_AT - len(seen)]
        seen.update(index.texts_of(connection, new) if new else {})

    full = False
    for name in asked.names if not asked.digits and not asked.mail else ():
        ids = _directory(" ".join(name))
        full = full or len(ids) == OF_DIRECTORY
        take(ids)
    for reading in asked.readings:
        ids = _holders(reading)
        full = full or len(ids) == OF_READING
        take(ids)
        if any(ranking.is_whole(asked, seen[each]) for each in ids if each in seen):
            break  # a whole number, address or reference: nothing else was meant
    ranked = ranking.ranked(asked, seen)
    if len(ranked) < ENOUGH:
        for reading in asked.readings:
            if shorter := query.without_initials(reading):
                take(_holders(shorter))
        for reading in query.with_near(asked, _near(asked.typed_words)):
            take(_holders(reading))
        ranked = ranking.ranked(asked, seen)
    return ranked, full


def _directory(begun: str) -> Sequence[int]:
    """The persons whose last name (then first name) begins so, in the order of a directory."""
    key: ColumnElement[str] = Person.search_name.expression
    if db.session.get_bind().dialect.name == "postgresql":
        key = collate(key, "C")
    between = (key >= begun, key < begun + "\U0010ffff")
    return db.session.scalars(
        select(Person.id).where(*between).order_by(key).limit(OF_DIRECTORY)
    ).all()


# By the index, always: it cannot know how few hold a rare word, and a limit alone would tempt it to read the whole
# table until it has met so many (seven seconds among a million).
_POSTGRESQL = text(
    "WITH held AS MATERIALIZED (SELECT person_id FROM person_tokens"
    " WHERE array_to_tsvector(string_to_array(words, ' ')) @@ CAST(:asked AS tsquery))"
    " SELECT person_id FROM held LIMIT :most"
)
_SQLITE = text("SELECT rowid FROM person_found WHERE person_found MATCH :asked LIMIT :most")


def _holders(reading: Reading) -> Sequence[int]:
    """The persons who have the tokens of a reading: the first ones, in no order that means anything."""
    if db.session.get_bind().dialect.name == "postgresql":
        statement, asked = _POSTGRESQL, tsquery(reading)
    else:
        statement, asked = _SQLITE, match(reading)
    return db.session.scalars(statement, {"asked": asked, "most": OF_READING}).all()


def tsquery(reading: Reading) -> str:
    """A reading as PostgreSQL asks for it. Tokens are letters and digits of ASCII: nothing to escape."""
    return " & ".join(
        "(" + " | ".join(f"'{token.text}'{':*' if token.begins else ''}" for token in term) + ")"
        for term in reading
    )


def match(reading: Reading) -> str:
    """A reading as FTS5 asks for it."""
    return " AND ".join(
        "(" + " OR ".join(f'"{token.text}"{"*" if token.begins else ""}' for token in term) + ")"
        for term in reading
    )


def _near(words: Sequence[str]) -> dict[str, list[str]]:
    """The words that each of these may be a slip for, the nearest first."""
    keys = {word: writing.near_keys(word) for word in words if len(word) > 2}
    if not keys:
        return {}
    asked = sorted(set().union(*keys.values()))
    held = db.session.scalars(
        select(SearchWord.word).where(SearchWord.key.in_(asked)).distinct().limit(2000)
    ).all()
    near = {}
    for word in keys:
        others = [other for other in held if other != word and writing.is_near(word, other)]
        near[word] = sorted(others, key=lambda other: (writing.distance(word, other), other))
    return near


def _loaded(ranked: Sequence[Ranked]) -> list[Found]:
    ids = [each.person_id for each in ranked]
    if not ids:
        return []
    persons = {
        person.id: person
        for person in db.session.scalars(
            select(Person).where(Person.id.in_(ids)).options(selectinload(Person.phones))
        )
    }
    dossiers: dict[int, list[Dossier]] = {}
    rows = db.session.scalars(
        select(Dossier)
        .where(Dossier.person_id.in_(ids))
        .options(joinedload(Dossier.organisation), joinedload(Dossier.owner))
        .order_by(Dossier.deposited_on.desc().nulls_last(), Dossier.id.desc())
    )
    for row in rows:
        dossiers.setdefault(row.person_id, []).append(row)
    return [
        Found(
            persons[each.person_id],
            sorted(
                dossiers.get(each.person_id, ()),
                key=lambda d, named=each.score.reference: d.reference != named,
            ),
            each.score.why,
        )
        for each in ranked
        if each.person_id in persons
    ]
