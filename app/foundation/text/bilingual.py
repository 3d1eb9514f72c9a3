"""A text in our two languages, French first. Pure."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """What is said, in French and in English: the one shape of such a pair."""

    fr: str
    en: str

    def said(self, locale: str) -> str:
        """The one that serves ``locale``; French for a language that we do not have."""
        return self.en if locale[:2].lower() == "en" else self.fr
