# ruff: noqa: E501 (tables of words)
"""All that is held on a person: every row that refers to her, or to what refers to her, as the schema's foreign keys say.

A table that is made tomorrow is in it by itself. What only follows from the rest (an index of the search) and what would open
something (a digest, a key) is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, select

from app.accounts.models import JournalEntry
from app.dossiers import store
from app.foundation.database import references
from app.foundation.extensions import db

DERIVED = frozenset(
    {
        "person_tokens",
        "duplicate_keys",
        "duplicate_pending",
        "duplicate_pairs",
        "holdings",
        "deadlines",
    }
)
SECRET = frozenset(
    {
        "token_hash",
        "key",
        "act_key",
        "digest",
        "steps",
        "sent",
        "search_name",
        "provider_sid",
        "conference_sid",
    }
)
# What the journal calls a row of these tables (« contact:12 »).
SUBJECTS: Mapping[str, str] = {
    "persons": "person", "dossiers": "dossier", "contacts": "contact", "alerts": "alert",
    "calls": "call", "callbacks": "callback", "voicemails": "voicemail", "promises": "promise",
    "consultations": "consultation", "place_bookings": "booking",
}  # fmt: skip
AT_ONCE = 500
MOST_LINES = 2000  # of the journal

Rows = list[dict[str, Any]]


def tables() -> list[str]:
    """The tables that may hold something of a person, hers first."""
    return ["persons", *(table.name for table, _column, _of in _references())]


def _references() -> Iterator[tuple[Table, Any, str]]:
    """(table, its column, the table that it refers to), from a person outwards; each table once for each way to it."""
    seen, waiting = {"persons"}, ["persons"]
    while waiting:
        name = waiting.pop(0)
        for reference in references.to(db.metadata, name):
            table = reference.table
            yield table, reference.column, name
            if table.name not in seen and "id" in table.c:
                waiting.append(table.name)
            seen.add(table.name)


def ids_of(person_id: int) -> dict[str, dict[tuple[Any, ...], dict[str, Any]]]:
    """The rows of each table, by their primary key."""
    connection = db.session.connection()
    persons = db.metadata.tables["persons"]
    row = connection.execute(select(persons).where(persons.c.id == person_id)).mappings().one()
    found: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {"persons": {(person_id,): dict(row)}}
    changed = True
    while changed:  # a table may be reached by several ways, and refer to itself
        changed = False
        for table, column, of in list(_references()):
            parents = [row["id"] for row in found.get(of, {}).values() if "id" in row]
            kept = found.setdefault(table.name, {})
            for start in range(0, len(parents), AT_ONCE):
                query = select(table).where(column.in_(parents[start : start + AT_ONCE]))
                for row in connection.execute(query).mappings():
                    if _of_others(table, dict(row), person_id, found):
                        continue
                    pk = tuple(row[each.name] for each in table.primary_key)
                    if pk not in kept:
                        kept[pk] = dict(row)
                        changed = True
    return {name: rows for name, rows in found.items() if rows}


def _of_others(
    table: Table, row: Mapping[str, Any], person_id: int, found: Mapping[str, Mapping[Any, Any]]
) -> bool:
    """Does a row name persons, or their dossiers, and none is hers? One call is about several persons: what was promised
    to another one during hers is the other's, who has not asked for anything."""
    hers, named = False, False
    for column in table.columns:
        value = row[column.name]
        for key in column.foreign_keys if value is not None else ():
            if key.target_fullname == "persons.id":
                named, hers = True, hers or value == person_id
            elif key.target_fullname == "dossiers.id":
                named, hers = True, hers or (value,) in found.get("dossiers", {})
    return named and not hers


def of(person_id: int) -> dict[str, Rows]:
    """All that is held on a person, by table. Raises NotFound."""
    person = store.person(person_id)
    return {
        name: [_plain(row) for row in rows.values()]
        for name, rows in ids_of(person.id).items()
        if name not in DERIVED
    }


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in row.items() if name not in SECRET}


def _value(value: Any) -> Any:
    kept = references.plain(value)
    if isinstance(kept, dict):
        return next(iter(kept.values()))
    return kept


def seen_by(person_id: int) -> Sequence[JournalEntry]:
    """The lines of the journal about a person and all that is held on her, the latest first: who saw or did what."""
    rows = ids_of(store.person(person_id).id)
    subjects = [
        f"{word}:{row['id']}"
        for table, word in SUBJECTS.items()
        for row in rows.get(table, {}).values()
    ]
    found: list[JournalEntry] = []
    for start in range(0, len(subjects), AT_ONCE):
        part = subjects[start : start + AT_ONCE]
        query = select(JournalEntry).where(JournalEntry.subject.in_(part))
        found += db.session.scalars(query.order_by(JournalEntry.id.desc()).limit(MOST_LINES))
    return sorted(found, key=lambda entry: -entry.id)[:MOST_LINES]
