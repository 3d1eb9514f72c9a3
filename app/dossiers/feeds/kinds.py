# ruff: noqa: E501 (tables: a line a field)
"""What may be sent: persons, organismes, dossiers, pièces, events of the Portal; the columns of each and how a cell of
each is read. Pure.

A column is recognised by its title, in French or in English, however it is accented. A field that is ``master``
belongs to who sends it (a dossier's status): what is sent later replaces what is here. Any other is the team's as
soon as somebody here has corrected it (``deciding``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from app.dossiers import wording
from app.dossiers.name_folding import fold
from app.dossiers.tables import cells, days
from app.dossiers.tables.cells import Unusable, mended
from app.dossiers.tables.days import Order
from app.dossiers.vocabulary import (
    Defect,
    Inside,
    LegalStatus,
    MinimumIncome,
    PieceKind,
    PieceState,
    PortalEventKind,
    Reach,
    Rejection,
)
from app.foundation.text.patterns import pattern

OLDEST_YEARS = 120
FIRST_DAY = date(2000, 1, 1)  # of a training, a deposit, a decision
AHEAD = timedelta(days=365 * 10)


@dataclass(frozen=True)
class Reading:
    """What a cell is read with: the day of today, the zone of hours, the order of the dates of each column."""

    today: date
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Paris"))
    orders: Mapping[str, Order] = field(default_factory=dict)

    def order(self, name: str) -> Order:
        """The order of the dates of this column."""
        return self.orders.get(name, Order.UNSEEN)


Read = Callable[[str, str, Reading], Any]


@dataclass(frozen=True)
class Field:
    """One thing that a line may say: our name, its label, other titles that mean it, how its cell is read."""

    name: str
    label: str
    titles: str  # further ones, between bars
    read: Read
    dated: bool = False
    master: bool = False

    @property
    def recognised(self) -> frozenset[str]:
        """The titles by which a column is known, folded."""
        return frozenset(fold(t) for t in (self.name, self.label, *self.titles.split("|")) if t)


@dataclass(frozen=True)
class Kind:
    """One kind of feed. ``required``: each group needs one of its columns."""

    name: str
    label: str
    fields: tuple[Field, ...]
    required: tuple[tuple[str, ...], ...]

    def named(self, name: str) -> Field:
        """The field of that name."""
        return next(each for each in self.fields if each.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields, in order."""
        return tuple(each.name for each in self.fields)


def _words(most: int) -> Read:
    return lambda cell, _name, _reading: cells.words(cell, most)


def _simple(read: Callable[[str], Any]) -> Read:
    return lambda cell, _name, _reading: read(cell)


def _identifier(cell: str, _name: str, _reading: Reading) -> str:
    return cells.identifier(cell)


def _born(cell: str, name: str, reading: Reading) -> date | None:
    oldest = reading.today.replace(year=reading.today.year - OLDEST_YEARS, day=1)
    return days.day(cell, reading.order(name), oldest, reading.today)


def _day(cell: str, name: str, reading: Reading) -> date | None:
    return days.day(cell, reading.order(name), FIRST_DAY, reading.today + AHEAD)


def _past(cell: str, name: str, reading: Reading) -> date | None:
    return days.day(cell, reading.order(name), FIRST_DAY, reading.today + timedelta(days=1))


def _moment(cell: str, name: str, reading: Reading) -> datetime | None:
    latest = reading.today + timedelta(days=1)
    return days.moment(cell, reading.order(name), reading.zone, FIRST_DAY, latest)


def _language(cell: str, _name: str, _reading: Reading) -> str | None:
    text = cells.plain(cell)
    code = _LANGUAGES.get(fold(text), text.lower())
    if not code:
        return None
    if not (code.isascii() and code.isalpha() and 2 <= len(code) <= 3):
        raise Unusable("langue inconnue", f"« {text[:30]} » n'est pas une langue (fr, en, ar…)")
    return code


_LANGUAGES = {
    fold(word): code
    for code, words in {
        "fr": "français french", "en": "anglais english", "ar": "arabe arabic", "es": "espagnol spanish",
        "pt": "portugais portuguese", "tr": "turc turkish", "uk": "ukrainien ukrainian",
        "ro": "roumain romanian", "ru": "russe russian", "it": "italien italian", "de": "allemand german",
    }.items()
    for word in words.split()
}  # fmt: skip


