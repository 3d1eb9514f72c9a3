"""The page of the register of exceptions: read by all, proposed by agents, decided by managers."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.dossiers.routes import id_in, words
from app.foundation import clock
from app.foundation.exceptions import InvalidInput
from app.foundation.roles import DESK, Role
from app.foundation.text import outside
from app.tickets.exceptions import service
from app.tickets.exceptions.models import ExceptionState
from app.tickets.exceptions.service import Proposal
from app.web.access import allow
from app.web.whose import LINE, TEAM, about

bp = Blueprint("exceptions", __name__, url_prefix="/tickets/exceptions")


@bp.get("")
@allow(*DESK)
def index() -> str:
    """The register, with the versions of each."""
    today = clock.local_day(clock.now())
    return render_template(
        "tickets/exceptions/index.html",
        entries=list(service.every().values()),
        holds=service.holding(today),
        today=today,
        states={
            ExceptionState.PROPOSED: (_("proposée"), "wait"),
            ExceptionState.ACCEPTED: (_("acceptée"), "live"),
            ExceptionState.REFUSED: (_("refusée"), "stop"),
            ExceptionState.REPLACED: (_("remplacée"), "neutral"),
        },
        words=words(),
    )


@bp.post("")
@allow(*DESK)
@about(TEAM)
def propose() -> Response:
    """Propose one, or another version of one."""
    begins = outside.day(request.form.get("valid_from", ""))
    if begins is None:
        raise InvalidInput("Dites à partir de quel jour.", kept="Rien n'a été enregistré.")
    service.propose(
        Proposal(
            training=request.form.get("training", ""),
            path=request.form.get("path", ""),
            required=request.form.get("required", ""),
            handling=request.form.get("handling", ""),
            valid_from=begins,
            valid_until=outside.day(request.form.get("valid_until", "")),
        ),
        agent_id=current_user.id,
        now=clock.now(),
        number=id_in(request.form, "number"),
        locale=str(get_locale()),
    )
    flash(_("Proposé. L’encadrement décide."), "live")
    return redirect("/tickets/exceptions", 303)


@bp.post("/<int(max=2147483647):exception_id>/decide")
@allow(Role.MANAGER)
@about(LINE)
def decide(exception_id: int) -> Response:
    """Accept a version, or refuse it with its reason."""
    accept = request.form.get("accept") == "1"
    service.decide(
        exception_id,
        accept=accept,
        why=request.form.get("why", ""),
        scripts=request.form.get("scripts", "")[:200],
        agent_id=current_user.id,
        now=clock.now(),
        locale=str(get_locale()),
    )
    flash(_("L’exception est acceptée.") if accept else _("La proposition est refusée."), "live")
    return redirect("/tickets/exceptions", 303)


@bp.post("/<int(max=2147483647):exception_id>/scripts")
@allow(Role.MANAGER)
@about(LINE)
def show_in(exception_id: int) -> Response:
    """In which scripts it is shown."""
    service.show_in(
        exception_id,
        request.form.get("scripts", "")[:200],
        agent_id=current_user.id,
        now=clock.now(),
    )
    flash(_("C’est noté : les scripts le montrent."), "live")
    return redirect("/tickets/exceptions", 303)
