"""How many parts a text message makes, as operators cut and charge it. Pure.

A message of signs of the GSM alphabet holds 160, or 153 in each part of a longer one; a sign of its
extension counts twice. With any other sign (an emoji, « ê », a typographic apostrophe) all of it is
sent in UCS-2: 70, or 67 in each part, and a sign beyond the first plane counts twice.
(3GPP TS 23.038, section 6; twilio.com/docs/glossary/what-sms-character-limit)
"""

from __future__ import annotations

from dataclasses import dataclass

LONGEST = 1600  # signs: the most that the provider joins into one message
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("^{}\\[~]|€\f")
_PLAIN = str.maketrans(
    {
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{MODIFIER LETTER APOSTROPHE}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
        "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{NON-BREAKING HYPHEN}": "-",
        "\N{HORIZONTAL ELLIPSIS}": "...",
        "\N{LATIN SMALL LIGATURE OE}": "oe",
        "\N{LATIN CAPITAL LIGATURE OE}": "Oe",
    }
)


@dataclass(frozen=True)
class Length:
    """``used`` units out of ``held`` in so many ``parts``; an empty text makes none."""

    used: int
    held: int
    parts: int


def plain(text: str) -> str:
    """A text as it is sent: typographic signs, which would halve what a part holds, become plain."""
    return text.translate(_PLAIN)


def length(text: str) -> Length:
    """How long a text is once it is sent, as it stands."""
    signs = [_septets(sign) for sign in text]
    if all(signs):
        return _cut(signs, alone=160, each=153)
    return _cut([2 if ord(sign) > 0xFFFF else 1 for sign in text], alone=70, each=67)


def _septets(sign: str) -> int:
    if sign in _BASIC:
        return 1
    return 2 if sign in _EXTENSION else 0


def _cut(sizes: list[int], *, alone: int, each: int) -> Length:
    used = sum(sizes)
    if used <= alone:
        return Length(used, alone, 1 if sizes else 0)
    parts, room = 1, each
    for size in sizes:  # a sign that counts twice is never cut in two
        if size > room:
            parts, room = parts + 1, each
        room -= size
    return Length(used, parts * each, parts)