def _one_of(
    values: type[StrEnum],
    texts: Mapping[StrEnum, Any],
    what: str,
    also: Mapping[str, StrEnum] | None = None,
) -> Read:
    """One of a list, by its code or its words in either language; ``also``: other words for it."""
    known: dict[str, StrEnum] = {fold(word): value for word, value in (also or {}).items()}
    for value in values:
        known[fold(value.value)] = value
        text = texts.get(value)
        for label in (text.get("fr"), text.get("en")) if text else ():
            known[fold(label)] = value
    return lambda cell, _name, _reading: cells.one_of(cell, known, what)


_NAMES = (
    Field("external_id", "Identifiant", "Identifiant stagiaire|Numéro stagiaire|N° stagiaire|Numéro de bénéficiaire|Person id|ID", _identifier),
    Field("last_name", "Nom", "Nom de famille|Nom usuel|Nom d'usage|Last name|Surname|Family name", _words(80)),
    Field("first_name", "Prénom", "Prénoms|First name|Given name|Forename", _words(80)),
    Field("born_on", "Date de naissance", "Né le|Née le|Né(e) le|Naissance|Birth date|Date of birth|DOB|Born on", _born, dated=True),
)  # fmt: skip

PERSONS = Kind(
    "persons",
    "Personnes",
    (
        *_NAMES,
        Field("email", "Mail", "Email|E-mail|Courriel|Adresse mail|Adresse électronique|Email address", _simple(cells.mail)),
        Field("phone", "Téléphone", "Tél|Tel|Portable|Mobile|Téléphone portable|Téléphone 1|Numéro de téléphone|Phone|Phone number", _simple(cells.phone)),
        Field("phone2", "Téléphone 2", "Autre téléphone|Téléphone fixe|Fixe|Second phone|Other phone|Home phone", _simple(cells.phone)),
        Field("phone3", "Téléphone 3", "Third phone", _simple(cells.phone)),
        Field("phone4", "Téléphone 4", "Fourth phone", _simple(cells.phone)),
        Field("prefers", "À joindre par", "Moyen préféré|Canal préféré|Contact préféré|Préférence de contact|Preferred channel|Reach by", _one_of(Reach, wording.REACH, "un moyen de joindre (téléphone, SMS, mail, courrier)", {"tél": Reach.PHONE, "appel": Reach.PHONE, "courriel": Reach.MAIL, "e-mail": Reach.MAIL, "poste": Reach.POST})),
        Field("address", "Adresse", "Adresse postale|Address|Postal address", _words(240)),
        Field("language", "Langue", "Language", _language),
        Field("nir", "NIR", "Numéro de sécurité sociale|N° sécurité sociale|NSS|Social security number", _simple(cells.nir)),
        Field("helper", "Aide sur place", "Aidant|Aidante|Personne aidante|Aide|Helper", _words(160)),
        Field("helper_relation", "Lien de l'aide", "Lien|Relation|Qualité de l'aidant|Helper relation", _words(80)),
        Field("helper_phone", "Téléphone de l'aide", "Téléphone de l'aidant|Tél aidant|Helper phone", _simple(cells.phone)),
        Field("legal_status", "Statut juridique", "Qualité|Personne physique ou morale|Legal status", _one_of(LegalStatus, wording.LEGAL_STATUS, "un statut (personne physique, indépendant, personne morale)", {"indépendant": LegalStatus.SELF_EMPLOYED, "indépendante": LegalStatus.SELF_EMPLOYED, "particulier": LegalStatus.INDIVIDUAL, "société": LegalStatus.COMPANY})),
        Field("employment_registered", "Inscrit à l'emploi", "Demandeur d'emploi|Inscrit comme demandeur d'emploi|Registered job seeker", _simple(cells.yes)),
        Field("employment_benefit", "Allocation chômage", "Allocation|Indemnisé|Indemnisée|ARE|Unemployment benefit", _simple(cells.yes)),
        Field("youth_guarantee", "Garantie jeune", "Garantie jeunes|CEJ|Contrat d'engagement jeune|Youth guarantee", _simple(cells.yes)),
        Field("minimum_income", "RSA ou ASS", "RSA/ASS|Minimum social|Minima sociaux|Minimum income", _one_of(MinimumIncome, wording.MINIMUM_INCOME, "RSA, ASS, ou aucun des deux", {"aucun": MinimumIncome.NONE, "non": MinimumIncome.NONE, "ni l'un ni l'autre": MinimumIncome.NONE})),
        Field("residence_permit_until", "Fin du titre de séjour", "Titre de séjour|Titre de séjour jusqu'au|Residence permit until", _day, dated=True),
    ),
    (("last_name",), ("first_name",), ("external_id", "born_on")),
)  # fmt: skip

