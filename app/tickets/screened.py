"""What an agent writes in a promise, a question, an answer: a few words, screened as any note is."""

from __future__ import annotations

from app.dossiers import free_text
from app.foundation.exceptions import InvalidInput


def accepted(typed: str, locale: str, *, wanted: bool = True) -> str:
    """The text as it is kept. Raises InvalidInput when it holds a secret or somebody's health, is too long, or
    (``wanted``) empty."""
    checked = free_text.check(typed, about_somebody=True)
    if isinstance(checked, free_text.Refused):
        raise InvalidInput(
            " ".join(free_text.explain(checked, locale)[:-1]), kept="Rien n'a été enregistré."
        )
    if wanted and not checked.text:
        raise InvalidInput("Écrivez quelques mots avant d'enregistrer.")
    return checked.text
