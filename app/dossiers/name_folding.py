"""One way to compare names, wherever somebody types one. Pure.

A name is dictated over the telephone and typed by somebody else: « Le Goff » is also « Legoff »,
« d'Almeida » is « D’Almeida » or « dalmeida », « Jean-Pierre » is « jean pierre », « Łukasz » is
« Lukasz », « Cœur » is « Coeur ». ``fold`` gives the words of a name in plain letters, ``key`` what a
column keeps (the words, then each part of the name in one piece), and ``asked`` what a query asks for:
every word of one of its names must be in the key. The browser does the same (static/js/page/names.js;
a test holds the two together).
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
# Between two names of one person: at birth, by marriage, in use.
_LINKS = frozenset(
    {"ne", "nee", "epouse", "epoux", "ep", "eps", "veuve", "vve", "veuf", "dit", "dite", "alias"}
)


def fold(text: str) -> str:
    """A name in plain small letters and digits, one space between words: « Éloïse  D’Œuf-Łoś »
    → « eloise d oeuf los »."""
    if text.isascii():  # most of what is imported: the same, ten times as fast
        return " ".join(text[:LONGEST_INPUT].lower().translate(_PLAIN).split())
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


_PLAIN = str.maketrans({chr(n): _between(chr(n)) for n in range(128) if not _counts(chr(n))})


def key(*parts: str) -> str:
    """What to keep of a name to find it again: its words, then each part of several words in one piece.

    ``key("Le Goff", "Marie")`` → « le goff marie legoff ».
    """
    folded = [each for each in map(fold, parts) if each]
    joined = [each.replace(" ", "") for each in folded if " " in each]
    return " ".join([*folded, *joined])[:LONGEST_KEY]


def asked(query: str) -> list[list[str]]:
    """What a query asks for: the words of each name in it, all of them; one of the names suffices.

    A title before a name is left out, unless it is all there is. « Le Goff (née Martin) » is two
    names of one person: her dossier has one of them, or both. There is always one list.
    """
    found = fold(query).split()
    names: list[list[str]] = [[]]
    for before, word, after in zip(["", *found], found, [*found[1:], ""], strict=False):
        if word in _LINKS and after:
            names.append([])
        elif not (word == "e" and before == "ne"):  # « né(e) »
            names[-1].append(word)
    bare = [_untitled(name) for name in names]
    told = [name for name in bare if any(word not in _TITLES for word in name)]
    return told or [_untitled(found)]


def _untitled(found: list[str]) -> list[str]:
    """The words without the titles before them. « et », « ou » go between two titles alone: Mme Ou
    and M. Et have a name."""
    rest = list(found)
    while len(rest) > 1:
        between = len(rest) < len(found) and rest[0] in _AND and rest[1] in _TITLES
        if rest[0] not in _TITLES and not between:
            break
        if between and len(rest) == 2:  # titles alone (« Mme et M »)
            return found
        rest.pop(0)
    return rest


def matches(query: str, *parts: str) -> bool:
    """Does a name, kept in these parts, answer a query? The same rule as a search in the database."""
    held = key(*parts)
    return any(all(word in held for word in name) for name in asked(query))
