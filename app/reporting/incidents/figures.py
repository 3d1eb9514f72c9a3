"""The incidents of a day, their life, and what they cost the line: the report's ``incidents{}``. Pure.

A contact linked to two incidents costs each of them; in the total it counts once. Each figure is defined
under ``incidents_<key>``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.reporting.incidents.definitions import KINDS
from app.tickets.incidents.cost import NOTHING, Cost, Exchange, cost

STEPS = ("opened_at", "confirmed_at", "repaired_at", "closed_at")


@dataclass(frozen=True, slots=True)
class IncidentFact:
    """One incident: its number, kind, name ("": its kind's), its life, and the contacts of the day, by their id."""

    id: int
    kind: str
    name: str
    opened_at: datetime
    confirmed_at: datetime | None = None
    repaired_at: datetime | None = None
    closed_at: datetime | None = None
    contacts: tuple[tuple[int, Exchange], ...] = ()


@dataclass(frozen=True, slots=True)
class IncidentFigures:
    """One incident with what it cost on the day."""

    fact: IncidentFact
    cost: Cost


@dataclass(frozen=True, slots=True)
class DayIncidents:
    """The incidents of a day, the first opened first, and their cost together."""

    each: tuple[IncidentFigures, ...] = ()
    total: Cost = NOTHING


NO_INCIDENTS = DayIncidents()


def figures(facts: Iterable[IncidentFact], start: datetime, end: datetime) -> DayIncidents:
    """Those that went on in ``[start, end)``. Raises ValueError for a kind unknown."""
    kept = sorted((f for f in facts if _of_day(f, start, end)), key=lambda f: (f.opened_at, f.id))
    if unknown := {fact.kind for fact in kept} - set(KINDS):
        raise ValueError(f"unknown kind of incident: {sorted(unknown)}")
    together: Mapping[int, Exchange] = dict(pair for fact in kept for pair in fact.contacts)
    return DayIncidents(
        tuple(IncidentFigures(f, cost(exchange for _id, exchange in f.contacts)) for f in kept),
        cost(together.values()),
    )


def _of_day(fact: IncidentFact, start: datetime, end: datetime) -> bool:
    ends = [at for at in (fact.repaired_at, fact.closed_at) if at is not None]
    return fact.opened_at < end and (not ends or min(ends) >= start)


def as_json(day: DayIncidents) -> dict[str, Any]:
    """``{going_on, contacts, calls, talk_s, promises, each[…]}``; no incident's name: people write it."""
    return {
        "going_on": len(day.each),
        **_cost_json(day.total),
        "each": [
            {
                "incident": each.fact.id,
                "kind": each.fact.kind,
                **{step: _instant(getattr(each.fact, step)) for step in STEPS},
                **_cost_json(each.cost),
            }
            for each in day.each
        ],
    }


def _cost_json(found: Cost) -> dict[str, Any]:
    return {
        "contacts": found.contacts,
        "calls": found.calls,
        "talk_s": round(found.talk_s, 1),
        "promises": found.promises,
    }


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
