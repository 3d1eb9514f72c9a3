"""The wall: the line, live, for a screen that hangs in the room and for the manager who acts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, render_template
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_login import current_user

from app.alerts import service as alerts
from app.calls.callbacks.rules import LATE_AFTER
from app.desk import message_view
from app.foundation import clock
from app.foundation.roles import SUPERVISORS, Role
from app.lines import line_now
from app.lines import store as line_store
from app.queue import work_store
from app.reporting import glance, service, store
from app.reporting.sheet import tables
from app.reporting.sheet.day_sheet import at_clock
from app.reporting.targets import Targets, judge
from app.supervision import line_view
from app.tickets import callbacks
from app.web.access import allow

bp = Blueprint("wall", __name__)

HOUR = timedelta(hours=1)


@bp.get("/wall")
@allow()
def page() -> str:
    """The line, live."""
    return render_template("reporting/wall.html", **_board())


@bp.get("/wall/board")
@allow()
def board() -> str:
    """The part of the wall that is fetched again when the line moves."""
    return render_template("reporting/wall_board.html", **_board())


def _board() -> dict[str, Any]:
    now, locale = clock.now(), str(get_locale() or "fr")[:2]
    found = service.board(now)
    targets = service.targets_at(now)
    return {
        "board": found,
        "waiting": glance.waiting(found, targets, locale),
        "longest": glance.longest(found, targets, now, locale),
        "longest_words": glance.longest_words(targets, locale),
        "free": glance.free(found, locale),
        "targets": targets,
        "last_hour": store.arrivals(glance.steps_of_the_hour(now)),
        "hour_marks": [
            at_clock((now - ago).astimezone(clock.PARIS).time(), locale)
            for ago in (HOUR, HOUR / 2, timedelta())
        ],
        **_level(now, targets, locale),
        "notices": _notices(now),
        "writing": message_view.who_answers(),
        "in_distress": {alert.raised_by_id for alert in alerts.open_alerts()},
        "now": now,
        "locale": locale,
        "supervises": current_user.role in SUPERVISORS,
        **_lines_now(now),
    }


def _level(now: datetime, targets: Targets, locale: str) -> dict[str, Any]:
    """The day's service level beside its target."""
    report = service.shown_on_the_wall(clock.local_day(now))
    return {
        "service_level": tables.figure(report, "service_level").text(locale),
        "service_share": report.service_level,
        "service_verdict": judge("service_level", report.service_level, targets, locale),
        "service_s": report.service_level_s,
    }


def _notices(now: datetime) -> list[tuple[str, str, str, str, str]]:
    """What the room should know: (tone, icon, words, where it leads, id)."""
    found = []
    raised = len(alerts.open_alerts())
    if raised:
        words = ngettext("%(num)d alerte à prendre", "%(num)d alertes à prendre", raised)
        page = "/alerts" if current_user.role in SUPERVISORS else ""
        found.append(("stop", "alert", words, page, "wall-alerts"))
    late = callbacks.late_count(now, LATE_AFTER)
    others = callbacks.open_count() - late
    page = "" if current_user.role == Role.ADMIN else "/callbacks"
    if late:
        words = ngettext("%(num)d rappel en retard", "%(num)d rappels en retard", late)
        found.append(("stop", "clock", words, page, "wall-late"))
    if others > 0:
        words = ngettext("%(num)d rappel à faire", "%(num)d rappels à faire", others)
        found.append(("neutral", "phone-out", words, page, "wall-callbacks"))
    written, oldest = work_store.waiting_figures()
    if written and oldest:
        words = ngettext("%(num)d message attend", "%(num)d messages attendent", written)
        since = at_clock(oldest.astimezone(clock.PARIS).time(), str(get_locale() or "fr")[:2])
        page = "" if current_user.role == Role.ADMIN else "/messages"
        words = _("%(messages)s, depuis %(at)s", messages=words, at=since)
        found.append(("neutral", "message", words, page, "wall-messages"))
    return found


def _lines_now(now: datetime) -> dict[str, Any]:
    """How each line stands."""
    lines = line_store.every()
    first_of = {
        line.queue_id: line.id for line in reversed(lines)
    }  # who shows its queue's thresholds
    return {
        "coaching": current_user.role == Role.MANAGER
        and any(line_now.of(line).rules.coaching for line in lines),
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
