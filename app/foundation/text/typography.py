"""French typography, applied when a text is read so that its author may type plainly. Pure.

The rules are those of the Imprimerie nationale's lexicon: a no-break space before a colon and
inside guillemets, a narrow one before ; ? and !, and the curved apostrophe.
"""

from __future__ import annotations

from app.foundation.text.patterns import DIGIT, Match, is_word, pattern

NBSP = "\u00a0"
NARROW = "\u202f"

_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_UNITS = "heures?|h|minutes?|min|secondes?|s|jours?|mois|pages?|Mo"

_APOSTROPHE = pattern("'")
_HIGH = pattern(r"[ \x{a0}\x{202f}]*([;?!])")
_COLON = pattern(r"[ \x{a0}\x{202f}]+:")
_OPENING = pattern(r"«[ \x{a0}\x{202f}]*")
_CLOSING = pattern(r"[ \x{a0}\x{202f}]*»")
_AMOUNT = pattern(rf"({DIGIT}) ({_UNITS}|[€%])")
_HOUR = pattern(rf"({DIGIT}\x{{a0}}h) ")
_FIRST = pattern(rf"1 ({_MONTHS})")


def french(text: str) -> str:
    """``text`` with its no-break spaces and apostrophes set; applying it twice changes nothing."""
    text = _APOSTROPHE.sub(_curved, text)
    text = _HIGH.sub(lambda m: NARROW + m[1] if _ends(m, "»)…") else m[0], text)
    text = _COLON.sub(lambda m: NBSP + ":" if _ends(m) else m[0], text)
    text = _OPENING.sub("«" + NBSP, text)
    text = _CLOSING.sub(NBSP + "»", text)
    text = _AMOUNT.sub(lambda m: f"{m[1]}{NBSP}{m[2]}" if _whole(m) else m[0], text)
    text = _HOUR.sub(lambda m: m[1] + NBSP if _after(m).isdecimal() else m[0], text)
    return _FIRST.sub(_first, text)


def _before(match: Match) -> str:
    """The sign before a match, or ""."""
    return match.string[match.start() - 1 : match.start()] if match.start() else ""


def _after(match: Match) -> str:
    """The sign after a match, or ""."""
    return match.string[match.end() : match.end() + 1]


def _ends(match: Match, signs: str = "") -> bool:
    """Is what follows the end, a space or one of these signs? (« 14:30 » and a URL stay.)"""
    after = _after(match)
    return not after or after.isspace() or after in signs


def _whole(match: Match) -> bool:
    """Does the word that a match ends with end there too? (A sign such as € always does.)"""
    return not is_word(match[0][-1]) or not is_word(_after(match))


def _curved(match: Match) -> str:
    return (
        "’" if is_word(_before(match)) and (is_word(_after(match)) or _after(match) == "«") else "'"
    )


def _first(match: Match) -> str:
    alone = not is_word(_before(match)) and not is_word(_after(match))
    return f"1er {match[1]}" if alone else match[0]
