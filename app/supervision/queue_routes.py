"""The queue of a line: which lines share it, and which team it asks first. For managers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask import url_for as url
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.foundation import clock, edits
from app.foundation.edits import StaleEdit
from app.foundation.roles import AGENTS, SUPERVISORS, Role
from app.lines import queue_of_line
from app.lines import service as line_service
from app.lines.models import Line
from app.lines.settings import Errors, read_team
from app.supervision import line_choice, line_view
from app.web.access import allow
from app.web.whose import LINE, about

bp = Blueprint("line_queue", __name__, url_prefix="/admin/line/queue")
line_choice.install(bp)

Page = str | tuple[str, int] | BaseResponse


@bp.get("")
@allow(*SUPERVISORS)
def page() -> Page:
    """With which lines this one shares its queue, and who answers."""
    return _page()


def _page(
    *,
    queue: StaleEdit | None = None,
    team: StaleEdit | None = None,
    typed: dict[str, str] | None = None,
    errors: Errors | None = None,
    status: int = 200,
) -> Page:
    line = line_service.current()
    shown, asked = queue_of_line.shown(line), queue_of_line.team_shown(line)
    labels = {"queue": _("File d’attente"), **{f"role-{r}": w for r, w in _teams().items()}}
    body = render_template(
        "lines/queue.html",
        line=line,
        sharing=line_service.sharing(line),
        choices=_choices(line),
        queue=queue.form["queue"] if queue else shown["queue"],
        queue_seen=queue.seen if queue else edits.seal(shown),
        queue_stale=_stale(queue, line, "line_queue"),
        teams=_teams(),
        ways=_ways(),
        typed=team.form if team else typed or asked,
        team_seen=team.seen if team else edits.seal(asked),
        team_stale=_stale(team, line, "queue_team"),
        errors=errors or {},
        label=lambda name: labels.get(name, name),
        say_value=lambda name, value: dict(
            _ways() if name.startswith("role-") else _choices(line)
        ).get(value, value),
        say=line_view.typeset,
    )
    return (body, status) if status != 200 else body


def _stale(stale: StaleEdit | None, line: Line, act: str) -> dict[str, Any]:
    by = line_view.last_by(line, act) if stale else ""
    return {"stale": stale.changes if stale else (), "by": by}


def _choices(line: Line) -> list[tuple[str, str]]:
    """The queues that the line may wait in, by the names of their other lines."""
    found = []
    for queue_id, lines in queue_of_line.lines_of_queues().items():
        others = ", ".join(each.name for each in lines if each.id != line.id)
        words = _("la même que : %(lines)s", lines=others) if others else _("la sienne")
        found.append((str(queue_id), words))
    if line_service.sharing(line):
        found.append((queue_of_line.OWN, _("la sienne, avec les réglages d’aujourd’hui")))
    return found


def _teams() -> dict[str, str]:
    words = {Role.FRONT: _("L’accueil"), Role.BACK: _("Le renfort")}
    return {role: words[role] for role in AGENTS}


def _ways() -> list[tuple[str, str]]:
    return [
        ("first", _("répond en premier")),
        ("overflow", _("répond quand personne d’autre n’est libre, selon les seuils")),
        ("no", _("ne répond pas à cette file")),
    ]


@bp.post("")
@allow(*SUPERVISORS)
@about(LINE)
def change_queue() -> Page:
    """Let this line wait with others, or alone."""
    try:
        changed = queue_of_line.change_queue(
            request.form.get("queue", "")[:20],
            seen=request.form.get("seen", ""),
            by=current_user.id,
            now=clock.now(),
        )
    except StaleEdit as stale:
        return _page(queue=stale, status=409)
    flash(
        _("La file est changée, pour ceux qui attendent aussi.")
        if changed
        else _("Rien n’a changé."),
        "live",
    )
    return redirect(url("line_queue.page"))


@bp.post("/team")
@allow(*SUPERVISORS)
@about(LINE)
def change_team() -> Page:
    """Say who answers the queue first, and who helps."""
    names = [f"role-{role}" for role in AGENTS]
    typed = {name: request.form.get(name, "")[:20] for name in names}
    read = read_team(typed)
    if read.errors:
        return _page(typed=typed, errors=read.errors, status=422)
    try:
        changed = queue_of_line.change_team(
            read.values,
            typed,
            seen=request.form.get("seen", ""),
            by=current_user.id,
            now=clock.now(),
        )
    except StaleEdit as stale:
        return _page(team=stale, status=409)
    flash(
        _("L’équipe est changée, pour ceux qui attendent aussi.")
        if changed
        else _("Rien n’a changé."),
        "live",
    )
    return redirect(url("line_queue.page"))
