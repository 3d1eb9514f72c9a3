"""The bench's persons into a migrated database, as fast as each takes them.

The search's lines are those that a write would make (``writing.document``); its indexes are built once all is there.
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import psycopg

from app.dossiers import name_folding
from app.dossiers.finding import writing
from bench.search.people import Bench, organisations, persons

PORTFOLIO = 5_000  # dossiers of the one agent: the list that is measured
AT_ONCE = 20_000
NOW = "2026-11-26 08:00:00"
COLUMNS = {
    "organisations": "id name town email",
    "persons": "id first_name last_name search_name born_on email address language helper helper_relation"
    " nir_masked created_at",
    "person_phones": "id person_id e164 owner",
    "dossiers": "id reference person_id organisation_id owner_id inside outside descends_from_of deposited_on"
    " training_title training_action rejection_evidence iban_masked created_at",
    "person_tokens": "person_id words",
    "search_words": "key word",
}
Row = tuple[object, ...]


def write(folder: Path, size: Bench) -> None:
    """Each table's rows in a file of its own: made once, loaded into both databases."""
    # The same words as the product's own, which has no reason to remember a million names.
    writing.words = functools.lru_cache(200_000)(writing.words)
    files = {name: (folder / name).open("w", encoding="utf-8") for name in COLUMNS}
    vocabulary: set[str] = set()
    try:
        for table, row in rows(size, vocabulary):
            files[table].write("\t".join(map(str, row)) + "\n")
        keys = {(key, word) for word in vocabulary for key in writing.near_keys(word)}
        files["search_words"].writelines(f"{key}\t{word}\n" for key, word in sorted(keys))
    finally:
        for file in files.values():
            file.close()


def rows(size: Bench, vocabulary: set[str]) -> Iterator[tuple[str, Row]]:
    """Every row of every table but the words', which it gathers."""
    for number, name in enumerate(organisations(), 1):
        yield "organisations", (number, name, "Lille", "")
    dossier = 0
    for number, person, where in persons(size):
        yield (
            "persons",
            (
                number, person.first_name, person.last_name,
                name_folding.key(person.last_name, person.first_name), person.born_on, person.email,
                person.address, "fr", "", "", "", NOW,
            ),
        )  # fmt: skip
        yield "person_phones", (number, number, person.phones[0], "own")
        for text, house in zip(person.dossiers, where, strict=True):
            dossier += 1
            owner = 1 if dossier <= PORTFOLIO else "\\N"
            day = f"2026-{1 + dossier % 11:02d}-{1 + dossier % 28:02d}"
            yield (
                "dossiers",
                (
                    dossier, text.reference, number, house + 1, owner, "deposited", "transmitted", "t", day,
                    text.training, "", "", "", NOW,
                ),
            )  # fmt: skip
        yield "person_tokens", (number, writing.document(person))
        vocabulary.update(writing.vocabulary(person))


def into_postgresql(folder: Path, dsn: str) -> None:
    """COPY, then the index of the tokens."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute("DROP INDEX ix_person_tokens_words")
        for table, columns in COLUMNS.items():
            into = f"COPY {table} ({', '.join(columns.split())}) FROM STDIN"
            with connection.cursor().copy(into) as copy, (folder / table).open("rb") as file:  # type: ignore[arg-type]
                while block := file.read(1 << 20):
                    copy.write(block)
        connection.execute(
            "CREATE INDEX ix_person_tokens_words ON person_tokens"
            " USING gin (array_to_tsvector(string_to_array(words, ' ')))"
        )
        connection.execute("VACUUM ANALYZE")


def into_sqlite(folder: Path, file: Path) -> None:
    """One transaction a table without the triggers, then FTS5's own rebuild."""
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-400000")
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'person_tokens'"
    ).fetchall()
    for name, _sql in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for table, columns in COLUMNS.items():
        names = columns.split()
        marks = ", ".join("?" * len(names))
        into = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
        for part in _parts(_read(folder / table)):
            connection.executemany(into, part)
        connection.commit()
    connection.execute("INSERT INTO person_found(person_found) VALUES ('rebuild')")
    for _name, sql in triggers:
        connection.execute(sql)
    connection.execute("ANALYZE")
    connection.commit()
    connection.close()


def _read(file: Path) -> Iterator[list[str | int | None]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield [_value(text) for text in line.rstrip("\n").split("\t")]


def _value(text: str) -> str | int | None:
    return None if text == "\\N" else 1 if text == "t" else text


def _parts(rows: Iterable[list[str | int | None]]) -> Iterator[list[list[str | int | None]]]:
    there = iter(rows)
    while part := list(islice(there, AT_ONCE)):
        yield part
