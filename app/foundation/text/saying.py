"""Dates, amounts, numbers and languages as they are said, in French and in English. Pure.

The same words serve the agent's screen, the caller's ear and a mail, so they cannot depend on a
request. French is the reference; an unknown locale gets French.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from app.foundation.clock import PARIS, local_day
from app.foundation.text import phone_numbers
from app.foundation.text.bilingual import Text, language
from app.foundation.text.typography import french

_NEAR = {0: Text("aujourd’hui", "today"), 1: Text("hier", "yesterday")}


def day(value: date, today: date, locale: str) -> str:
    """« 18 mai », « 1er juin », « 3 mars 2020 »: the year only when it is not this year's."""
    pattern = "d MMMM" if value.year == today.year else "d MMMM y"
    text = format_date(value, pattern, locale=language(locale))
    return text if language(locale) == "en" else french(text)


def moment(value: datetime, today: date, locale: str) -> str:
    """« le 25 juin à 14 h 10 », in Paris time."""
    local = value.astimezone(PARIS)
    said = day(local.date(), today, locale)
    if language(locale) == "en":
        return f"on {said} at {local:%H:%M}"
    return f"le {said} à {local.hour} h {local:%M}"


def euros(cents: int, locale: str) -> str:
    """« 1 240,50 € », "€1,240.50"."""
    whole, rest = divmod(cents, 100)
    if language(locale) == "en":
        return f"€{whole:,}.{rest:02d}"
    grouped = f"{whole:,}".replace(",", "\u202f")
    return f"{grouped},{rest:02d}\u00a0€"


def tidy(text: str, locale: str) -> str:
    """Set French spaces and apostrophes where French is read; English is left as it is."""
    return text if language(locale) == "en" else french(text)


@dataclass(frozen=True)
class Saying:
    """How one page says things: its language and its day, so that a template only names the value."""

    locale: str
    now: datetime

    def day(self, value: date | None) -> str:
        """« 18 mai », or a dash when unknown."""
        return day(value, local_day(self.now), self.locale) if value else "—"

    def when(self, value: datetime) -> str:
        """« aujourd'hui à 10 h 35 », « hier à 9 h 02 », « le 18 mai à 14 h 10 »."""
        today = local_day(self.now)
        near = _NEAR.get((today - local_day(value)).days)
        if near is None:
            return tidy(moment(value, today, self.locale), self.locale)
        at = Text("à", "at").get(self.locale)
        return f"{near.get(self.locale)} {at} {self.clock(value)}"

    def clock(self, value: datetime) -> str:
        """« 10 h 35 », "10:35", in Paris time."""
        local = value.astimezone(PARIS)
        return tidy(
            Text(f"{local.hour} h {local:%M}", f"{local:%H:%M}").get(self.locale), self.locale
        )

    def euros(self, cents: int | None) -> str:
        """An amount, or a dash when unknown."""
        return euros(cents, self.locale) if cents is not None else "—"

    def language(self, code: str) -> str:
        """« arabe » for ``ar``; the code itself for one that nobody knows."""
        try:
            name = Locale.parse(code).get_display_name(language(self.locale))
        except (ValueError, UnknownLocaleError):
            return code
        return name or code

    def phone(self, e164: str | None) -> str:
        """A telephone number as it is said."""
        return phone_numbers.display(e164)

    def phones(self, numbers: Iterable[str]) -> str:
        """Several telephone numbers, as they are said."""
        return ", ".join(map(self.phone, numbers))
