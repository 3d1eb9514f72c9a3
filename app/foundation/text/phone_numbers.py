"""Telephone numbers: what carriers send, what is stored (E.164), what people read. Pure.

Validity is that of length, not of the numbering plan: plans change, and a caller whose new prefix
is unknown to a library must still find her dossier. The ranges that Arcep keeps for fiction, used
by the demo data, are not in the plan either. Whether a number may be *called* is another question
(``app.lines.dialling``).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import phonenumbers

from app.foundation.text import overseas_numbers
from app.foundation.text.patterns import pattern

HOME_REGION = "FR"
LONGEST_INPUT = 40
LONGEST_RAW = 200  # before the signs that nobody sees are taken out

# Words spelt on a keypad: what Twilio puts in From when the caller is hidden
# (help.twilio.com, "Why am I getting calls from these strange numbers?").
_HIDDEN = frozenset(
    {
        "anonymous", "restricted", "unavailable", "unknown", "blocked", "private",
        "+266696687",  # ANONYMOUS
        "+7378742833",  # RESTRICTED
        "+2562533",  # BLOCKED
        "+8656696",  # UNKNOWN
        "+86282452253",  # UNAVAILABLE
    }
)  # fmt: skip


@dataclass(frozen=True)
class Hidden:
    """The caller's number is not known: withheld, or not a telephone number at all."""


@dataclass(frozen=True)
class Number:
    """A telephone number in E.164 form (``+33612345678``)."""

    e164: str


def parse(raw: str | None) -> Number | Hidden:
    """Read a number as a carrier, a form, a paste or an import file gives it; never raises.

    National numbers are French, those of the overseas territories included. Whatever cannot be a
    number (SIP and client addresses, letters, emergency short codes) is Hidden: a call is answered
    all the same.
    """
    if not raw or len(raw) > LONGEST_RAW:
        return Hidden()
    text = plain(raw)
    if not text or len(text) > LONGEST_INPUT or text.casefold() in _HIDDEN:
        return Hidden()
    if not _WRITTEN.fullmatch(text):
        return Hidden()
    e164 = _read_with_zero(text) or _read_without_plus(text)
    return Number(e164) if e164 else Hidden()


_WRITTEN = pattern(r"[0-9 +().\-/]+")
# « N° de tél. : », « Mob : », before a number or after it.
_LABEL = (
    r"(?:t[eé]l[eé]phone|t[eé]l|phone|portable|port|mobile|mob|gsm|cellulaire|cell|fixe|num[eé]ro|num|"
    r"n°|no|domicile|dom|bureau|travail|maison|perso|pro|de|du)"
)
_INTRODUCED = pattern(rf"(?:{_LABEL}[.: ]{{0,4}}){{1,4}}")
_FOLLOWED = pattern(rf"[ ,:(]{{1,3}}{_LABEL}[.)]?$")
_REMARK = pattern(r"\([^()0-9]*\)")  # « (ma fille) »
_HYPHENS = dict.fromkeys("\u2212\u2043\u30fc\uff70\u2500", "-")
_DOTS = dict.fromkeys("\u00b7\u2022\u2027\u2219\u22c5\u3002\uff0e", ".")
_SLASHES = dict.fromkeys("\u2044\u2215\\|", "/")
_AROUND = "'’‘\"«»“”„‹›,:;. "
_SIGNS = {**_HYPHENS, **_DOTS, **_SLASHES, "\u260e": " ", "\u260f": " ", "\U0001f4de": " "}


def plain(raw: str) -> str:
    """A number as one would type it: digits, spaces and signs of ASCII, whatever was pasted.

    Signs that nobody sees (zero width, directions, soft hyphens) are taken out, all hyphens, dots,
    slashes and spaces become the plain one; « tel: », « N° », « (ma fille) », quotes, an apostrophe
    of a spreadsheet, the comma of the sentence go.
    """
    text = "".join(_plain_sign(char) for char in unicodedata.normalize("NFKC", raw))
    text = " ".join(text.split()).casefold().strip(_AROUND)
    if remark := _REMARK.search(text):
        text = (text[: remark.start()] + text[remark.end() :]).strip(_AROUND)
    if introduced := _INTRODUCED.match(text):
        text = text[introduced.end() :]
    if followed := _FOLLOWED.search(text):
        text = text[: followed.start()]
    return text.partition(";")[0].replace(",", " ").strip(_AROUND)


