"""What somebody types into the one search, read in each way that it may be meant. Pure.

« haddad samira 14/03/89 », « 06 39 98 », « samira.hadad@gmial.com », « 4205 », « ng thi »: a ``Reading`` says
which tokens (``writing``) a person must have; several readings of one text are asked one after the other.
Nothing here knows a database.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.dossiers import name_folding
from app.dossiers.finding import days, tidying, writing
from app.dossiers.finding.days import Told
from app.foundation.text import overseas_numbers, phone_numbers

LONGEST = 100  # signs of what is typed
MOST_READINGS = 10
MOST_JOINED = 4  # words of a name that are tried in one piece with their neighbours
SHORTEST_BEGINNING = 3  # letters from which a word may be the beginning of another
SHORTEST_ALONE = 4  # … when it is all that was typed: three letters begin a tenth of the names
SHORTEST_NUMBER = 4  # digits
NATIONAL = 10  # … of a French number: a shorter one may be the beginning or the end of another
LONGEST_PREFIX = 6  # letters of a reference, before its digits
MOST_NEAR = 12  # words that a mistyped one may have been


@dataclass(frozen=True)
class Token:
    """A token of ``writing``, or its beginning."""

    text: str
    begins: bool = False


Term = tuple[Token, ...]  # one of them suffices
Reading = tuple[Term, ...]  # all of them


@dataclass(frozen=True)
class Asked:
    """A text as it was understood. ``names``: the words of each name in it, without titles."""

    text: str
    names: tuple[tuple[str, ...], ...] = ()
    digits: tuple[str, ...] = ()
    told: tuple[Told, ...] = ()
    number: str = ""
    mail: str = ""
    readings: tuple[Reading, ...] = field(default=())

    @property
    def compact(self) -> str:
        """Letters and digits alone."""
        return writing.compact(self.text)

    @property
    def postcode(self) -> str:
        """« haddad 59100 », « martin 59 »: a postcode or its département, beside a name; "" for none."""
        alone = self.digits[0] if len(self.digits) == 1 and self.names else ""
        return alone if alone.isdigit() and len(alone) in (2, 5) else ""

    @property
    def typed_words(self) -> tuple[str, ...]:
        """Every word of every name that was typed, once."""
        return tuple(dict.fromkeys(word for name in self.names for word in name))


def read(text: str) -> Asked:
    """Understand a text; one without letter or digit has no reading."""
    text = tidying.tidied(" ".join(text[:LONGEST].split()))
    found = writing.words(text)
    if not found:
        return Asked(text)
    if "@" in text:
        return _mail(text)
    told = tuple(each for each in days.found_in(text) if not _has_digit(each.rest))
    digits = tuple(word for word in found if _has_digit(word))
    letters = " ".join(word for word in name_folding.fold(text).split() if not _has_digit(word))
    names = names_in(letters)
    if told and told[0].sure:
        return _with(asked := Asked(text, (), digits, told), _days(asked))
    number = phone_numbers.stored(text) or ""
    asked = Asked(text, () if number else names, digits, told, number)  # « tél. : » is no name
    readings = [*_numbers(asked), *_days(asked), *_references(asked)]
    if not digits or all(_is_word(word) for word in digits):
        readings += _named(names, digits)
    return _with(asked, readings)


def _with(asked: Asked, readings: Sequence[Reading]) -> Asked:
    kept = tuple(dict.fromkeys(reading for reading in readings if reading))[:MOST_READINGS]
    return Asked(asked.text, asked.names, asked.digits, asked.told, asked.number, asked.mail, kept)


def _has_digit(word: str) -> bool:
    return any(c.isdigit() for c in word)


def _is_word(word: str) -> bool:
    """« h2o », « lapinou62 »: a word with digits in it, that is none of ``writing``'s marks."""
    return len(word) > 2 and word[0] != "0" and not word.isdigit()


def names_in(letters: str) -> tuple[tuple[str, ...], ...]:
    """The words of each name in a text, without titles, as tokens."""
    asked = name_folding.asked(letters) if letters else []
    return tuple(tuple(writing.words(" ".join(name))) for name in asked if name)


