# ruff: noqa: E501 (tables of words)
"""What the page that compares two files says: each field by its name, each value as people read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from app.accounts.models import Agent
from app.dossiers import wording
from app.dossiers.editing import words as sheets
from app.dossiers.editing.sheets import FIELDS
from app.dossiers.models import Organisation
from app.dossiers.wording import Words
from app.foundation.extensions import db

_EUROS = ("amount_cents", "tax_income_cents")


def label(name: str) -> str:
    """What a field is called."""
    own = {
        "last_name": _("Nom"), "first_name": _("Prénom"), "born_on": _("Date de naissance"), "email": _("Mail"),
        "address": _("Adresse"), "language": _("Langue"), "helper": _("Aide sur place"), "prefers": _("À joindre par"),
        "nir_masked": _("Numéro de sécurité sociale"), "owner_id": _("Suivi par"), "inside": _("État et décision"),
        "enrolled_on": _("Inscrite le"), "iban_masked": _("IBAN"), "training_start": _("Début et fin"),
        "notification_seen_at": _("La personne l’a vue"),
    }  # fmt: skip
    if name in own:
        return own[name]
    return sheets.label(name) if name in FIELDS else name


def said(name: str, values: tuple[Any, ...], words: Words) -> str:
    """What a file says of a field, as people read it; a dash for nothing."""
    amount = len(values) - 1 if name == "inside" else -1
    read = [
        _one("amount_cents" if n == amount else name, value, words)
        for n, value in enumerate(values)
    ]
    return " · ".join(filter(None, read)) or "—"


def _one(name: str, value: Any, words: Words) -> str:
    if value is None or value == "":
        return ""
    if name in _NAMES:
        return _NAMES[name](value)
    match value:
        case bool():
            return _("oui") if value else _("non")
        case datetime():
            return words.when(value)
        case date():
            return words.day(value)
        case StrEnum():
            return words.label(value)
        case int() if name in _EUROS:
            return f"{value / 100:.2f} €".replace(".", ",")
        case int() if name == "tax_quarters":
            return f"{value / 4:g}".replace(".", ",")
        case str() if name == "language":
            return words.language(value)
        case str() if value.startswith("+"):
            return words.phone(value)
        case _:
            return str(value)


def _organisation(row_id: int) -> str:
    row = db.session.get(Organisation, row_id)
    return row.name if row else ""


def _owner(row_id: int) -> str:
    row = db.session.get(Agent, row_id)
    return row.display_name if row else ""


_NAMES: Mapping[str, Callable[[int], str]] = {"organisation_id": _organisation, "owner_id": _owner}


def tables() -> dict[str, str]:
    """What comes along, in words; what is not named here is counted as « autres lignes »."""
    return {
        "person_phones": _("téléphones"), "person_changes": _("corrections passées"), "dossiers": _("dossiers"),
        "contacts": _("contacts"), "pieces": _("pièces"), "annotations": _("annotations"), "portal_events": _("événements du Portail"),
        "feed_keys": _("numéros chez qui envoie"), "person_nirs": _("numéros de sécurité sociale"), "promises": _("promesses"),
        "merges": _("fusions passées"), "priority_flags": _("priorités promises"), "script_runs": _("scripts suivis"),
        "dossier_ibans": _("comptes bancaires"), "callbacks": _("rappels"), "consultations": _("consultations"),
    }  # fmt: skip


def moved(rows: tuple[tuple[str, int], ...]) -> str:
    """« contacts (2), annotations (1)… »: all that comes along."""
    known, counted, others = tables(), [], 0
    for name, count in rows:
        if name in known:
            counted.append(f"{known[name]} ({count})")
        else:
            others += count
    if others:
        counted.append(_("autres lignes (%(count)s)", count=others))
    return ", ".join(counted)


def piece(kind: StrEnum, words: Words) -> str:
    """What a pièce is called."""
    return wording.label(kind, words.locale)
