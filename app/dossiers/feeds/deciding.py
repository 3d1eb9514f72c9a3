"""What a line that is sent again changes: only what is new in it, and never what was corrected here. Pure.

Three values of each field: what was sent last time (its digest is kept), what is sent now, what is here. The same as
last time says nothing. New, where here still stands what was sent: taken. New, where somebody here has corrected
it meanwhile: kept as it is here, and said; a ``master`` field is taken all the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Did(StrEnum):
    """What became of a line."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Outcome:
    """What became of a line; ``kept``: fields that were corrected here, and were left."""

    did: Did
    kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """What to write, what is kept of ours, and the digests of what was sent."""

    writes: Mapping[str, Any]
    kept: tuple[str, ...]
    sent: Mapping[str, str]


def digest(value: Any) -> str:
    """A value in short, the same however it came."""
    dated = isinstance(value, datetime | date)
    text = value.isoformat() if dated else "" if value is None else str(value)
    return hashlib.blake2b(text.encode(), digest_size=9).hexdigest()


def decide(
    theirs: Mapping[str, Any],
    ours: Mapping[str, Any],
    last: Mapping[str, str],
    master: Collection[str] = (),
) -> Decision:
    """What a line changes, given what was sent before."""
    writes: dict[str, Any] = {}
    kept: list[str] = []
    sent = dict(last)
    for name, value in theirs.items():
        told, before = digest(value), last.get(name)
        sent[name] = told
        if told == before or digest(ours.get(name)) == told:
            continue
        untouched = (
            ours.get(name) in (None, "") if before is None else digest(ours.get(name)) == before
        )
        if untouched or name in master:
            writes[name] = value
        else:
            kept.append(name)
    return Decision(writes, tuple(kept), sent)
