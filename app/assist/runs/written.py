"""What needs no question because it is written already: in the dossier, or confirmed on the card of who speaks."""

from __future__ import annotations

from datetime import datetime

from app.assist import store
from app.assist.models import ScriptRun
from app.assist.walk.facts import Known
from app.dossiers.models import Dossier
from app.dossiers.reasons import contested
from app.dossiers.vocabulary import Rejection
from app.tickets import speaking


def of(run: ScriptRun, dossier_id: int | None, now: datetime) -> dict[str, Known]:
    """The facts that a run about this dossier finds written at ``now``. An answer of the call corrects them."""
    found = _dossier(store.dossier(dossier_id)) if dossier_id is not None else {}
    if run.contact_id is not None:
        contact = store.contact(run.contact_id)
        # A helper's own identity is not the person's: the card says who speaks.
        if contact.identity_at is not None and speaking.for_oneself(contact):
            found["identity"] = "checked"
    return {name: Known(name, value, now, written=True) for name, value in found.items()}


def _dossier(dossier: Dossier) -> dict[str, str]:
    found = {}
    if dossier.enrolled_on is not None:
        found["enrolled"] = "yes"
    # A contested reason is for a person to read (S13).
    outside = dossier.rejection is Rejection.OUTSIDE_PROCEDURE
    if outside and not contested.is_contested(dossier):
        found["rejection"] = "outside"
    return found
