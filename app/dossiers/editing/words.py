"""The words of the sheets: labels, choices, values as people read them."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _

from app.dossiers import organisations
from app.dossiers.editing import masks
from app.dossiers.editing.service import LISTS, Target
from app.dossiers.editing.sheets import FIELDS, Field, Kind
from app.dossiers.vocabulary import PieceKind
from app.dossiers.wording import Words
from app.foundation.text import bodies

# Papers that are accepted in the place of others (DOMAIN, section 5).
SUBSTITUTES = (
    PieceKind.HONOUR_STATEMENT,
    PieceKind.TAX_REGULARISATION,
    PieceKind.BASE_AID,
    PieceKind.MUTUAL_COMMITMENT,
)


def title(sheet: str) -> str:
    """What a sheet is called."""
    return {
        "rights": _("Situation"),
        "training": _("Formation"),
        "origin": _("Origine de l’inscription"),
        "money": _("Revenu et compte"),
        "decision": _("Décision"),
        "piece": _("Pièce"),
    }[sheet]


def label(name: str) -> str:
    """What a field is called. Raises KeyError."""
    text = _LABELS[name]
    return _(text, body=bodies.name("emploi", "fr")) if "%(body)s" in text else _(text)


N_ = str  # marks a sentence for bin/translations.py
_LABELS = {
    "legal_status": N_("Statut"),
    "residence_permit_until": N_("Titre de séjour jusqu’au"),
    "employment_registered": N_("Inscription à %(body)s"),
    "employment_benefit": N_("Allocation de %(body)s"),
    "youth_guarantee": N_("Garantie jeune"),
    "minimum_income": N_("RSA ou ASS"),
    "nir": N_("Séc. sociale"),
    "organisation_id": N_("Organisme"),
    "training_title": N_("Formation"),
    "training_action": N_("Numéro d’action"),
    "theme": N_("Thème"),
    "payments": N_("Paiements"),
    "training_start": N_("Début"),
    "training_end": N_("Fin"),
    "training_hours": N_("Heures"),
    "distance_km": N_("Distance (km)"),
    "descends_from_of": N_("Inscription reçue du logiciel de l’organisme"),
    "tax_income_cents": N_("Revenu fiscal de référence"),
    "tax_quarters": N_("Parts"),
    "payee": N_("Titulaire du compte"),
    "iban": N_("IBAN"),
    "amount_cents": N_("Montant"),
    "inside": N_("Pour le service"),
    "deposited_on": N_("Déposée le"),
    "taken_up_on": N_("Prise en charge le"),
    "decided_on": N_("Décidée le"),
    "rejection": N_("Raison du rejet, une seule"),
    "rejection_evidence": N_("Sur quelle preuve"),
    "notified_on": N_("Annoncée à la personne le"),
    "notification_seen": N_("La personne l’a vue"),
    "next_payment_on": N_("Paiement prévu le"),
    "paid_on": N_("Payée le"),
    "state": N_("État"),
    "defect": N_("Ce qui ne va pas"),
    "message": N_("Message à la personne"),
    "instead": N_("Remplacée par"),
    "third_party": N_("Qui la détient"),
    "remind_on": N_("Relancer le"),
}


def options(each: Field, said: Words) -> list[tuple[str, str]]:
    """The choices of a field, a blank one first where nothing need be chosen."""
    if each.kind is Kind.YES_NO:
        return [("", _("pas demandé")), ("yes", _("oui")), ("no", _("non"))]
    if each.kind is Kind.ORGANISATION:
        listed = organisations.all_named()
        return [("", "—"), *((str(key), name) for key, name in listed)]
    codes = each.options
    if each.name == "instead":
        codes = tuple(kind.value for kind in SUBSTITUTES)
    found = [(code, _code(each, code, said)) for code in codes]
    return found if each.required else [("", "—"), *found]


def _code(each: Field, code: str, said: Words) -> str:
    if each.name in LISTS:
        return said.label(LISTS[each.name](code))
    if each.name == "payments":
        return _("un seul") if code == "1" else _("deux")
    return _("oui") if code == "yes" else _("non")


def value(name: str, text: str, said: Words) -> str:
    """A value as people read it; "" for none. A secret stays masked."""
    each = FIELDS[name]
    if not text:
        return ""
    if each.kind is Kind.NIR:
        return text if "•" in text else masks.nir(text)
    if each.kind is Kind.IBAN:
        return text if "•" in text else masks.iban(text)
    if each.kind is Kind.DAY:
        return _day(text, said)
    if each.kind is Kind.EUROS:
        return f"{text} €"
    if each.kind is Kind.YES_NO:
        return _("oui") if text == "yes" else _("non")
    if each.kind is Kind.ORGANISATION:
        return organisations.name_of(text)
    if each.kind is Kind.CHOICE and text in each.options:
        return _code(each, text, said)
    return text


def _day(text: str, said: Words) -> str:
    try:
        return said.day(date.fromisoformat(text))
    except ValueError:
        return text


def aloud(name: str, text: str) -> str:
    """A secret as it is read back, whole and in groups; the value itself of anything else."""
    kind = FIELDS[name].kind
    if kind is Kind.NIR:
        return masks.grouped_nir(text)
    return masks.grouped_iban(text) if kind is Kind.IBAN else text


def of_piece(of: Target, said: Words) -> str:
    """What the form of a pièce is called."""
    return said.label(of.piece.kind) if of.piece else ""
