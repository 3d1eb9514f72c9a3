"""What somebody means by « 3 rue des Lilas 59000 Lille », « St-Étienne », « Lyon 3e » or « Lille Cedex 9 ». Pure."""

from __future__ import annotations

from dataclasses import dataclass

_WHOLE = {"st": "saint", "ste": "sainte", "s": "sur"}  # « St-Denis s/ Loire »
_LETTERED = ("er", "e", "eme", "ere")


@dataclass(frozen=True)
class Meant:
    """A town by its postcode, its name (as ``known_as``), or both; empty: not said."""

    postcode: str
    town: str


def known_as(folded: str) -> str:
    """A folded name in one writing: « st etienne » and « saint etienne » are one town."""
    words = folded.split()
    return " ".join(_WHOLE.get(word, word) if word != "s" or 0 < at < len(words) - 1 else word
                    for at, word in enumerate(words))  # fmt: skip


def meant(folded: str) -> Meant:
    """Read a folded address: the last postcode in it (a street may have a number of five digits), and what follows.

    A cedex is the town's own; an arrondissement is part of its city, and its postcode says which."""
    words = folded.split()
    at = max((i for i, word in enumerate(words) if len(word) == 5 and word.isdigit()), default=None)
    postcode = "" if at is None else words[at]
    town = words if at is None else words[at + 1 :] or words[:at]
    if "cedex" in town:
        town = town[: town.index("cedex")]
    while len(town) > 1 and _is_arrondissement(town[-1]):
        town = town[:-1]
    return Meant(postcode, known_as(" ".join(town)))


def _is_arrondissement(word: str) -> bool:
    digits = word.rstrip("abcdefghijklmnopqrstuvwxyz")
    return word == "arrondissement" or (
        digits.isdigit() and word[len(digits) :] in ("", *_LETTERED)
    )
