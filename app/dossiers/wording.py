"""What people read for each value of the dossier, in both languages.

Pure: the same words serve the agent's screen, the caller's ear and a mail, so they cannot depend
on a request. French is the reference; an unknown locale gets French.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.dossiers.mail.stage import WORDS as STAGE
from app.dossiers.vocabulary import (
    Defect,
    Inside,
    LegalStatus,
    MinimumIncome,
    Outside,
    PieceKind,
    PieceState,
    PortalEventKind,
    Reach,
    Rejection,
)
from app.foundation.text import bodies
from app.foundation.text.bilingual import Text
from app.foundation.text.saying import Saying, tidy

LOCALES = ("fr", "en")

Texts = dict[StrEnum, Text]

INSIDE: Texts = {
    Inside.AWAITED: Text("Pas encore déposée", "Not submitted yet"),
    Inside.DEPOSITED: Text("Déposée", "Submitted"),
    Inside.TAKEN_UP: Text("Prise en charge", "Taken up"),
    Inside.INADMISSIBLE: Text("Non recevable", "Inadmissible"),
    Inside.REJECTED: Text("Rejetée", "Rejected"),
    Inside.VOTED: Text("Votée", "Granted"),
    Inside.TO_PAY: Text("Proposée au paiement", "Proposed for payment"),
    Inside.PAID: Text("Payée", "Paid"),
}

OUTSIDE: Texts = {
    Outside.NONE: Text("Aucune demande", "No request"),
    Outside.TRANSMITTED: Text("Demande transmise", "Request sent"),
    Outside.UNDER_REVIEW: Text("En cours d'instruction", "Under review"),
    Outside.PROCESSED: Text("Dossier traité", "File processed"),
}

REJECTION: Texts = {
    Rejection.OUTSIDE_PROCEDURE: Text(
        "la demande n'est pas passée par le mail envoyé pour la faire",
        "the request did not come through the email sent to make it",
    ),
    Rejection.TRAINING_NOT_ELIGIBLE: Text(
        "cette formation n'ouvre pas droit à l'aide",
        "this training does not qualify for the aid",
    ),
    Rejection.RESOURCES_TOO_HIGH: Text(
        "les ressources dépassent le plafond de l'aide",
        "the income is above the limit for the aid",
    ),
    Rejection.PAID_BY_EMPLOYMENT_SERVICE: Text(
        f"une allocation de {bodies.on_paper('emploi', 'fr')} est déjà versée pour cette période",
        f"a benefit from {bodies.on_paper('emploi', 'en')} is already paid for that period",
    ),
    Rejection.PIECES_MISSING: Text(
        "des pièces demandées ne sont pas arrivées",
        "documents asked for did not arrive",
    ),
    Rejection.DUPLICATE: Text(
        "une autre demande existe déjà pour la même formation",
        "another request already exists for the same training",
    ),
    Rejection.ABSENCES: Text(
        "l'organisme a signalé des absences à la formation",
        "the training centre reported absences from the training",
    ),
    Rejection.YOUTH_GUARANTEE: Text(
        "la garantie jeune verse déjà une aide pour cette période",
        "the youth guarantee already pays an aid for that period",
    ),
}

PIECE: Texts = {
    PieceKind.RIB: Text("RIB", "Bank details (RIB)"),
    PieceKind.IDENTITY: Text("Carte d'identité, recto et verso", "Identity card, both sides"),
    PieceKind.SITUATION_NOTICE: Text("Avis de situation", "Registration notice"),
    PieceKind.TAX_NOTICE: Text("Avis d'imposition, 4 pages", "Tax notice, 4 pages"),
    PieceKind.FAMILY_BOOK: Text("Livret de famille", "Family record book"),
    PieceKind.RESIDENCE_PERMIT: Text("Titre de séjour", "Residence permit"),
    PieceKind.EMPLOYER_CERTIFICATE: Text("Attestation de l'employeur", "Employer's certificate"),
    PieceKind.HONOUR_STATEMENT: Text("Attestation sur l'honneur", "Sworn statement"),
    PieceKind.TAX_REGULARISATION: Text(
        "Régularisation du service des impôts", "Regularisation from the tax office"
    ),
    PieceKind.BASE_AID: Text("Justificatif d'aide socle", "Proof of base aid"),
    PieceKind.MUTUAL_COMMITMENT: Text("Engagement réciproque", "Mutual commitment"),
    PieceKind.URGENT_SITUATION: Text(
        "Justificatif de situation urgente", "Proof of an urgent situation"
    ),
}

PIECE_STATE: Texts = {
    PieceState.GREEN: Text("Acceptée", "Accepted"),
    PieceState.RED: Text("Redemandée", "Asked for again"),
    PieceState.ORANGE: Text("Transmise, à vérifier", "Sent, to be checked"),
    PieceState.GREY: Text("Manquante", "Missing"),
}

DEFECT: Texts = {
    Defect.UNREADABLE: Text("illisible", "unreadable"),
    Defect.PAGES_MISSING: Text("il manque des pages", "pages are missing"),
    Defect.WRONG_SLOT: Text("ce n'est pas le bon document", "this is not the right document"),
    Defect.EMPTY: Text("l'emplacement est vide", "the slot is empty"),
    Defect.OUT_OF_DATE: Text("la date est dépassée", "it is out of date"),
}

EVENT: Texts = {
    PortalEventKind.ENROLLED: Text("Inscription déclarée par l'organisme", "Enrolment declared"),
    PortalEventKind.LINK_SENT: Text("Mail avec le lien envoyé", "Email with the link sent"),
    PortalEventKind.MAIL_DELIVERED: Text("Mail remis à la messagerie", "Email delivered"),
    PortalEventKind.MAIL_BOUNCED: STAGE["bounced"],
    PortalEventKind.LINK_OPENED: STAGE["opened"],
    PortalEventKind.PASSWORD_REFUSED: Text(
        "Nouveau mot de passe refusé par le Portail",
        "New password refused by the Portal",
    ),
    PortalEventKind.STEP1_DONE: Text(
        "Étape 1 faite : mot de passe créé", "Step 1 done: password set"
    ),
    PortalEventKind.LOGIN_FAILED: Text("Connexion refusée", "Sign-in refused"),
    PortalEventKind.STEP2_DONE: Text("Étape 2 faite : connexion réussie", "Step 2 done: signed in"),
    PortalEventKind.ACCOUNT_NOT_FOUND: Text("Compte introuvable", "Account not found"),
    PortalEventKind.ERROR_SHOWN: Text("« Une erreur est survenue »", "“An error occurred”"),
    PortalEventKind.FIELDS_LOST: Text(
        "Champs effacés à la validation",
        "Fields lost when submitting",
    ),
    PortalEventKind.DRAFT_OPENED: Text(
        "Une autre demande ouverte, pas transmise", "Another request opened, not transmitted"
    ),
    PortalEventKind.DEPOSITED: STAGE["deposited"],
    PortalEventKind.TAKEN_UP: Text("Dossier pris en charge", "File taken up"),
    PortalEventKind.PIECE_ASKED: Text("Pièce redemandée", "Document asked for again"),
    PortalEventKind.PIECE_SENT: Text("Pièce transmise", "Document sent"),
    PortalEventKind.DECIDED: Text("Décision prise", "Decision made"),
    PortalEventKind.NOTIFIED: Text("Mail de décision envoyé", "Decision email sent"),
    PortalEventKind.NOTIFICATION_OPENED: Text("Mail de décision ouvert", "Decision email opened"),
    PortalEventKind.PAID: Text("Aide payée", "Aid paid"),
}

LEGAL_STATUS: Texts = {
    LegalStatus.INDIVIDUAL: Text("Personne physique", "Individual"),
    LegalStatus.SELF_EMPLOYED: Text("À son compte", "Self-employed"),
    LegalStatus.COMPANY: Text("Personne morale", "Company"),
}

MINIMUM_INCOME: Texts = {
    MinimumIncome.NONE: Text("Ni RSA ni ASS", "Neither RSA nor ASS"),
    MinimumIncome.RSA: Text("RSA", "RSA"),
    MinimumIncome.ASS: Text("ASS", "ASS"),
}

REACH: Texts = {
    Reach.PHONE: Text("Téléphone", "Telephone"),
    Reach.SMS: Text("SMS", "SMS"),
    Reach.MAIL: Text("Mail", "Email"),
    Reach.POST: Text("Courrier", "Post"),
}

_TABLES: tuple[Texts, ...] = (
    INSIDE, OUTSIDE, REJECTION, PIECE, PIECE_STATE, DEFECT, EVENT, LEGAL_STATUS, MINIMUM_INCOME, REACH,
)  # fmt: skip


def label(value: StrEnum, locale: str) -> str:
    """What is read for ``value``. Raises KeyError for a value of another list."""
    for table in _TABLES:
        if value in table and type(next(iter(table))) is type(value):
            return tidy(table[value].get(locale), locale)
    raise KeyError(repr(value))


@dataclass(frozen=True)
class Words(Saying):
    """The words of one page: those of ``saying``, and what is read for a value of the dossier."""

    def label(self, value: StrEnum) -> str:
        """What is read for a value of the closed lists."""
        return label(value, self.locale)
