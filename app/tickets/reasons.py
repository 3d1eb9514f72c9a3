"""Why people call: reasons, callers' roles, kinds of digital trouble, and what to suggest. Pure.

The seven reasons are the exact labels of the field study: reports and imports compare them as
text, so the label is the stored value. English is for screens only.
"""

from __future__ import annotations

from collections.abc import Iterable
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


REASON_LABELS: dict[Reason, dict[str, str]] = {
    Reason.UNQUALIFIED: {"fr": Reason.UNQUALIFIED.value, "en": "Not qualified"},
    Reason.COMPLETENESS: {"fr": Reason.COMPLETENESS.value, "en": "Completeness of the file"},
    Reason.HOW_TO_DEPOSIT: {"fr": Reason.HOW_TO_DEPOSIT.value, "en": "How to submit a request"},
    Reason.ACCOUNTS: {"fr": Reason.ACCOUNTS.value, "en": "Sign-in and accounts"},
    Reason.GENERAL: {"fr": Reason.GENERAL.value, "en": "General information on the aid"},
    Reason.FOLLOW_UP: {"fr": Reason.FOLLOW_UP.value, "en": "Progress of the file"},
    Reason.TRANSFER: {"fr": Reason.TRANSFER.value, "en": "Transfer to another service"},
}

ROLE_LABELS: dict[CallerRole, dict[str, str]] = {
    CallerRole.STAGIAIRE: {"fr": "Stagiaire", "en": "Trainee"},
    CallerRole.FORMATEUR: {"fr": "Formateur·rice", "en": "Trainer"},
    CallerRole.DUO: {
        "fr": "Duo (formateur·rice et stagiaire)",
        "en": "Trainer and trainee together",
    },
    CallerRole.SECRETAIRE: {"fr": "Secrétaire d'organisme", "en": "Training centre's secretary"},
    CallerRole.AUTRE: {"fr": "Autre", "en": "Other"},
}

