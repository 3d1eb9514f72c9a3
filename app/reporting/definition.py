"""What a figure of the report is: its name, its sentence, its formula. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.foundation.text.bilingual import pick

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
        return pick((self.fr, self.en), locale)

    def sentence(self, locale: str = "fr") -> str:
        """What the figure counts, in one sentence."""
        return pick((self.sentence_fr, self.sentence_en), locale)

    def formula(self, locale: str = "fr") -> str:
        """The formula, in words, or an empty string for a plain count."""
        return pick((self.formula_fr, self.formula_en), locale)
