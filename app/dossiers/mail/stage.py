"""The stages of a mail that carries a link, each in the one word that says it everywhere. Pure.

The strip at the desk, the dossier's page and its story, search, what is said after a call: all of them
read here, so that a mail is never « remis » on one page and « envoyé » on the next.
"""

from __future__ import annotations

from app.foundation.text.bilingual import Text
from app.foundation.text.saying import tidy

WORDS: dict[str, Text] = {
    "queued": Text("En file d'envoi", "Waiting to leave"),
    "sent": Text("Envoyé", "Sent"),
    "delivered": Text("Remis", "Delivered"),
    "refused": Text("Refusé par le serveur", "Refused by the server"),
    "bounced": Text("Mail revenu", "Email came back"),
    "failed": Text("Pas parti", "Not sent"),
    "opened": Text("Lien ouvert", "Link opened"),
    "step1": Text("Étape 1", "Step 1"),
    "step2": Text("Étape 2", "Step 2"),
    "deposited": Text("Demande déposée", "Request submitted"),
    "expired": Text("Lien expiré", "Link expired"),
}
# It never reached the person: nothing of what follows can come.
LOST = frozenset({"refused", "bounced", "failed"})


def word(stage: str, locale: str) -> str:
    """A stage as its reader reads it."""
    return tidy(WORDS[stage].get(locale), locale)
