"""What of a dossier is corrected on its page, by sheet: each field, how it is read, and whose row keeps it. Pure.

A person's ways to be reached have a form of their own, with telephones (``details``); both are stored by the same
mechanism (``record``): compared with what others changed, read back, kept, journaled, told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.dossiers.vocabulary import (
    Defect,
    Inside,
    LegalStatus,
    MinimumIncome,
    PieceKind,
    PieceState,
    Rejection,
)


class Kind(StrEnum):
    """How the text of a field is read (``reading``)."""

    WORDS = "words"
    DAY = "day"
    NUMBER = "number"
    EUROS = "euros"  # « 911,50 »; stored in cents
    PARTS = "parts"  # « 2,5 »; stored in quarters
    CHOICE = "choice"
    YES_NO = "yes_no"  # "" is: nobody asked
    ORGANISATION = "organisation"
    NIR = "nir"
    IBAN = "iban"


class Of(StrEnum):
    """Whose row keeps a field."""

    PERSON = "person"
    DOSSIER = "dossier"
    PIECE = "piece"


@dataclass(frozen=True)
class Field:
    """One field: ``most`` signs, or the greatest number; ``options`` the codes of a choice."""

    name: str
    kind: Kind
    of: Of = Of.DOSSIER
    most: int = 200
    options: tuple[str, ...] = ()
    required: bool = False

    @property
    def secret(self) -> bool:
        """Masked until somebody asks; an empty one in a form leaves it as it is."""
        return self.kind in (Kind.NIR, Kind.IBAN)


def _codes(values: type[StrEnum]) -> tuple[str, ...]:
    return tuple(each.value for each in values)


@dataclass(frozen=True)
class Correction:
    """One field that a correction changes, as the history keeps it."""

    field: str
    before: str
    after: str


P = Of.PERSON
SHEETS: Mapping[str, tuple[Field, ...]] = {
    "rights": (
        Field("legal_status", Kind.CHOICE, P, options=_codes(LegalStatus), required=True),
        Field("residence_permit_until", Kind.DAY, P),
        Field("employment_registered", Kind.YES_NO, P),
        Field("employment_benefit", Kind.YES_NO, P),
        Field("youth_guarantee", Kind.YES_NO, P),
        Field("minimum_income", Kind.CHOICE, P, options=_codes(MinimumIncome)),
        Field("nir", Kind.NIR, P, most=30),
    ),
    "training": (
        Field("organisation_id", Kind.ORGANISATION),
        Field("training_title", Kind.WORDS, most=200),
        Field("training_action", Kind.WORDS, most=32),
        Field("theme", Kind.WORDS, most=80),
        Field("payments", Kind.CHOICE, options=("1", "2"), required=True),
        Field("training_start", Kind.DAY),
        Field("training_end", Kind.DAY),
        Field("training_hours", Kind.NUMBER, most=9_999),
        Field("distance_km", Kind.NUMBER, most=2_000),
        Field("descends_from_of", Kind.CHOICE, options=("yes", "no"), required=True),
    ),
    # Where the enrolment came from, alone: at the desk it is asked, and corrected, in the middle of a call.
    "origin": (Field("descends_from_of", Kind.CHOICE, options=("yes", "no"), required=True),),
    "money": (
        Field("tax_income_cents", Kind.EUROS, most=99_999_999),
        Field("tax_quarters", Kind.PARTS, most=80),
        Field("payee", Kind.WORDS, most=160),
        Field("iban", Kind.IBAN, most=60),
        Field("amount_cents", Kind.EUROS, most=9_999_999),
    ),
    "decision": (
        Field("inside", Kind.CHOICE, options=_codes(Inside), required=True),
        Field("deposited_on", Kind.DAY),
        Field("taken_up_on", Kind.DAY),
        Field("decided_on", Kind.DAY),
        Field("rejection", Kind.CHOICE, options=_codes(Rejection)),
        Field("rejection_evidence", Kind.WORDS, most=300),
        Field("notified_on", Kind.DAY),
        Field("notification_seen", Kind.CHOICE, options=("yes", "no"), required=True),
        Field("next_payment_on", Kind.DAY),
        Field("paid_on", Kind.DAY),
    ),
    "piece": (
        Field("state", Kind.CHOICE, Of.PIECE, options=_codes(PieceState), required=True),
        Field("defect", Kind.CHOICE, Of.PIECE, options=_codes(Defect)),
        Field("message", Kind.WORDS, Of.PIECE, most=300),
        Field("instead", Kind.CHOICE, Of.PIECE, options=_codes(PieceKind)),
        Field("third_party", Kind.WORDS, Of.PIECE, most=160),
        Field("remind_on", Kind.DAY, Of.PIECE),
    ),
}

FIELDS: Mapping[str, Field] = {field.name: field for sheet in SHEETS.values() for field in sheet}


def sheet_of(field_name: str) -> str:
    """The sheet on which a field is corrected. Raises KeyError for a name that is in none."""
    return next(name for name, fields in SHEETS.items() if field_name in {f.name for f in fields})
