"""Patterns that run over texts from outside: RE2, whose time grows with the text and no faster. Pure.

Python's own engine tries each way a text could match: « pin », sixty thousand spaces and one letter
kept a process busy for a minute, and every caller with it. RE2 reads each sign once, whatever the
pattern (https://github.com/google/re2/wiki/WhyRE2), so this is the only module of ``app/`` that
compiles patterns; ``bin/house_rules.py`` refuses ``import re`` elsewhere. Length is still judged
first: a linear look at two megabytes for each of a thousand matches is no bound.

What differs from Python's syntax: no look-around, no back-reference (look at ``match.string`` beside
the match instead); ``\\b \\w \\d \\s`` know ASCII alone, so French needs the classes below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol, cast

import re2

LETTER_OR_DIGIT = r"\pL\pN_"  # inside brackets: what Python calls \w
SPACE = r"\s\v\x{85}\pZ"  # inside brackets: what Python calls \s, no-break spaces included
DIGIT = r"\p{Nd}"  # what Python calls \d, in every script


class Match(Protocol):
    """One match; offsets are in characters of ``string``."""

    string: str

    def group(self, name: int | str = 0, /) -> str: ...  # noqa: D102
    def groups(self, default: str | None = None) -> tuple[str, ...]: ...  # noqa: D102
    def start(self, group: int = 0) -> int: ...  # noqa: D102
    def end(self, group: int = 0) -> int: ...  # noqa: D102
    def __getitem__(self, name: int | str, /) -> str: ...


COMPILED: list[Pattern] = []  # all of them, for the tests that throw texts at each


class Pattern:
    """A compiled pattern. Raises ``re2.error`` at once for what RE2 does not know."""

    def __init__(self, expression: str) -> None:
        self.expression = expression
        options = re2.Options()
        options.log_errors = False
        self._engine: Any = re2.compile(expression, options)

    def search(self, text: str, start: int = 0) -> Match | None:
        """The first match at or after ``start``."""
        return cast("Match | None", self._engine.search(whole(text), start))

    def match(self, text: str) -> Match | None:
        """A match that begins with the text."""
        return cast("Match | None", self._engine.match(whole(text)))

    def fullmatch(self, text: str) -> Match | None:
        """A match that is the whole text."""
        return cast("Match | None", self._engine.fullmatch(whole(text)))

    def finditer(self, text: str) -> Iterator[Match]:
        """Each match in turn; none overlaps another."""
        return cast("Iterator[Match]", self._engine.finditer(whole(text)))

    def findall(self, text: str) -> list[Any]:
        """What matched: a string each, or a tuple of groups."""
        return cast("list[Any]", self._engine.findall(whole(text)))

    def sub(self, replacement: str | Callable[[Match], str], text: str) -> str:
        """The text with each match replaced: by these very signs, or by what a function says."""
        # (Given a string, the library would undo escapes in it, as if it were Latin-1.)
        said = replacement if callable(replacement) else lambda _match: replacement
        return str(self._engine.sub(said, whole(text)))


def pattern(expression: str) -> Pattern:
    """Compile a pattern of RE2 (``(?i)`` in front: capitals do not count)."""
    compiled = Pattern(expression)
    COMPILED.append(compiled)
    return compiled


def whole(text: str) -> str:
    """The text as the engine can read it: half a character (a lone surrogate) becomes « ? »."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text


def is_word(char: str) -> bool:
    """Is this sign part of a word (Python's ``\\w``)? "" is not."""
    return char.isalnum() or char == "_"
