"""What people read for each value of the dossier, in both languages, and dates as they are said.

Pure: the same words serve the agent's screen, the caller's ear and a mail, so they cannot depend
on a request. French is the reference; an unknown locale gets French.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from app import bodies
from app.clock import PARIS, local_day
from app.dossiers import phone_numbers
from app.dossiers.vocabulary import (
    Defect,
    Inside,
    Outside,
    PieceKind,
    PieceState,
    PortalEventKind,
    Rejection,
)
from app.typography import french

LOCALES = ("fr", "en")

Texts = dict[StrEnum, tuple[str, str]]

INSIDE: Texts = {
    Inside.AWAITED: ("Pas encore déposée", "Not submitted yet"),
    Inside.DEPOSITED: ("Déposée", "Submitted"),
    Inside.TAKEN_UP: ("Prise en charge", "Taken up"),
    Inside.INADMISSIBLE: ("Non recevable", "Inadmissible"),
    Inside.REJECTED: ("Rejetée", "Rejected"),
    Inside.VOTED: ("Votée", "Granted"),
    Inside.TO_PAY: ("Proposée au paiement", "Proposed for payment"),
    Inside.PAID: ("Payée", "Paid"),
}

OUTSIDE: Texts = {
    Outside.NONE: ("Aucune demande", "No request"),
    Outside.TRANSMITTED: ("Demande transmise", "Request sent"),
    Outside.UNDER_REVIEW: ("En cours d'instruction", "Under review"),
    Outside.PROCESSED: ("Dossier traité", "File processed"),
}

REJECTION: Texts = {
    Rejection.OUTSIDE_PROCEDURE: (
        "la demande n'est pas passée par le mail envoyé pour la faire",
        "the request did not come through the mail sent to make it",
    ),
    Rejection.TRAINING_NOT_ELIGIBLE: (
        "cette formation n'ouvre pas droit à l'aide",
        "this training does not give right to the aid",
    ),
    Rejection.RESOURCES_TOO_HIGH: (
        "les ressources dépassent le plafond de l'aide",
        "the income is above the ceiling of the aid",
    ),
    Rejection.PAID_BY_EMPLOYMENT_SERVICE: (
        f"une allocation de {bodies.on_paper('emploi', 'fr')} est déjà versée pour cette période",
        f"a benefit from {bodies.on_paper('emploi', 'en')} is already paid for that time",
    ),
    Rejection.PIECES_MISSING: (
        "des pièces demandées ne sont pas arrivées",
        "documents asked for did not arrive",
    ),
    Rejection.DUPLICATE: (
        "une autre demande existe déjà pour la même formation",
        "another request already exists for the same training",
    ),
    Rejection.ABSENCES: (
        "l'organisme a signalé des absences à la formation",
        "the training centre reported absences from the training",
    ),
}

PIECE: Texts = {
    PieceKind.RIB: ("RIB", "Bank details (RIB)"),
    PieceKind.IDENTITY: ("Carte d'identité, recto et verso", "Identity card, both sides"),
    PieceKind.SITUATION_NOTICE: ("Avis de situation", "Registration notice"),
    PieceKind.TAX_NOTICE: ("Avis d'imposition, 4 pages", "Tax notice, 4 pages"),
    PieceKind.FAMILY_BOOK: ("Livret de famille", "Family record book"),
    PieceKind.RESIDENCE_PERMIT: ("Titre de séjour", "Residence permit"),
    PieceKind.EMPLOYER_CERTIFICATE: ("Attestation de l'employeur", "Employer's certificate"),
}

PIECE_STATE: Texts = {
    PieceState.GREEN: ("Acceptée", "Accepted"),
    PieceState.RED: ("Redemandée", "Asked for again"),
    PieceState.ORANGE: ("Transmise, à vérifier", "Sent, to be checked"),
    PieceState.GREY: ("Manquante", "Missing"),
}

DEFECT: Texts = {
    Defect.UNREADABLE: ("illisible", "unreadable"),
    Defect.PAGES_MISSING: ("il manque des pages", "pages are missing"),
    Defect.WRONG_SLOT: ("ce n'est pas le bon document", "this is not the right document"),
    Defect.EMPTY: ("l'emplacement est vide", "the slot is empty"),
    Defect.OUT_OF_DATE: ("la date est dépassée", "it is out of date"),
}

EVENT: Texts = {
    PortalEventKind.ENROLLED: ("Inscription déclarée par l'organisme", "Enrolment declared"),
    PortalEventKind.LINK_SENT: ("Mail avec le lien envoyé", "Mail with the link sent"),
    PortalEventKind.MAIL_DELIVERED: ("Mail remis à la messagerie", "Mail delivered"),
    PortalEventKind.MAIL_BOUNCED: ("Mail refusé par la messagerie", "Mail refused by the mailbox"),
    PortalEventKind.LINK_OPENED: ("Lien ouvert", "Link opened"),
    PortalEventKind.PASSWORD_REFUSED: (
        "Nouveau mot de passe refusé par le Portail",
        "New password refused by the Portal",
    ),
    PortalEventKind.STEP1_DONE: ("Étape 1 faite : mot de passe créé", "Step 1 done: password set"),
    PortalEventKind.LOGIN_FAILED: ("Connexion refusée", "Sign-in refused"),
    PortalEventKind.STEP2_DONE: ("Étape 2 faite : connexion réussie", "Step 2 done: signed in"),
    PortalEventKind.ACCOUNT_NOT_FOUND: ("Compte introuvable", "Account not found"),
    PortalEventKind.ERROR_SHOWN: ("« Une erreur est survenue »", "“An error occurred”"),
    PortalEventKind.FIELDS_LOST: (
        "Champs effacés à la validation",
        "Fields lost when submitting",
    ),
    PortalEventKind.DEPOSITED: ("Demande déposée", "Request submitted"),
    PortalEventKind.TAKEN_UP: ("Dossier pris en charge", "File taken up"),
    PortalEventKind.PIECE_ASKED: ("Pièce redemandée", "Document asked for again"),
    PortalEventKind.PIECE_SENT: ("Pièce transmise", "Document sent"),
    PortalEventKind.DECIDED: ("Décision prise", "Decision made"),
    PortalEventKind.NOTIFIED: ("Mail de décision envoyé", "Decision mail sent"),
    PortalEventKind.NOTIFICATION_OPENED: ("Mail de décision ouvert", "Decision mail opened"),
    PortalEventKind.PAID: ("Aide payée", "Aid paid"),
}

_TABLES: tuple[Texts, ...] = (
    INSIDE, OUTSIDE, REJECTION, PIECE, PIECE_STATE, DEFECT, EVENT,
)  # fmt: skip


def language(locale: str) -> str:
    """The one of our two languages that serves ``locale``."""
    return "en" if locale[:2].lower() == "en" else "fr"


def label(value: StrEnum, locale: str) -> str:
    """What is read for ``value``. Raises KeyError for a value of another list."""
    for table in _TABLES:
        if value in table and type(next(iter(table))) is type(value):
            return tidy(pick(table[value], locale), locale)
    raise KeyError(repr(value))


def pick(texts: tuple[str, str], locale: str) -> str:
    """The French or the English one of a pair."""
    return texts[1] if language(locale) == "en" else texts[0]


def day(value: date, today: date, locale: str) -> str:
    """« 18 mai », « 1er juin », « 3 mars 2020 »: the year only when it is not this year's."""
    pattern = "d MMMM" if value.year == today.year else "d MMMM y"
    text = format_date(value, pattern, locale=language(locale))
    return text if language(locale) == "en" else french(text)


