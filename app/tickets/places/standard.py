"""The public standard for places of digital mediation, read and checked. Pure.

The schema « lieux de médiation numérique » of La Mednum, published on schema.data.gouv.fr (version 1.0.1): one row a
place, its field names in French, lists cut by ``|``, opening hours as OpenStreetMap writes them. What the standard
demands is demanded; values of its closed lists that we do not know are kept out and said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from app.foundation.text.patterns import pattern

N_ = str  # marks a sentence for bin/translations.py

REQUIRED = ("id", "nom", "commune", "code_postal", "adresse", "date_maj")
FIELDS = (
    "id", "pivot", "nom", "commune", "code_postal", "code_insee", "adresse", "complement_adresse", "latitude",
    "longitude", "typologie", "telephone", "courriels", "site_web", "horaires", "presentation_resume",
    "presentation_detail", "source", "itinerance", "structure_parente", "date_maj", "services",
    "publics_specifiquement_adresses", "prise_en_charge_specifique", "frais_a_charge",
    "dispositif_programmes_nationaux", "formations_labels", "autres_formations_labels", "modalites_acces",
    "modalites_accompagnement", "fiche_acces_libre", "prise_rdv",
)  # fmt: skip
LONGEST = 600  # characters of a value; a longer one is cut
MOST_ROWS = 50_000

# The closed lists that our pages read; the standard's own words.
SERVICES = (
    "Aide aux démarches administratives",
    "Maîtrise des outils numériques du quotidien",
    "Insertion professionnelle via le numérique",
    "Utilisation sécurisée du numérique",
    "Parentalité et éducation avec le numérique",
    "Loisirs et créations numériques",
    "Compréhension du monde numérique",
    "Accès internet et matériel informatique",
    "Acquisition de matériel informatique à prix solidaire",
)
PUBLICS = ("Jeunes", "Étudiants", "Familles et/ou enfants", "Seniors", "Femmes")
CARE = (
    "Surdité", "Handicaps moteurs", "Handicaps mentaux", "Illettrisme", "Langues étrangères (anglais)",
    "Langues étrangères (autres)", "Déficience visuelle",
)  # fmt: skip
FEES = ("Gratuit", "Gratuit sous condition", "Payant")
ACCESS = (
    "Se présenter", "Téléphoner", "Contacter par mail", "Prendre un RDV en ligne",
    "Ce lieu n'accueille pas de public", "Envoyer un mail avec une fiche de prescription",
)  # fmt: skip
SUPPORT = ("En autonomie", "Accompagnement individuel", "Dans un atelier collectif", "À distance")
PROGRAMMES = (
    "Aidants Connect", "Bibliothèques numérique de référence", "Certification PIX", "Conseillers numériques",
    "Emmaüs Connect", "France Services", "Grande école du numérique", "La Croix Rouge",
    "Point d'accès numérique CAF", "Promeneurs du net", "Relais numérique (Emmaüs Connect)",
)  # fmt: skip
LISTS: Mapping[str, tuple[str, ...]] = {
    "services": SERVICES,
    "publics_specifiquement_adresses": PUBLICS,
    "prise_en_charge_specifique": CARE,
    "frais_a_charge": FEES,
    "modalites_acces": ACCESS,
    "modalites_accompagnement": SUPPORT,
    "dispositif_programmes_nationaux": PROGRAMMES,
}
_POSTCODE = pattern(r"(0[1-9]|[1-9]\d)\d{3}")
_INSEE = pattern(r"(\d{2}|2[AB])\d{3}")
_DAY = pattern(r"\d{4}-\d{2}-\d{2}")
_PHONE = pattern(r"\+(33|262|269|508|590|594|596|681|687|689)\d{6,9}")


@dataclass(frozen=True)
class Read:
    """A place as the standard says it, ready to be kept. Coordinates are None when it gives none."""

    key: str
    name: str
    town: str
    postcode: str
    insee: str
    address: str
    latitude: float | None
    longitude: float | None
    kind: str
    phone: str
    mail: str
    site: str
    hours: str
    booking: str
    updated_on: date
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()  # values of closed lists that the standard does not have


@dataclass(frozen=True)
class Refused:
    """A row that is no place: its number in the file (the heading is 1), and why, a sentence for each."""

    number: int
    problems: tuple[tuple[str, str], ...]  # (the field, the sentence)


def missing_columns(heading: Iterable[str]) -> tuple[str, ...]:
    """The columns that the standard demands and this file does not have."""
    there = {name.strip().lower() for name in heading}
    return tuple(name for name in REQUIRED if name not in there)


def read(row: Mapping[str, str], number: int) -> Read | Refused:
    """One row, by the names of the standard."""
    value = {name: " ".join((row.get(name) or "").split())[:LONGEST] for name in FIELDS}
    problems: list[tuple[str, str]] = [
        (name, N_("Cette colonne est obligatoire.")) for name in REQUIRED if not value[name]
    ]
    postcode, insee = value["code_postal"].zfill(5), value["code_insee"].upper().zfill(5)
    if value["code_postal"] and not _POSTCODE.fullmatch(postcode):
        problems.append(("code_postal", N_("Un code postal a cinq chiffres.")))
    if value["code_insee"] and not _INSEE.fullmatch(insee):
        problems.append(
            ("code_insee", N_("Un code de commune a cinq caractères, par exemple 59350."))
        )
    updated = _day(value["date_maj"])
    if value["date_maj"] and updated is None:
        problems.append(
            ("date_maj", N_("Une date s’écrit année-mois-jour, par exemple 2026-11-26."))
        )
    latitude, longitude = _degrees(value["latitude"], 90), _degrees(value["longitude"], 180)
    if bool(value["latitude"]) != (latitude is not None):
        problems.append(("latitude", N_("Une latitude est un nombre entre -90 et 90.")))
    if bool(value["longitude"]) != (longitude is not None):
        problems.append(("longitude", N_("Une longitude est un nombre entre -180 et 180.")))
    if problems or updated is None:
        return Refused(number, tuple(problems))
    lists, unknown = _lists(row)
    phone = value["telephone"].replace(" ", "").replace(".", "")
    if latitude is None or longitude is None:
        latitude = longitude = None
    return Read(
        key=value["id"][:120],
        name=value["nom"][:160],
        town=value["commune"][:80],
        postcode=postcode,
        insee=insee if value["code_insee"] else "",
        address=value["adresse"][:200],
        latitude=latitude,
        longitude=longitude,
        kind=value["typologie"][:80],
        phone=phone if _PHONE.fullmatch(phone) else "",
        mail=value["courriels"].partition("|")[0][:254],
        site=_address(value["site_web"]),
        hours=value["horaires"][:300],
        booking=_address(value["prise_rdv"]),
        updated_on=updated,
        lists=lists,
        unknown=unknown,
    )


def _lists(row: Mapping[str, str]) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    unknown: list[str] = []
    for name, known in LISTS.items():
        given = [each.strip() for each in (row.get(name) or "").split("|") if each.strip()]
        found[name] = tuple(each for each in given if each in known)
        unknown += [each[:80] for each in given if each not in known]
    return found, tuple(unknown)


def _day(text: str) -> date | None:
    if not _DAY.match(text):
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _degrees(text: str, most: float) -> float | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if -most <= value <= most else None


def _address(text: str) -> str:
    """An address of the web, or nothing: another scheme would act when it is pressed."""
    first = text.partition("|")[0].strip()
    return first[:300] if first.startswith(("https://", "http://")) else ""
