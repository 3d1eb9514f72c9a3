"""The page that says where callers get stuck in a script. No figure is by agent: it judges the script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from babel.numbers import format_percent
from flask import Blueprint, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _

from app.assist.editing import library, source, tree
from app.assist.figures import counting, drawing, store, words
from app.assist.walk import facts, filling, obstacles, trail
from app.foundation import clock
from app.foundation.text import outside
from app.foundation.text.bilingual import Text, language
from app.foundation.text.saying import day
from app.web.access import allow

bp = Blueprint("script_figures", __name__)

USUAL = 28  # days
QUICK = (7, 28, 91)
LONGEST = 366  # days: what is read for a page


@dataclass(frozen=True)
class Period:
    """Local days, both counted."""

    first: date
    last: date

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """Its first instant, and the first after it."""
        return clock.day_bounds(self.first)[0], clock.day_bounds(self.last)[1]


def period_of(args: Mapping[str, str], today: date) -> Period:
    """The period that an address asks for; what it says otherwise is the last ``USUAL`` days, to today.

    Two days in the wrong order are turned; no more than ``LONGEST`` days, the last ones.
    """
    last = outside.day(args.get("to", "")) or today
    first = outside.day(args.get("from", "")) or last - timedelta(days=USUAL - 1)
    first, last = min(first, last), max(first, last)
    return Period(max(first, last - timedelta(days=LONGEST - 1)), last)


@bp.get("/scripts/<script_id>/figures")
@allow()
def script_figures(script_id: str) -> str:
    """Where callers get stuck in one script, over a period, for the whole team."""
    script, text = library.get(script_id), library.source(script_id)
    now = clock.now()
    period = period_of(request.args, clock.local_day(now))
    courses = store.courses(script_id, *period.bounds)
    used = store.versions(sorted({course.version_id for course in courses}))
    chosen = next((v for v in used if str(v.id) == request.args.get("version", "")), None)
    if chosen is not None:
        courses = [course for course in courses if course.version_id == chosen.id]
        script, text = chosen.script, chosen.source
    found, locale = counting.count(courses, now), _locale()
    document, _fault = source.document_of(text)
    today = clock.local_day(now)
    return render_template(
        "assist/figures/script.html",
        script=script,
        figures=found,
        drawn=drawing.on_tree(script, found),
        worst=[
            (step, filling.named(script.step(step.step_id).headline.get(locale), locale))
            for step in drawing.worst(script, found)
        ],
        nodes=tree.draw(document, locale),
        period=period,
        quick=[(days, today - timedelta(days=days - 1), today) for days in QUICK],
        versions=used,
        version_options=_options(used, today),
        named=filling.named,
        chosen=chosen,
        conclusive=counting.conclusive,
        percent=_percent,
        meanings=words.MEANINGS,
        obstacle=lambda code: obstacles.words(code, locale),
        devices=[
            (value, text.get(locale)) for value, text in facts.KINDS[counting.DEVICE].values.items()
        ],
        short=trail.short,
        day_of=lambda value: day(value, today, locale),
        local_day=clock.local_day,
        locale=locale,
    )


def _percent(share: float) -> str:
    """« 30 % », "30%": whole, as small as these numbers are."""
    pattern = Text("0\N{NO-BREAK SPACE}%", "0%").get(_locale())
    return format_percent(share, pattern, locale=language(_locale()))


def _options(used: Sequence[store.Version], today: date) -> list[tuple[str, str]]:
    locale = _locale()
    return [
        (
            str(version.id),
            _(
                "%(number)s, à partir du %(day)s",
                number=version.number,
                day=day(clock.local_day(version.since), today, locale),
            ),
        )
        for version in used
    ]


def _locale() -> str:
    return str(get_locale() or "fr")
