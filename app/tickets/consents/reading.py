"""What a text message answers: yes, no, stop, or nothing that a machine may take for an answer. Pure.

Closed lists, on the whole message: it says one thing, in one way or in several (« Oui, d'accord, pas de souci »), with
greetings around it. « oui mais pas les paiements » is for a person to read. A question is no answer.
"""

from __future__ import annotations

from collections.abc import Sequence
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


LONGEST = 80  # signs: who writes more says more
LONGEST_NAME = 3  # words
# Greetings, and what a telephone writes under a message.
_AROUND = tuple(
    phrase.split()
    for phrase in (
        "bonjour", "bonsoir", "salut", "madame", "monsieur", "merci", "merci beaucoup", "merci bien", "svp", "stp",
        "s il vous plait",
        "cordialement", "bonne journee", "bonne soiree", "a bientot", "hello", "hi", "thanks", "thank you",
        "please", "regards",
        "envoye de mon iphone", "envoye depuis mon telephone", "envoye depuis mon mobile", "sent from my iphone",
    )
)  # fmt: skip
_PHRASES = {
    Word.YES: (
        "oui", "ouii", "ouiii", "ouais", "oui oui", "ok", "okay", "oki", "d accord", "daccord", "dacord",
        "d acc", "dac", "je suis d accord",
        "je suis daccord", "c est d accord", "j accepte", "je confirme", "je veux bien", "je suis ok", "yes",
        "yep", "i agree",
        "agreed", "i accept", "i confirm",
    ),
    Word.NO: (
        "non", "nan", "non non", "pas d accord", "pas daccord", "je ne suis pas d accord", "je suis pas d accord",
        "je refuse", "je ne veux pas", "je veux pas",
        "surtout pas", "pas du tout", "jamais", "pas question", "no", "nope", "i do not agree", "i don t agree",
        "i disagree", "i refuse",
        "i do not want", "i don t want",
    ),
    Word.STOP: (
        "stop", "stop sms", "stop accord", "arret", "arreter", "arretez", "annuler", "annulez",
        "je retire mon accord", "j annule mon accord",
        "je ne suis plus d accord", "je suis plus d accord", "je n accepte plus", "je reviens sur mon accord",
        "i withdraw", "i no longer agree",
        "cancel", "unsubscribe",
    ),
}  # fmt: skip
# Beside a yes they say yes too; alone they may answer something else.
_BESIDE_YES = tuple(
    phrase.split()
    for phrase in (
        "bien sur", "pas de souci", "pas de soucis", "pas de probleme", "sans probleme", "aucun probleme",
        "c est bon", "c est ok",
        "avec plaisir", "tout a fait", "volontiers", "sure", "of course", "no problem", "that s fine",
    )
)  # fmt: skip
_SAID = sorted(
    ((phrase.split(), word) for word, phrases in _PHRASES.items() for phrase in phrases),
    key=lambda each: -len(each[0]),
)
_FOR = frozenset({"pour", "for"})


def read(text: str, first_name: str) -> Reply | None:
    """The answer of a message about somebody of this first name; None for what is for a person to read."""
    words = _words(text)
    if words is None:
        return None
    name = fold(first_name).split()
    named = bool(name) and len(words) > len(name) and words[-len(name) :] == name
    if named:
        words = words[: -len(name)]
        words = words[:-1] if len(words) > 1 and words[-1] in _FOR else words
    said, rest = _said(words)
    return Reply(said, named) if said is not None and not rest else None


def is_word(text: str) -> bool:
    """Could this be an answer, with or without a first name? So that a yes for nobody is not lost."""
    words = _words(text)
    if not words:
        return False
    said, rest = _said(words)
    return said is not None and len(rest) <= LONGEST_NAME + 1


def _words(text: str) -> list[str] | None:
    """The words without what is around them; None for a question, or what is too long to be an answer."""
    if "?" in text or len(text) > LONGEST:
        return None
    words, kept = fold(text).split(), []
    while words:
        around = max(
            (each for each in _AROUND if words[: len(each)] == each), key=len, default=None
        )
        if around is None:
            kept.append(words.pop(0))
        else:
            words = words[len(around) :]
    return kept


def _said(words: Sequence[str]) -> tuple[Word | None, list[str]]:
    """The one thing that the phrases at the beginning say, and the words that follow them. Two things are none."""
    rest, said, beside = list(words), None, False
    while rest:
        if agreeing := next((each for each in _BESIDE_YES if rest[: len(each)] == each), None):
            beside, rest = True, rest[len(agreeing) :]
            continue
        phrase = next((each for each in _SAID if rest[: len(each[0])] == each[0]), None)
        if phrase is None:
            break
        if said is not None and phrase[1] is not said:
            return None, rest
        said, rest = phrase[1], rest[len(phrase[0]) :]
    return (None if beside and said is not Word.YES else said), rest
