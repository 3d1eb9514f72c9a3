"""The drawing of a day by half-hours, before any medium: bars of calls, bars of waits, the closed hours. Pure.

The page's Plotly figure (``charts``), the PDF (``pdf``) and the workbook (``workbook``) draw this one value, so
that the same day looks the same in each.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.foundation.text.bilingual import Text
from app.reporting.definitions import DEFINITIONS
from app.reporting.sheet.day_sheet import at_clock
from app.reporting.sheet.sentence import HALF_HOUR
from app.reporting.statistics import DayReport, HalfHour

PARTS = ("answered", "abandoned", "short_abandoned", "others")


@dataclass(frozen=True, slots=True)
class Part:
    """One colour of the bars: its name, and its calls in each half-hour."""

    key: str
    name: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Half-hours in a row when the line is closed and nobody called: places ``first`` to ``last``, in words."""

    first: int
    last: int
    words: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Half-hours from the first to the last that is shown, those of the lunch closure included.

    ``ticks``: the places where an hour begins, and its words. ``waits`` in seconds, None without an answer.
    """

    labels: tuple[str, ...]
    presented: tuple[int, ...]
    parts: tuple[Part, ...]
    waits: tuple[float | None, ...]
    gaps: tuple[Gap, ...]
    ticks: tuple[tuple[int, str], ...]
    wait_target_s: float

    def beyond(self, place: int) -> bool:
        """Was the mean wait of this half-hour beyond the target?"""
        return (self.waits[place] or 0) > self.wait_target_s


def drawing(report: DayReport, wait_target_s: float, locale: str = "fr") -> Drawing:
    """A day's half-hours, ready to be drawn."""
    slots = _span(report)
    counts = {
        "answered": tuple(each.answered for each in slots),
        "abandoned": tuple(each.abandoned for each in slots),
        "short_abandoned": tuple(each.short_abandoned for each in slots),
    }
    counts["others"] = tuple(
        each.presented - each.answered - each.abandoned - each.short_abandoned for each in slots
    )
    return Drawing(
        labels=tuple(each.label for each in slots),
        presented=tuple(each.presented for each in slots),
        parts=tuple(
            Part(key, _name(key, locale), counts[key])
            for key in PARTS
            if key == "answered" or any(counts[key])
        ),
        waits=tuple(each.mean_wait_s for each in slots),
        gaps=tuple(_gaps(slots, report, locale)),
        ticks=tuple(
            (place, at_clock(each.start.time(), locale))
            for place, each in enumerate(slots)
            if not each.start.minute
        ),
        wait_target_s=wait_target_s,
    )


def _name(key: str, locale: str) -> str:
    if key == "others":
        return Text("Autres (rappels, échecs, en cours)", "Others (call-backs, failed, open)").get(
            locale
        )
    return DEFINITIONS[key].name(locale)


def _span(report: DayReport) -> tuple[HalfHour, ...]:
    """From the first half-hour that is shown to the last, whatever lies between."""
    shown = report.shown_half_hours
    if not shown:
        return ()
    first, last = report.half_hours.index(shown[0]), report.half_hours.index(shown[-1])
    return report.half_hours[first : last + 1]


def _gaps(slots: tuple[HalfHour, ...], report: DayReport, locale: str) -> list[Gap]:
    shown = set(map(id, report.shown_half_hours))
    found: list[Gap] = []
    first: int | None = None
    for place, each in enumerate(slots):
        if id(each) not in shown:
            first = place if first is None else first
        elif first is not None:
            found.append(_gap(slots, first, place - 1, locale))
            first = None
    return found


def _gap(slots: tuple[HalfHour, ...], first: int, last: int, locale: str) -> Gap:
    start = at_clock(slots[first].start.time(), locale)
    end = at_clock((slots[last].start + HALF_HOUR).time(), locale)
    closed = Text("fermé", "closed").get(locale)
    return Gap(first, last, f"{closed} {start} – {end}")
