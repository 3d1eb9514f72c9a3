"""Promises due on a day and what became of them, by kind: the report's ``promises{}``. Pure.

Each promise due is counted once, in one of four fates, so that a kind's fates sum to what was due.
Each figure is defined under ``promises_<key>``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.reporting.promises.definitions import KINDS

FATES = ("kept", "late", "dropped", "open")


@dataclass(frozen=True, slots=True)
class PromiseFact:
    """``count`` promises of one kind that ended alike: ``outcome`` « kept », « dropped » or None while open.

    ``missed``: their time had passed when they were kept, or moved.
    """

    kind: str
    outcome: str | None
    missed: bool
    count: int = 1


@dataclass(frozen=True, slots=True)
class PromiseFigures:
    """One kind, or all of them together (``kind`` « »): what was due, and its fates."""

    kind: str
    kept: int = 0
    late: int = 0
    dropped: int = 0
    open: int = 0

    @property
    def due(self) -> int:
        """The denominator of the others."""
        return self.kept + self.late + self.dropped + self.open

    def as_json(self) -> dict[str, Any]:
        """The stable interface, in this order."""
        return {"due": self.due, **{fate: getattr(self, fate) for fate in FATES}}


def figures(facts: Iterable[PromiseFact] = ()) -> tuple[PromiseFigures, ...]:
    """The figures of every kind, in the order of ``KINDS``. Raises ValueError for a kind or an end unknown."""
    counts = {kind: dict.fromkeys(FATES, 0) for kind in KINDS}
    for fact in facts:
        if fact.kind not in counts:
            raise ValueError(f"unknown kind of promise: {fact.kind}")
        counts[fact.kind][_fate(fact)] += fact.count
    return tuple(PromiseFigures(kind, **fates) for kind, fates in counts.items())


def together(each: Iterable[PromiseFigures]) -> PromiseFigures:
    """All kinds as one."""
    known = tuple(each)
    return PromiseFigures("", **{fate: sum(getattr(k, fate) for k in known) for fate in FATES})


def as_json(each: Iterable[PromiseFigures]) -> dict[str, Any]:
    """``{due, kept, late, dropped, open, by_kind{…}}``: every kind is there, even with nothing due."""
    known = tuple(each)
    return {**together(known).as_json(), "by_kind": {k.kind: k.as_json() for k in known}}


def _fate(fact: PromiseFact) -> str:
    if fact.outcome is None:
        return "open"
    if fact.outcome == "dropped":
        return "dropped"
    if fact.outcome != "kept":
        raise ValueError(f"unknown end of a promise: {fact.outcome}")
    return "late" if fact.missed else "kept"