# --- a name -------------------------------------------------------------------------------------


def _named(
    names: Sequence[Sequence[str]], more: Sequence[str] = (), extra: Sequence[Term] = ()
) -> list[Reading]:
    """The words of each name, alone or with their neighbours in one piece; ``more`` as they stand."""
    readings = []
    for name in names or [()]:
        beside: list[Term] = [(Token(word, begins=True),) for word in more] + list(extra)
        for pieces in joined(name):
            readings.append(_reading(pieces, beside))
    return readings


def _reading(pieces: Sequence[str], beside: Sequence[Term]) -> Reading:
    alone = len(pieces) == 1 and not beside
    shortest = SHORTEST_ALONE if alone else SHORTEST_BEGINNING
    terms: list[Term] = [(Token(word, begins=len(word) >= shortest),) for word in pieces]
    return (*terms, *beside)


def without_initials(reading: Reading) -> Reading:
    """The same, without words of one or two letters that may be the beginning of another (« haddad s »):
    those are looked at once the others have found somebody."""
    kept = tuple(term for term in reading if len(term[0].text) > 2)
    return kept if kept and kept != reading else ()


def joined(name: Sequence[str]) -> list[tuple[str, ...]]:
    """The ways to write the words of a name in fewer pieces: « le goff » is « legoff » too."""
    if not name:
        return [()]
    if len(name) > MOST_JOINED:
        return [tuple(name), ("".join(name)[: writing.LONGEST_WORD],)]
    ways = []
    for cuts in itertools.product((True, False), repeat=len(name) - 1):
        pieces = [name[0]]
        for cut, word in zip(cuts, name[1:], strict=True):
            if cut:
                pieces.append(word)
            else:
                pieces[-1] += word
        ways.append(tuple(piece[: writing.LONGEST_WORD] for piece in pieces))
    return ways


def with_near(asked: Asked, near: Mapping[str, Sequence[str]]) -> list[Reading]:
    """The readings of the names with, beside each word, those that it may be a slip for."""
    readings = []
    for name in asked.names:
        if not any(near.get(word) for word in name):
            continue
        terms: list[Term] = []
        for word in name:
            others = tuple(Token(each) for each in near.get(word, ())[:MOST_NEAR] if each != word)
            terms.append((Token(word, begins=len(word) >= SHORTEST_BEGINNING), *others))
        readings.extend(_beside(terms, asked))
    return list(dict.fromkeys(readings))


def _beside(terms: list[Term], asked: Asked) -> list[Reading]:
    if not asked.digits:
        return [tuple(terms)]
    extras = [_day_term(told) for told in asked.told] + _number_terms(asked)
    return [(*terms, extra) for extra in extras] or [tuple(terms)]


# --- a number, a day, a reference ------------------------------------------------------------------


def _numbers(asked: Asked) -> list[Reading]:
    return [
        reading for term in _number_terms(asked) for reading in _named(asked.names, (), (term,))
    ]


def _number_terms(asked: Asked) -> list[Term]:
    number = writing.NUMBER + asked.number.lstrip("+")
    whole: list[Term] = [(Token(number),)] if asked.number else []
    if whole and sum(map(len, asked.digits)) >= NATIONAL:
        typed = "".join(asked.digits)
        if not typed.startswith("0") or typed.startswith("00") or not typed.isdigit():
            return whole
        return [*whole, (Token(writing.NUMBER_END + ending(typed)[::-1], begins=True),)]
    if not asked.digits or not all(word.isdigit() for word in asked.digits):
        return whole
    typed = "".join(asked.digits)
    if len(typed) >= NATIONAL and (read := phone_numbers.stored(typed)):
        abroad = Token(writing.NUMBER_END + ending(typed)[::-1], begins=True)
        return [(Token(writing.NUMBER + read.lstrip("+")),), (abroad,)]
    if not SHORTEST_NUMBER <= len(typed) <= 15:
        return whole
    begun = beginnings(typed, plus=asked.text.strip().startswith("+"))
    return [
        *whole,
        tuple(Token(writing.NUMBER + each, begins=True) for each in begun),
        (Token(writing.NUMBER_END + ending(typed)[::-1], begins=True),),
    ]