def moment(value: datetime, today: date, locale: str) -> str:
    """« le 25 juin à 14 h 10 », in Paris time."""
    local = value.astimezone(PARIS)
    said = day(local.date(), today, locale)
    if language(locale) == "en":
        return f"on {said} at {local:%H:%M}"
    return f"le {said} à {local.hour} h {local:%M}"


def euros(cents: int, locale: str) -> str:
    """« 1 240,50 € », "€1,240.50"."""
    whole, rest = divmod(cents, 100)
    if language(locale) == "en":
        return f"€{whole:,}.{rest:02d}"
    grouped = f"{whole:,}".replace(",", "\u202f")
    return f"{grouped},{rest:02d}\u00a0€"


def tidy(text: str, locale: str) -> str:
    """Set French spaces and apostrophes where French is read; English is left as it is."""
    return text if language(locale) == "en" else french(text)


@dataclass(frozen=True)
class Words:
    """The words of one page: its language and its day, so that a template only names the value."""

    locale: str
    now: datetime

    def label(self, value: StrEnum) -> str:
        """What is read for a value of the closed lists."""
        return label(value, self.locale)

    def day(self, value: date | None) -> str:
        """« 18 mai », or a dash when unknown."""
        return day(value, local_day(self.now), self.locale) if value else "—"

    def when(self, value: datetime) -> str:
        """« aujourd'hui à 10 h 35 », « hier à 9 h 02 », « le 18 mai à 14 h 10 »."""
        today = local_day(self.now)
        near = _NEAR.get((today - local_day(value)).days)
        if near is None:
            return tidy(moment(value, today, self.locale), self.locale)
        at = pick(("à", "at"), self.locale)
        return f"{pick(near, self.locale)} {at} {self.clock(value)}"

    def clock(self, value: datetime) -> str:
        """« 10 h 35 », "10:35", in Paris time."""
        local = value.astimezone(PARIS)
        return tidy(
            pick((f"{local.hour} h {local:%M}", f"{local:%H:%M}"), self.locale), self.locale
        )

    def euros(self, cents: int | None) -> str:
        """An amount, or a dash when unknown."""
        return euros(cents, self.locale) if cents is not None else "—"

    def language(self, code: str) -> str:
        """« arabe » for ``ar``; the code itself for one that nobody knows."""
        try:
            name = Locale.parse(code).get_display_name(language(self.locale))
        except (ValueError, UnknownLocaleError):
            return code
        return name or code

    def phone(self, e164: str | None) -> str:
        """A telephone number as it is said."""
        return phone_numbers.display(e164)

    def phones(self, numbers: Iterable[str]) -> str:
        """Several telephone numbers, as they are said."""
        return ", ".join(map(self.phone, numbers))


_NEAR: dict[int, tuple[str, str]] = {0: ("aujourd’hui", "today"), 1: ("hier", "yesterday")}
