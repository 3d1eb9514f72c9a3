"""What a text message answers: yes, no, stop, or nothing that a machine may take for an answer. Pure.

Closed lists, on the whole message: « oui mais pas les paiements » is for a person to read. A question is no answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.dossiers.name_folding import fold


class Word(StrEnum):
    """What was answered."""

    YES = "yes"
    NO = "no"
    STOP = "stop"


@dataclass(frozen=True)
class Reply:
    """A word, and whether it said the first name."""

    word: Word
    named: bool


_POLITE = frozenset({"bonjour", "bonsoir", "merci", "svp", "hello", "thanks"})
_WORDS = {
    **dict.fromkeys(
        ("oui", "ok", "oui ok", "d accord", "daccord", "oui d accord", "oui daccord", "je suis d accord",
         "oui je suis d accord", "yes", "i agree"), Word.YES,
    ),
    **dict.fromkeys(
        ("non", "pas d accord", "pas daccord", "non pas d accord", "je ne suis pas d accord", "je refuse", "no",
         "i do not agree"), Word.NO,
    ),
    **dict.fromkeys(
        ("stop", "arret", "arreter", "annuler", "je retire mon accord", "stop accord"), Word.STOP,
    ),
}  # fmt: skip


def read(text: str, first_name: str) -> Reply | None:
    """The answer of a message about somebody of this first name; None for what is for a person to read."""
    if "?" in text or len(text) > 80:
        return None
    words = [each for each in fold(text).split() if each not in _POLITE]
    name = fold(first_name).split()
    named = bool(name) and len(words) > len(name) and words[-len(name) :] == name
    said = " ".join(words[: -len(name)] if named else words)
    word = _WORDS.get(said)
    return Reply(word, named) if word is not None else None


def is_word(text: str) -> bool:
    """Could this be an answer, with or without a first name? So that a yes for nobody is not lost."""
    words = [each for each in fold(text).split() if each not in _POLITE]
    return bool(words) and "?" not in text and words[0] in _WORDS and len(words) <= 4
