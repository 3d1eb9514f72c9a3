"""Why people call: reasons, callers' roles, kinds of digital trouble, and what to suggest. Pure.

Each is a code, which is what is stored; what it is called is in ``labels``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.tickets import labels


class Reason(StrEnum):
    """The seven reasons, by code. ``Reason("Suivi du dossier")`` knows one by its label too, of now or of
    before: files, forms that were open and kept scripts say it so."""

    UNQUALIFIED = "unqualified"
    COMPLETENESS = "completeness"
    HOW_TO_DEPOSIT = "how_to_deposit"
    ACCOUNTS = "accounts"
    GENERAL = "general"
    FOLLOW_UP = "follow_up"
    TRANSFER = "transfer"

    @classmethod
    def _missing_(cls, value: object) -> Reason | None:
        code = CALLED.get(value) if isinstance(value, str) else None
        return None if code is None else cls(code)


CALLED = {**labels.FORMERLY, **{label: code for code, (label, _en) in labels.REASONS.items()}}
"""The code of each French label, of now or of before."""


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


@dataclass(frozen=True)
class Suggestion:
    """What the machine proposes in the qualification bar; None where nothing is known."""

    reason: Reason | None = None
    digital: DigitalKind | None = None


# By code of likely trouble (app.dossiers.troubles.likely). A script says its own reason in its file.
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
    "draft_beside": Suggestion(Reason.HOW_TO_DEPOSIT, DigitalKind.OUTSIDE_PROCEDURE),
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


_LABELS = {Reason: labels.REASONS, CallerRole: labels.ROLES, DigitalKind: labels.DIGITAL}


def label(value: Reason | CallerRole | DigitalKind, locale: str) -> str:
    """What ``value`` is called; in French when the locale is unknown."""
    return _LABELS[type(value)][value].get(locale)