ORGANISATIONS = Kind(
    "organisations",
    "Organismes de formation",
    (
        Field("name", "Organisme", "Nom|OF|Organisme de formation|Raison sociale|Nom de l'organisme|Training centre|Organisation|Name", _words(160)),
        Field("town", "Ville", "Commune|Town|City", _words(80)),
        Field("email", "Mail", "Email|E-mail|Courriel|Adresse mail", _simple(cells.mail)),
        Field("phone", "Téléphone", "Tél|Tel|Numéro de téléphone|Phone|Phone number", _simple(cells.phone)),
    ),
    (("name",),),
)  # fmt: skip

NUMBERS = ("phone", "phone2", "phone3", "phone4")  # of one person, in their order

_REFERENCE = Field("reference", "Référence", "Numéro de dossier|N° de dossier|N° dossier|Dossier|Référence du dossier|Reference|File number", _identifier)  # fmt: skip

DOSSIERS = Kind(
    "dossiers",
    "Dossiers",
    (
        _REFERENCE,
        *_NAMES,
        Field("organisation", "Organisme", "OF|Organisme de formation|Training centre|Organisation", _words(160)),
        Field("inside", "Statut", "Statut interne|État|Etat du dossier|Status", _one_of(Inside, wording.INSIDE, "un statut de dossier"), master=True),
        Field("rejection", "Motif de rejet", "Motif|Rejection|Rejection reason", _one_of(Rejection, wording.REJECTION, "un motif de rejet"), master=True),
        Field("rejection_evidence", "Preuve du rejet", "Rejection evidence", _words(300)),
        Field("enrolled_on", "Inscrit le", "Date d'inscription|Enrolled on", _past, dated=True, master=True),
        Field("deposited_on", "Déposé le", "Date de dépôt|Deposited on|Submitted on", _past, dated=True, master=True),
        Field("taken_up_on", "Pris en charge le", "Date de prise en charge|Taken up on", _past, dated=True, master=True),
        Field("decided_on", "Décidé le", "Date de décision|Decided on", _past, dated=True, master=True),
        Field("notified_on", "Notifié le", "Date de notification|Notified on", _past, dated=True, master=True),
        Field("next_payment_on", "Prochain paiement", "Date du prochain paiement|Next payment on", _day, dated=True, master=True),
        Field("paid_on", "Payé le", "Date de paiement|Paid on", _past, dated=True, master=True),
        Field("amount", "Montant", "Montant de l'aide|Montant accordé|Amount", _simple(cells.cents), master=True),
        Field("training_title", "Formation", "Intitulé|Intitulé de la formation|Titre de la formation|Training|Training title", _words(200)),
        Field("training_action", "Numéro d'action", "N° d'action|Action|Training action", lambda c, _n, _r: cells.identifier(c, 32)),
        Field("training_start", "Début de formation", "Début|Date de début|Training start", _day, dated=True),
        Field("training_end", "Fin de formation", "Fin|Date de fin|Training end", _day, dated=True),
        Field("theme", "Thème", "Thématique|Theme", _words(80)),
        Field("distance_km", "Distance (km)", "Distance|Kilomètres|Distance km", lambda c, _n, _r: cells.whole(c, 2_000)),
        Field("tax_income", "Revenu fiscal de référence", "RFR|Revenu fiscal|Reference tax income", _simple(cells.cents)),
        Field("training_hours", "Heures", "Heures de formation|Nombre d'heures|Hours", lambda c, _n, _r: cells.whole(c, 10_000)),
        Field("descends_from_of", "Descend de l'organisme", "Vient du logiciel de l'OF|From the training centre", _simple(cells.yes)),
        Field("iban", "IBAN", "Compte bancaire", _simple(cells.iban)),
        Field("payee", "Titulaire du compte", "Bénéficiaire du paiement|Payee", _words(160)),
    ),
    (("reference",),),
)  # fmt: skip

