"""Bring a backup back, or try whether it would come back: the same way, into a place that is then left."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app.foundation.config import Settings
from app.foundation.exceptions import Conflict, InvalidInput
from app.operations.backups import backup_file, places, table_rows
from app.operations.backups.backup import (
    FILES,
    FORMAT,
    HEADER,
    KEYS,
    MANIFEST,
    TABLES,
    Say,
    fingerprint,
)
from app.operations.backups.backup_file import damaged

Entries = Iterator[tuple[str, IO[bytes]]]


@dataclass
class Found:
    """What a backup says of itself, and what came out of it."""

    header: dict[str, Any]
    manifest: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)
    keys: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """The lines of all tables together."""
        return sum(table["rows"] for table in self.manifest["tables"].values())

    def missing_keys(self, here: Sequence[str]) -> list[str]:
        """Fingerprints of the keys that sealed its values and that this installation has not."""
        return [each for each in self.header["keys"] if each not in map(fingerprint, here)]


def verify(settings: Settings, path: Path, identities: Sequence[str], *, say: Say) -> Found:
    """Restore into an empty place and compare every table and file with what was backed up; leave nothing.

    Raises InvalidInput when the backup would not come back whole.
    """
    with places.trying(settings.instance_dir) as connection:
        found = _read_into(connection, path, identities, None, say)
        _bring_up_to_date(connection, found, say)
    return found


def restore(
    settings: Settings,
    path: Path,
    identities: Sequence[str],
    *,
    overwrite: bool,
    now: datetime,
    say: Say,
) -> Found:
    """Put a backup in the place of what is here; what was here is kept aside.

    Raises Conflict when somebody has worked here and ``overwrite`` is not said, InvalidInput when the
    backup would not come back whole; nothing is changed then.
    """
    taken = places.is_taken()
    if taken and not overwrite:
        raise Conflict(
            "Cette installation contient déjà des données.",
            kept="Rien n'a été changé.",
            todo="Pour les mettre de côté et restaurer à leur place : --overwrite.",
        )
    instance, stamp = settings.instance_dir, f"{now:%Y%m%dT%H%M%S}"
    with tempfile.TemporaryDirectory(dir=instance, prefix="restoring-") as name:
        staged = Path(name)
        with places.replacing(stamp, keep=taken) as connection:
            found = _read_into(connection, path, identities, staged, say)
            _bring_up_to_date(connection, found, say)
        for file in found.files:
            _put(staged / file, instance, file, instance / f"before-restore-{stamp}")
    return found


def _put(source: Path, instance: Path, name: str, aside: Path) -> None:
    """Move a file to its place; another one that stands there is kept in ``aside``."""
    target = instance / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists() and target.read_bytes() != source.read_bytes():
        (aside / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(target, aside / name)
    os.replace(source, target)


def _read_into(
    connection: sa.Connection, path: Path, identities: Sequence[str], staged: Path | None, say: Say
) -> Found:
    with backup_file.reading(path, identities) as entries:
        found = Found(_header(entries))
        places.migrate(connection, found.header["revision"])
        tables = {table.name: table for table in table_rows.tables(connection)}
        with places.loading(connection, list(tables.values())):
            for table in tables.values():
                _empty(connection, table)
            for name, source in entries:
                _take(connection, tables, found, name, source, staged)
    _compare(connection, tables, found, say)
    places.set_sequences(connection, list(tables.values()), found.manifest["sequences"])
    return found


def _header(entries: Entries) -> dict[str, Any]:
    name, source = next(entries, ("", None))
    if name != HEADER or source is None:
        raise InvalidInput(
            "Ce fichier n'est pas une sauvegarde de Permanence.", kept="Rien n'a été changé."
        )
    header: dict[str, Any] = _json(source.read())
    if header.get("format") != FORMAT or header["revision"] not in places.known_revisions():
        raise InvalidInput(
            "Cette sauvegarde vient d'une version plus récente de Permanence (schéma %(revision)s).",
            kept="Rien n'a été changé.",
            todo="Mettez d'abord Permanence à jour, puis recommencez.",
            revision=header.get("revision"),
        )
    return header


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError as error:  # JSONDecodeError and UnicodeDecodeError are
        raise damaged() from error


def _empty(connection: sa.Connection, table: sa.Table) -> None:
    """Take away what migrations put there; a guard that refuses is not asked about nothing."""
    if connection.scalar(sa.select(sa.exists(sa.select(1).select_from(table)))):
        connection.execute(table.delete())


def _take(
    connection: sa.Connection,
    tables: dict[str, sa.Table],
    found: Found,
    name: str,
    source: IO[bytes],
    staged: Path | None,
) -> None:
    if name == MANIFEST:
        found.manifest = _json(source.read())
    elif name == KEYS:
        found.keys = tuple(_json(source.read()))
    elif name.startswith(TABLES):
        _take_rows(connection, tables, found.header, name.split("/")[1], source)
    elif name.startswith(FILES):
        found.files[name.removeprefix(FILES)] = _take_file(name.removeprefix(FILES), source, staged)


def _take_rows(
    connection: sa.Connection,
    tables: dict[str, sa.Table],
    header: dict[str, Any],
    name: str,
    source: IO[bytes],
) -> None:
    rows = (_json(line) for line in source)
    try:
        table_rows.write(connection, tables[name], header["tables"][name], rows)
    except (KeyError, ValueError, TypeError) as error:
        raise damaged() from error
    except SQLAlchemyError as error:
        raise InvalidInput(
            "La base refuse des lignes de la table %(name)s.",
            kept="Rien n'a été changé.",
            todo="La sauvegarde est peut-être abîmée : prenez-en une autre.",
            name=name,
        ) from error


def _take_file(name: str, source: IO[bytes], staged: Path | None) -> dict[str, Any]:
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts:
        raise damaged()
    if staged is None:
        return _copied(source, None)
    (staged / name).parent.mkdir(parents=True, exist_ok=True)
    with (staged / name).open("xb") as copy:
        return _copied(source, copy)


def _copied(source: IO[bytes], copy: IO[bytes] | None) -> dict[str, Any]:
    size, digest = 0, hashlib.sha256()
    while content := source.read(backup_file.READ):
        size += len(content)
        digest.update(content)
        if copy is not None:
            copy.write(content)
    return {"size": size, "sha256": digest.hexdigest()}


def _compare(
    connection: sa.Connection, tables: dict[str, sa.Table], found: Found, say: Say
) -> None:
    """Every table and file again as it was backed up, or the backup is refused."""
    if set(found.manifest) < {"tables", "files", "sequences"}:
        raise damaged()  # it ends too early
    for name, table in tables.items():
        total = table_rows.checksum(table)
        for row in table_rows.read(connection, table):
            total.add(row)
        if total.told() != found.manifest["tables"].get(name, table_rows.Checksum().told()):
            raise InvalidInput(
                "La table %(name)s n'est pas revenue comme elle était.",
                kept="Rien n'a été changé.",
                todo="Prenez une autre sauvegarde.",
                name=name,
            )
        say(f"{name}, lignes identiques : {total.rows}")
    if found.files != found.manifest["files"] or set(found.manifest["tables"]) - set(tables):
        raise damaged()
    say(f"Fichiers identiques : {len(found.files)}")


def _bring_up_to_date(connection: sa.Connection, found: Found, say: Say) -> None:
    newest = places.known_revisions()[-1]
    if found.header["revision"] != newest:
        places.migrate(connection, newest)
        say(f"Schéma {found.header['revision']} mis à jour en {newest}")
