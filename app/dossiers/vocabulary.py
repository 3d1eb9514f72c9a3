"""The closed lists of the dossier, in the field's words. Pure.

Each list is stored as text and checked by the database (``app.foundation.database.columns.choice``). What people read
for each value is in ``wording``.
"""

from __future__ import annotations

from enum import StrEnum


class Inside(StrEnum):
    """Where the demande stands for the service. Only agents see these words."""

    AWAITED = "awaited"  # nothing deposited yet
    DEPOSITED = "deposited"
    TAKEN_UP = "taken_up"  # prise en charge
    INADMISSIBLE = "inadmissible"  # non recevable
    REJECTED = "rejected"
    VOTED = "voted"  # votée: the aid is granted
    TO_PAY = "to_pay"  # proposée au paiement
    PAID = "paid"


class Outside(StrEnum):
    """What the Portal prints for the person; « dossier traité » hides a yes as well as a no."""

    NONE = "none"
    TRANSMITTED = "transmitted"
    UNDER_REVIEW = "under_review"
    PROCESSED = "processed"


SHOWN_AS = {
    Inside.AWAITED: Outside.NONE,
    Inside.DEPOSITED: Outside.TRANSMITTED,
    Inside.TAKEN_UP: Outside.UNDER_REVIEW,
    Inside.INADMISSIBLE: Outside.PROCESSED,
    Inside.REJECTED: Outside.PROCESSED,
    Inside.VOTED: Outside.PROCESSED,
    Inside.TO_PAY: Outside.PROCESSED,
    Inside.PAID: Outside.PROCESSED,
}

# The aid is granted: before that, a payment date or an amount would promise what nobody decided.
GRANTED = frozenset({Inside.VOTED, Inside.TO_PAY, Inside.PAID})

REFUSED = frozenset({Inside.INADMISSIBLE, Inside.REJECTED})
CLOSED = REFUSED | {Inside.PAID}


class Rejection(StrEnum):
    """Why a demande was refused: one reason only, never two mixed in free text."""

    OUTSIDE_PROCEDURE = "outside_procedure"  # not deposited from the OF's software
    TRAINING_NOT_ELIGIBLE = "training_not_eligible"
    RESOURCES_TOO_HIGH = "resources_too_high"
    PAID_BY_EMPLOYMENT_SERVICE = "paid_by_employment_service"
    PIECES_MISSING = "pieces_missing"
    DUPLICATE = "duplicate"
    ABSENCES = "absences"  # the OF reported the trainee absent
    YOUTH_GUARANTEE = "youth_guarantee"  # garantie jeune: another aid pays that time


class PieceKind(StrEnum):
    """The documents a demande is made of."""

    RIB = "rib"
    IDENTITY = "identity"
    SITUATION_NOTICE = "situation_notice"
    TAX_NOTICE = "tax_notice"
    FAMILY_BOOK = "family_book"
    RESIDENCE_PERMIT = "residence_permit"
    EMPLOYER_CERTIFICATE = "employer_certificate"
    HONOUR_STATEMENT = "honour_statement"  # attestation sur l'honneur
    TAX_REGULARISATION = "tax_regularisation"  # from the tax office, for who never declared
    BASE_AID = "base_aid"  # aide socle
    MUTUAL_COMMITMENT = "mutual_commitment"  # engagement réciproque
    URGENT_SITUATION = "urgent_situation"  # justificatif de situation urgente, from the OF


class LegalStatus(StrEnum):
    """As whom somebody asks."""

    INDIVIDUAL = "individual"  # personne physique
    SELF_EMPLOYED = "self_employed"
    COMPANY = "company"


class MinimumIncome(StrEnum):
    """The minimum income that a person receives; RSA alone is no benefit of the employment service (S15)."""

    NONE = "none"
    RSA = "rsa"
    ASS = "ass"


class Reach(StrEnum):
    """How a person wishes to be reached."""

    PHONE = "phone"
    SMS = "sms"
    MAIL = "mail"
    POST = "post"


class PieceState(StrEnum):
    """The Portal's four colours; screens always add a word and an icon."""

    GREEN = "green"  # accepted
    RED = "red"  # asked for again, with a message
    ORANGE = "orange"  # transmitted, possibly empty
    GREY = "grey"  # missing


class Defect(StrEnum):
    """What is wrong with a pièce that was asked for again."""

    UNREADABLE = "unreadable"  # too dark, cut, blurred
    PAGES_MISSING = "pages_missing"
    WRONG_SLOT = "wrong_slot"
    EMPTY = "empty"
    OUT_OF_DATE = "out_of_date"


class PortalEventKind(StrEnum):
    """What the Portal, or the mail it sends, tells us about a dossier."""

    ENROLLED = "enrolled"  # the OF declared the enrolment
    LINK_SENT = "link_sent"  # data: {"expires_at": ISO instant}
    MAIL_DELIVERED = "mail_delivered"
    MAIL_BOUNCED = "mail_bounced"
    LINK_OPENED = "link_opened"
    PASSWORD_REFUSED = "password_refused"  # noqa: S105 - step 1: the rule was not met
    STEP1_DONE = "step1_done"
    LOGIN_FAILED = "login_failed"  # data: {"cause": "identifier" | "password"}
    STEP2_DONE = "step2_done"  # logged in
    ACCOUNT_NOT_FOUND = "account_not_found"
    ERROR_SHOWN = "error_shown"  # « une erreur est survenue »
    FIELDS_LOST = "fields_lost"
    # « déposer » opened one more demande, not transmitted: data {"demande": its number}
    DRAFT_OPENED = "draft_opened"
    DEPOSITED = "deposited"
    TAKEN_UP = "taken_up"
    PIECE_ASKED = "piece_asked"
    PIECE_SENT = "piece_sent"
    DECIDED = "decided"
    NOTIFIED = "notified"  # the mail about the decision left
    NOTIFICATION_OPENED = "notification_opened"
    PAID = "paid"


class FlagKind(StrEnum):
    """Why a dossier must not wait: a promise of ours, a pressing need, or a person in danger."""

    PRIORITY = "priority"
    URGENT = "urgent"  # nothing left to live on, a roof about to be lost
    DISTRESS = "distress"  # speaks of dying, is in danger


class PhoneOwner(StrEnum):
    """Whose telephone a number is: a caller is not always the person of the dossier."""

    OWN = "own"
    SHARED = "shared"
    HELPER = "helper"
