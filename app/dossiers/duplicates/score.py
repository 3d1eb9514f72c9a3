"""How alike two persons are, and why: pairs that somebody should look at before working on one of them. Pure.

A number or a mail that two persons share is no reason by itself: families share telephones, an organisme's mailbox
stands on many files. Something of the person must be alike: the name, or the birth date with a part of the name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.dossiers import name_folding
from app.dossiers.finding.writing import distance, heard

SHOWN_FROM = 70  # percent: under it, two persons of about the same name
LONG_NAME = 5  # letters: in a shorter one, a letter makes another name


class Reason(StrEnum):
    """What is alike, or is not."""

    SAME_NAME = "same_name"
    SWAPPED_NAME = "swapped_name"  # first name and last name in each other's place
    ONE_LETTER = "one_letter"
    SAME_SOUND = "same_sound"
    PART_OF_NAME = "part_of_name"  # « Le Goff » and « Le Goff Martin »
    SAME_BIRTH = "same_birth"
    TURNED_BIRTH = "turned_birth"  # day and month in each other's place
    NEAR_BIRTH = "near_birth"  # one digit apart
    OTHER_BIRTH = "other_birth"
    OTHER_NIR = "other_nir"
    SAME_PHONE = "same_phone"
    SAME_MAIL = "same_mail"
    SAME_REFERENCE = "same_training"


@dataclass(frozen=True)
class Compared:
    """What is compared of a person. ``nir``: masked, its first digit and key alone."""

    last_name: str
    first_name: str
    born_on: date | None = None
    email: str = ""
    phones: frozenset[str] = frozenset()
    trainings: frozenset[str] = frozenset()
    nir: str = ""


@dataclass(frozen=True)
class Score:
    """How alike, from 0 to 100, and why, the strongest reason first."""

    percent: int
    reasons: tuple[Reason, ...]


_NAMES = {
    Reason.SAME_NAME: 52,
    Reason.SWAPPED_NAME: 46,
    Reason.ONE_LETTER: 42,
    Reason.SAME_SOUND: 38,
    Reason.PART_OF_NAME: 36,
}
_BIRTHS = {
    Reason.SAME_BIRTH: 40,
    Reason.TURNED_BIRTH: 32,
    Reason.NEAR_BIRTH: 26,
    Reason.OTHER_BIRTH: -40,
}
_FURTHER = {Reason.SAME_PHONE: 12, Reason.SAME_MAIL: 12, Reason.SAME_REFERENCE: 6}


def score(one: Compared, other: Compared) -> Score:
    """Compare two persons; the order of the two does not count."""
    name, birth = _name(one, other), _birth(one.born_on, other.born_on)
    if name is None:
        return Score(0, ())
    reasons = [name, *([birth] if birth else [])]
    total = _NAMES[name] + (_BIRTHS[birth] if birth else 0)
    for reason, same in (
        (Reason.SAME_PHONE, bool(one.phones & other.phones)),
        (Reason.SAME_MAIL, bool(one.email) and one.email == other.email),
        (Reason.SAME_REFERENCE, bool(one.trainings & other.trainings)),
    ):
        if same:
            reasons.append(reason)
            total += _FURTHER[reason]
    if one.nir and other.nir and one.nir != other.nir:
        reasons.append(Reason.OTHER_NIR)
        total -= 60
    weights = {**_NAMES, **_BIRTHS, **_FURTHER, Reason.OTHER_NIR: -60}
    reasons.sort(key=lambda reason: -abs(weights[reason]))
    return Score(max(0, min(99, total)), tuple(reasons))


def is_shown(found: Score) -> bool:
    """Is the pair worth somebody's look?"""
    return found.percent >= SHOWN_FROM


def _parts(person: Compared) -> tuple[str, str]:
    last, first = name_folding.fold(person.last_name), name_folding.fold(person.first_name)
    return last.replace(" ", ""), first.replace(" ", "")


def _name(one: Compared, other: Compared) -> Reason | None:
    mine, theirs = _parts(one), _parts(other)
    if mine == theirs:
        return Reason.SAME_NAME
    if mine == theirs[::-1]:
        return Reason.SWAPPED_NAME
    apart = [distance(a, b, 2) for a, b in zip(mine, theirs, strict=True)]
    long_enough = all(
        same == 0 or min(len(a), len(b)) >= LONG_NAME
        for same, a, b in zip(apart, mine, theirs, strict=True)
    )
    if sum(apart) == 1 and long_enough:
        return Reason.ONE_LETTER
    if all(heard(a) == heard(b) for a, b in zip(mine, theirs, strict=True)):
        return Reason.SAME_SOUND
    return Reason.PART_OF_NAME if _part(one, other) else None


def _part(one: Compared, other: Compared) -> bool:
    """One has a further name beside the other's: a double name, a second first name."""
    lasts = [set(name_folding.fold(p.last_name).split()) for p in (one, other)]
    firsts = [set(name_folding.fold(p.first_name).split()) for p in (one, other)]
    return all(
        bool(a) and bool(b) and (a <= b or b <= a) and max(map(len, a & b or {""})) > 2
        for a, b in (lasts, firsts)
    )


def _birth(one: date | None, other: date | None) -> Reason | None:
    if one is None or other is None:
        return None
    if one == other:
        return Reason.SAME_BIRTH
    if one.year == other.year and (one.day, one.month) == (other.month, other.day):
        return Reason.TURNED_BIRTH
    digits = zip(one.isoformat(), other.isoformat(), strict=True)
    return Reason.NEAR_BIRTH if sum(a != b for a, b in digits) == 1 else Reason.OTHER_BIRTH


def keys(person: Compared) -> frozenset[str]:
    """What two persons worth comparing share at least one of: they need not all be compared with all.

    Same birth date and same sound of a part of the name, same sound of both names, a telephone or a mail with a part of
    the name.
    """
    last, first = _parts(person)
    sounds = {heard(part)[:6] for part in (last, first) if part}
    names = {
        word
        for text in (person.last_name, person.first_name)
        for word in name_folding.fold(text).split()
    }
    words = {heard(word)[:6] for word in names if len(word) > 2} | sounds
    found = {"n:" + "|".join(sorted((heard(last), heard(first))))}
    if person.born_on:
        day = person.born_on
        turned = sorted((day.day, day.month))
        found |= {f"b:{day.year}-{turned[0]}-{turned[1]}:{word}" for word in words}
        found |= {f"s:{day.day}-{day.month}:{'|'.join(sorted(sounds))}"}
    for e164 in person.phones:
        found |= {f"p:{e164}:{word[:2]}" for word in words}
    if person.email:
        found |= {f"m:{person.email}:{word[:2]}" for word in words}
    return frozenset(key[:120] for key in found)
