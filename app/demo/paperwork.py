"""What the forms of the demo's dossiers say: rights, situation, distances, taxes; every name invented. Pure.

A right that nobody has asked about stays unknown, as it would: the page shows it as such.
"""

from __future__ import annotations

from typing import Any

from app.dossiers.vocabulary import LegalStatus, MinimumIncome, Reach

# By last name: registered at the employment service, its benefit, garantie jeune, minimum income, preferred way.
_KNOWN: dict[str, dict[str, Any]] = {
    "Perrin": {"employment_registered": True, "employment_benefit": False, "youth_guarantee": False,
               "minimum_income": MinimumIncome.RSA, "prefers": Reach.SMS},
    "Morel": {"employment_registered": True, "employment_benefit": False, "youth_guarantee": False,
              "minimum_income": MinimumIncome.NONE, "prefers": Reach.PHONE, "helper_phone": "+33261910102"},
    "Caron": {"employment_registered": True, "employment_benefit": False, "youth_guarantee": False,
              "minimum_income": MinimumIncome.NONE, "prefers": Reach.SMS},
    "Delmas": {"employment_registered": True, "employment_benefit": False, "youth_guarantee": False,
               "minimum_income": MinimumIncome.ASS, "prefers": Reach.PHONE},
    "Haddad": {"employment_registered": True, "youth_guarantee": False},
    "Faure": {"employment_registered": True, "employment_benefit": True, "youth_guarantee": False,
              "minimum_income": MinimumIncome.NONE, "prefers": Reach.MAIL},
    "Vasseur": {"employment_registered": True, "employment_benefit": False, "youth_guarantee": False,
                "minimum_income": MinimumIncome.RSA, "prefers": Reach.PHONE},
    "Hugues": {"employment_registered": True, "prefers": Reach.POST},
    "Diallo": {"employment_registered": True, "employment_benefit": False, "youth_guarantee": False,
               "minimum_income": MinimumIncome.NONE, "prefers": Reach.MAIL},
    "Benali": {"employment_registered": True, "employment_benefit": True, "youth_guarantee": False,
               "minimum_income": MinimumIncome.NONE, "prefers": Reach.MAIL,
               "legal_status": LegalStatus.SELF_EMPLOYED},
}  # fmt: skip

_THEMES = ("Services à la personne", "Bâtiment", "Tertiaire", "Industrie", "Santé et social")
_TWICE_PAID = ("Maçon du bâti ancien", "Aide-soignante")  # their theme has two payments


def of_person(number: int, last_name: str) -> dict[str, Any]:
    """The rights of the ``number``-th person, and how to reach her, as columns of ``persons``."""
    return _KNOWN.get(last_name) or {
        "employment_registered": True if number % 4 else None,
        "employment_benefit": number % 5 == 0 if number % 4 else None,
        "youth_guarantee": False if number % 3 else None,
        "prefers": (Reach.PHONE, Reach.SMS, Reach.MAIL)[number % 3],
    }


def of_dossier(number: int, training: str, *, deposited: bool) -> dict[str, Any]:
    """The form of a dossier, as columns of ``dossiers``; one that nobody has deposited says less."""
    found: dict[str, Any] = {
        "theme": _THEMES[number % len(_THEMES)],
        "payments": 2 if training in _TWICE_PAID else 1,
    }
    if deposited:
        found |= {
            "distance_km": 3 + number * 7 % 61,
            "tax_income_cents": (4_200 + number * 373 % 9_600) * 100,
            "tax_quarters": 4 + number % 5 * 2,
        }
    return found
