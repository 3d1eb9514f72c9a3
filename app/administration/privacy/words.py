# ruff: noqa: E501 (tables of words)
"""What is kept, in words: tables, kinds of texts and their terms, and the facts of a row as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from app.accounts.local_moment import local_moment
from app.administration.privacy import terms


def table_words() -> dict[str, str]:
    """The tables in words; a table that has none is shown by its own name."""
    return {
        "persons": _("Identité"), "person_phones": _("Téléphones"), "person_nirs": _("Numéro de sécurité sociale"),
        "person_changes": _("Corrections passées"), "dossiers": _("Dossiers"), "dossier_ibans": _("Compte bancaire"),
        "pieces": _("Pièces"), "annotations": _("Annotations"), "priority_flags": _("Priorités"),
        "portal_events": _("Événements du Portail"), "contacts": _("Contacts"), "messages": _("Messages"),
        "calls": _("Appels"), "callbacks": _("Rappels"), "alerts": _("Alertes"), "promises": _("Promesses"),
        "consultations": _("Consultations"), "consultation_words": _("Ce qui s’est dit dans une consultation"),
        "mails": _("Mails"), "voicemails": _("Messages vocaux"), "script_runs": _("Scripts suivis"),
        "script_run_steps": _("Étapes des scripts"), "script_acts": _("Actes des scripts"), "merges": _("Fusions"), "mandates": _("Mandats et accords"), "consents": _("Accords demandés par SMS"),
        "place_bookings": _("Rendez-vous"), "incident_links": _("Incidents rattachés"), "incident_notices": _("« C’est réparé »"),
        "portal_links": _("Liens envoyés"), "portal_commands": _("Demandes faites au Portail"), "payment_urgencies": _("Urgences de paiement"),
        "payments_waiting": _("Paiements en attente"), "contact_persons": _("Personnes d’un même contact"), "threads": _("Fils de messages"),
        "call_events": _("Ce qui s’est passé pendant un appel"), "call_segments": _("Moments d’un appel"), "call_parties": _("Tiers d’un appel"),
        "call_commands": _("Commandes au fournisseur"), "works": _("Passages en file"), "work_events": _("Étapes en file"),
        "dossier_readers": _("Qui a ce dossier ouvert"), "guided_phones": _("Pages guidées"), "feed_keys": _("Numéros donnés par d’autres services"),
        "erasures": _("Effacements"), "drifts": _("Écarts avec le fournisseur"),
    }  # fmt: skip


def kind_words() -> dict[str, str]:
    """The kinds of ``terms.TERMS`` in words: what goes, and since when its term runs."""
    return {
        "alert_places": _("Lieux donnés dans une alerte, après sa clôture"),
        "call_numbers": _("Numéros des appels"),
        "party_numbers": _("Numéros des tiers appelés pendant une conversation"),
        "contact_details": _("Numéros, notes et brouillons des contacts"),
        "callback_numbers": _("Numéros des rappels, après leur clôture"),
        "promise_texts": _("Mots des promesses, une fois tenues ou abandonnées"),
        "consultation_texts": _("Questions et décisions des consultations, une fois closes"),
        "consultation_words": _("Réponses et objections des consultations closes"),
        "annotations": _("Annotations d’un dossier payé ou refusé"),
        "priority_reasons": _("Raisons des priorités, une fois faites"),
        "urgency_reasons": _("Raisons des urgences de paiement, une fois décidées"),
        "booking_names": _("Qui accueille, après le rendez-vous"),
        "mail_addresses": _("Adresses et objets des mails"),
        "portal_keys": _("Adresses des liens du Portail, après leur expiration"),
        "notice_numbers": _("Numéros prévenus qu’un incident est réparé"),
        "former_details": _("Anciennes valeurs des corrections"),
        "screen_reports": _("Écrans décrits par un agent, une fois vus"),
        "incident_texts": _("Mots d’un incident, après sa clôture"),
        "register_texts": _("Mots du registre qui ne valent plus"),
        "bulletin_texts": _("Nouvelles retirées du bulletin"),
        "bulletin_reads": _("Qui avait lu une nouvelle retirée"),
    }


@dataclass(frozen=True)
class Kept:
    """One kind: what it is, how long, and how many rows go the next night (None: not asked)."""

    name: str
    how_long: str
    due: int | None


def kept(counts: Mapping[str, int] | None) -> list[Kept]:
    """Every kind with a term, the shortest first."""
    said = kind_words()
    ordered = sorted(terms.TERMS, key=lambda term: term.after)
    return [
        Kept(
            said[term.kind],
            _for_years(term.after.days // 365),
            None if counts is None else counts[term.kind],
        )
        for term in ordered
    ]


def _for_years(years: int) -> str:
    return ngettext("%(num)d an", "%(num)d ans", years)


# --- a row, as a person reads it -----------------------------------------------------------------


def fact_words() -> dict[str, str]:
    """The columns of a person's rows in words; one that is not here keeps its own name."""
    return {
        "first_name": _("Prénom"), "last_name": _("Nom"), "born_on": _("Date de naissance"), "email": _("Adresse mail"),
        "email_confirmed_at": _("Adresse relue le"), "address": _("Adresse"), "language": _("Langue"), "helper": _("Qui aide"),
        "helper_relation": _("Lien avec qui aide"), "helper_phone": _("Téléphone de qui aide"), "prefers": _("À joindre plutôt par"),
        "legal_status": _("Statut"), "employment_registered": _("Inscription à l’emploi"), "employment_benefit": _("Allocation chômage"),
        "youth_guarantee": _("Garantie jeune"), "minimum_income": _("Minimum social"), "nir": _("Numéro de sécurité sociale"),
        "nir_masked": _("Numéro de sécurité sociale, masqué"), "residence_permit_until": _("Titre de séjour jusqu’au"),
        "created_at": _("Noté le"), "e164": _("Numéro"), "owner": _("À qui"), "reference": _("Référence"), "training_title": _("Formation"),
        "training_action": _("Action"), "theme": _("Thème"), "amount_cents": _("Montant (centimes)"), "paid_on": _("Payé le"),
        "decided_on": _("Décidé le"), "inside": _("État au service"), "outside": _("État dit à la personne"), "rejection": _("Raison du refus"),
        "rejection_evidence": _("Preuve du refus"), "iban": _("IBAN"), "iban_masked": _("IBAN, masqué"), "payee": _("Titulaire du compte"),
        "kind": _("Genre"), "state": _("État"), "message": _("Message"), "third_party": _("Tiers attendu"), "text": _("Texte"),
        "reason": _("Raison"), "due_on": _("Pour le"), "done_at": _("Fait le"), "at": _("Le"), "opened_at": _("Commencé le"),
        "closed_at": _("Clos le"), "channel": _("Par où"), "direction": _("Sens"), "caller_number": _("Numéro de qui appelle"),
        "caller_role": _("Qui appelait"), "basis": _("À quel titre"), "note": _("Note"), "draft": _("Brouillon"), "number": _("Numéro"),
        "typed_number": _("Numéro tapé"), "received_at": _("Reçu le"), "answered_at": _("Répondu le"), "ended_at": _("Terminé le"),
        "outcome": _("Issue"), "body": _("Texte"), "subject": _("Objet"), "original": _("Texte reçu"), "to_address": _("À"),
        "sent_at": _("Envoyé le"), "delivered_at": _("Arrivé le"), "refusal": _("Refus"), "question": _("Question"), "decision": _("Décision"),
        "evidence": _("Preuve"), "asked_at": _("Demandé le"), "decided_at": _("Décidé le"), "due_at": _("Pour le"), "made_at": _("Fait le"),
        "outcome_reason": _("Pourquoi"), "service": _("Service"), "waits_for": _("En attente de"), "field": _("Quoi"), "before": _("Avant"),
        "after": _("Après"), "script_id": _("Script"), "started_at": _("Commencé le"), "action": _("Acte"), "result": _("Résultat"),
        "welcomed_by": _("Qui accueille"), "place": _("Lieu"), "way": _("Moyen"), "label": _("Nom"), "posture": _("Qui a fait"),
    }  # fmt: skip


# Of no use to who reads: numbers of rows, and what the machine counts with.
_MACHINE = frozenset({"id", "revision", "version", "moves", "position", "attempts"})


def facts(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The facts of one row that say something to a person: (what, its value)."""
    said = fact_words()
    for name, value in row.items():
        if name in _MACHINE or name.endswith("_id") or value in (None, "", [], {}):
            continue
        yield said.get(name, name), _value(value)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, str) and len(value) > 18 and value[10:11] == "T":
        try:
            return local_moment(datetime.fromisoformat(value))
        except ValueError:
            return value
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value))
    return str(value)
