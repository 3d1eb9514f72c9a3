"""What is kept of a person so that any writing finds her: one line of plain tokens. Pure.

A token is made of small letters and digits of ASCII alone, so that both databases cut and compare it in the
same way. Words of names, organismes and trainings are tokens as they are; anything else begins with a digit
and a letter that say what it is (``0t33639980105``, a number; ``0b19890314``, a birth date; ``0r420``, three
signs of a reference), so that no name can be taken for it.

A name is kept in its words and in each run of its words in one piece: « de La Tour » is also « delatour »
and « latour ». How a word may be mistyped is not kept with each person but once for all who bear it
(``near_keys``; after Garbe's symmetric delete, and a key of sounds).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz.distance import OSA

from app.dossiers.name_folding import fold
from app.foundation.text.patterns import pattern

LONGEST_WORD = 40
MOST_RUNS = 24  # pieces of one name in several words
MOST_WORDS = 12  # of one name, title or organisme
MOST_DOSSIERS = 60  # of one person: their references and trainings
SHORTEST_TITLE_WORD = 3  # « de », « en »: not worth a token in a title

NUMBER, NUMBER_END, BORN, DAY, YEAR, MAIL, MAIL_END, REFERENCE = (
    "0t", "0u", "0b", "0d", "0y", "0m", "0n", "0r",
)  # fmt: skip
SOUND = "0s"

_TOWN = pattern(r"(?:^|[ ,;])[0-9]{5}[ ,]+([^,;0-9]+)")
_POSTCODE = pattern(r"(?:^|[ ,;])([0-9]{5})(?:[ ,]|$)")


@dataclass(frozen=True)
class DossierText:
    """What a dossier adds to what finds its person."""

    reference: str
    training: str = ""
    organisation: str = ""


@dataclass(frozen=True)
class PersonText:
    """All that a person may be found by. ``phones`` are in E.164; ``also``: names of files merged into this one."""

    last_name: str
    first_name: str
    born_on: date | None = None
    email: str = ""
    address: str = ""
    phones: tuple[str, ...] = ()
    dossiers: tuple[DossierText, ...] = ()
    also: tuple[tuple[str, str], ...] = ()


def words(text: str) -> list[str]:
    """The words of a text as tokens: folded, other alphabets spelt by their code."""
    return [_ascii(word)[:LONGEST_WORD] for word in fold(text).split()]


def _ascii(word: str) -> str:
    return word if word.isascii() else "".join(c if c.isascii() else f"{ord(c):x}" for c in word)


def runs(found: Sequence[str]) -> list[str]:
    """Neighbouring words in one piece, the longest last: « de la tour » → « dela », « latour », « delatour »."""
    count = min(len(found), MOST_WORDS)
    pieces = [
        "".join(found[start : start + length])[:LONGEST_WORD]
        for length in range(2, count + 1)
        for start in range(count - length + 1)
    ]
    return pieces[:MOST_RUNS] + ([pieces[-1]] if len(pieces) > MOST_RUNS else [])


def town(address: str) -> str:
    """The town of a postal address: what follows the postcode (« 3 rue des Forges, 59100 Roubaix »)."""
    found = _TOWN.search(address[:240])
    return found.group(1).strip() if found else ""


def postcode(address: str) -> str:
    """Its postcode, the last one that is in it; "" for none."""
    found = _POSTCODE.findall(address[:240])
    return str(found[-1]) if found else ""


def compact(text: str) -> str:
    """Letters and digits alone, in one piece."""
    return "".join(words(text))


def groups(text: str) -> list[str]:
    """The groups of letters and of digits in a text: « PF-2026-004205 » → « pf », « 2026 », « 004205 »."""
    found: list[str] = []
    for word in words(text):
        for kind, signs in itertools.groupby(word, str.isdigit):
            del kind
            found.append("".join(signs))
    return found


def trigrams(text: str) -> list[str]:
    """Each three signs that follow one another in a reference; all of it when it is shorter."""
    plain = compact(text)
    return [plain[i : i + 3] for i in range(len(plain) - 2)] or [plain]


def document(person: PersonText) -> str:
    """The line that is kept of a person: its tokens, each once, between single spaces."""
    return " ".join(dict.fromkeys(token for token in _tokens(person) if token))


def _tokens(person: PersonText) -> Iterable[str]:
    for name in (
        person.last_name,
        person.first_name,
        *(name for pair in person.also for name in pair),
    ):
        yield from (found := words(name))[:MOST_WORDS]
        yield from runs(found)
    for e164 in person.phones:
        digits = e164.lstrip("+")
        yield NUMBER + digits
        yield NUMBER_END + digits[::-1]
    if person.born_on:
        yield BORN + f"{person.born_on:%Y%m%d}"
        yield DAY + f"{person.born_on:%m%d}"
        yield YEAR + f"{person.born_on:%Y}"
    if person.email:
        yield from _mail(person.email)
    yield from _title(town(person.address))
    for dossier in person.dossiers[:MOST_DOSSIERS]:
        yield from (REFERENCE + three for three in trigrams(dossier.reference))
        yield from _title(dossier.organisation)
        yield from _title(dossier.training)


def _mail(address: str) -> Iterable[str]:
    name, _at, domain = address.partition("@")
    local = compact(name)
    yield MAIL + (local + compact(domain))[: 2 * LONGEST_WORD]
    yield MAIL_END + local[:LONGEST_WORD][::-1]
    yield from words(name)[:MOST_WORDS]
    yield local[:LONGEST_WORD]


def _title(text: str) -> Iterable[str]:
    return (word for word in words(text)[:MOST_WORDS] if len(word) >= SHORTEST_TITLE_WORD)


def vocabulary(person: PersonText) -> set[str]:
    """The words of a person whose slips of the finger are looked for: names, town, organismes, trainings."""
    found = {each for name in (person.last_name, person.first_name) for each in words(name)}
    for name in (person.last_name, person.first_name):
        found.update(runs(words(name))[-1:])
    texts = [town(person.address)]
    texts += [text for d in person.dossiers for text in (d.organisation, d.training)]
    found.update(word for text in texts for word in _title(text))
    return {word for word in found if len(word) > 2 and not word.isdigit()}


def near_keys(word: str) -> set[str]:
    """What two writings of one word share: the word itself, the word without one of its letters, its sound."""
    keys = {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}
    sound = SOUND + heard(word)
    return {key for key in keys if len(key) > 1} | (
        {sound} if len(sound) > len(SOUND) + 2 else set()
    )


_SOUNDS = (
    ("eaux", "o"), ("eau", "o"), ("aux", "o"), ("au", "o"), ("sch", "ch"), ("sh", "ch"), ("tch", "ch"),
    ("ph", "f"), ("ch", "1"), ("ck", "k"), ("qu", "k"), ("q", "k"), ("gue", "ge2"), ("gui", "gi2"),
    ("ce", "se"), ("ci", "si"), ("cy", "si"), ("c", "k"), ("ge2", "2e"), ("gi2", "2i"), ("ge", "je"),
    ("gi", "ji"), ("gy", "ji"), ("2", "g"), ("ain", "in"), ("ein", "in"), ("ai", "e"), ("ei", "e"), ("ay", "e"),
    ("ey", "e"), ("ou", "u"), ("oo", "u"), ("oe", "e"), ("y", "i"), ("w", "v"), ("z", "s"), ("x", "s"),
    ("h", ""), ("bv", "v"), ("mb", "nb"), ("mp", "np"), ("em", "an"), ("en", "an"), ("am", "an"), ("dj", "j"),
)  # fmt: skip
_MUTE = "estdxp"


def heard(word: str) -> str:
    """About how a French reader says a word: « lefebvre » and « lefevre », « haddad » and « hadad »."""
    said = word
    for written, sound in _SOUNDS:
        said = said.replace(written, sound)
    said = "".join(c for before, c in zip(" " + said, said, strict=False) if c != before)
    while len(said) > 2 and said[-1] in _MUTE:
        said = said[:-1]
    return said


def distance(one: str, other: str, most: int = 3) -> int:
    """How many letters were added, left out, changed or swapped with the next one; ``most`` + 1 for more.

    The optimal string alignment distance (Damerau's slips, each letter touched once), RapidFuzz's (ADR 8).
    """
    return OSA.distance(one, other, score_cutoff=most)


def is_near(typed: str, word: str) -> bool:
    """Could ``typed`` be a slip for ``word``? One letter, two in a long word, or the same sound."""
    if len(typed) < 3:
        return False
    apart = distance(typed, word)
    return apart <= (2 if len(typed) >= 8 else 1) or (apart <= 3 and heard(typed) == heard(word))
