"""What may be written freely (notes, annotations, reasons): short facts, never a secret. Pure.

Agents see passwords and card numbers go by while they help; a note is read by many and kept for
long. A text that looks like it holds one is refused with an explanation, and what is given back
to the agent has the secret taken out, so that it is neither stored nor shown again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.dossiers.screening import health, numbers, passwords
from app.foundation.exceptions import InvalidInput
from app.foundation.text.bilingual import Text
from app.foundation.text.outside import clean

LONGEST = 500  # characters: a note is a few facts, not a story
KEPT_LONGEST = 4_000  # characters of a longer one that are read, and given back to be cut down
REMOVED = "[retiré]"


class Secret(StrEnum):
    """What must not be kept in a note."""

    PASSWORD = "password"  # noqa: S105
    CARD = "card"
    NIR = "nir"
    IBAN = "iban"
    HEALTH = "health"


@dataclass(frozen=True)
class Accepted:
    """The note, trimmed, ready to store."""

    text: str


@dataclass(frozen=True)
class Refused:
    """Why not (``secrets``, or too long), and ``kept``: the text with every secret taken out.

    ``cut``: it was longer than anybody types, and ``kept`` is its beginning.
    """

    secrets: tuple[Secret, ...]
    too_long: bool
    kept: str
    cut: bool = False


EXPLANATIONS: dict[Secret, Text] = {
    Secret.PASSWORD: Text(
        "Un mot de passe ne se note jamais : la personne le crée et le garde seule.",
        "A password is never written down: the person makes it and keeps it alone.",
    ),
    Secret.CARD: Text(
        "Un numéro de carte bancaire n'a rien à faire dans une note.",
        "A bank card number has no place in a note.",
    ),
    Secret.NIR: Text(
        "Le numéro de sécurité sociale est déjà dans le dossier, protégé.",
        "The social security number is already in the file, protected.",
    ),
    Secret.IBAN: Text(
        "L'IBAN est déjà dans le dossier, protégé.",
        "The IBAN is already in the file, protected.",
    ),
    Secret.HEALTH: health.EXPLANATION,
}
TO_THE_WRITER: dict[Secret, Text] = {
    Secret.PASSWORD: Text(
        "Nous avons retiré ce qui ressemble à un mot de passe : gardez-le pour vous, même au téléphone.",
        "We took out what looks like a password: keep it to yourself, even on the phone.",
    ),
    Secret.CARD: Text(
        "Nous avons retiré un numéro de carte bancaire : nous n'en avons jamais besoin.",
        "We took out a bank card number: we never need one.",
    ),
    Secret.NIR: Text(
        "Nous avons retiré un numéro de sécurité sociale : nous n'en avons pas besoin ici.",
        "We took out a social security number: we do not need it here.",
    ),
    Secret.IBAN: Text(
        "Nous avons retiré un IBAN : nous n'en avons pas besoin ici.",
        "We took out an IBAN: we do not need it here.",
    ),
}
"""The same, said to the person who wrote: not the agent's words about somebody else."""

TOO_LONG = Text(
    f"La note est trop longue : {LONGEST} caractères au plus.",
    f"The note is too long: {LONGEST} characters at most.",
)
TOO_LONG_FOR_THE_WRITER = Text(
    f"Votre message est trop long : {LONGEST} caractères au plus.",
    f"Your message is too long: {LONGEST} characters at most.",
)
KEPT = Text(
    "Tout le reste de votre note est gardé.",
    "The rest of your note is kept.",
)
KEPT_BEGINNING = Text(
    "Seul le début de votre note est gardé.",
    "Only the beginning of your note is kept.",
)


def check(text: str, *, about_somebody: bool = False) -> Accepted | Refused:
    """Accept a note, or refuse it with what was kept. Control characters are dropped.

    ``about_somebody``: one of ours writes it about a person, whose health is then refused as well (``health``).
    Length comes first: no more than ``KEPT_LONGEST`` characters are ever looked at, and a secret
    that stands across that end is seen whole.
    """
    most = KEPT_LONGEST + _LONGEST_SECRET
    longer = len(text) > most
    text = clean(text[:most]).strip()
    cut = longer or len(text) > KEPT_LONGEST
    secrets = [*_secrets(text), *(_of_health(text) if about_somebody else ())]
    found = sorted(secrets, key=lambda span: (span[0], -span[1]))
    if not found and not cut and len(text) <= LONGEST:
        return Accepted(text)
    kinds = tuple(dict.fromkeys(kind for _start, _end, kind in found))
    kept = _without(text, found)
    return Refused(kinds, cut or len(text) > LONGEST, kept[:KEPT_LONGEST] if cut else kept, cut)


def explain(refused: Refused, locale: str) -> list[str]:
    """The sentences to show: one a cause, then what was kept."""
    causes = [EXPLANATIONS[secret].get(locale) for secret in refused.secrets]
    if refused.too_long:
        causes.append(TOO_LONG.get(locale))
    return [*causes, (KEPT_BEGINNING if refused.cut else KEPT).get(locale)]


def explain_to_the_writer(refused: Refused, locale: str) -> list[str]:
    """The sentences for the person who wrote it, on a page of theirs: one a cause."""
    causes = [TO_THE_WRITER[secret].get(locale) for secret in refused.secrets]
    return [*causes, TOO_LONG_FOR_THE_WRITER.get(locale)] if refused.too_long else causes


def accepted(text: str, locale: str, *, of_health: bool = False) -> str:
    """The text, ready to store. Raises InvalidInput with what is wrong, or for an empty one.

    ``of_health``: somebody is in danger, and their health may be said.
    """
    checked = check(text, about_somebody=not of_health)
    if isinstance(checked, Refused):
        raise InvalidInput(" ".join(explain(checked, locale)[:-1]), kept="Rien n'a été enregistré.")
    if not checked.text:
        raise InvalidInput("Écrivez quelques mots avant d'enregistrer.")
    return checked.text


Span = tuple[int, int, Secret]

_LONGEST_SECRET = 100  # signs, its spaces included
_LOOKS: tuple[tuple[Secret, Callable[[str], Iterator[tuple[int, int]]]], ...] = (
    (Secret.PASSWORD, passwords.spans),
    (Secret.CARD, passwords.cryptograms),
    (Secret.IBAN, numbers.ibans),
    (Secret.NIR, numbers.nirs),
    (Secret.CARD, numbers.cards),
)


def _secrets(text: str) -> Iterator[Span]:
    for kind, looks in _LOOKS:
        for start, end in looks(text):
            yield start, end, kind


def _of_health(text: str) -> Iterator[Span]:
    for start, end in health.spans(text):
        yield start, end, Secret.HEALTH


def _without(text: str, spans: list[Span]) -> str:
    kept, position = [], 0
    for start, end, _kind in spans:
        if end <= position:
            continue
        if start >= position:
            kept += [text[position:start], REMOVED]
        position = end
    return "".join([*kept, text[position:]])
