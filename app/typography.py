"""French typography, applied when a text is read so that its author may type plainly. Pure.

The rules are those of the Imprimerie nationale's lexicon: a no-break space before a colon and
inside guillemets, a narrow one before ; ? and !, and the curved apostrophe.
"""

from __future__ import annotations

import re

NBSP = "\u00a0"
NARROW = "\u202f"

_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"

_RULES = (
    (re.compile(r"(?<=\w)'(?=[\w«])"), "’"),
    (re.compile(r"[ \u00a0\u202f]*([;?!])(?=[\s»)…]|$)"), NARROW + r"\1"),
    (re.compile(r"[ \u00a0\u202f]+:(?=\s|$)"), NBSP + ":"),
    (re.compile(r"«[ \u00a0\u202f]*"), "«" + NBSP),
    (re.compile(r"[ \u00a0\u202f]*»"), NBSP + "»"),
    (
        re.compile(
            r"(?<=\d) (?=(?:h|min|s|€|%|Mo|jours?|mois|heures?|minutes?|secondes?|pages?)\b|[€%])"
        ),
        NBSP,
    ),
    (re.compile(r"(?<=\d\u00a0h) (?=\d)"), NBSP),
    (re.compile(rf"\b1 (?=(?:{_MONTHS})\b)"), "1er "),
)


def french(text: str) -> str:
    """``text`` with its no-break spaces and apostrophes set; applying it twice changes nothing."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text
