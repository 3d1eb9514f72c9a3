"""A day's report with what it is read beside: the same day a week before, the targets, whose service. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta

from babel.dates import format_date

from app.foundation.text.bilingual import Text, language
from app.foundation.text.typography import french
from app.reporting import formats
from app.reporting.definitions import DEFINITIONS
from app.reporting.sheet import tables
from app.reporting.statistics import DayReport, share
from app.reporting.targets import Targets, Verdict, judge

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DaySheet:
    """What the page, the PDF and the workbook are made from. ``before``: the same day, a week earlier."""

    report: DayReport
    before: DayReport | None = None
    targets: Targets = field(default_factory=Targets)
    service: str = "Permanence"


@dataclass(frozen=True, slots=True)
class Headline:
    """One of the four figures of the first screen.

    ``key`` is its definition, ``value`` its number in words, ``aside`` what it is made of, ``verdict`` how it
    stands beside its target, ``comparison`` what it was a week before, ``behind`` which contacts it counts.
    """

    key: str
    label: str
    value: str
    aside: str
    verdict: Verdict | None
    comparison: str
    behind: str


def headlines(sheet: DaySheet, locale: str = "fr") -> tuple[Headline, ...]:
    """Answered, mean wait, abandoned, service level: each with its target and last week's."""
    report = sheet.report
    of_presented = share(report.answered, report.presented)
    figures = (
        ("answered", "answered", formats.number(report.answered, locale), of_presented),
        ("mean_wait_s", "waited", formats.duration(report.mean_wait_s, locale), report.mean_wait_s),
        (
            "abandoned",
            "abandoned",
            formats.number(report.abandoned, locale),
            report.abandonment_rate,
        ),
        (
            "service_level",
            "in_time",
            formats.percent(report.service_level, locale),
            report.service_level,
        ),
    )
    return tuple(
        Headline(
            key=key,
            label=DEFINITIONS[key].name(locale),
            value=value,
            aside=_ASIDE[key](report, locale),
            verdict=judge(key, judged, sheet.targets, locale),
            comparison=_comparison(key, sheet, locale),
            behind=behind,
        )
        for key, behind, value, judged in figures
    )


def in_time(report: DayReport) -> int:
    """How many calls were answered within the service level's time."""
    return round((report.service_level or 0) * (report.answered + report.abandoned))


def _answered_aside(report: DayReport, locale: str) -> str:
    part = formats.percent(share(report.answered, report.presented), locale)
    if not report.presented:
        return ""
    said = Text(f"sur {report.presented}, soit {part}", f"of {report.presented}, or {part}").get(
        locale
    )
    going = Text(f"{report.open} en cours", f"{report.open} in progress").get(locale)
    return f"{said}, {going}" if report.open else said


def _wait_aside(report: DayReport, locale: str) -> str:
    if report.longest_wait is None:
        return ""
    longest = formats.duration(report.longest_wait.seconds, locale)
    return Text(f"au plus {longest}", f"longest: {longest}").get(locale)


def _abandoned_aside(report: DayReport, locale: str) -> str:
    part = formats.percent(report.abandonment_rate, locale)
    if not report.presented:
        return ""
    if not report.short_abandoned:
        return part
    count = report.short_abandoned
    short = Text(
        f"et {count} abandons courts" if count > 1 else "et 1 abandon court",
        f"and {count} short abandons" if count > 1 else "and 1 short abandon",
    ).get(locale)
    return f"{part}, {short}"


def _level_aside(report: DayReport, locale: str) -> str:
    if report.service_level is None:
        return ""
    whole, seconds = report.answered + report.abandoned, report.service_level_s
    return Text(
        f"{in_time(report)} sur {whole} en {seconds} s",
        f"{in_time(report)} of {whole} within {seconds} s",
    ).get(locale)


_ASIDE = {
    "answered": _answered_aside,
    "mean_wait_s": _wait_aside,
    "abandoned": _abandoned_aside,
    "service_level": _level_aside,
}


def _comparison(key: str, sheet: DaySheet, locale: str) -> str:
    """« mardi 15 : 41 s »; what there is to compare with is said, also when it is nothing."""
    if sheet.before is None:
        return ""
    day = short_day(sheet.report.day - WEEK, locale)
    if not sheet.before.presented:
        return Text(f"{day} : aucun appel", f"{day}: no calls").get(locale)
    if key == "answered":
        value = formats.percent(share(sheet.before.answered, sheet.before.presented), locale)
    else:
        value = tables.figure(sheet.before, key).text(locale)
    return Text(f"{day} : {value}", f"{day}: {value}").get(locale)


def short_day(day: date, locale: str = "fr") -> str:
    """« mardi 15 », « Tuesday 15 »."""
    said = format_date(day, format="EEEE d", locale=language(locale))
    return Text(french(said), said).get(locale)


def hours_in_words(report: DayReport, locale: str = "fr") -> str:
    """« 9 h – 12 h 30 et 13 h 30 – 17 h »; "" on a day when the line is not open."""
    joint = Text(" et ", " and ").get(locale)
    return joint.join(
        f"{at_clock(start, locale)} – {at_clock(end, locale)}" for start, end in report.opening
    )


def at_clock(at: time, locale: str = "fr") -> str:
    """« 12 h 30 », « 9 h », « midi »; « 12:30 » in English."""
    if language(locale) == "en":
        return f"{at.hour}:{at.minute:02d}"
    if at.hour in (0, 12) and not at.minute:
        return "midi" if at.hour else "minuit"
    minutes = f"\N{NO-BREAK SPACE}{at.minute:02d}" if at.minute else ""
    return f"{at.hour}\N{NO-BREAK SPACE}h{minutes}"


def title(sheet: DaySheet, locale: str = "fr") -> str:
    """« Rapport du mardi 22 juin 2021 »."""
    day = formats.long_day(sheet.report.day, locale)
    return Text(f"Rapport du {day}", f"Report for {day}").get(locale)
