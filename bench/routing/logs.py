"""Real logs to replay, in one of three shapes.

- Ours: a CSV with ``queued_at`` (ISO 8601) and ``talk_s`` (empty or 0: the caller left); optional
  ``wait_s``, ``wrap_up_s``, ``ring_s``, ``patience_s``, ``owner`` (a number for each dossier owner).
- An export of our own database: the same columns, written by ``python -m bench.routing.export``.
- Any switchboard's file, with the TOML mapping that ``flask … calls import`` reads
  (app/reporting/imports/service.py): ``received_at``, ``wait_s``, ``talk_s``.

What a log does not tell is drawn, anew for each replay. Who left waited ``wait_s`` and no more: that
is her patience, and her talk is drawn. Who was answered would have waited longer, by an exponential.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from app.dossiers.tables import reading
from app.foundation import clock
from app.reporting.imports import (
    line as import_line,
)
from app.reporting.imports import (
    mapping as import_mapping,
)
from bench.routing.arrivals import (
    MEAN_PATIENCE_S,
    RING_S,
    WRAP_UP_S,
    ArrivingCall,
    Day,
    talks_of,
)

DURATIONS = ("talk_s", "wait_s", "wrap_up_s", "ring_s", "patience_s")


@dataclass(frozen=True, slots=True)
class Known:
    """What a log tells of one call; durations in seconds, None when it does not say."""

    queued_at: datetime
    talk_s: float | None = None
    wait_s: float | None = None
    wrap_up_s: float | None = None
    ring_s: float | None = None
    patience_s: float | None = None
    owner: int | None = None


class Log(tuple[Known, ...]):
    """The calls of a log, in order of arrival."""

    __slots__ = ()

    def day(self, rng: np.random.Generator) -> Day:
        """The log as a day to replay."""
        first = self[0].queued_at.replace(hour=0, minute=0, second=0, microsecond=0)
        return tuple(_arriving(known, first, rng) for known in self)


def read(path: Path, mapping: Path | None = None) -> Log:
    """The log in this file. Raises ``ValueError`` naming the line that cannot be read."""
    rows = _mapped(path, mapping) if mapping else _ours(path)
    calls = sorted(rows, key=lambda known: known.queued_at)
    if not calls:
        raise ValueError(f"{path.name}: no call in it")
    return Log(calls)


def _ours(path: Path) -> list[Known]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return [_line(number, row) for number, row in enumerate(csv.DictReader(file), start=2)]


def _line(number: int, row: Mapping[str, str | None]) -> Known:
    try:
        owner = row.get("owner")
        return Known(
            datetime.fromisoformat(str(row["queued_at"])),
            **{name: _seconds(row.get(name)) for name in DURATIONS},
            owner=int(owner) if owner else None,
        )
    except (KeyError, ValueError) as error:
        raise ValueError(f"line {number}: {error}") from error


def _seconds(text: str | None) -> float | None:
    if not text:
        return None
    value = float(text)
    if not 0 <= value < timedelta(days=1).total_seconds():
        raise ValueError(f"{text} is no duration")
    return value


def _mapped(path: Path, mapping_file: Path) -> Iterable[Known]:
    mapping = import_mapping.load(mapping_file)
    for block in reading.open_table(path, mapping).blocks:
        for row in block:
            if row.empty:
                continue
            try:
                if row.wrong:
                    raise ValueError(row.wrong)
                told = import_line.read(row.cells, mapping, now=clock.now())
            except ValueError as error:
                raise ValueError(f"line {row.number}: {error}") from error
            local = told.received_at.astimezone(mapping.zone)
            yield Known(local, talk_s=told.talk_s or None, wait_s=told.wait_s)


def _arriving(known: Known, first: datetime, rng: np.random.Generator) -> ArrivingCall:
    further = float(rng.exponential(MEAN_PATIENCE_S))
    drawn_talk = float(talks_of(rng, 1, lognormal=True)[0])
    patience = (known.wait_s or 0.0) + (0.0 if _left(known) else further)
    return ArrivingCall(
        at=(known.queued_at - first).total_seconds(),
        talk_s=known.talk_s or drawn_talk,
        patience_s=patience if known.patience_s is None else known.patience_s,
        wrap_up_s=WRAP_UP_S if known.wrap_up_s is None else known.wrap_up_s,
        ring_s=RING_S if known.ring_s is None else known.ring_s,
        owner=known.owner,
    )


def _left(known: Known) -> bool:
    """Did she hang up before an answer? Known only when the log tells her wait and no talk."""
    return not known.talk_s and known.wait_s is not None