def _plain_sign(char: str) -> str:
    if char in _SIGNS:
        return _SIGNS[char]
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.decimal(char))
    if kind == "Pd":
        return "-"
    if kind.startswith("Z") or kind == "Pc" or char in "\t\r\n":  # Pc: « _ » and its like
        return " "
    return "" if kind in ("Cf", "Cc", "Mn", "Me") else char


def _read_with_zero(text: str) -> str | None:
    """« (0) »: said in France, left out from abroad; in Italy it is part of the number."""
    as_written = _read(text)
    if "(0)" not in text:
        return as_written
    without = _read(text.replace("(0)", ""))
    if as_written and without and as_written != without:
        return as_written if _in_plan(as_written) else without
    return as_written or without


def _in_plan(e164: str) -> bool:
    return phonenumbers.is_valid_number(phonenumbers.parse(e164))


def _read(text: str) -> str | None:
    try:
        number = phonenumbers.parse(text, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    # A French number's nine digits never begin with 0: a digit is missing.
    return None if e164.startswith("+330") else overseas_numbers.placed(e164)


def _read_without_plus(text: str) -> str | None:
    """« 262692123456 », as some carriers and exports write it: known codes of ours alone."""
    digits = "".join(char for char in text if char.isdecimal())
    code = next((c for c in overseas_numbers.CODES if digits.startswith(c[1:])), None)
    if code is None or "+" in text:
        return None
    national = digits.removeprefix(code[1:])
    if len(national) != 9 and not (len(national) == 10 and national.startswith("0")):
        return None
    return _read("+" + digits)


def is_withheld(raw: str) -> bool:
    """Is it one of the ways in which a carrier says that the caller hides the number?"""
    return raw.strip().casefold() in _HIDDEN


def stored(raw: str | None) -> str | None:
    """The E.164 form of ``raw``, or None when hidden: what a column holds."""
    parsed = parse(raw)
    return parsed.e164 if isinstance(parsed, Number) else None


def is_mobile(e164: str | None) -> bool:
    """May this number receive text messages?

    French ones that begin with 06 or 07 (the numbering plan, and the ranges kept for fiction),
    overseas too; elsewhere what the plan of the country says.
    """
    if not e164:
        return False
    french = overseas_numbers.in_france(e164)
    if french and not french.startswith("0508"):
        return french[1] in "67"
    try:
        number = phonenumbers.parse(e164, HOME_REGION)
    except phonenumbers.NumberParseException:
        return False
    kinds = phonenumbers.PhoneNumberType
    return phonenumbers.number_type(number) in (kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE)


def typed(digits: str) -> str | None:
    """A number keyed in on a telephone, in E.164 form, or None: ten digits, or 00 and a country."""
    if not (digits.isascii() and digits.isdigit()):
        return None
    if digits.startswith("00"):
        return stored("+" + digits[2:])
    return stored(digits) if len(digits) == 10 and digits[0] == "0" else None


def display(e164: str | None) -> str:
    """« 06 12 34 56 78 », « 0692 12 34 56 » for a French number, « +32 2 555 12 12 » for others,
    "" for none."""
    if not e164:
        return ""
    french = overseas_numbers.in_france(e164)
    if french and not e164.startswith(overseas_numbers.METROPOLIS):
        return " ".join((french[:4], french[4:6], french[6:8], french[8:]))
    try:
        number = phonenumbers.parse(e164, HOME_REGION)
    except phonenumbers.NumberParseException:
        return e164
    national = number.country_code == phonenumbers.country_code_for_region(HOME_REGION)
    shape = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, shape.NATIONAL if national else shape.INTERNATIONAL)


def mask(e164: str | None) -> str:
    """For logs: « 06 •• •• •• 78 »; "" for none. At most the first two and last two digits show."""
    shown = display(e164)
    digits = [i for i, char in enumerate(shown) if char.isdigit()]
    if len(digits) < 6:
        return "•" * len(shown)
    covered = set(digits[2:-2])
    return "".join("•" if i in covered else char for i, char in enumerate(shown))