def beginnings(typed: str, *, plus: bool) -> tuple[str, ...]:
    """How a number that begins so may begin as it is stored: « 0639 » → « 33639 », « 0692 » → « 262692 » too,
    « 0033639 » and « +33639 »."""
    if typed.startswith("00"):
        return (typed[2:],)
    if typed.startswith("0"):
        overseas = overseas_numbers.codes_of(typed[1:])
        return ("33" + typed[1:], *(code + typed[1:].removeprefix("508") for code in overseas))
    if plus and typed.startswith("330"):
        return ("33" + typed[3:],)
    return (typed,)


def ending(typed: str) -> str:
    """How a number that was typed ends in any country: without the 0 that is said at home (« 079 123 45 67 »)."""
    whole = typed.startswith("0") and not typed.startswith("00") and len(typed) >= NATIONAL
    return typed[1:] if whole else typed


def _days(asked: Asked) -> list[Reading]:
    readings = []
    for told in asked.told:
        readings += _named(names_in(told.rest), (), (_day_term(told),))
    return readings


def _day_term(told: Told) -> Term:
    if told.days:
        return tuple(Token(f"{writing.BORN}{day:%Y%m%d}") for day in told.days)
    if told.day_of_year:
        month, day = told.day_of_year
        return (Token(f"{writing.DAY}{month:02d}{day:02d}"),)
    if told.month:
        return tuple(
            Token(f"{writing.BORN}{year}{told.month:02d}", begins=True) for year in told.years
        )
    return (Token(f"{writing.YEAR}{told.year}"),)


def _references(asked: Asked) -> list[Reading]:
    """All that was typed as one reference (« PF-2026-0042 »); its digits alone, beside a name."""
    if not asked.digits:
        return []
    letters = sum(map(len, asked.typed_words))
    readings = [_part(asked.compact), _groups(asked.text)] if letters <= LONGEST_PREFIX else []
    if asked.names and asked.postcode:
        readings += _named(asked.names)
    if asked.names:
        part = _part("".join(asked.digits))
        readings += [(*reading, *part) for reading in _named(asked.names) if part]
    return readings


def _part(plain: str) -> Reading:
    if not 3 <= len(plain) <= 24:
        return ()
    return tuple((Token(writing.REFERENCE + three),) for three in writing.trigrams(plain))


def _groups(text: str) -> Reading:
    """« PF-2026-4205 », « 2026 4205 »: digits by groups, without the zeros before them."""
    groups = [each.lstrip("0") for each in writing.groups(text) if each.isdigit()]
    if len(groups) < 2 or not any(len(each) >= 3 for each in groups):
        return ()
    return tuple(term for each in groups if len(each) >= 3 for term in _part(each))


# --- a mail address --------------------------------------------------------------------------------


def _mail(text: str) -> Asked:
    """An address, whole or begun; then what a slip leaves of it: its words, its beginning, its end."""
    shown = text[text.rfind("<") + 1 :].removeprefix("mailto:").removeprefix("Mailto:")
    name, _at, domain = shown.partition("@")
    local = writing.compact(name)
    if not local:
        return Asked(text)
    whole = (local + writing.compact(domain))[: 2 * writing.LONGEST_WORD]
    readings: list[Reading] = [((Token(writing.MAIL + whole, begins=True),),)]
    half = len(local) // 2
    if half >= SHORTEST_BEGINNING:
        readings.append(((Token(writing.MAIL + local[: len(local) - half], begins=True),),))
        readings.append(((Token(writing.MAIL_END + local[half:][::-1], begins=True),),))
    names = tuple(word for word in writing.words(name) if len(word) > 1 and not word.isdigit())
    if len(names) > 1:
        readings += _named((names,))
    asked = Asked(text, (names,) if len(names) > 1 else (), mail=f"{local}@{domain.strip(' >')}")
    return _with(asked, readings)
