"""Who was probably meant, among those whom a search found: a figure for each, with its reason. Pure.

What tells a person apart by itself (a whole number, an address, a reference) comes before a name; an exact
word before the beginning of one, that before a slip; a last name before a first name. What was typed and is
nowhere in a person puts her out: the index finds by pieces, and pieces lie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from app.dossiers.finding import query, writing
from app.dossiers.finding.days import Told
from app.dossiers.finding.query import Asked
from app.dossiers.finding.writing import PersonText
from app.dossiers.name_folding import fold
from app.foundation.text import phone_numbers

# How sure each kind of finding is; only their order counts.
WHOLE, MAIL_SLIP, BORN, PART = 1000.0, 400.0, 300.0, 200.0
EXACT, BEGINS, SLIP = 60.0, 40.0, 20.0
LAST_NAME, TITLE = (
    12.0,
    -25.0,
)  # a word that is in the last name; in the organisme's or the training's


class Why(StrEnum):
    """By what a person was found: said beside her when it is not her name."""

    NUMBER = "number"
    MAIL = "mail"
    REFERENCE = "reference"
    BORN = "born"
    NAME = "name"
    NEAR = "near"
    TRAINING = "training"


@dataclass(frozen=True)
class Score:
    """How well a person answers; ``reference``: of which of her dossiers, when one was named."""

    points: float
    why: Why
    reference: str = ""


def score(asked: Asked, person: PersonText) -> Score | None:
    """How well ``person`` answers what was asked; None when she does not."""
    found = [each for each in (_by_mail(asked, person), *_by_digits(asked, person)) if each]
    if not asked.digits and not asked.mail:
        former = (replace(person, last_name=a, first_name=b, also=()) for a, b in person.also)
        for one in (person, *former):
            found.extend(each for name in asked.names if (each := _by_name(name, one)))
    return max(found, key=lambda each: each.points, default=None)


def is_whole(asked: Asked, person: PersonText) -> bool:
    """Was something typed whole that is this person's alone, or nearly (a number, an address, a reference)?"""
    if not asked.digits and not asked.mail:
        return False
    found = score(asked, person)
    return found is not None and found.points >= WHOLE


def _by_digits(asked: Asked, person: PersonText) -> Sequence[Score | None]:
    if not asked.digits or asked.mail:
        return ()
    whole = _reference(asked.compact, person) or _reference_by_groups(asked, person)
    if whole:
        return (whole,)
    found = [
        _beside_names(asked.names, each, person)
        for each in (
            _number(asked, person),
            _reference("".join(asked.digits), person),
            _postcode(asked, person),
            _word_with_digits(asked, person),
        )
        if each
    ]
    return [*found, *(_day(told, person) for told in asked.told)]


def _beside_names(names: Sequence[Sequence[str]], found: Score, person: PersonText) -> Score | None:
    """« haddad 4205 »: the name must be hers too."""
    if not names:
        return found
    best = max((s.points for name in names if (s := _by_name(name, person))), default=None)
    return None if best is None else replace(found, points=found.points + best)


def _number(asked: Asked, person: PersonText) -> Score | None:
    if asked.number and asked.number in person.phones:
        return Score(WHOLE, Why.NUMBER)
    if not all(word.isdigit() for word in asked.digits):
        return None
    typed = "".join(asked.digits)
    whole = phone_numbers.stored(typed) if len(typed) >= query.NATIONAL else None
    abroad = any(e164.endswith(query.ending(typed)) for e164 in person.phones)
    if len(typed) < query.SHORTEST_NUMBER or (whole and whole not in person.phones and not abroad):
        return None
    begun = query.beginnings(typed, plus=asked.text.strip().startswith("+"))
    for e164 in person.phones:
        if e164[1:].startswith(begun) or e164.endswith(query.ending(typed)):
            return Score(PART + len(typed), Why.NUMBER)
    return None


def _day(told: Told, person: PersonText) -> Score | None:
    born = person.born_on
    if born is None:
        return None
    if born in told.days:
        points = BORN + 50
    elif told.day_of_year == (born.month, born.day):
        points = BORN
    elif told.month == born.month and born.year in told.years:
        points = PART
    elif told.year == born.year:
        points = PART / 2
    else:
        return None
    return _beside_names(query.names_in(told.rest), Score(points, Why.BORN), person)


def _reference(typed: str, person: PersonText) -> Score | None:
    if len(typed) < 3:
        return None
    for dossier in person.dossiers:
        held = writing.compact(dossier.reference)
        if held == typed:
            return Score(WHOLE, Why.REFERENCE, dossier.reference)
        if typed in held:
            ends = 20 if held.endswith(typed) else 0
            return Score(PART + len(typed) + ends, Why.REFERENCE, dossier.reference)
    return None


def _reference_by_groups(asked: Asked, person: PersonText) -> Score | None:
    """« PF-2026-4205 », « 2026 4205 »: the last groups of a reference, without the zeros before them."""
    typed = [each.lstrip("0") for each in writing.groups(asked.text)]
    if sum(each.isdigit() for each in typed) < 2:
        return None
    for dossier in person.dossiers:
        held = [each.lstrip("0") for each in writing.groups(dossier.reference)]
        if held[-len(typed) :] == typed:
            points = WHOLE - 1 if held == typed else PART + len("".join(typed)) + 20
            return Score(points, Why.REFERENCE, dossier.reference)
    return None


