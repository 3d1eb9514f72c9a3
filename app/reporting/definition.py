"""What a figure of the report is: its name, its sentence, its formula. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.foundation.text.bilingual import Text

Unit = Literal["calls", "messages", "promises", "incidents", "contacts", "runs", "seconds", "share"]


@dataclass(frozen=True, slots=True)
class Definition:
    """One figure: how it is named, what it says and how it is computed."""

    key: str
    title: Text
    meaning: Text
    unit: Unit
    reckoning: Text | None = None

    def name(self, locale: str = "fr") -> str:
        """The figure's name for a screen in ``locale``; French unless English is asked for."""
        return self.title.get(locale)

    def sentence(self, locale: str = "fr") -> str:
        """What the figure counts, in one sentence."""
        return self.meaning.get(locale)

    def formula(self, locale: str = "fr") -> str:
        """The formula, in words, or an empty string for a plain count."""
        return self.reckoning.get(locale) if self.reckoning else ""
