"""Addresses on the line: E.164 numbers, client identities, numbers that force an outcome. Pure.

The forced outcomes stand on numbers that the French numbering plan keeps for fiction
(ARCEP, 01 99 00 and 06 39 98), so that no real person can ever be called by mistake.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

E164 = re.compile(r"\+[1-9][0-9]{1,14}")
CLIENT = re.compile(r"client:[A-Za-z0-9_.@-]{1,256}")
LONGEST_TYPED = 100  # signs of what is dialled
LONGEST_CLIENT = len("client:") + 256
_WRITTEN = re.compile(r"[\s.()-]")
_NATIONAL = re.compile(r"0[1-9][0-9]{8}")
_AMERICAN = re.compile(r"1?([2-9][0-9]{9})")
_FRENCH = re.compile(r"\+33[0-9]{9}")

# What Twilio's webhooks give as From when the caller hid the number; the numeric ones spell
# the word on a keypad and are still seen with some operators.
HIDDEN_FROM = ("anonymous", "+266696687", "+7378742833", "+86282452253", "+8656696", "+2562533")


@dataclass(frozen=True)
class Outcome:
    """What happens when this number is called or written to."""

    call_status: str = ""  # busy | no-answer | failed | answered
    call_refusal: int = 0  # REST error code
    sms_status: str = ""  # undelivered | failed
    sms_refusal: int = 0


# Countries by calling code: France's neighbours, its own beyond the seas, and America.
COUNTRIES = {
    "1": "US", "31": "NL", "32": "BE", "33": "FR", "34": "ES", "39": "IT", "41": "CH", "44": "GB",
    "49": "DE", "212": "MA", "213": "DZ", "216": "TN", "221": "SN", "225": "CI", "262": "RE",
    "351": "PT", "352": "LU", "508": "PM", "590": "GP", "594": "GF", "596": "MQ", "681": "WF",
    "687": "NC", "689": "PF",
}  # fmt: skip

MAGIC: dict[str, Outcome] = {
    "+33199009901": Outcome(call_status="busy"),
    "+33199009902": Outcome(call_status="no-answer"),
    "+33199009903": Outcome(call_status="failed"),
    "+33199009904": Outcome(call_refusal=21211, sms_refusal=21211),
    "+33199009905": Outcome(call_refusal=21215, sms_refusal=21408),
    "+33199009906": Outcome(call_status="answered"),
    "+33639989901": Outcome(sms_status="undelivered"),
    "+33639989902": Outcome(sms_status="failed"),
    "+33639989903": Outcome(sms_refusal=21614),
    "+33639989904": Outcome(sms_refusal=21610),
    # Twilio's own test numbers, so that a test written for them means the same here.
    "+15005550001": Outcome(call_refusal=21211, sms_refusal=21211),
    "+15005550002": Outcome(call_refusal=21214, sms_refusal=21612),
    "+15005550003": Outcome(call_refusal=21215, sms_refusal=21408),
    "+15005550004": Outcome(call_refusal=21216, sms_refusal=21610),
    "+15005550009": Outcome(sms_refusal=21614),
}
NO_OUTCOME = Outcome()


def outcome_of(number: str) -> Outcome:
    """The outcome that ``number`` forces; an empty one for ordinary numbers."""
    return MAGIC.get(number, NO_OUTCOME)


def is_number(address: str) -> bool:
    """True for an E.164 number."""
    return len(address) <= LONGEST_TYPED and bool(E164.fullmatch(address))


def identity_of(address: str) -> str | None:
    """The identity of ``client:<identity>``, or None when it is no client address."""
    known = len(address) <= LONGEST_CLIENT and CLIENT.fullmatch(address)
    return address.removeprefix("client:") if known else None


def normalise(typed: str) -> str:
    """A number in E.164; unchanged when it is none.

    As a person dials it in France (« 09 70… », « 00 33… »), or as Twilio's samples write American
    ones (« (415) 123-4567 »).
    """
    digits = _WRITTEN.sub("", typed[:LONGEST_TYPED])
    if digits.startswith("00"):
        return "+" + digits[2:]
    if _NATIONAL.fullmatch(digits):
        return "+33" + digits[1:]
    return in_e164(digits)


def in_e164(written: str) -> str:
    """A number as the API takes it, American or written with spaces, in E.164; anything else unchanged."""
    bare = _WRITTEN.sub("", written[:LONGEST_TYPED])
    if E164.fullmatch(bare):
        return bare
    found = _AMERICAN.fullmatch(bare)
    return f"+1{found[1]}" if found else written


def country_of(address: str) -> str:
    """The country of a number, as ISO 3166 writes it; empty when it is not one of those below."""
    digits = address.removeprefix("+") if is_number(address) else ""
    return next((COUNTRIES[digits[:n]] for n in (3, 2, 1) if digits[:n] in COUNTRIES), "")


def places(**addresses: str) -> dict[str, str]:
    """What Twilio's requests say of where numbers are: FromCity, FromCountry… of ``From=…``.

    Only the country is known here; the rest is empty, as it is for most numbers outside of America.
    """
    told: dict[str, str] = {}
    for name, address in addresses.items():
        country = country_of(address)
        if country:
            told |= dict.fromkeys((f"{name}City", f"{name}State", f"{name}Zip"), "")
            told[f"{name}Country"] = country
    return told


def spaced(number: str) -> str:
    """A number as it is read aloud in France: +33 6 39 98 00 01; others are left alone."""
    if not _FRENCH.fullmatch(number):
        return number
    pairs = [number[i : i + 2] for i in range(4, len(number), 2)]
    return " ".join(["+33", number[3], *pairs])
