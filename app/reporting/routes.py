"""The report's page and files, and the wall."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.alerts import service as alerts
from app.desk import message_view
from app.foundation import beside_loop, clock
from app.foundation.exceptions import NotFound
from app.foundation.roles import SUPERVISORS, Role
from app.foundation.text import outside
from app.lines import rules as line_rules
from app.lines import service as line_service
from app.queue import work_store
from app.reporting import charts, exports, formats, service, tables
from app.reporting.definitions import DEFINITIONS, SHORT_ABANDON_S, blind_spots
from app.reporting.statistics import DayReport
from app.supervision import line_view
from app.tickets import callbacks
from app.web.access import allow

bp = Blueprint("reporting", __name__)

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)


@bp.get("/reports")
@bp.get("/reports/today")
@allow()
def today() -> BaseResponse:
    """Today's report, or that of the day asked for (``?day=2021-06-22``)."""
    current = clock.local_day(clock.now()).isoformat()
    return redirect(url_for("reporting.day_page", day=request.args.get("day") or current))


@bp.get("/reports/<day>")
@allow()
def day_page(day: str) -> str:
    """The report of a day, for the whole team: volumes, waits, reasons; never by person."""
    return render_template("reporting/day.html", **_page(_day(day), clock.now()))


@bp.get("/reports/<day>.<any(csv, json, xlsx, pdf):kind>")
@allow()
def day_file(day: str, kind: str) -> Response:
    """The report as a file; each export is journaled."""
    chosen = _day(day)
    content = service.export_for(
        chosen, kind, agent_id=current_user.id, now=clock.now(), locale=_locale()
    )
    response = Response(content, mimetype=exports.format_of(kind).mimetype)
    if kind != "json":
        response.headers["Content-Disposition"] = (
            f'attachment; filename="rapport-{chosen.isoformat()}.{kind}"'
        )
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/wall")
@allow()
def wall() -> str:
    """The line, live."""
    return render_template(
        "reporting/wall.html", coaches=current_user.role == Role.MANAGER, **_board()
    )


@bp.get("/wall/board")
@allow()
def wall_board() -> str:
    """The part of the wall that is fetched again when the line moves."""
    return render_template("reporting/wall_board.html", **_board())


def _locale() -> str:
    return str(get_locale() or "fr")[:2]


def _day(text: str) -> date:
    """The day named in an address. Raises NotFound for anything but a date, AAAA-MM-JJ."""
    day = outside.day(text)
    if day is None or not EARLIEST <= day <= LATEST:
        raise NotFound(
            "Ce jour n’existe pas.",
            todo="Écrivez le jour ainsi : /reports/2021-06-22, ou ouvrez le rapport du jour.",
        )
    return day


def _page(day: date, now: datetime) -> dict[str, Any]:
    locale = _locale()
    report = service.report_of(day)
    drawn, laid_out = beside_loop.figure(
        lambda: (charts.all_charts(report, locale), tables.all_tables(report, locale))
    )
    current = clock.local_day(now)
    return {
        "report": report,
        "day": day,
        "title": formats.long_day(day, locale),
        "previous": day - timedelta(days=1),
        "next": day + timedelta(days=1) if day < current else None,
        "is_today": day == current,
        "computed_at": formats.clock_time(now.astimezone(clock.PARIS), locale),
        "headlines": _headlines(report, locale),
        "charts": drawn,
        "tables": {table.key: table for table in laid_out},
        "definitions": DEFINITIONS.values(),
        "blind_spots": blind_spots(locale),
        "locale": locale,
        "long_day": formats.long_day,
    }


def _headlines(report: DayReport, locale: str) -> list[dict[str, str]]:
    """The six figures at the top, each with its definition."""
    notes = _notes(report, locale)
    return [
        {
            "key": key,
            "label": DEFINITIONS[key].name(locale),
            "value": tables.figure(report, key).text(locale),
            "note": notes.get(key, ""),
            "definition": _sentence(key, locale),
        }
        for key in tables.HEADLINES
    ]


def _sentence(key: str, locale: str) -> str:
    definition = DEFINITIONS[key]
    formula = definition.formula(locale)
    return f"{definition.sentence(locale)} ({formula})" if formula else definition.sentence(locale)


def _notes(report: DayReport, locale: str) -> dict[str, str]:
    """A line under some headlines: what the figure is made of."""
    notes = {
        "abandonment_rate": _abandonments(report),
        "service_level": _("en moins de %(s)s secondes", s=report.service_level_s),
    }
    if report.closed:
        notes["presented"] = _("et %(n)s hors horaires", n=report.closed)
    if report.open:
        notes["answered"] = _("et %(n)s en cours", n=report.open)
    if report.longest_wait:
        longest = formats.duration(report.longest_wait.seconds, locale)
        notes["mean_wait_s"] = _("la plus longue : %(longest)s", longest=longest)
    if report.longest_talk:
        longest = formats.duration(report.longest_talk.seconds, locale)
        notes["mean_talk_s"] = _("la plus longue : %(longest)s", longest=longest)
    return notes


def _abandonments(report: DayReport) -> str:
    """« 3 abandons (5 raccrochés avant 5 s, non comptés) »."""
    counted = ngettext("%(num)d abandon", "%(num)d abandons", report.abandoned)
    if not report.short_abandoned:
        return counted
    short = ngettext(
        "%(num)d raccroché avant %(seconds)d s, non compté",
        "%(num)d raccrochés avant %(seconds)d s, non comptés",
        report.short_abandoned,
        seconds=SHORT_ABANDON_S,
    )
    return f"{counted} ({short})"


def _board() -> dict[str, Any]:
    now = clock.now()
    locale = _locale()
    report = service.shown_on_the_wall(clock.local_day(now))
    figures = [
        {
            "label": DEFINITIONS[key].name(locale),
            "value": tables.figure(report, key).text(locale),
            "definition": _sentence(key, locale),
        }
        for key in ("presented", "answered", "abandoned", "mean_wait_s", "mean_talk_s")
    ]
    board = service.board(now)
    messages, oldest = work_store.waiting_figures()
    return {
        "board": board,
        "callbacks": callbacks.open_count(),
        "messages": messages,
        "messages_since": oldest,
        "writing": message_view.who_answers(),
        "in_distress": {alert.raised_by_id for alert in alerts.open_alerts()},
        "figures": figures,
        "now": now,
        "locale": locale,
        "supervises": current_user.role in SUPERVISORS,
        **_lines_now(now),
    }


def _lines_now(now: datetime) -> dict[str, Any]:
    """How each line stands."""
    lines = line_service.every()
    first_of = {
        line.queue_id: line.id for line in reversed(lines)
    }  # who shows its queue's thresholds
    return {
        "coaching": current_user.role == Role.MANAGER
        and any(line_rules.of(line.rules).coaching for line in lines),
        "lines": [
            {
                "line": line,
                "leads": first_of[line.queue_id] == line.id,
                "standing": line_view.standing(line, now),
                "incident": line_view.incident_words(line) if line.incident_since else "",
            }
            for line in lines
        ],
        "say": line_view.typeset,
    }
