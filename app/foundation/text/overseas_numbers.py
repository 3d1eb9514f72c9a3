"""French numbers of the overseas territories: dialled like those of Paris, in other countries' codes. Pure.

In France people write 0262 12 34 56 or 0690 12 34 56, ten digits like any number. Abroad, and for a
telephone provider, these numbers are not behind +33: Réunion and Mayotte are +262, Guadeloupe,
Saint-Martin and Saint-Barthélemy +590, Guyane +594, Martinique +596, Saint-Pierre-et-Miquelon +508
(« 0508 » and six digits). +33 262… rings nowhere. New Caledonia (+687), French Polynesia (+689) and
Wallis-et-Futuna (+681) have plans of their own and are written with their code.

Source: the numbering plan of Arcep (decision 2018-0881 as amended), the plans of the territories in
libphonenumber, against which the table is tested. What begins with 08 is the same everywhere.
"""

from __future__ import annotations

METROPOLIS = "+33"
SAINT_PIERRE = "+508"

# The first digits after the 0, and the code under which the nine digits are.
_CODES: dict[str, tuple[str, ...]] = {
    # Réunion, Mayotte
    "+262": (
        "262", "263", "2688", "2689", "269", "639", "692", "693", "7092", "70935", "70936", "70937",
        "9398", "9399", "9478", "9479", "9762", "9763", "9769",
    ),
    # Guadeloupe, Saint-Martin, Saint-Barthélemy
    "+590": ("590", "5987", "690", "691", "7090", "9395", "9475", "9760", "9761", "9768"),
    # Guyane
    "+594": (
        "594", "5988", "694", "70930", "70931", "70932", "70933", "9396", "9476", "9764", "9765",
    ),
    # Martinique
    "+596": ("596", "5989", "696", "697", "7091", "9397", "9477", "9766", "9767"),
    # Saint-Pierre-et-Miquelon: 0508 and six digits; its newer mobiles keep their nine.
    SAINT_PIERRE: ("508", "7084", "7085"),
}  # fmt: skip
_BY_PREFIX = {prefix: code for code, prefixes in _CODES.items() for prefix in prefixes}
_LONGEST = max(map(len, _BY_PREFIX))
# 0639 98 is kept by Arcep for fiction, in the metropolis: the demo data and the tests live there.
_FICTION = "63998"
_DIGITS = 9
CODES = frozenset(_CODES)


def codes_of(begun: str) -> tuple[str, ...]:
    """Under which codes a number may be whose digits, after the 0, begin so: « 692 » → « 262 » (without « + »),
    « 709 » → several, as long as no further digit says which."""
    known = (
        code
        for prefix, code in _BY_PREFIX.items()
        if begun.startswith(prefix) or prefix.startswith(begun)
    )
    return tuple(dict.fromkeys(code.lstrip("+") for code in known))


def placed(e164: str) -> str:
    """The number that exists, for one read as if it were of the metropolis: « +33262… » → « +262262… ».

    Saint-Pierre's own code before what is dialled from France (« +508 508 41 12 34 ») is there once
    too many: its plan has no nine digits that begin so. Any other number is given back as it is;
    twice changes nothing.
    """
    twice = SAINT_PIERRE + "508"
    if e164.startswith(twice) and len(e164) == len(SAINT_PIERRE) + _DIGITS:
        return SAINT_PIERRE + e164.removeprefix(twice)
    digits = e164.removeprefix(METROPOLIS)
    if digits == e164 or len(digits) != _DIGITS or digits.startswith(_FICTION):
        return e164
    code = next(
        (_BY_PREFIX[digits[:n]] for n in range(_LONGEST, 2, -1) if digits[:n] in _BY_PREFIX), None
    )
    if code is None:
        return e164
    return code + digits.removeprefix("508") if code == SAINT_PIERRE else code + digits


def in_france(e164: str) -> str | None:
    """The ten digits by which a French number is dialled from France; None for other countries'."""
    if e164.startswith(METROPOLIS) and len(e164) == len(METROPOLIS) + _DIGITS:
        return "0" + e164.removeprefix(METROPOLIS)
    code = next((code for code in CODES if e164.startswith(code)), None)
    if code is None:
        return None
    digits = e164.removeprefix(code)
    if code == SAINT_PIERRE and len(digits) == 6:
        return "0508" + digits
    return "0" + digits if len(digits) == _DIGITS else None
