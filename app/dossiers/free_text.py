"""What may be written freely (notes, annotations, reasons): short facts, never a secret. Pure.

Agents see passwords and card numbers go by while they help; a note is read by many and kept for
long. A text that looks like it holds one is refused with an explanation, and what is given back
to the agent has the secret taken out, so that it is neither stored nor shown again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

LONGEST = 500  # characters: a note is a few facts, not a story
REMOVED = "[retiré]"


class Secret(StrEnum):
    """What must not be kept in a note."""

    PASSWORD = "password"  # noqa: S105
    CARD = "card"
    NIR = "nir"
    IBAN = "iban"


@dataclass(frozen=True)
class Accepted:
    """The note, trimmed, ready to store."""

    text: str


@dataclass(frozen=True)
class Refused:
    """Why not (``secrets``, or too long), and ``kept``: the text with every secret taken out."""

    secrets: tuple[Secret, ...]
    too_long: bool
    kept: str


EXPLANATIONS: dict[Secret, tuple[str, str]] = {
    Secret.PASSWORD: (
        "Un mot de passe ne se note jamais : la personne le crée et le garde seule.",
        "A password is never written down: the person makes it and keeps it alone.",
    ),
    Secret.CARD: (
        "Un numéro de carte bancaire n'a rien à faire dans une note.",
        "A bank card number has no place in a note.",
    ),
    Secret.NIR: (
        "Le numéro de sécurité sociale est déjà dans le dossier, protégé.",
        "The social security number is already in the file, protected.",
    ),
    Secret.IBAN: (
        "L'IBAN est déjà dans le dossier, protégé.",
        "The IBAN is already in the file, protected.",
    ),
}
TOO_LONG = (
    f"La note est trop longue : {LONGEST} caractères au plus.",
    f"The note is too long: {LONGEST} characters at most.",
)
KEPT = (
    "Tout le reste de votre note est gardé.",
    "The rest of your note is kept.",
)


def check(text: str) -> Accepted | Refused:
    """Accept a note, or refuse it with what was kept. Control characters are dropped."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n")).strip()
    found = sorted(_secrets(text), key=lambda span: (span[0], -span[1]))
    if not found and len(text) <= LONGEST:
        return Accepted(text)
    kinds = tuple(dict.fromkeys(kind for _start, _end, kind in found))
    return Refused(kinds, too_long=len(text) > LONGEST, kept=_without(text, found))


def explain(refused: Refused, locale: str) -> list[str]:
    """The sentences to show: one a cause, then what was kept."""
    column = 1 if locale[:2].lower() == "en" else 0
    causes = [EXPLANATIONS[secret][column] for secret in refused.secrets]
    if refused.too_long:
        causes.append(TOO_LONG[column])
    return [*causes, KEPT[column]]


Span = tuple[int, int, Secret]

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

_WORD = r"(?:mots?\s+de\s+passe|mdp|password|passwd|pwd|code\s+(?:secret|pin|confidentiel)|pin)"
_ASSIGNED = re.compile(
    rf"\b{_WORD}\b[^\n:=]{{0,40}}?\s*[:=]\s*[«\"'“]?\s*(?P<secret>[^\s«»\"“”]+)", re.IGNORECASE
)
_STATED = re.compile(
    rf"\b{_WORD}\b(?:[^\n.;:=]{{0,30}}?\s(?:est|is|sera|c'est))?\s+[«\"'“]?\s*"
    r"(?P<secret>[^\s«»\"“”]{4,})",
    re.IGNORECASE,
)
# « mot de passe : perdu » tells of a trouble, not of a password.
_STATES = re.compile(
    r"(?:perdu|oubli|refus|chang|inconnu|r[ée]initialis|expir|cr[éeè]|recr|faux|fausse|erron|"
    r"invalide|incorrect|ok\b|oui\b|non\b|renvoy|trop\b|bloqu|lost|forgot|refused|reset|changed|"
    r"wrong|expired|fait\b|à\b|a\b|pas\b|ne\b|n')",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d(?:[ \u00a0\u202f.\-]?\d)*")
_NIR = re.compile(
    r"(?<!\d)[12][ \u00a0\u202f.]?\d{2}[ \u00a0\u202f.]?(?:0[1-9]|1[0-2]|[2-9]\d)"
    r"[ \u00a0\u202f.]?(?:\d{2}|2[ABab])[ \u00a0\u202f.]?\d{3}[ \u00a0\u202f.]?\d{3}"
    r"(?:[ \u00a0\u202f.\-/]{0,3}\d{2})?(?!\d)"
)
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}[ \u00a0\u202f]?\d{2}(?:[ \u00a0\u202f.\-]?[A-Za-z0-9]){11,30}"
)
_CARD_LENGTHS = (15, 16, 19)  # 14 would be a SIRET, which passes the same check


def _secrets(text: str) -> Iterator[Span]:
    yield from _passwords(text)
    yield from _ibans(text)
    yield from ((m.start(), m.end(), Secret.NIR) for m in _NIR.finditer(text))
    yield from _cards(text)


def _passwords(text: str) -> Iterator[Span]:
    for match in _ASSIGNED.finditer(text):
        if not _STATES.match(match["secret"]):
            yield match.start("secret"), match.end("secret"), Secret.PASSWORD
    for match in _STATED.finditer(text):
        if _looks_made_up(match["secret"]):
            yield match.start("secret"), match.end("secret"), Secret.PASSWORD


def _looks_made_up(word: str) -> bool:
    """A digit or a sign among the letters: no word of a sentence is made so."""
    core = word.strip(".,;:!?()…")
    return bool(re.search(r"\d", core) and re.search(r"[^\W\d]", core)) or bool(
        re.search(r"[#@$%&*_+=!?]", core)
    )


def _ibans(text: str) -> Iterator[Span]:
    for match in _IBAN.finditer(text):
        end = _iban_end(match.group())
        if end:
            yield match.start(), match.start() + end, Secret.IBAN


def _iban_end(candidate: str) -> int:
    """How many characters of ``candidate`` make a valid IBAN; 0 when none do."""
    compact = ""
    for index, char in enumerate(candidate):
        if char.isascii() and char.isalnum():
            compact += char.upper()
            if len(compact) >= 15 and _mod97(compact) == 1:
                return index + 1
    return 0


def _mod97(iban: str) -> int:
    return int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97


def _cards(text: str) -> Iterator[Span]:
    for run in _DIGITS.finditer(text):
        places = [i for i in range(run.start(), run.end()) if text[i].isdecimal()]
        yield from _cards_in(text, places)


def _cards_in(text: str, places: list[int]) -> Iterator[Span]:
    """Card numbers among the digits of one run, wherever a group of digits begins."""
    for first, place in enumerate(places):
        if first and places[first - 1] == place - 1:
            continue  # inside a group
        for length in _CARD_LENGTHS:
            chosen = places[first : first + length]
            digits = [int(text[i]) for i in chosen]
            if len(digits) == length and digits[0] in (2, 3, 4, 5, 6) and _luhn(digits):
                yield place, chosen[-1] + 1, Secret.CARD


def _luhn(digits: list[int]) -> bool:
    doubled = [d * 2 - 9 * (d > 4) for d in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _without(text: str, spans: list[Span]) -> str:
    kept, position = [], 0
    for start, end, _kind in spans:
        if end <= position:
            continue
        if start >= position:
            kept += [text[position:start], REMOVED]
        position = end
    return "".join([*kept, text[position:]])
