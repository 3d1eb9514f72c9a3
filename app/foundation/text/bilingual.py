"""Our two languages, French first: which one serves a reader, and a text in both. Pure.

The one place that chooses (``bin/house_rules.py`` holds it).
"""

from __future__ import annotations

from typing import NamedTuple


def language(locale: str) -> str:
    """The one of our two languages that serves ``locale``; French for one that we do not have."""
    return "en" if locale[:2].lower() == "en" else "fr"


class Text(NamedTuple):
    """The same words in French and in English."""

    fr: str
    en: str

    def get(self, locale: str) -> str:
        """The words that serve ``locale``."""
        return self.en if language(locale) == "en" else self.fr
