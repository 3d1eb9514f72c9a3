"""Numbers that a note must not hold: bank cards, social security numbers, bank accounts. Pure.

Each is seen by its own check, so that telephones, SIRET, references and dates in any company stay innocent.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from app.foundation.text.patterns import DIGIT, pattern

_SPACES = r"[ \x{a0}\x{202f}.]"
_BETWEEN = r"[ \x{a0}\x{202f}.,/_\-]"
_DIGITS = pattern(rf"{DIGIT}(?:{_BETWEEN}{{0,3}}{DIGIT})*")
_CARD_SAID = pattern(r"(?i)(?:carte|card|\bcb\b|visa|mastercard)[^0-9\n]{0,30}$")
_CARD_GROUPS = ((15,), (16,), (19,), (4, 4, 4, 4), (4, 6, 5), (4, 4, 4, 4, 3), (6, 13), (8, 8))
_CARD_LENGTHS = (15, 16, 19)  # 14 would be a SIRET, which passes the same check
_GAP = r"(?:[ \x{a0}\x{202f}]{0,2}|[./\-])"
_NIR = pattern(
    rf"(?:^|[^{DIGIT}])(?P<body>[123478]{_GAP}{DIGIT}{{2}}{_GAP}(?:0[1-9]|1[0-2]|[23]{DIGIT}|4[0-2]|[5-9]{DIGIT})"
    rf"{_GAP}(?:{DIGIT}{{2}}|2{_SPACES}?[ABab]){_GAP}{DIGIT}{{3}}{_GAP}{DIGIT}{{3}})"
    rf"(?P<key>[ \x{{a0}}\x{{202f}}.\-/]{{0,3}}{DIGIT}{{2}})?"
)
_OTHER_SAID = pattern(
    r"(?i)(?:fisca(?:l|le|ux)|imp[oô]ts?|spi|tax|factures?|virements?|r[ée]f|r[ée]f[ée]rences?|colis|siret|"
    r"commande)[^0-9\n]{0,20}$"
)
_MONTHS = ("01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12")
_IBAN = pattern(
    r"(?:^|[^A-Za-z0-9])(?P<iban>[A-Za-z]{2}[ \x{a0}\x{202f}]?"
    rf"{DIGIT}{{2}}(?:[ \x{{a0}}\x{{202f}}.\-]?[A-Za-z0-9]){{11,30}})"
)
_IN_FOURS = pattern(
    r"[A-Za-z0-9]+|"
    r"[A-Za-z]{2}[ \x{a0}\x{202f}]?[0-9]{2}(?:[ \x{a0}\x{202f}.\-][A-Za-z0-9]{4})*"
    r"(?:[ \x{a0}\x{202f}.\-][A-Za-z0-9]{1,4})?"
)
# How long an IBAN is, by country (SWIFT's registry of ISO 13616).
IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 24, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24,
    "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21,
    "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32,
    "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27,
    "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29,
    "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23,
    "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip
# One that was cut or mistyped: a French key, then at least the bank and the branch, and more.
_CUT_IBAN = pattern(
    rf"(?i)(?:^|[^A-Za-z0-9])(?P<cut>fr[ \x{{a0}}\x{{202f}}]?{DIGIT}{{2}}(?:[ \x{{a0}}\x{{202f}}.\-]?{DIGIT}){{10}}"
    r"(?:[ \x{a0}\x{202f}.\-]?[A-Za-z0-9]*[0-9][A-Za-z0-9]*){1,6})"
)
_RIB = pattern(
    rf"(?:^|[^A-Za-z0-9])(?P<rib>[0-9]{{5}}{_SPACES}?[0-9]{{5}}{_SPACES}?[0-9A-Za-z]{{11}}{_SPACES}?[0-9]{{2}})(?:$|[^A-Za-z0-9])"
)


def cards(text: str) -> Iterator[tuple[int, int]]:
    """Card numbers in one piece or in the groups of a card; grouped otherwise, where a card is spoken of."""
    for run in _DIGITS.finditer(text):
        groups = _groups(text, run.start(), run.end())
        if sum(map(len, groups)) < min(_CARD_LENGTHS):
            continue
        said = _CARD_SAID.search(text[max(0, run.start() - 40) : run.start()]) is not None
        for first in range(len(groups)):
            yield from _card_from(text, groups[first:], said=said)


def _groups(text: str, start: int, end: int) -> list[list[int]]:
    """The places of the digits of a run, by groups that nothing parts."""
    places = [i for i in range(start, end) if text[i].isdecimal()]
    groups = [[places[0]]]
    for before, place in pairwise(places):
        if place == before + 1:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


def _card_from(text: str, groups: list[list[int]], *, said: bool) -> Iterator[tuple[int, int]]:
    places = [place for group in groups[:19] for place in group][:40]
    digits = [int(text[place]) for place in places]
    shape = tuple(len(group) for group in groups[:5])
    for length in _CARD_LENGTHS:
        number = digits[:length]
        if len(number) < length or not _issued(number) or not _luhn(number):
            continue
        if said or any(
            shape[: len(known)] == known and sum(known) == length for known in _CARD_GROUPS
        ):
            yield places[0], places[length - 1] + 1


def _issued(number: list[int]) -> bool:
    """Do cards begin so? 34 and 37 have fifteen digits."""
    if len(number) == 15:
        return number[0] == 3 and number[1] in (4, 7)
    return number[0] in (2, 3, 4, 5, 6)


def _luhn(digits: list[int]) -> bool:
    doubled = [d * 2 - 9 * (d > 4) for d in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def nirs(text: str) -> Iterator[tuple[int, int]]:
    """Thirteen digits with or without their key, and no further digit beside them.

    Those of people born abroad or not yet registered (3, 4, 7, 8 in front) only with a key that is right: a
    tax number has thirteen digits as well.
    """
    match = _NIR.search(text)
    while match:
        start = match.start(1)
        ends = [end for end in (match.end(), match.end(1)) if not text[end : end + 1].isdecimal()]
        whole = bool(ends) and ends[0] > match.end(1)
        keyed = whole and _parted(match["body"]) and _keyed(text[start : ends[0]])
        other = _OTHER_SAID.search(text[max(0, start - 40) : start]) is not None
        if ends and (keyed or (_usual(match["body"]) and not other)):
            yield start, ends[0]
            match = _NIR.search(text, ends[0])
        else:
            match = _NIR.search(text, start + 1)


def _usual(body: str) -> bool:
    """Of a man or a woman, born in a month of the year; in one piece, or parted as people part it."""
    signs = "".join(char for char in body if char.isalnum())
    return signs[0] in "12" and signs[3:5] in _MONTHS and _parted(body)


def _parted(body: str) -> bool:
    """In one piece or in four at least: two pieces are two numbers side by side."""
    parts = sum(not char.isalnum() and before.isalnum() for before, char in pairwise(body))
    return parts == 0 or parts >= 3


def _keyed(written: str) -> bool:
    """Is the key of two digits that of the thirteen? (97 less their remainder; 2A counts as 19, 2B as 18.)"""
    signs = "".join(char for char in written.upper() if char.isalnum())
    signs = signs[:5] + signs[5:7].replace("2A", "19").replace("2B", "18") + signs[7:]
    return signs.isdecimal() and len(signs) == 15 and 97 - int(signs[:13]) % 97 == int(signs[13:])


def ibans(text: str) -> Iterator[tuple[int, int]]:
    """Valid ones of any country, French ones that were cut or mistyped, and the French RIB."""
    match = _IBAN.search(text)
    while match:
        start, end = match.start(1), match.start(1) + _iban_end(match["iban"])
        if end > start:
            yield start, end
        # The next one may begin inside what this one might have been.
        match = _IBAN.search(text, end if end > start else start + 1)
    for cut in _CUT_IBAN.finditer(text):
        yield cut.start(1), cut.end(1)
    for rib in _RIB.finditer(text):
        if _rib_keyed(rib["rib"]):
            yield rib.start(1), rib.end(1)


def _iban_end(candidate: str) -> int:
    """How many characters of ``candidate`` make a valid IBAN; 0 when none do.

    Valid (ISO 13616): as long as those of its country, and the number that the account, then country and check
    digits write (A is 10, Z is 35) leaves 1 when divided by 97. « et 02 », « no 06 » in small letters begin a
    sentence more often than an account: those must stand in one piece or by fours.
    """
    signs = [(i, char) for i, char in enumerate(candidate) if char.isascii() and char.isalnum()]
    plain = "".join(char for _i, char in signs)
    length = IBAN_LENGTHS.get(plain[:2].upper(), 0)
    if not length or len(plain) < length:
        return 0
    end = signs[length - 1][0] + 1
    if not plain[:2].isupper() and not _IN_FOURS.fullmatch(candidate[:end]):
        return 0
    number = "".join(str(int(char, 36)) for char in plain[4:length] + plain[:4])
    return end if int(number) % 97 == 1 else 0


def _rib_keyed(written: str) -> bool:
    """Is the key right? Letters count as 1 to 9, twice, then 2 to 9 (CFONB)."""
    signs = "".join(char for char in written.upper() if char.isalnum())
    digits = "".join(c if c.isdecimal() else _RIB_LETTERS[c] for c in signs)
    bank, branch, account, key = digits[:5], digits[5:10], digits[10:21], digits[21:]
    return (89 * int(bank) + 15 * int(branch) + 3 * int(account) + int(key)) % 97 == 0


_RIB_LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789", strict=True))
