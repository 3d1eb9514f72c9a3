"""Alerts: an agent calls the managers in one act; a manager takes it, and closes it with an outcome.

What travels to pages is an id (``alerts.service.tell``); each page then asks here for what its
reader may see.
"""

from __future__ import annotations

import json

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import journal
from app.accounts.models import JournalEntry
from app.alerts import service
from app.alerts.models import AlertKind
from app.assist import service as assist
from app.assist import store as assist_store
from app.calls.call import store
from app.desk import alert_view
from app.dossiers import store as dossiers
from app.dossiers.routes import LARGEST_ID, id_in
from app.dossiers.wording import Words
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import PermanenceError
from app.foundation.extensions import db
from app.foundation.roles import DESK, SUPERVISORS
from app.tickets.models import Contact
from app.web.access import allow
from app.web.whose import LINE, SERVICE, TEAM, about

bp = Blueprint("alerts", __name__, url_prefix="/alerts")

SCRIPTS = {AlertKind.DISTRESS: "S31", AlertKind.PROTECTION: "S39"}
LISTED = 50  # closed alerts on the page
ID = f"int(max={LARGEST_ID})"


def _words() -> Words:
    return Words(str(get_locale() or "fr"), clock.now())


# --- the agent -----------------------------------------------------------------------------------


@bp.post("")
@allow(*DESK)
@about(TEAM)
def raise_alert() -> Response:
    """Call the managers about the call at this desk, else about a dossier (``dossier``), else with
    nobody on the line. The script of distress starts beside it; the panel is the answer."""
    return _raise(AlertKind.DISTRESS)


@bp.post("/protection")
@allow(*DESK)
@about(TEAM)
def protect() -> Response:
    """The agent is insulted or threatened: the managers see it; the words to say begin beside it."""
    return _raise(AlertKind.PROTECTION)


def _raise(kind: AlertKind) -> Response:
    now, agent_id = clock.now(), current_user.id
    call = store.current_call_of(agent_id)
    contact = db.session.get(Contact, call.contact_id) if call and call.contact_id else None
    dossier_id = None if contact else id_in(request.form, "dossier")
    person_id = dossiers.dossier(dossier_id).person_id if dossier_id else None
    contact_id = contact.id if contact else None
    if contact:
        person_id, dossier_id = contact.person_id, contact.dossier_id
    service.raise_alert(
        kind,
        agent_id=agent_id,
        now=now,
        contact_id=contact_id,
        person_id=person_id,
        dossier_id=dossier_id,
    )
    started = contact_id is not None and _start_script(SCRIPTS[kind], contact_id, agent_id)
    response = make_response(_panels())
    response.headers["HX-Trigger"] = json.dumps({"distress-raised": {"script": started}})
    return response


def _start_script(script_id: str, contact_id: int, agent_id: int) -> bool:
    """Begin the alert's script, unless it is the one that goes on. Never in the alert's way."""
    running = assist_store.running(contact_id, None)
    if running is not None and running.script_id == script_id:
        return False
    try:
        assist.start_run(
            script_id, contact_id=contact_id, dossier_id=None, agent_id=agent_id, now=clock.now()
        )
    except PermanenceError:
        return False
    return True


@bp.get("/mine")
@allow(*DESK)
def mine() -> str:
    """The panel of this agent's alerts; empty without one. ``alert``: the one that is on screen already, which
    stays first though another is still open: its status is never another's."""
    return _panels(id_in(request.args, "alert"))


def _panels(shown: int | None = None) -> str:
    panels = alert_view.panels_of(current_user.id, current_user.role, clock.now())
    panels.sort(key=lambda each: each.shown.alert.id != shown)
    return render_template(
        "alerts/panel.html",
        panels=panels,
        outcomes=alert_view.outcome_words(),
        digits=alert_view.DIGITS,
        kinds=alert_view.kind_words(),
        wishes=alert_view.wish_words(),
        words=_words(),
    )


