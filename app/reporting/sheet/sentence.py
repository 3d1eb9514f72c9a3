"""The sentence of the day, made from its figures. Pure.

It says how many were answered and how fast, then where it hurt: the half-hours in which people waited longer
than the target on average, and whether those who gave up did so there. Each number in it is a figure of the
report; it says nothing of an agent, nor why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.foundation.text.bilingual import Text, language
from app.foundation.text.typography import french
from app.reporting.sheet.day_sheet import DaySheet, at_clock
from app.reporting.statistics import DayReport, HalfHour

HALF_HOUR = timedelta(minutes=30)
_FEW = {
    "fr": ("", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"),
    "en": ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """``first`` is read first (how many, how fast); ``then`` is where it hurt; either may be empty."""

    first: str
    then: str

    def whole(self) -> str:
        """Both, as one text."""
        return f"{self.first} {self.then}".strip()


def of_the_day(sheet: DaySheet, locale: str = "fr") -> Sentence:
    """The day in one or two sentences."""
    first = _answers(sheet.report, locale)
    then = " ".join(_troubles(sheet.report, sheet.targets.mean_wait_s, locale))
    if language(locale) == "fr":
        return Sentence(french(first), french(then))
    return Sentence(first, then)


def _answers(report: DayReport, locale: str) -> str:
    presented, answered = report.presented, report.answered
    if not presented:
        return Text("Aucun appel ce jour-là.", "No calls on that day.").get(locale)
    if not answered:
        return _none_answered(report, locale)
    wait = spoken(report.mean_wait_s or 0, locale)
    if presented == 1:
        said = Text(f"Le seul appel du jour a eu une réponse, en {wait}.",
                f"The only call of the day was answered, in {wait}.")  # fmt: skip
    elif answered == presented:
        said = Text(f"Les {presented} appels ont tous eu une réponse, en {wait} en moyenne.",
                f"All {presented} calls were answered, in {wait} on average.")  # fmt: skip
    elif answered == 1:
        said = Text(f"1 appel sur {presented} a eu une réponse, en {wait}.",
                f"1 call out of {presented} was answered, in {wait}.")  # fmt: skip
    else:
        said = Text(f"{answered} appels sur {presented} ont eu une réponse, en {wait} en moyenne.",
                f"{answered} calls out of {presented} were answered, in {wait} on average.")  # fmt: skip
    return said.get(locale)


def _none_answered(report: DayReport, locale: str) -> str:
    presented = report.presented
    if report.open == presented:
        return ""  # what is going on is said by itself
    if presented == 1:
        return Text("Le seul appel du jour n'a pas eu de réponse.",
                     "The only call of the day was not answered.").get(locale)  # fmt: skip
    return Text(f"Aucun des {presented} appels n'a eu de réponse.",
                 f"None of the {presented} calls was answered.").get(locale)  # fmt: skip


def _troubles(report: DayReport, limit_s: float, locale: str) -> list[str]:
    said = []
    if report.answered:
        said.append(_waits(report, limit_s, locale))
    elif report.abandoned:
        said.append(_gave_up(report.abandoned, locale))
    if report.open:
        count = report.open
        said.append(
            Text(
                f"{count} appels sont en cours." if count > 1 else "1 appel est en cours.",
                f"{count} calls are in progress." if count > 1 else "1 call is in progress.",
            ).get(locale)
        )
    if not report.presented and report.closed:
        count = report.closed
        said.append(
            Text(
                f"{count} appels sont arrivés hors horaires."
                if count > 1
                else "1 appel est arrivé hors horaires.",
                f"{count} calls came outside hours." if count > 1 else "1 call came outside hours.",
            ).get(locale)
        )
    return said


def _waits(report: DayReport, limit_s: float, locale: str) -> str:
    runs = long_waits(report.half_hours, limit_s)
    limit = spoken(limit_s, locale)
    if not runs:
        return _no_long_wait(report, limit, locale)
    # Where it hurt most: where most gave up, then where one waited longest.
    worst = max(runs, key=lambda run: (sum(each.abandoned for each in run), _longest(run)))
    span, most = between(worst, locale), spoken(_longest(worst), locale)
    inside = sum(each.abandoned for each in worst)
    there = _where_they_gave_up(inside, report.abandoned, locale)
    if len(runs) == 1:
        return Text(
            f"L'attente moyenne a dépassé {limit} {span} ({most}){there}.",
            f"The mean wait was over {limit} {span} ({most}){there}.",
        ).get(locale)
    return Text(
        f"L'attente moyenne a dépassé {limit} à {_few(len(runs), 'fr')} moments, "
        f"surtout {span} ({most}){there}.",
        f"The mean wait was over {limit} {_few(len(runs), 'en')} times, "
        f"above all {span} ({most}){there}.",
    ).get(locale)


def _longest(run: Sequence[HalfHour]) -> float:
    return max(each.mean_wait_s or 0 for each in run)


def _no_long_wait(report: DayReport, limit: str, locale: str) -> str:
    calm = Text(f"L'attente moyenne n'a dépassé {limit} à aucun moment",
                 f"The mean wait was never over {limit}").get(locale)  # fmt: skip
    if not report.abandoned:
        nobody = Text("et personne n'a abandonné", "and nobody gave up").get(locale)
        return f"{calm}, {nobody}."
    return f"{calm}. {_gave_up(report.abandoned, locale)}"


def _gave_up(count: int, locale: str) -> str:
    if count == 1:
        return Text("1 appel a été abandonné.", "1 call was abandoned.").get(locale)
    return Text(f"{count} appels ont été abandonnés.", f"{count} calls were abandoned.").get(locale)


def _where_they_gave_up(inside: int, whole: int, locale: str) -> str:
    """« , où deux des trois abandons ont eu lieu »; what happened elsewhere is counted too."""
    if not whole:
        return Text(", sans abandon de la journée", ", with no abandonment all day").get(locale)
    if not inside:
        elsewhere = _few(whole, language(locale))
        return Text(
            f" ; {elsewhere} abandons ont eu lieu à d'autres moments"
            if whole > 1
            else " ; le seul abandon a eu lieu à un autre moment",
            f"; {elsewhere} abandonments were at other times"
            if whole > 1
            else "; the only abandonment was at another time",
        ).get(locale)
    if whole == 1:
        return Text(", où le seul abandon a eu lieu", ", when the only abandonment was").get(locale)
    if inside == whole:
        return Text(
            f", où les {_few(whole, 'fr')} abandons ont eu lieu",
            f", when all {_few(whole, 'en')} abandonments were",
        ).get(locale)
    verb = "a" if inside == 1 else "ont"
    return Text(
        f", où {_few(inside, 'fr')} des {_few(whole, 'fr')} abandons {verb} eu lieu",
        f", when {_few(inside, 'en')} of the {_few(whole, 'en')} abandonments were",
    ).get(locale)


def long_waits(half_hours: Sequence[HalfHour], limit_s: float) -> list[tuple[HalfHour, ...]]:
    """Runs of half-hours, one after the other, in each of which the mean wait was over ``limit_s`` seconds."""
    runs: list[list[HalfHour]] = []
    for place, each in enumerate(half_hours):
        if each.mean_wait_s is None or each.mean_wait_s <= limit_s:
            continue
        if runs and runs[-1][-1] is half_hours[place - 1]:
            runs[-1].append(each)
        else:
            runs.append([each])
    return [tuple(run) for run in runs]


def between(run: Sequence[HalfHour], locale: str = "fr") -> str:
    """« de 11 h 30 à midi »."""
    start, end = run[0].start.time(), (run[-1].start + HALF_HOUR).time()
    first, last = at_clock(start, locale), at_clock(end, locale)
    return Text(f"de {first} à {last}", f"from {first} to {last}").get(locale)


def spoken(seconds: float, locale: str = "fr") -> str:
    """« 32 secondes », « 1 minute 8 », « moins d'une seconde »."""
    whole = round(seconds)
    if whole < 1:
        return Text("moins d'une seconde", "less than a second").get(locale)
    minutes, rest = divmod(whole, 60)
    said = []
    if minutes:
        said.append(f"{minutes} minute{'s' if minutes > 1 else ''}")
    if rest and not minutes:
        word = Text("seconde", "second").get(locale)
        said.append(f"{rest} {word}{'s' if rest > 1 else ''}")
    elif rest:
        said.append(f"{rest:02d}" if language(locale) == "fr" else f"{rest} s")
    return " ".join(said)


def _few(count: int, tongue: str) -> str:
    return _FEW[tongue][count] if count < len(_FEW[tongue]) else str(count)
