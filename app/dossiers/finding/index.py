"""Keeping what a search looks in: at each write, in its transaction; and whole, when it must be made anew.

A session that flushes a person, a number, a dossier or an organisme makes the lines of the persons concerned
anew before it commits. Statements that go round the session (none does today) call ``refresh``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, delete, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import get_history
from sqlalchemy.orm.base import PASSIVE_NO_INITIALIZE

from app.dossiers.finding import writing
from app.dossiers.finding.models import PersonTokens, SearchWord
from app.dossiers.finding.writing import DossierText, PersonText
from app.dossiers.merged import redirects
from app.dossiers.models import Dossier, Organisation, Person, PersonPhone
from app.foundation.extensions import db

AT_ONCE = 1000  # persons
ROWS = 400  # asked for at once: SQLite counts its parameters

_LOOKED_AT: dict[type, tuple[str, ...]] = {
    Person: ("last_name", "first_name", "born_on", "email", "address"),
    PersonPhone: ("e164", "person_id"),
    Dossier: ("reference", "person_id", "organisation_id", "training_title"),
    Organisation: ("name",),
}


def install() -> None:
    """Keep the index in every session of this process, once."""
    if not event.contains(db.session, "after_flush", _follow):
        event.listen(db.session, "after_flush", _follow)


def _follow(session: Session, _context: Any) -> None:
    persons: set[int] = set()
    organisations: set[int] = set()
    for row, sure in _written(session):
        looked_at = _LOOKED_AT.get(type(row))
        if looked_at is None or not (sure or _changed(row, looked_at)):
            continue
        if isinstance(row, Organisation):
            organisations.add(row.id)
        elif isinstance(row, Person):
            persons.add(row.id)
        else:
            persons.update(_values(row, "person_id"))
    if persons or organisations:
        connection = session.connection()
        persons |= set(_of_organisations(connection, organisations))
        refresh(connection, persons)


def _written(session: Session) -> Iterator[tuple[Any, bool]]:
    """What this flush wrote, and whether it concerns us whatever changed in it: it came, or it goes."""
    yield from ((row, True) for row in (*session.new, *session.deleted))
    yield from ((row, False) for row in session.dirty)


def _changed(row: Any, names: Iterable[str]) -> bool:
    return any(get_history(row, name, PASSIVE_NO_INITIALIZE).has_changes() for name in names)


def _values(row: Any, name: str) -> set[int]:
    """The value that a column has and the one that it had: a dossier may go from one person to another."""
    history = get_history(row, name, PASSIVE_NO_INITIALIZE)
    return {value for value in history.sum() if value is not None}


def _of_organisations(connection: Connection, ids: set[int]) -> Sequence[int]:
    if not ids:
        return ()
    query = select(Dossier.person_id).where(Dossier.organisation_id.in_(ids)).distinct()
    return connection.scalars(query).all()


def refresh(connection: Connection, person_ids: Iterable[int]) -> None:
    """Make the lines of these persons anew, inside the caller's transaction."""
    wanted = sorted(set(person_ids))
    for start in range(0, len(wanted), AT_ONCE):
        _refresh(connection, wanted[start : start + AT_ONCE])


def _refresh(connection: Connection, person_ids: Sequence[int], *, former: bool = True) -> None:
    if connection.dialect.name == "postgresql":
        # Whoever writes to the same person waits here, and then reads what the first one wrote.
        rows = select(PersonTokens.person_id).where(PersonTokens.person_id.in_(person_ids))
        connection.execute(rows.order_by(PersonTokens.person_id).with_for_update()).all()
    texts = texts_of(connection, person_ids, former=former)
    lines = [
        {"person_id": person_id, "words": writing.document(text)}
        for person_id, text in texts.items()
    ]
    _keep_lines(connection, lines)
    _keep_words(connection, set().union(*map(writing.vocabulary, texts.values())))


def _insert(connection: Connection, table: Any) -> Any:
    made = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return made(table)


def _keep_lines(connection: Connection, lines: list[dict[str, Any]]) -> None:
    """Some rows at a time, by one statement that is compiled once: a statement of many rows is compiled each time."""
    if not lines:
        return
    query = _insert(connection, PersonTokens)
    connection.execute(
        query.on_conflict_do_update(
            index_elements=["person_id"],
            set_={"words": query.excluded.words},
            where=PersonTokens.words != query.excluded.words,
        ),
        lines,
    )


