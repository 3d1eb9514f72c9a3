"""Why people call: reasons, callers' roles, kinds of digital trouble, and what to suggest. Pure.

The seven reasons are the exact labels of the field study: reports and imports compare them as
text, so the label is the stored value. English is for screens only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """The seven reasons; the value is the exact label, stored and exported as it is."""

    UNQUALIFIED = "Pas de qualification"
    COMPLETENESS = "Complétude du dossier"
    HOW_TO_DEPOSIT = "Modalités de dépôt des demandes"
    ACCOUNTS = "Question de connexion et de comptes"
    GENERAL = "Renseignement général sur le dispositif"
    FOLLOW_UP = "Suivi du dossier"
    TRANSFER = "Transfert vers autres services"


class CallerRole(StrEnum):
    """Who is on the line. A duo is one call with two people: formateur and stagiaire."""

    STAGIAIRE = "stagiaire"
    FORMATEUR = "formateur"
    DUO = "duo"
    SECRETAIRE = "secretaire"
    AUTRE = "autre"


class DigitalKind(StrEnum):
    """What the digital trouble was."""

    INVALID_IDENTIFIER = "invalid_identifier"
    MAILBOX_PASSWORD = "mailbox_password"  # noqa: S105
    OUTSIDE_PROCEDURE = "outside_procedure"
    INVALID_PIECES = "invalid_pieces"
    ACCOUNT_NOT_FOUND = "account_not_found"
    MAIL_NOT_RECEIVED = "mail_not_received"
    LINK_EXPIRED = "link_expired"
    OTHER = "other"


REASONS = frozenset(reason.value for reason in Reason)
DIGITAL_KINDS = frozenset(kind.value for kind in DigitalKind)

REASON_LABELS: dict[str, dict[str, str]] = {
    Reason.UNQUALIFIED: {"fr": Reason.UNQUALIFIED.value, "en": "Not qualified"},
    Reason.COMPLETENESS: {"fr": Reason.COMPLETENESS.value, "en": "Completeness of the file"},
    Reason.HOW_TO_DEPOSIT: {"fr": Reason.HOW_TO_DEPOSIT.value, "en": "How to submit a request"},
    Reason.ACCOUNTS: {"fr": Reason.ACCOUNTS.value, "en": "Sign-in and accounts"},
    Reason.GENERAL: {"fr": Reason.GENERAL.value, "en": "General information on the aid"},
    Reason.FOLLOW_UP: {"fr": Reason.FOLLOW_UP.value, "en": "Progress of the file"},
    Reason.TRANSFER: {"fr": Reason.TRANSFER.value, "en": "Transfer to another service"},
}

ROLE_LABELS: dict[str, dict[str, str]] = {
    CallerRole.STAGIAIRE: {"fr": "Stagiaire", "en": "Trainee"},
    CallerRole.FORMATEUR: {"fr": "Formateur·rice", "en": "Trainer"},
    CallerRole.DUO: {"fr": "Duo", "en": "Both together"},
    CallerRole.SECRETAIRE: {"fr": "Secrétaire", "en": "Secretary"},
    CallerRole.AUTRE: {"fr": "Autre", "en": "Other"},
}

DIGITAL_LABELS: dict[str, dict[str, str]] = {
    DigitalKind.INVALID_IDENTIFIER: {"fr": "Identifiant refusé", "en": "Invalid identifier"},
    DigitalKind.MAILBOX_PASSWORD: {
        "fr": "Mot de passe de la messagerie perdu",
        "en": "Mailbox password lost",
    },
    DigitalKind.OUTSIDE_PROCEDURE: {
        "fr": "Dépôt hors procédure",
        "en": "Submitted outside the procedure",
    },
    DigitalKind.INVALID_PIECES: {"fr": "Pièces invalides", "en": "Invalid documents"},
    DigitalKind.ACCOUNT_NOT_FOUND: {
        "fr": "Compte ou demande introuvable (anomalie)",
        "en": "Account or request not found (bug)",
    },
    DigitalKind.MAIL_NOT_RECEIVED: {"fr": "Mail non reçu", "en": "Mail not received"},
    DigitalKind.LINK_EXPIRED: {"fr": "Lien expiré", "en": "Link expired"},
    DigitalKind.OTHER: {"fr": "Autre difficulté numérique", "en": "Other digital trouble"},
}

# Values of the three lists differ (a test says so), so one table serves them all.
_LABELS: dict[str, dict[str, str]] = {**REASON_LABELS, **ROLE_LABELS, **DIGITAL_LABELS}


@dataclass(frozen=True)
class Suggestion:
    """What the machine proposes in the qualification bar; None where nothing is known."""

    reason: Reason | None = None
    digital: DigitalKind | None = None


# By code of likely trouble (app.dossiers.trouble). A script says its own reason in its file.
_BY_TROUBLE: dict[str, Suggestion] = {
    "distress": Suggestion(Reason.TRANSFER),
    "urgent_need": Suggestion(Reason.FOLLOW_UP),
    "never_enrolled": Suggestion(Reason.ACCOUNTS, DigitalKind.MAIL_NOT_RECEIVED),
    "mail_bounced": Suggestion(Reason.ACCOUNTS, DigitalKind.MAIL_NOT_RECEIVED),
    "mail_unopened": Suggestion(Reason.ACCOUNTS, DigitalKind.MAIL_NOT_RECEIVED),
    "link_expired": Suggestion(Reason.ACCOUNTS, DigitalKind.LINK_EXPIRED),
    "password_refused": Suggestion(Reason.ACCOUNTS, DigitalKind.OTHER),
    "login_failed": Suggestion(Reason.ACCOUNTS, DigitalKind.OTHER),
    "wrong_identifier": Suggestion(Reason.ACCOUNTS, DigitalKind.INVALID_IDENTIFIER),
    "after_step1": Suggestion(Reason.ACCOUNTS, DigitalKind.OTHER),
    "account_not_found": Suggestion(Reason.ACCOUNTS, DigitalKind.ACCOUNT_NOT_FOUND),
    "error_shown": Suggestion(Reason.HOW_TO_DEPOSIT, DigitalKind.OTHER),
    "fields_lost": Suggestion(Reason.HOW_TO_DEPOSIT, DigitalKind.OTHER),
    "several_demands": Suggestion(Reason.HOW_TO_DEPOSIT, DigitalKind.OUTSIDE_PROCEDURE),
    "outside_procedure": Suggestion(Reason.HOW_TO_DEPOSIT, DigitalKind.OUTSIDE_PROCEDURE),
    "piece_asked": Suggestion(Reason.COMPLETENESS),
    "piece_unreadable": Suggestion(Reason.COMPLETENESS, DigitalKind.INVALID_PIECES),
    "pages_missing": Suggestion(Reason.COMPLETENESS, DigitalKind.INVALID_PIECES),
    "wrong_slot": Suggestion(Reason.COMPLETENESS, DigitalKind.INVALID_PIECES),
    "rejected": Suggestion(Reason.FOLLOW_UP),
    "awaiting_payment": Suggestion(Reason.FOLLOW_UP),
}


def suggest(used: Sequence[Suggestion], trouble_code: str | None = None) -> Suggestion:
    """What to propose, from the scripts used (in order), else from the likely trouble.

    The last script gives the reason: a call often begins with one trouble and is really about the
    next. Any digital script counts, even if it is not the last. Once a script was used the guess
    made before a word was said counts for nothing.
    """
    if not used:
        return _BY_TROUBLE.get(trouble_code or "", Suggestion())
    reasons = [s.reason for s in used if s.reason]
    digital = [s.digital for s in used if s.digital]
    return Suggestion(reasons[-1] if reasons else None, digital[-1] if digital else None)


def label(value: Reason | CallerRole | DigitalKind, locale: str) -> str:
    """What the screen shows for ``value``; French when the locale is unknown."""
    texts = _LABELS[value]
    return texts.get(locale[:2], texts["fr"])
