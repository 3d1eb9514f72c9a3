"""Administration: who works here, what was done, and whether the journal holds."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from flask_login import current_user
from sqlalchemy import select
from werkzeug import Response

from app.accounts import journal_check
from app.accounts.local_moment import local_moment
from app.accounts.models import Agent
from app.accounts.signing_in import emergency
from app.administration import account_view, journal_search, journal_view
from app.administration.journal_search import Asked
from app.administration.journal_words import THEMES
from app.administration.privacy import routes as privacy_routes
from app.foundation import clock
from app.foundation.extensions import db
from app.foundation.roles import DESK, SUPERVISORS, Role
from app.foundation.wiring import settings
from app.web.access import allow

LINES_SHOWN = 10

bp = Blueprint(Role.ADMIN, __name__, url_prefix="/admin")
bp.register_blueprint(privacy_routes.bp)


@bp.get("")
@allow(*SUPERVISORS)
def index() -> str:
    """Agents, the last lines of the journal, and links to the rest."""
    now = clock.now()
    used = emergency.recent(now=now)
    return render_template(
        "admin/index.html",
        emergency=journal_view.lines([used])[0] if used else None,
        people=account_view.rows(now=now),
        may_change=current_user.role == Role.ADMIN,
        lines=journal_view.lines(journal_search.latest(LINES_SHOWN)),
        journal=journal_check.verified(),
        moment=local_moment,
        embedded=settings().softphone_driver == "local",
    )


@bp.get("/journal")
@allow(*SUPERVISORS)
def journal_page() -> str | Response:
    """The journal in words, by person, act, period and dossier."""
    asked = Asked.of(request.args)
    typed = request.args.get("dossier", "").strip()
    reads_dossiers = current_user.role in DESK  # who does not is shown their number
    if typed and asked.dossier_id is None:
        known = journal_search.dossier_named(typed)
        if known is not None:  # the address keeps its number, not what was typed
            return redirect(f"/admin/journal?{urlencode({**asked.query(), 'dossier': known})}")
    found = journal_search.find(asked)
    return render_template(
        "admin/journal.html",
        asked=asked,
        unknown=typed if typed and asked.dossier_id is None else "",
        lines=journal_view.lines(found.entries),
        older=found.older,
        themes=THEMES,
        acts=journal_view.acts(),
        reads_dossiers=reads_dossiers,
        dossier=journal_view.dossier_reference(asked.dossier_id)
        if reads_dossiers
        else asked.dossier_id or "",
        agents=db.session.execute(
            select(Agent.id, Agent.display_name).order_by(Agent.display_name)
        ).all(),
    )
