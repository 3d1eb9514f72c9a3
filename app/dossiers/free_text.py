"""What may be written freely (notes, annotations, reasons): short facts, never a secret. Pure.

Agents see passwords and card numbers go by while they help; a note is read by many and kept for
long. A text that looks like it holds one is refused with an explanation, and what is given back
to the agent has the secret taken out, so that it is neither stored nor shown again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.dossiers import health
from app.foundation.exceptions import InvalidInput
from app.foundation.text.bilingual import Text
from app.foundation.text.outside import clean
from app.foundation.text.patterns import DIGIT, LETTER_OR_DIGIT, SPACE, Match, is_word, pattern

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

_QUOTE = r"[«\"'“]?"
_BEFORE = rf"(?i)(?:^|[^{LETTER_OR_DIGIT}])"
_S = rf"[{SPACE}]"
_WORD = (
    rf"(?:mots?{_S}+de{_S}+passe|mdp|password|passwd|pwd"
    rf"|code{_S}+(?:secret|pin|confidentiel)|pin)"
)
# « mdp : … », or up to forty signs between the word and what follows « : » or « = ».
_ASSIGNED = pattern(
    rf"{_BEFORE}{_WORD}(?:{_S}*[:=]|[^\n:={LETTER_OR_DIGIT}][^\n:=]{{0,39}}?{_S}*[:=])"
    rf"{_S}*{_QUOTE}{_S}*(?P<secret>[^{SPACE}«»\"“”]+)"
)
_STATED = pattern(
    rf"{_BEFORE}{_WORD}(?:(?:|[^\n.;:={LETTER_OR_DIGIT}][^\n.;:=]{{0,29}}?){_S}(?:est|is|sera|c'est))?"
    rf"{_S}+{_QUOTE}{_S}*(?P<secret>[^{SPACE}«»\"“”]{{4,}})"
)
# « mot de passe : perdu » tells of a trouble, not of a password.
_STATES = pattern(
    r"(?i)(?:perdu|oubli|refus|chang|inconnu|r[ée]initialis|expir|cr[éeè]|recr|faux|fausse|erron|"
    r"invalide|incorrect|renvoy|bloqu|lost|forgot|refused|reset|changed|wrong|expired|n'|"
    rf"(?:ok|oui|non|trop|fait|à|a|pas|ne)(?:[^{LETTER_OR_DIGIT}]|$))"
)
# « la page du mot de passe : on continue ensemble », « mot de passe : celui de vos mails »: a sentence goes on, no
# password stands there, unless one of the next words is made up (« le mot de passe : il a mis Soleil2021! »).
_GOES_ON = pattern(
    r"(?i)(?:(?:c'|l'|d'|j'|qu'|s')|(?:au|aux|celui|celle|ceux|on|elles?|ils?|les?|la|une?|des?|du|en|nous|vous|je|ce|cela|"
    r"ça|que|qui|deux|puis|ensuite|alors|avec|sans|pour|et|ou|it|they|then|we|that|one|at|the|this|no|not|please|she|he|you)"
    rf"(?:[^{LETTER_OR_DIGIT}]|$))"
)
_NEXT_WORDS = 4
_GAP = r"[ \x{a0}\x{202f}.]?"
_DIGITS = pattern(rf"{DIGIT}(?:[ \x{{a0}}\x{{202f}}.\-]?{DIGIT})*")
_NIR = pattern(
    rf"(?:^|[^{DIGIT}])(?P<body>[12]{_GAP}{DIGIT}{{2}}{_GAP}(?:0[1-9]|1[0-2]|[2-9]{DIGIT})"
    rf"{_GAP}(?:{DIGIT}{{2}}|2[ABab]){_GAP}{DIGIT}{{3}}{_GAP}{DIGIT}{{3}})"
    rf"(?P<key>[ \x{{a0}}\x{{202f}}.\-/]{{0,3}}{DIGIT}{{2}})?"
)
_IBAN = pattern(
    r"(?:^|[^A-Za-z0-9])(?P<iban>[A-Za-z]{2}[ \x{a0}\x{202f}]?"
    rf"{DIGIT}{{2}}(?:[ \x{{a0}}\x{{202f}}.\-]?[A-Za-z0-9]){{11,30}})"
)
_LONGEST_SECRET = 100  # signs, its spaces included
_CARD_LENGTHS = (15, 16, 19)  # 14 would be a SIRET, which passes the same check


def _secrets(text: str) -> Iterator[Span]:
    yield from _passwords(text)
    yield from _ibans(text)
    yield from _nirs(text)
    yield from _cards(text)


def _of_health(text: str) -> Iterator[Span]:
    for start, end in health.spans(text):
        yield start, end, Secret.HEALTH


def _passwords(text: str) -> Iterator[Span]:
    for match in _ASSIGNED.finditer(text):
        if _STATES.match(match["secret"]):
            continue
        if not _GOES_ON.match(match["secret"]):
            yield (*_span(match, "secret"), Secret.PASSWORD)
            continue
        place = match.end() - len(match["secret"])
        for word in text[place : place + _LONGEST_SECRET].split()[:_NEXT_WORDS]:
            place = text.index(word, place)
            if _looks_made_up(word):
                yield place, place + len(word), Secret.PASSWORD
            place += len(word)
    for match in _STATED.finditer(text):
        if _looks_made_up(match["secret"]):
            yield (*_span(match, "secret"), Secret.PASSWORD)


def _span(match: Match, group: str) -> tuple[int, int]:
    """Where a named group, the last of its pattern, stands: RE2's matches know numbers only."""
    return match.end() - len(match[group]), match.end()


