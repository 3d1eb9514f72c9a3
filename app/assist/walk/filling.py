"""Sentences filled from the dossier and the Portal: « déposée le {=deposited_on} ». Pure.

A sentence that names a fact has a written form for when the fact is missing (``without`` in the script):
nobody ever reads « tel jour » aloud. The loader holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.assist.script import Step
from app.foundation.text.bilingual import Text
from app.foundation.text.patterns import Match, pattern

# Every fact that a sentence may name, as authors and readers of a script are told of it.
SLOTS: Mapping[str, Text] = {
    "deposited_on": Text("jour du dépôt", "day of submission"),
    "processed_on": Text("dépôts étudiés, au dernier point", "requests studied, as last noted"),
    "payment_answer": Text("la phrase du paiement", "the payment's sentence"),
    "next_wave_on": Text("jour de paiement du dossier", "the file's payment day"),
    "paid_on": Text("jour du paiement", "day of the payment"),
    "amount": Text("montant", "amount"),
    "taken_up_on": Text("jour de la prise en charge", "day taken up"),
    "decided_on": Text("jour de la décision", "day of the decision"),
    "mail_sent": Text("jour et heure du dernier mail", "day and time of the last email"),
    "mail_day": Text("jour du dernier mail", "day of the last email"),
    "link_until": Text("limite du lien", "limit of the link"),
    "address": Text("adresse du dossier, masquée", "the file's address, masked"),
    "training": Text("formation", "training"),
    "organisation": Text("organisme de formation", "training centre"),
    "training_starts": Text("début de la formation", "start of the training"),
    "owner": Text("prénom du gestionnaire", "the owner's first name"),
    "agent": Text("votre prénom", "your first name"),
    "asked_piece": Text("la pièce redemandée", "the document asked for again"),
}

_MARK = pattern(r"\{=([a-z_]+)\}")

NAMES = ("ask", "do", "say", "screen", "check")


def marks(text: str) -> list[str]:
    """The facts that a text names, in order."""
    return [mark[1] for mark in _MARK.finditer(text)]


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its facts in their place. Raises KeyError for one that ``values`` does not hold."""

    def value(mark: Match) -> str:
        return values[mark[1]]

    return _MARK.sub(value, text)


def named(text: str, locale: str) -> str:
    """``text`` as its readers see it away from any dossier: « [jour du dépôt] »."""

    def name(mark: Match) -> str:
        slot = SLOTS.get(mark[1])
        return f"[{slot.get(locale) if slot else mark[1]}]"

    return _MARK.sub(name, text)


def written(step: Step, name: str, values: Mapping[str, Text]) -> Text | None:
    """The text ``name`` of a step, filled; its other form when one of its facts is missing.

    ``values`` holds each fact that is known, as it is said in both languages.
    """
    text: Text | None = getattr(step, name)
    if text is None:
        return None
    if any(mark not in values for mark in marks(text.fr) + marks(text.en)):
        return dict(step.without)[name]
    return Text(
        fill(text.fr, {key: value.fr for key, value in values.items()}),
        fill(text.en, {key: value.en for key, value in values.items()}),
    )
