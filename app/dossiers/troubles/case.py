"""What a rule of likely trouble is given and what it answers. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.dossiers.facts import DossierFacts
from app.foundation.clock import local_day
from app.foundation.text.bilingual import Text
from app.foundation.text.saying import day, tidy

RECENT = timedelta(days=10)  # an old incident no longer explains today's call


@dataclass(frozen=True)
class Trouble:
    """One likely trouble: a stable ``code``, a short title, a sentence, the script to open."""

    code: str
    title: str
    sentence: str
    script_id: str


@dataclass(frozen=True)
class Case:
    """A dossier's facts at an instant, for one reader's language."""

    facts: DossierFacts
    now: datetime
    locale: str

    def day(self, instant: datetime) -> str:
        """The day of an instant, as it is said today."""
        return day(local_day(instant), local_day(self.now), self.locale)

    def recent(self, instant: datetime | None) -> bool:
        """Is it recent enough to explain a call of today?"""
        return instant is not None and self.now - instant <= RECENT

    def make(self, code: str, script_id: str, title: Text, sentence: Text) -> Trouble:
        """A trouble in the reader's language."""
        return Trouble(
            code=code,
            script_id=script_id,
            title=tidy(title.get(self.locale), self.locale),
            sentence=tidy(sentence.get(self.locale), self.locale),
        )


Rule = Callable[[Case], Trouble | None]
