"""What the dossier's own fields say of the reason of a rejection: they prove it, contradict it, or say nothing. Pure.

The study's dispute: one text mixed two causes, and a field of the dossier contradicted one of them. So the field is
shown beside the reason, before somebody explains it to the person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.dossiers.vocabulary import Rejection


class Verdict(StrEnum):
    """What a field says of a reason."""

    PROVES = "proves"
    CONTRADICTS = "contradicts"
    SILENT = "silent"  # nobody asked, or no field can tell


@dataclass(frozen=True)
class Fields:
    """The fields of a dossier that a reason may rest on; None: nobody asked."""

    descends_from_of: bool
    youth_guarantee: bool | None
    employment_benefit: bool | None
    tax_income_cents: int | None
    pieces_open: int
    other_demands: int


@dataclass(frozen=True)
class Evidence:
    """The verdict, and the field of the form that gives it ("" when no field can tell)."""

    verdict: Verdict
    field: str = ""


def of(reason: Rejection, fields: Fields) -> Evidence:
    """What the dossier says of ``reason``."""
    rule = _RULES.get(reason)
    return rule(fields) if rule else Evidence(Verdict.SILENT)


def _of(value: bool | None, field: str) -> Evidence:
    if value is None:
        return Evidence(Verdict.SILENT, field)
    return Evidence(Verdict.PROVES if value else Verdict.CONTRADICTS, field)


_RULES: dict[Rejection, Callable[[Fields], Evidence]] = {
    Rejection.OUTSIDE_PROCEDURE: lambda f: _of(not f.descends_from_of, "descends_from_of"),
    Rejection.YOUTH_GUARANTEE: lambda f: _of(f.youth_guarantee, "youth_guarantee"),
    Rejection.PAID_BY_EMPLOYMENT_SERVICE: lambda f: _of(f.employment_benefit, "employment_benefit"),
    Rejection.PIECES_MISSING: lambda f: _of(f.pieces_open > 0, "pieces"),
    Rejection.DUPLICATE: lambda f: _of(f.other_demands > 0, "others"),
    # The ceiling is the rules', not the dossier's: the figure is shown, and judged by a person.
    Rejection.RESOURCES_TOO_HIGH: lambda _f: Evidence(Verdict.SILENT, "tax_income_cents"),
}
