"""Telephone numbers: what carriers send, what is stored (E.164), what people read. Pure.

Validity is that of length, not of the numbering plan: plans change, and a caller whose new prefix
is unknown to a library must still find her dossier. The ranges that Arcep keeps for fiction, used
by the demo data, are not in the plan either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers

HOME_REGION = "FR"
LONGEST_INPUT = 40

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
    """Read a number as a carrier, a form or an import file gives it; never raises.

    National numbers are French. Whatever cannot be a number (SIP and client addresses, letters,
    emergency short codes) is Hidden: a call is answered all the same.
    """
    text = (raw or "").strip()
    if not text or len(text) > LONGEST_INPUT or text.casefold() in _HIDDEN:
        return Hidden()
    if re.search(r"[^\d\s+().\-/\u00a0\u202f]", text):
        return Hidden()
    try:
        number = phonenumbers.parse(text, HOME_REGION)
    except phonenumbers.NumberParseException:
        return Hidden()
    if not phonenumbers.is_possible_number(number):
        return Hidden()
    return Number(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def stored(raw: str | None) -> str | None:
    """The E.164 form of ``raw``, or None when hidden: what a column holds."""
    parsed = parse(raw)
    return parsed.e164 if isinstance(parsed, Number) else None


def is_mobile(e164: str | None) -> bool:
    """May this number receive text messages?

    French ones that begin with 06 or 07 (the numbering plan, and the ranges kept for fiction);
    elsewhere what the plan of the country says.
    """
    if not e164:
        return False
    if e164.startswith("+33"):
        return e164[3:4] in ("6", "7")
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
    """« 06 12 34 56 78 » for a French number, « +32 2 555 12 12 » for others, "" for none."""
    if not e164:
        return ""
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