def _looks_made_up(word: str) -> bool:
    """A digit or a sign among the letters: no word of a sentence is made so."""
    core = word.strip(".,;:!?()…")
    digit = any(char.isdecimal() for char in core)
    letter = any(is_word(char) and not char.isdecimal() for char in core)
    return (digit and letter) or any(char in "#@$%&*_+=!?" for char in core)


def _nirs(text: str) -> Iterator[Span]:
    """Thirteen digits with or without their key, and no further digit beside them."""
    match = _NIR.search(text)
    while match:
        ends = (match.end(), match.end(1))
        end = next((end for end in ends if not text[end : end + 1].isdecimal()), 0)
        if end:
            yield match.start(1), end, Secret.NIR
        match = _NIR.search(text, end or match.start(1) + 1)


def _ibans(text: str) -> Iterator[Span]:
    match = _IBAN.search(text)
    while match:
        start, end = match.start(1), match.start(1) + _iban_end(match["iban"])
        if end > start:
            yield start, end, Secret.IBAN
        # The next one may begin inside what this one might have been.
        match = _IBAN.search(text, end if end > start else start + 1)


def _iban_end(candidate: str) -> int:
    """How many characters of ``candidate`` make a valid IBAN; 0 when none do.

    Valid (ISO 13616): the number that the account, then country and check digits write (A is 10,
    Z is 35) leaves 1 when divided by 97. The account's remainder grows sign by sign.
    """
    signs = [(i, char) for i, char in enumerate(candidate) if char.isascii() and char.isalnum()]
    head, remainder = "".join(str(int(char, 36)) for _i, char in signs[:4]), 0
    for count, (index, char) in enumerate(signs[4:], start=5):
        remainder = int(f"{remainder}{int(char, 36)}") % 97
        if count >= 15 and int(f"{remainder}{head}") % 97 == 1:
            return index + 1
    return 0


def _cards(text: str) -> Iterator[Span]:
    for run in _DIGITS.finditer(text):
        places = [i for i in range(run.start(), run.end()) if text[i].isdecimal()]
        yield from _cards_in(text, places)


def _cards_in(text: str, places: list[int]) -> Iterator[Span]:
    """Card numbers among the digits of one run, wherever a group of digits begins."""
    digits = [int(text[i]) for i in places]
    for first, place in enumerate(places):
        if first and places[first - 1] == place - 1:
            continue  # inside a group
        if digits[first] not in (2, 3, 4, 5, 6):
            continue
        for length in _CARD_LENGTHS:
            number = digits[first : first + length]
            if len(number) == length and _luhn(number):
                yield place, places[first + length - 1] + 1, Secret.CARD


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
