"""One way to compare names, wherever somebody types one. Pure.

A name is dictated over the telephone and typed by somebody else: « Le Goff » is also « Legoff »,
« d'Almeida » is « D’Almeida » or « dalmeida », « Jean-Pierre » is « jean pierre », « Łukasz » is
« Lukasz », « Cœur » is « Coeur ». ``fold`` gives the words of a name in plain letters, ``key`` what a
column keeps (the words, then each part of the name in one piece), and ``words`` what a query asks for:
every word must be in the key. The browser does the same (static/js/page/names.js; a test holds the two
together).
"""

from __future__ import annotations

import unicodedata

LONGEST_KEY = 400  # what the column holds
LONGEST_INPUT = 1000  # judged before anything else

# Letters that no decomposition takes apart (Unicode has no base letter for them).
_LETTERS = str.maketrans(
    {
        "œ": "oe", "æ": "ae", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "ø": "o", "þ": "th", "ı": "i",
        "ħ": "h", "ŧ": "t", "ŋ": "n", "ə": "e", "ǝ": "e", "ɛ": "e", "ɔ": "o", "ĸ": "k", "ſ": "s",
        "ƒ": "f", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ɣ": "g", "ɖ": "d", "ŀ": "l", "ƴ": "y",
        "ɨ": "i", "ʉ": "u", "ƀ": "b", "ȼ": "c", "ǥ": "g", "ɉ": "j", "ɍ": "r", "ƶ": "z", "ɑ": "a",
    }
)  # fmt: skip
# Said or written before a name, and no part of it.
_TITLES = frozenset(
    {
        "m", "mr", "mm", "mme", "mmes", "mlle", "mlles", "mle", "monsieur", "messieurs", "madame",
        "mesdames", "mademoiselle", "mesdemoiselles", "mister", "mrs", "ms", "miss", "dr", "docteur",
        "me", "maitre", "pr", "professeur", "veuve", "vve",
    }
)  # fmt: skip
_AND = frozenset({"et", "ou"})  # « M. et Mme Dupont »


def fold(text: str) -> str:
    """A name in plain small letters and digits, one space between words: « Éloïse  D’Œuf-Łoś »
    → « eloise d oeuf los »."""
    decomposed = unicodedata.normalize("NFKD", text[:LONGEST_INPUT].casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    # Twice: a letter without a base may come out of the decomposition (« ǿ », « ẛ », a ligature).
    plain = bare.casefold().translate(_LETTERS)
    return " ".join("".join(c if _counts(c) else _between(c) for c in plain).split())


def _counts(char: str) -> bool:
    """Is it a letter or a digit? Spacing modifiers (apostrophes of transliterations) are none."""
    return char.isalnum() and not "\u02b0" <= char <= "\u02ff"


def _between(char: str) -> str:
    """Nothing for a sign that nobody sees, a space for any other (hyphens, apostrophes, dots)."""
    return "" if unicodedata.category(char) in ("Cf", "Cc", "Mn") and not char.isspace() else " "


def key(*parts: str) -> str:
    """What to keep of a name to find it again: its words, then each part of several words in one piece.

    ``key("Le Goff", "Marie")`` → « le goff marie legoff ».
    """
    folded = [each for each in map(fold, parts) if each]
    joined = [each.replace(" ", "") for each in folded if " " in each]
    return " ".join([*folded, *joined])[:LONGEST_KEY]


def words(query: str) -> list[str]:
    """The words to look for; a title before the name is left out, unless it is all there is."""
    found = fold(query).split()
    rest = list(found)
    while rest and (rest[0] in _TITLES or (rest[0] in _AND and len(rest) < len(found))):
        rest.pop(0)
    return rest or found


def matches(query: str, *parts: str) -> bool:
    """Does a name, kept in these parts, answer a query? The same rule as a search in the database."""
    held = key(*parts)
    return all(word in held for word in words(query))
