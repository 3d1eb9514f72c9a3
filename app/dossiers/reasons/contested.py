"""Is the reason of a rejection contested? By a field of the dossier, or by two agents who read it differently.

The second one is known in a room above (consultations): it registers who can say so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import Flask, current_app
from sqlalchemy import func, select

from app.dossiers.models import Dossier
from app.dossiers.reasons import evidence
from app.dossiers.reasons.evidence import Evidence, Fields, Verdict
from app.dossiers.vocabulary import REFUSED, PieceState
from app.foundation.extensions import db

DISPUTED = "permanence.disputed"

Disputed = Callable[[int], bool]


def register(app: Flask, source: Disputed) -> None:
    """Let ``source`` say of a dossier whether a dispute about it waits for a manager."""
    app.extensions[DISPUTED] = source


def fields_of(dossier: Dossier) -> Fields:
    """The fields that a reason may rest on."""
    return Fields(
        descends_from_of=dossier.descends_from_of,
        youth_guarantee=dossier.person.youth_guarantee,
        employment_benefit=dossier.person.employment_benefit,
        tax_income_cents=dossier.tax_income_cents,
        pieces_open=sum(p.state in (PieceState.RED, PieceState.GREY) for p in dossier.pieces),
        other_demands=_other_demands(dossier),
    )


def _other_demands(dossier: Dossier) -> int:
    """The person's other demandes for the same training that were not refused: the one kept may be paid by now."""
    query = select(func.count(Dossier.id)).where(
        Dossier.person_id == dossier.person_id,
        Dossier.id != dossier.id,
        Dossier.training_title == dossier.training_title,
        Dossier.inside.not_in(REFUSED),
    )
    return db.session.scalar(query) or 0


def said_by_fields(dossier: Dossier) -> Evidence | None:
    """What the fields say of the reason; None for a dossier without one."""
    if dossier.rejection is None:
        return None
    return evidence.of(dossier.rejection, fields_of(dossier))


def is_contested(dossier: Dossier) -> bool:
    """Does a field say the contrary of the reason, or does a dispute about the dossier wait for a manager?"""
    found = said_by_fields(dossier)
    if found is None:
        return False
    if found.verdict is Verdict.CONTRADICTS:
        return True
    source = cast("Disputed | None", current_app.extensions.get(DISPUTED))
    return source is not None and source(dossier.id)