@bp.post(f"/<{ID}:alert_id>/place")
@allow(*DESK)
@about(SERVICE)
def place(alert_id: int) -> BaseResponse:
    """Note where the person is now."""
    service.place(
        alert_id, request.form.get("place", ""), agent_id=current_user.id, now=clock.now()
    )
    return Response(status=204)


@bp.post(f"/<{ID}:alert_id>/wishes")
@allow(*DESK)
@about(SERVICE)
def wish(alert_id: int) -> BaseResponse:
    """What the agent under attack asks for (``wish``, any number of them)."""
    service.wish(alert_id, request.form.getlist("wish"), agent_id=current_user.id, now=clock.now())
    return Response(status=204)


@bp.post(f"/<{ID}:alert_id>/mistaken")
@allow(*DESK)
@about(SERVICE)
def mistaken(alert_id: int) -> str:
    """Say that there was no reason."""
    service.mistaken(alert_id, agent_id=current_user.id, now=clock.now())
    return _panels()


# --- the managers --------------------------------------------------------------------------------


@bp.get("")
@allow(*SUPERVISORS)
def index() -> str:
    """Every open alert, and how the last ones ended."""
    now = clock.now()
    return render_template(
        "alerts/index.html",
        opened=_shown_now(),
        closed=alert_view.shown_to(
            current_user.role, service.closed_since(now - service.LISTED_FOR, LISTED)
        ),
        **_page(),
    )


@bp.get("/banner")
@allow(*SUPERVISORS)
def banner() -> str:
    """The open alerts, over any page that a manager has open."""
    return _banner()


def _banner() -> str:
    return render_template("alerts/banner.html", opened=_shown_now(), **_page())


def _page() -> dict[str, object]:
    return {
        "words": _words(),
        "outcomes": alert_view.outcome_words(),
        "outcomes_of": alert_view.outcomes_of,
        "kinds": alert_view.kind_words(),
        "wishes": alert_view.wish_words(),
    }


def _shown_now() -> list[alert_view.Shown]:
    shown = alert_view.shown_to(current_user.role, service.open_alerts())
    for each in shown:
        if each.person or each.where:
            _note_read(each.alert.id)
    return shown


def _note_read(alert_id: int) -> None:
    """Who read of a person in an alert, once for each reader."""
    subject, reader = f"alert:{alert_id}", current_user.id
    known = select(JournalEntry.id).where(
        JournalEntry.act == "alert_read",
        JournalEntry.subject == subject,
        JournalEntry.agent_id == reader,
    )
    if db.session.scalar(known.limit(1)) is None:
        with unit_of_work():
            journal.record("alert_read", subject, agent_id=reader, now=clock.now())


@bp.post(f"/<{ID}:alert_id>/take")
@allow(*SUPERVISORS)
@about(LINE)
def take(alert_id: int) -> BaseResponse | str:
    """« Je m'en occupe »."""
    service.take(alert_id, by=current_user.id, now=clock.now())
    return _done(_("C’est noté : l’agent voit que vous vous en occupez."))


@bp.post(f"/<{ID}:alert_id>/close")
@allow(*SUPERVISORS)
@about(LINE)
def close(alert_id: int) -> BaseResponse | str:
    """Say how it ended (``outcome``); ``note``: the dossier says that an exchange was broken off."""
    service.close(
        alert_id,
        request.form.get("outcome", ""),
        by=current_user.id,
        now=clock.now(),
        note=request.form.get("note") == "1",
    )
    return _done(_("L’alerte est close."))


def _done(said: str) -> BaseResponse | str:
    """The banner again, and what was done; a plain form goes back to the list."""
    if not request.headers.get("HX-Request"):
        return redirect(url_for("alerts.index"))
    response = make_response(_banner())
    response.headers["HX-Trigger"] = json.dumps(
        {"toast": {"message": said, "tone": "live"}, "alerts-moved": True}
    )
    return response
