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
    """What a field is called."""
    office = bodies.name("emploi", "fr")
    return {
        "legal_status": _("Statut"),
        "residence_permit_until": _("Titre de séjour jusqu’au"),
        "employment_registered": _("Inscription à %(body)s", body=office),
        "employment_benefit": _("Allocation de %(body)s", body=office),
        "youth_guarantee": _("Garantie jeune"),
        "minimum_income": _("RSA ou ASS"),
        "nir": _("Séc. sociale"),
        "organisation_id": _("Organisme"),
        "training_title": _("Formation"),
        "training_action": _("Numéro d’action"),
        "theme": _("Thème"),
        "payments": _("Paiements"),
        "training_start": _("Début"),
        "training_end": _("Fin"),
        "training_hours": _("Heures"),
        "distance_km": _("Distance (km)"),
        "descends_from_of": _("Inscription reçue du logiciel de l’organisme"),
        "tax_income_cents": _("Revenu fiscal de référence"),
        "tax_quarters": _("Parts"),
        "payee": _("Titulaire du compte"),
        "iban": _("IBAN"),
        "amount_cents": _("Montant"),
        "inside": _("Pour le service"),
        "deposited_on": _("Déposée le"),
        "taken_up_on": _("Prise en charge le"),
        "decided_on": _("Décidée le"),
        "rejection": _("Raison du rejet, une seule"),
        "rejection_evidence": _("Sur quelle preuve"),
        "notified_on": _("Annoncée à la personne le"),
        "notification_seen": _("La personne l’a vue"),
        "next_payment_on": _("Paiement prévu le"),
        "paid_on": _("Payée le"),
        "state": _("État"),
        "defect": _("Ce qui ne va pas"),
        "message": _("Message à la personne"),
        "instead": _("Remplacée par"),
        "third_party": _("Qui la détient"),
        "remind_on": _("Relancer le"),
    }[name]


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