def _keep_words(connection: Connection, words: Iterable[str]) -> None:
    """Keep what is near each word; one that stands as its own key is there with all its keys."""
    wanted = sorted(words)
    known: set[str] = set()
    for start in range(0, len(wanted), ROWS):
        part = wanted[start : start + ROWS]
        query = select(SearchWord.word).where(
            SearchWord.key.in_(part), SearchWord.key == SearchWord.word
        )
        known.update(connection.scalars(query))
    new = {(key, word) for word in wanted if word not in known for key in writing.near_keys(word)}
    rows = [{"key": key, "word": word} for key, word in sorted(new)]
    if rows:
        connection.execute(_insert(connection, SearchWord).on_conflict_do_nothing(), rows)


def texts_of(
    connection: Connection, person_ids: Sequence[int], *, former: bool = True
) -> dict[int, PersonText]:
    """What each of these persons may be found by, as the rows say now: three queries."""
    phones: dict[int, list[str]] = defaultdict(list)
    dossiers: dict[int, list[DossierText]] = defaultdict(list)
    numbers = select(PersonPhone.person_id, PersonPhone.e164).where(
        PersonPhone.person_id.in_(person_ids)
    )
    for person_id, e164 in connection.execute(numbers.order_by(PersonPhone.id)):
        phones[person_id].append(e164)
    demands = (
        select(
            Dossier.id,
            Dossier.person_id,
            Dossier.reference,
            Dossier.training_title,
            Organisation.name,
        )
        .outerjoin(Organisation, Organisation.id == Dossier.organisation_id)
        .where(Dossier.person_id.in_(person_ids))
        .order_by(Dossier.id.desc())
    )
    owners: dict[int, int] = {}
    for dossier_id, person_id, reference, training, organisation in connection.execute(demands):
        owners[dossier_id] = person_id
        dossiers[person_id].append(DossierText(reference, training or "", organisation or ""))
    for dossier_id, reference in redirects.former_references(connection, owners if former else ()):
        dossiers[owners[dossier_id]].append(DossierText(reference))
    also: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for person_id, last, first in redirects.former_names(connection, person_ids if former else ()):
        also[person_id].append((last, first))
    persons = select(
        Person.id,
        Person.last_name,
        Person.first_name,
        Person.born_on,
        Person.email,
        Person.address,
    ).where(Person.id.in_(person_ids))
    return {
        row.id: PersonText(
            row.last_name,
            row.first_name,
            row.born_on,
            row.email or "",
            row.address,
            tuple(phones[row.id]),
            tuple(dossiers[row.id]),
            tuple(also[row.id]),
        )
        for row in connection.execute(persons)
    }


def rebuild(connection: Connection, *, former: bool = True) -> int:
    """Make every line and every word anew, inside the caller's transaction; how many persons there are.

    Words that nobody bears any more go: only here, for a word does not say who bears it. ``former``: names of
    what was merged too (a migration of before merges has no such table).
    """
    connection.execute(delete(SearchWord))
    last, count = 0, 0
    while True:
        ids = connection.scalars(
            select(Person.id).where(Person.id > last).order_by(Person.id).limit(AT_ONCE)
        ).all()
        if not ids:
            return count
        _refresh(connection, ids, former=former)
        last, count = ids[-1], count + len(ids)


def stale(connection: Connection) -> list[int]:
    """The persons whose line is not what their rows say: none, unless something wrote round the session."""
    found: list[int] = []
    last = 0
    while True:
        ids = connection.scalars(
            select(Person.id).where(Person.id > last).order_by(Person.id).limit(AT_ONCE)
        ).all()
        if not ids:
            return found
        rows = connection.execute(
            select(PersonTokens.person_id, PersonTokens.words).where(
                PersonTokens.person_id.in_(ids)
            )
        )
        kept = {row.person_id: row.words for row in rows}
        texts = texts_of(connection, ids)
        found += [i for i in ids if kept.get(i) != writing.document(texts[i])]
        last = ids[-1]
