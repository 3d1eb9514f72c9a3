"""What a figure of the report is: its name, its sentence, its formula. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["calls", "messages", "seconds", "share"]


@dataclass(frozen=True, slots=True)
class Definition:
    """One figure: how it is named, what it says and how it is computed."""

    key: str
    fr: str
    en: str
    sentence_fr: str
    sentence_en: str
    unit: Unit
    formula_fr: str = ""
    formula_en: str = ""

    def name(self, locale: str = "fr") -> str:
        """The figure's name for a screen in ``locale``; French unless English is asked for."""
        return self.en if locale.startswith("en") else self.fr

    def sentence(self, locale: str = "fr") -> str:
        """What the figure counts, in one sentence."""
        return self.sentence_en if locale.startswith("en") else self.sentence_fr

    def formula(self, locale: str = "fr") -> str:
        """The formula, in words, or an empty string for a plain count."""
        return self.formula_en if locale.startswith("en") else self.formula_fr