def _postcode(asked: Asked, person: PersonText) -> Score | None:
    """« haddad 59100 », « haddad 59 »."""
    if not asked.postcode:
        return None
    here = writing.postcode(person.address).startswith(asked.postcode)
    return Score(BEGINS, Why.NAME) if here else None


def _word_with_digits(asked: Asked, person: PersonText) -> Score | None:
    """« lapinou62 », « h2o formation »: a word like another."""
    held = set(writing.document(person).split())
    if all(any(token.startswith(word) for token in held) for word in asked.digits):
        return Score(BEGINS, Why.MAIL if person.email else Why.TRAINING)
    return None


def _by_mail(asked: Asked, person: PersonText) -> Score | None:
    if not asked.mail:
        return None
    held, typed = person.email.casefold(), asked.mail
    name, _at, domain = held.partition("@")
    local, typed_domain = writing.compact(name), typed.partition("@")[2].casefold()
    typed_local = typed.partition("@")[0]
    if local and local == typed_local:
        exact = domain == typed_domain
        begun = domain.startswith(typed_domain)
        return Score(WHOLE if exact else WHOLE - 100 if begun else MAIL_SLIP + 100, Why.MAIL)
    apart = writing.distance(typed_local, local) if local else 4
    if apart <= 2:
        return Score(MAIL_SLIP - 50 * apart, Why.MAIL)
    named = [s.points for name_ in asked.names if (s := _by_name(name_, person))]
    return Score(max(named), Why.NEAR) if named else None


def _by_name(name: Sequence[str], person: PersonText) -> Score | None:
    """Every word of the name must be hers, in the best of its writings."""
    best: Score | None = None
    held = _Held.of(person)
    for pieces in query.joined(name):
        found = [held.best(piece) for piece in pieces]
        if any(each is None for each in found):
            continue
        scores = [each for each in found if each is not None]
        points = sum(each.points for each in scores) / len(scores)
        worst = min(scores, key=lambda each: each.points)
        joined_for_nothing = 2.0 * (len(name) - len(pieces))
        whole = 6.0 if held.is_whole(pieces) else 0.0
        total = points + 5.0 * len(scores) + whole - joined_for_nothing
        if best is None or total > best.points:
            best = Score(total, worst.why)
    return best


@dataclass(frozen=True)
class _Held:
    """The words of a person, by where they are."""

    last: frozenset[str]
    first: frozenset[str]
    mail: frozenset[str]
    titles: frozenset[str]

    @classmethod
    def of(cls, person: PersonText) -> _Held:
        last, first = writing.words(person.last_name), writing.words(person.first_name)
        local = person.email.partition("@")[0]
        titles = [writing.town(person.address)]
        titles += [t for d in person.dossiers for t in (d.organisation, d.training)]
        return cls(
            frozenset([*last, *writing.runs(last)]),
            frozenset([*first, *writing.runs(first)]),
            frozenset([*writing.words(local), writing.compact(local)] if local else ()),
            frozenset(word for title in titles for word in writing.words(title)),
        )

    def is_whole(self, pieces: Sequence[str]) -> bool:
        return any(p in self.last for p in pieces) and any(p in self.first for p in pieces)

    def best(self, piece: str) -> Score | None:
        """The best answer to one word."""
        found: list[Score] = []
        for where, bonus, exact, near in (
            (self.last, LAST_NAME, Why.NAME, Why.NEAR),
            (self.first, 0.0, Why.NAME, Why.NEAR),
            (self.mail, -10.0, Why.MAIL, Why.MAIL),
            (self.titles, TITLE, Why.TRAINING, Why.TRAINING),
        ):
            points = max((_word(piece, word) for word in where), default=0.0)
            if points > 0:
                found.append(Score(points + bonus, exact if points >= BEGINS - 5 else near))
        return max(found, key=lambda each: each.points, default=None)


def _word(typed: str, held: str) -> float:
    if typed == held:
        return EXACT
    if held.startswith(typed):
        return BEGINS + 10.0 * len(typed) / len(held) - 5
    if writing.is_near(typed, held):
        return SLIP - 4.0 * writing.distance(typed, held) + 8
    return 0.0


@dataclass(frozen=True)
class Ranked:
    """One whom a search found, and how well she answers."""

    person_id: int
    score: Score


def ranked(asked: Asked, found: dict[int, PersonText]) -> list[Ranked]:
    """Those who answer, the surest first; namesakes in the order of their names, then of their birth."""
    scored = [
        (score_, person_id)
        for person_id, person in found.items()
        if (score_ := score(asked, person)) is not None
    ]

    def order(each: tuple[Score, int]) -> tuple[float, str, str, date, int]:
        person = found[each[1]]
        return (
            -round(each[0].points, 3),
            fold(person.last_name),
            fold(person.first_name),
            person.born_on or date.max,
            each[1],
        )

    return [Ranked(person_id, score_) for score_, person_id in sorted(scored, key=order)]
