"""A block of lines, applied in one transaction: each line is right, or refused with why; a trial leaves nothing."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.exc import DataError, IntegrityError

from app.dossiers.feeds import deciding, kinds
from app.dossiers.feeds.deciding import Did, Outcome
from app.dossiers.feeds.demands import Dossiers, Events, Pieces
from app.dossiers.feeds.kinds import Kind, Reading
from app.dossiers.feeds.people import Organisations, Persons, keys_of
from app.dossiers.name_folding import fold
from app.dossiers.tables.cells import Unusable
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db

AT_ONCE = 200  # lines in one transaction: under half a second, so that calls of the moment have their turn


class Applier(Protocol):
    """What knows one kind."""

    def prepare(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Read what these lines may be about."""

    def apply(self, said: Mapping[str, Any]) -> Outcome:
        """Make or change what one line is about. Raises Unusable."""

    def finish(self) -> None:
        """All lines of the block are applied: store what waits."""


APPLIERS: dict[str, Callable[[str, datetime], Applier]] = {
    "persons": Persons,
    "organisations": Organisations,
    "dossiers": Dossiers,
    "pieces": Pieces,
    "events": Events,
}


@dataclass(frozen=True)
class Line:
    """One line to apply: its number, its cells by our names; ``wrong`` when it could not be cut."""

    number: int
    cells: Mapping[str, str]
    raw: str = ""
    wrong: str = ""


@dataclass(frozen=True)
class Refused:
    """A line that was refused, and why."""

    line: Line
    kind: str
    why: str


@dataclass
class Result:
    """What became of a block (or of all of them): how many of each, the lines refused, what happened to each line."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    outcomes: dict[int, Outcome] = field(default_factory=dict)


class Earlier:
    """What a trial has seen so far, for it stores nothing: a thing that comes again in a later block is no new one.

    Some sixty bytes a line: a key in short, and each value that was said in four bytes.
    """

    def __init__(self, kind: Kind) -> None:
        self._kind = kind.name
        self._seen: dict[bytes, bytes] = {}

    def judged(self, said: Mapping[str, Any], outcome: Outcome) -> Outcome:
        """The outcome as it would be if the earlier blocks were stored."""
        key = IDENTITIES[self._kind](said)
        if outcome.did is not Did.CREATED or key is None:
            return outcome
        short = _short(key, 12)
        values = [_short(f"{name}={deciding.digest(value)}", 4) for name, value in said.items()]
        before = self._seen.get(short)
        known = {before[n : n + 4] for n in range(0, len(before), 4)} if before else set()
        self._seen[short] = b"".join({*known, *values})
        if before is None:
            return outcome
        return Outcome(Did.UNCHANGED if known.issuperset(values) else Did.UPDATED)


def _short(text: str, size: int) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=size).digest()


def _person(said: Mapping[str, Any]) -> str | None:
    return next(iter(keys_of(said)), None)


IDENTITIES: dict[str, Callable[[Mapping[str, Any]], str | None]] = {
    "persons": _person,
    "organisations": lambda said: fold(said["name"]),
    "dossiers": lambda said: str(said["reference"]),
    "pieces": lambda said: f"{said['reference']}|{said['kind']}",
    "events": lambda said: f"{said['reference']}|{said['kind']}|{said['at'].isoformat()}",
}


class _Undone(Exception):
    """A trial: nothing of the block stays."""


def apply(
    kind: Kind,
    lines: Sequence[Line],
    reading: Reading,
    *,
    source: str,
    now: datetime,
    trial: bool,
    keep: Callable[[Result], None] = lambda _result: None,
    forget: bool = True,
    earlier: Earlier | None = None,
) -> Result:
    """Apply a block in one transaction; ``keep`` writes, in it, how far one is.

    ``earlier``: what the blocks before it would have made, in a trial.

    ``forget``: nothing of it stays in this process' memory (nor of what else the session holds).

    A line that the database itself refuses is found by going on line by line.
    """
    read, result = _read(kind, lines, reading)
    try:
        _together(kind, read, result, earlier, source=source, now=now, trial=trial, keep=keep)
    except (IntegrityError, DataError):
        read, result = _read(kind, lines, reading)
        _one_by_one(kind, read, result, earlier, source=source, now=now, trial=trial, keep=keep)
    finally:
        if forget:
            db.session.expunge_all()
    return result


def _read(
    kind: Kind, lines: Sequence[Line], reading: Reading
) -> tuple[list[tuple[Line, dict[str, Any]]], Result]:
    result, read = Result(), []
    for line in lines:
        try:
            if line.wrong:
                raise Unusable("ligne mal formée", line.wrong)
            read.append((line, kinds.read(kind, line.cells, reading)))
        except Unusable as error:
            _refuse(result, line, error)
    return read, result


def _refuse(result: Result, line: Line, error: Unusable) -> None:
    result.refused.append(Refused(line, error.kind, str(error)))
    result.counts["refused"] += 1


def _together(
    kind: Kind,
    read: Sequence[tuple[Line, dict[str, Any]]],
    result: Result,
    earlier: Earlier | None,
    *,
    source: str,
    now: datetime,
    trial: bool,
    keep: Callable[[Result], None],
) -> None:
    with suppress(_Undone), unit_of_work():
        applier = APPLIERS[kind.name](source, now)
        with db.session.no_autoflush:
            applier.prepare([said for _line, said in read])
            for line, said in read:
                _apply_one(applier, line, said, result, earlier)
            applier.finish()
        if trial:
            raise _Undone
        keep(result)
    if trial:
        with unit_of_work():
            keep(result)


def _apply_one(
    applier: Applier,
    line: Line,
    said: Mapping[str, Any],
    result: Result,
    earlier: Earlier | None,
) -> None:
    try:
        outcome = applier.apply(said)
    except Unusable as error:
        _refuse(result, line, error)
        return
    _count(result, line, said, outcome, earlier)


def _count(
    result: Result, line: Line, said: Mapping[str, Any], outcome: Outcome, earlier: Earlier | None
) -> None:
    outcome = earlier.judged(said, outcome) if earlier else outcome
    result.outcomes[line.number] = outcome
    result.counts[outcome.did.value] += 1
    result.counts["kept"] += bool(outcome.kept)


def _one_by_one(
    kind: Kind,
    read: Sequence[tuple[Line, dict[str, Any]]],
    result: Result,
    earlier: Earlier | None,
    *,
    source: str,
    now: datetime,
    trial: bool,
    keep: Callable[[Result], None],
) -> None:
    """Each line within a savepoint: one that the database refuses undoes itself alone."""
    with suppress(_Undone), unit_of_work():
        for line, said in read:
            try:
                with db.session.begin_nested(), db.session.no_autoflush:
                    applier = APPLIERS[kind.name](source, now)
                    applier.prepare([said])
                    outcome = applier.apply(said)
                    applier.finish()
            except Unusable as error:
                _refuse(result, line, error)
                continue
            except (IntegrityError, DataError):
                _refuse(
                    result,
                    line,
                    Unusable("refusée par la base", "la base de données a refusé cette ligne"),
                )
                continue
            _count(result, line, said, outcome, earlier)
        if trial:
            raise _Undone
        keep(result)
    if trial:
        with unit_of_work():
            keep(result)
