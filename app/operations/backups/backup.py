"""Make a backup: the database as it is at one instant, the instance's files, and the keys."""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from app.foundation.config import Settings
from app.foundation.exceptions import InvalidInput
from app.operations.backups import backup_file, places, table_rows

FORMAT = 1
HEADER, MANIFEST, KEYS = "header.json", "manifest.json", "encryption-keys.json"
TABLES, FILES = "tables/", "files/"
PART = 4 << 20  # bytes of lines in memory: an entry's size is written before it
# What another file of the backup holds, what makes itself again, and what was put aside.
LEFT_OUT = (
    "*.sqlite",
    "*.sqlite-*",
    "*.sqlite.*",
    "*.lock",
    "*.partial",
    "*.backup",
    "*.age",
    "before-restore-*",
    "verify-*",
    "restoring-*",
)

Say = Callable[[str], None]


@dataclass
class Made:
    """What went into a backup, for its manifest."""

    tables: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)


def make(
    settings: Settings, out: Path, recipients: Sequence[str], *, now: datetime, say: Say
) -> Made:
    """Write a backup to ``out``. Raises InvalidInput: the schema is not this version's, the disk refuses."""
    made = Made()
    with places.snapshot() as connection, backup_file.writing(out, recipients) as writer:
        tables = table_rows.tables(connection)
        header = _header(connection, settings, tables, now)
        writer.add(HEADER, json.dumps(header, indent=1).encode())
        if recipients:
            writer.add(KEYS, json.dumps(list(settings.encryption_keys)).encode())
        for table in tables:
            made.tables[table.name] = _add_table(writer, connection, table)
            say(f"{table.name}, lignes : {made.tables[table.name]['rows']}")
        made.sequences = places.sequences(connection, tables)
        for path in files_of(settings.instance_dir):
            _add_file(writer, settings.instance_dir, path, made)
        say(f"Fichiers : {len(made.files)}")
        manifest = {"tables": made.tables, "files": made.files, "sequences": made.sequences}
        writer.add(MANIFEST, json.dumps(manifest, indent=1).encode())
    return made


def fingerprint(key: str) -> str:
    """A name for a key, which says nothing of it."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def files_of(instance: Path) -> Iterator[Path]:
    """The files of the instance folder that a backup holds: secrets, mails kept, sounds, recordings."""
    for path in sorted(instance.rglob("*")):
        parts = path.relative_to(instance).parts
        if any(Path(part).match(pattern) for part in parts for pattern in LEFT_OUT):
            continue
        if stat.S_ISREG(path.lstat().st_mode):
            yield path


def _header(
    connection: sa.Connection, settings: Settings, tables: Sequence[sa.Table], now: datetime
) -> dict[str, Any]:
    revision = places.revision(connection)
    if revision is None:
        raise InvalidInput(
            "Cette base est vide : il n'y a rien à sauvegarder.",
            todo="Vérifiez DATABASE_URL et INSTANCE_DIR.",
        )
    return {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "database": connection.dialect.name,
        "revision": revision,
        "keys": [fingerprint(key) for key in settings.encryption_keys],
        "tables": {table.name: [c.name for c in table_rows.columns(table)] for table in tables},
    }


def _add_table(
    writer: backup_file.Writer, connection: sa.Connection, table: sa.Table
) -> dict[str, Any]:
    total = table_rows.checksum(table)
    part, size, number = [], 0, 0
    for row in table_rows.read(connection, table):
        total.add(row)
        line = json.dumps(row, separators=(",", ":")).encode()
        part.append(line)
        size += len(line) + 1
        if size >= PART:
            writer.add(f"{TABLES}{table.name}/{number:06}.jsonl", b"\n".join(part))
            part, size, number = [], 0, number + 1
    if part:
        writer.add(f"{TABLES}{table.name}/{number:06}.jsonl", b"\n".join(part))
    return total.told()


class _Hashing(io.RawIOBase):
    """A file that is hashed while the archive reads it."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source = source
        self.hash = hashlib.sha256()

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As a file's."""
        content = self.source.read(len(buffer))
        self.hash.update(content)
        buffer[: len(content)] = content
        return len(content)


def _add_file(writer: backup_file.Writer, instance: Path, path: Path, made: Made) -> None:
    try:
        source = path.open("rb")
    except FileNotFoundError:
        return  # a mail that was erased meanwhile
    name = path.relative_to(instance).as_posix()
    with source:
        size = os.fstat(source.fileno()).st_size
        hashing = _Hashing(source)
        writer.add_stream(FILES + name, io.BufferedReader(hashing), size)
    made.files[name] = {"size": size, "sha256": hashing.hash.hexdigest()}