PIECES = Kind(
    "pieces",
    "Pièces",
    (
        _REFERENCE,
        Field("kind", "Pièce", "Type de pièce|Document|Piece", _one_of(PieceKind, wording.PIECE, "une pièce connue")),
        Field("state", "État", "Statut|État de la pièce|State|Status", _one_of(PieceState, wording.PIECE_STATE, "l'état d'une pièce (acceptée, redemandée, transmise, manquante)"), master=True),
        Field("defect", "Défaut", "Problème|Defect", _one_of(Defect, wording.DEFECT, "un défaut connu"), master=True),
        Field("message", "Message", "Commentaire|Comment", _words(300), master=True),
        Field("asked_at", "Demandée le", "Asked at", _moment, dated=True, master=True),
        Field("sent_at", "Transmise le", "Envoyée le|Sent at", _moment, dated=True, master=True),
    ),
    (("reference",), ("kind",), ("state",)),
)  # fmt: skip

EVENTS = Kind(
    "events",
    "Événements du Portail",
    (
        _REFERENCE,
        Field("kind", "Événement", "Type d'événement|Event|Kind", _one_of(PortalEventKind, wording.EVENT, "un événement du Portail")),
        Field("at", "Date et heure", "Horodatage|Date|At|Timestamp", _moment, dated=True),
    ),
    (("reference",), ("kind",), ("at",)),
)  # fmt: skip

KINDS = {each.name: each for each in (PERSONS, ORGANISATIONS, DOSSIERS, PIECES, EVENTS)}


def read(kind: Kind, line: Mapping[str, str], reading: Reading) -> dict[str, Any]:
    """What a line says, by our names; what is empty is left out. Raises Unusable, which names the column."""
    said: dict[str, Any] = {}
    for each in kind.fields:
        cell = line.get(each.name, "")
        if not cell:
            continue
        try:
            value = each.read(cell, each.name, reading)
        except Unusable as error:
            raise Unusable(error.kind, f"{each.label} : {error}") from None
        if value is not None and value != "":
            said[each.name] = value
    for group in kind.required:
        if not any(name in said for name in group):
            labels = " ou ".join(f"« {kind.named(name).label} »" for name in group)
            raise Unusable("case vide", f"il manque {labels}")
    return said


def problems(kind: Kind, line: Mapping[str, str], reading: Reading) -> dict[str, str]:
    """Why each cell of a line that cannot be read is refused; a required thing that is nowhere, at its first column."""
    wrong: dict[str, str] = {}
    said: set[str] = set()
    for each in kind.fields:
        cell = line.get(each.name, "")
        try:
            value = each.read(cell, each.name, reading) if cell else None
        except Unusable as error:
            wrong[each.name] = str(error)
            continue
        if value is not None and value != "":
            said.add(each.name)
    for group in kind.required:
        if not (said | set(wrong)) & set(group):
            labels = " ou ".join(f"« {kind.named(name).label} »" for name in group)
            wrong[group[0]] = f"il manque {labels}"
    return wrong


_REMARK = pattern(r"\([^()]*\)")


def recognised(kind: Kind, titles: Sequence[str]) -> dict[str, int]:
    """Where each field is among these titles (places from 1); a title that two columns have is nobody's.

    A remark in a title counts for nothing: « Prénom(s) », « Date de naissance (JJ/MM/AAAA) ».
    """
    folded = [fold(mended(title)) for title in titles]
    bare = [fold(_REMARK.sub(" ", mended(title))) for title in titles]
    found: dict[str, int] = {}
    for each in kind.fields:
        for wanted in (fold(each.label), fold(each.name), *sorted(each.recognised)):
            places = _places(wanted, folded) or _places(wanted, bare)
            if len(places) == 1 and places[0] not in found.values():
                found[each.name] = places[0]
                break
    return found


def _places(wanted: str, titles: Sequence[str]) -> list[int]:
    return [n for n, title in enumerate(titles, start=1) if title and title == wanted]


def lacking(kind: Kind, columns: Mapping[str, Any]) -> list[str]:
    """The required columns that are not there, in words."""
    return [
        " ou ".join(f"« {kind.named(name).label} »" for name in group)
        for group in kind.required
        if not any(name in columns for name in group)
    ]
