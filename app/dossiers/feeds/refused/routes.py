"""/admin/feeds/<run>/refusals: the refused lines of a run, corrected on the page one by one, or as a file."""

from __future__ import annotations

import json

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response as AnyResponse

from app.accounts import journal
from app.dossiers.feeds import service
from app.dossiers.feeds.deciding import Did, Outcome
from app.dossiers.feeds.models import FeedRun, RunState
from app.dossiers.feeds.refused import again, correcting, lines
from app.dossiers.feeds.refused.correcting import Form
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.roles import Role
from app.web.access import allow
from app.web.whose import LINE, about

RUN = "/admin/feeds/<int(max=2147483647):run_id>"
ONE = f"{RUN}/refusals/<int(max=2147483647):line>"

bp = Blueprint("feed_refusals", __name__)


@bp.get(f"{RUN}/refusals.csv")
@allow(Role.MANAGER)
def download(run_id: int) -> Response:
    """The refused lines with why, to be corrected and sent again."""
    run = service.run_of(run_id)
    _read(run, {})
    response = Response("".join(lines.lines(run)).encode(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="refus-{run_id}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _read(run: FeedRun, detail: dict[str, int]) -> None:
    with unit_of_work():
        journal.record(
            "feed_refusals_read",
            f"feed:{run.id}",
            agent_id=current_user.id,
            now=clock.now(),
            detail=detail,
        )


@bp.post(f"{RUN}/refusals/again")
@allow(Role.MANAGER)
@about(LINE)
def send_all(run_id: int) -> AnyResponse:
    """Send all the refused lines as they are: what they lacked may be here since."""
    sent = again.send(run_id, by_id=current_user.id, now=clock.now())
    return redirect(url_for("feeds.show", run_id=sent), 303)


@bp.get(ONE)
@allow(Role.MANAGER)
def edit(run_id: int, line: int) -> Response:
    """The form of one refused line; its cells are somebody's, so that opening it is in the journal."""
    run = service.run_of(run_id)
    form = correcting.form_of(run, line, clock.now())
    _read(run, {"line": line})
    return _form(run, form)


@bp.get(f"{ONE}/row")
@allow(Role.MANAGER)
def row(run_id: int, line: int) -> str:
    """The line as it stands in the list."""
    run = service.run_of(run_id)
    return render_template(
        "dossiers/feeds/refused/row.html",
        run=run,
        each=lines.one(run_id, line),
        correctable=correcting.open_to(run),
        focus=True,
    )


@bp.post(ONE)
@allow(Role.MANAGER)
@about(LINE)
def send(run_id: int, line: int) -> AnyResponse:
    """Send the corrected line alone: it is in its place, or the form comes back with what is still wrong."""
    run = service.run_of(run_id)
    typed = correcting.typed_in(request.form, service.kind_of(run.kind))
    sent = correcting.send(run_id, line, typed, by_id=current_user.id, now=clock.now())
    run = service.run_of(run_id)
    if sent.form is not None:
        return _form(run, sent.form, refused=True)
    if not _in_place():
        return redirect(url_for("feeds.show", run_id=run_id), 303)
    assert sent.outcome is not None  # a line is taken, or its form comes back
    page = render_template(
        "dossiers/feeds/refused/taken.html",
        run=run,
        line=line,
        said=_said(sent.outcome),
        left=sent.left,
        by_kind=lines.by_kind(run_id),
        states=RunState,
    )
    response = make_response(page)
    toast = {"message": _("Ligne %(line)s : c’est importé.", line=line), "tone": "live"}
    response.headers["HX-Trigger"] = json.dumps({"toast": toast})
    return response


def _said(outcome: Outcome) -> str:
    return {
        Did.CREATED: _("créée"),
        Did.UPDATED: _("modifiée"),
        Did.UNCHANGED: _("déjà connue"),
    }[outcome.did]


def _in_place() -> bool:
    """Is it asked for by the list, which draws it where the line was?"""
    return request.headers.get("HX-Request") == "true"


def _form(run: FeedRun, form: Form, *, refused: bool = False) -> Response:
    name = "form" if _in_place() else "page"
    page = render_template(f"dossiers/feeds/refused/{name}.html", run=run, form=form, again=refused)
    response = make_response(page, 422 if refused else 200)
    response.headers["Cache-Control"] = "no-store"
    if refused:
        response.headers["X-Form-Returned"] = "1"  # htmx: show it, it is no failure
    return response
