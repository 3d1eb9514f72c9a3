"""Can this line call that number? Asked before anybody is put on hold or rung.

Short numbers are judged here first (``short_numbers``), by the line's own setting.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import get_locale

from app.foundation.exceptions import InvalidInput
from app.foundation.wiring import settings
from app.lines import line_now, store
from app.lines.models import Line
from app.lines.numbers import short_numbers


@dataclass(frozen=True)
class Offered:
    """A short number as a page offers it: ``reachable`` from this line, or to be dialled elsewhere."""

    number: str
    label: str
    hours: str
    reachable: bool
    written: bool
    source: str
    verified_on: str


def provider_reaches() -> bool:
    """Does our provider usually call short numbers? A carrier of ours does. Twilio calls some
    emergency numbers in some countries, by the line's place: not unless a manager has said so."""
    return settings().softphone_driver == "local"


def short_numbers_of(line: Line | None) -> frozenset[str]:
    """The short numbers that calls of this line can be passed to."""
    rules = line_now.of(line).rules
    return short_numbers.reached(rules.short_numbers, by_default=provider_reaches())


def offered(line_id: int | None) -> list[Offered]:
    """Every short number that we know, in order, and whether this line (or the first) reaches it."""
    within, locale = short_numbers_of(store.named(line_id)), str(get_locale() or "fr")
    return [
        Offered(
            number=each.number,
            label=each.label(locale),
            hours=each.when(locale),
            reachable=each.number in within,
            written=each.written,
            source=each.source,
            verified_on=each.verified_on.isoformat(),
        )
        for each in short_numbers.NUMBERS
    ]


def check(number: str | None, line_id: int | None = None) -> None:
    """Raise InvalidInput for a short number that this line (or the first) cannot call."""
    if number is None or not short_numbers.is_short(number):
        return
    if number in short_numbers_of(store.named(line_id)):
        return
    known = short_numbers.BY_NUMBER.get(number)
    if known is not None and known.written:
        raise InvalidInput(
            "On n'appelle pas le %(number)s : on lui écrit, depuis le téléphone de la personne.",
            kept="Rien n'a changé pour la personne en ligne.",
            number=number,
        )
    raise InvalidInput(
        "Le %(number)s est impossible à appeler depuis cette ligne.",
        kept="Rien n'a changé pour la personne en ligne.",
        todo="Composez-le sur votre téléphone, ou demandez à quelqu'un de l'équipe.",
        number=number,
    )
