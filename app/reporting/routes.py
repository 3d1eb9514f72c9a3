"""The report's page and files, and the contacts behind a figure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.foundation import beside_loop, clock
from app.foundation.database.paging import Page
from app.foundation.exceptions import NotFound
from app.foundation.roles import AGENTS, DESK, SUPERVISORS
from app.foundation.text import outside
from app.reporting import behind, formats, service, store
from app.reporting.blind_spots import blind_spots
from app.reporting.definitions import DEFINITIONS, OUTCOMES
from app.reporting.files import charts, exports
from app.reporting.promises.figures import together
from app.reporting.sheet import sentence, tables
from app.reporting.sheet.day_sheet import headlines, hours_in_words
from app.reporting.statistics import DayReport
from app.tickets import reasons
from app.tickets.reasons import CallerRole, Reason
from app.web.access import allow
from app.web.incoming import number_in

bp = Blueprint("reporting", __name__)

BEHIND_PAGE = 50  # contacts behind a figure, on one page
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
    sheet = service.sheet_of(day)
    report = sheet.report
    drawn, laid_out = beside_loop.figure(
        lambda: (charts.half_hours(sheet, locale), tables.all_tables(report, locale))
    )
    current = clock.local_day(now)
    return {
        "address": f"/reports/{day.isoformat()}",
        "report": report,
        "day": day,
        "title": formats.long_day(day, locale),
        "hours": hours_in_words(report, locale),
        "previous": day - timedelta(days=1),
        "next": day + timedelta(days=1) if day < current else None,
        "is_today": day == current,
        "computed_at": formats.clock_time(now.astimezone(clock.PARIS), locale),
        "said": sentence.of_the_day(sheet, locale),
        "headlines": headlines(sheet, locale),
        "chart": drawn,
        "reasons": _reasons(report, locale),
        "opened_by": _opened_by(report, locale),
        "tables": {table.key: table for table in laid_out},
        "talk": tables.figure(report, "mean_talk_s").text(locale),
        "longest_talk": tables.figure(report, "longest_talk_s").text(locale),
        "incidents": report.incidents.each,
        "promises_due": together(report.promises).due,
        "definitions": DEFINITIONS.values(),
        "blind_spots": blind_spots(locale),
        "opens": current_user.role in DESK,
        "sets_targets": current_user.role in SUPERVISORS,
        "locale": locale,
        "long_day": formats.long_day,
    }


def _reasons(report: DayReport, locale: str) -> list[tuple[str, str, int]]:
    """Each reason, most frequent first: the key of the contacts behind it, its name, its number."""
    rows = tables.reasons(report, locale).rows
    codes = {reasons.label(code, locale): code for code in Reason}
    return [
        (f"reason-{codes[str(row[0].value)].value}", str(row[0].value), int(row[1].value or 0))
        for row in rows
    ]


def _opened_by(report: DayReport, locale: str) -> dict[str, list[str]]:
    """The key of the contacts behind each row of a table; "" where a row counts none of its own."""
    return {
        "outcomes": list(OUTCOMES),
        "reasons": [key for key, _name, _count in _reasons(report, locale)],
        "caller_roles": [*(f"role-{role}" for role in report.caller_roles), "role_unknown"],
        "teams": [f"team-{team.role}" for team in report.teams],
        "digital": ["digital_observed", "digital_declared", "digital_gap"],
        "figures": [key if key in behind.KEYS else "" for key in tables.FIGURES],
        "half_hours": [f"half-{each.start:%H%M}" for each in report.shown_half_hours],
    }


@bp.get("/reports/<day>/contacts")
@allow(*DESK)
def contacts(day: str) -> str:
    """The contacts that a figure counts (``?of=abandoned``): who may see them may open them."""
    chosen, key, locale = _day(day), request.args.get("of", ""), _locale()
    found = service.calls_behind(key, chosen)
    name = _figure_name(key, locale)
    if found is None or name is None:
        raise NotFound(
            "Ce chiffre n'existe pas.", todo="Revenez au rapport, puis ouvrez un chiffre."
        )
    number = number_in(request.args, "page")
    number = min(number, max(1, -(-len(found) // BEHIND_PAGE)))
    facts = found[(number - 1) * BEHIND_PAGE : number * BEHIND_PAGE]
    return render_template(
        "reporting/behind.html",
        day=chosen,
        title=formats.long_day(chosen, locale),
        name=name,
        key=key,
        page=Page(facts, len(found), number, BEHIND_PAGE),
        contacts=store.contacts_of([fact.ref for fact in facts]),
        shown=lambda span: formats.duration(None if span is None else span.total_seconds(), locale),
        at=lambda instant: formats.clock_time(instant.astimezone(clock.PARIS), locale),
        outcome=lambda fact: _outcome_words()[fact.outcome or "open"],
        say=lambda reason: reasons.label(Reason(reason or Reason.UNQUALIFIED), locale),
    )


def _outcome_words() -> dict[str, str]:
    """How one call ended."""
    return {
        "answered": _("répondu"),
        "abandoned": _("abandonné"),
        "short_abandoned": _("abandon court"),
        "callback": _("rappel demandé"),
        "failed": _("échec technique"),
        "open": _("en cours"),
        "closed": _("hors horaires"),
        "limited": _("au-delà de la limite"),
    }


def _figure_name(key: str, locale: str) -> str | None:
    """What a figure is called, by the key of its contacts."""
    own = {"waited": "mean_wait_s", "in_time": "service_level", "late": "service_level"}
    kind, _dash, rest = key.partition("-")
    if own.get(key, key) in DEFINITIONS:
        name = DEFINITIONS[own.get(key, key)].name(locale)
        return {
            "in_time": _("%(name)s : répondus à temps", name=name),
            "late": _("%(name)s : répondus plus tard", name=name),
            "waited": _("%(name)s : la plus longue d’abord", name=name),
        }.get(key, name)
    if key == "role_unknown":
        return tables.word(key, locale)
    if kind == "reason" and rest in list(Reason):
        return reasons.label(Reason(rest), locale)
    if kind == "role" and rest in list(CallerRole):
        return reasons.label(CallerRole(rest), locale)
    if kind == "team" and rest in AGENTS:
        return tables.word(rest, locale)
    if kind == "half" and len(rest) == 4:
        return _("Demi-heure de %(at)s", at=f"{rest[:2]}:{rest[2:]}")
    return None