DIGITAL_LABELS: dict[DigitalKind, dict[str, str]] = {
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

_BY_SCRIPT: dict[str, tuple[Reason, DigitalKind | None]] = {
    "S01": (Reason.ACCOUNTS, DigitalKind.MAIL_NOT_RECEIVED),
    "S02": (Reason.ACCOUNTS, DigitalKind.LINK_EXPIRED),
    "S03": (Reason.ACCOUNTS, DigitalKind.MAIL_NOT_RECEIVED),
    "S04": (Reason.ACCOUNTS, DigitalKind.MAILBOX_PASSWORD),
    "S05": (Reason.ACCOUNTS, DigitalKind.OTHER),
    "S06": (Reason.ACCOUNTS, DigitalKind.OTHER),
    "S07": (Reason.ACCOUNTS, DigitalKind.OTHER),
    "S08": (Reason.ACCOUNTS, DigitalKind.OTHER),
    "S09": (Reason.ACCOUNTS, DigitalKind.INVALID_IDENTIFIER),
    "S10": (Reason.ACCOUNTS, DigitalKind.OTHER),
    "S11": (Reason.HOW_TO_DEPOSIT, DigitalKind.OTHER),
    "S12": (Reason.HOW_TO_DEPOSIT, DigitalKind.OUTSIDE_PROCEDURE),
    "S13": (Reason.HOW_TO_DEPOSIT, DigitalKind.OUTSIDE_PROCEDURE),
    "S14": (Reason.GENERAL, None),
    "S15": (Reason.GENERAL, None),
    "S16": (Reason.FOLLOW_UP, None),
    "S17": (Reason.COMPLETENESS, None),
    "S18": (Reason.COMPLETENESS, DigitalKind.INVALID_PIECES),
    "S19": (Reason.COMPLETENESS, DigitalKind.INVALID_PIECES),
    "S20": (Reason.COMPLETENESS, DigitalKind.INVALID_PIECES),
    "S21": (Reason.COMPLETENESS, None),
    "S22": (Reason.COMPLETENESS, None),
    "S23": (Reason.HOW_TO_DEPOSIT, DigitalKind.OTHER),
    "S24": (Reason.ACCOUNTS, DigitalKind.ACCOUNT_NOT_FOUND),
    "S25": (Reason.FOLLOW_UP, None),
    "S26": (Reason.FOLLOW_UP, None),
    "S27": (Reason.COMPLETENESS, DigitalKind.INVALID_PIECES),
    "S28": (Reason.TRANSFER, None),
    "S29": (Reason.GENERAL, None),
    "S30": (Reason.HOW_TO_DEPOSIT, DigitalKind.OTHER),
}

_BY_TROUBLE: dict[str, tuple[Reason, DigitalKind | None]] = {
    "never_enrolled": (Reason.ACCOUNTS, None),
    "mail_bounced": _BY_SCRIPT["S01"],
    "mail_unopened": _BY_SCRIPT["S03"],
    "link_expired": _BY_SCRIPT["S02"],
    "password_refused": _BY_SCRIPT["S07"],
    "login_failed": _BY_SCRIPT["S08"],
    "wrong_identifier": _BY_SCRIPT["S09"],
    "after_step1": _BY_SCRIPT["S10"],
    "error_shown": _BY_SCRIPT["S11"],
    "several_demands": _BY_SCRIPT["S12"],
    "outside_procedure": _BY_SCRIPT["S13"],
    "rejected": _BY_SCRIPT["S16"],
    "piece_unreadable": _BY_SCRIPT["S18"],
    "pages_missing": _BY_SCRIPT["S19"],
    "wrong_slot": _BY_SCRIPT["S20"],
    "fields_lost": _BY_SCRIPT["S23"],
    "account_not_found": _BY_SCRIPT["S24"],
    "awaiting_payment": _BY_SCRIPT["S25"],
    "piece_asked": _BY_SCRIPT["S27"],
}


def suggest_reason(script_ids: Iterable[str], trouble_code: str | None = None) -> Reason | None:
    """The reason to preselect: that of the last script used, else of the likely trouble.

    The last script wins because a call often begins with one trouble and is really about the next.
    None when nothing is known: the agent chooses, nothing is guessed.
    """
    return _last(script_ids, trouble_code)[0]


def suggest_digital(
    script_ids: Iterable[str], trouble_code: str | None = None
) -> DigitalKind | None:
    """The kind of digital trouble seen in the call's trace, or None if it shows none.

    A script really used weighs more than a guess; any digital one counts, even if not the last.
    """
    seen = [_BY_SCRIPT[s][1] for s in script_ids if s in _BY_SCRIPT]
    digital = [kind for kind in seen if kind is not None]
    if digital:
        return digital[-1]
    return None if seen else _last((), trouble_code)[1]


def is_digital(script_id: str) -> bool:
    """Whether using this script is a trace of digital trouble (the *observed* figure)."""
    return _BY_SCRIPT.get(script_id, (None, None))[1] is not None


def label(value: Reason | CallerRole | DigitalKind, locale: str) -> str:
    """What the screen shows for ``value``; French when the locale is unknown."""
    tables: dict[type, dict[str, dict[str, str]]] = {
        Reason: REASON_LABELS,  # type: ignore[dict-item]
        CallerRole: ROLE_LABELS,  # type: ignore[dict-item]
        DigitalKind: DIGITAL_LABELS,  # type: ignore[dict-item]
    }
    texts = tables[type(value)][value]
    return texts.get(locale[:2], texts["fr"])


def _last(
    script_ids: Iterable[str], trouble_code: str | None
) -> tuple[Reason | None, DigitalKind | None]:
    known = [_BY_SCRIPT[s] for s in script_ids if s in _BY_SCRIPT]
    if known:
        return known[-1]
    return _BY_TROUBLE.get(trouble_code or "", (None, None))
