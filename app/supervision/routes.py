"""The manager's acts on the wall: fragments for its dialog, and the acts themselves.

An act answers 204 with what to say (a toast) and the word « supervised », at which the wall closes
its dialog and looks again; refused, it answers the house's error, and the dialog stays.
"""

from __future__ import annotations

import json

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request
from flask import url_for as url
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.accounts import service as accounts
from app.accounts.models import Agent
from app.accounts.presence import AWAY_REASONS, SET_BY_CALLS, PresenceState
from app.calls.call import parties, store
from app.dossiers.wording import Words
from app.foundation import clock, edits
from app.foundation.edits import StaleEdit
from app.foundation.exceptions import Conflict, IllegalTransition, NotFound
from app.foundation.extensions import db
from app.foundation.roles import SUPERVISORS, Role
from app.foundation.text import outside
from app.lines import service as line_service
from app.lines import settings as line_settings
from app.lines import store as line_store
from app.queue.preview import Seat
from app.supervision import line_choice, line_view
from app.supervision import service as supervision
from app.web.access import allow
from app.web.whose import CALL, LINE, about

bp = Blueprint("supervision", __name__, url_prefix="/supervision")
line_choice.install(bp)


def _done(message: str) -> BaseResponse:
    """Said and closed on the wall; for a plain form, back to the line's page."""
    if request.headers.get("HX-Request") or request.is_json:
        response = Response(status=204)
        told = {"toast": {"message": message, "tone": "live"}, "supervised": True}
        response.headers["HX-Trigger"] = json.dumps(told)
        return response
    flash(message, "live")
    return redirect(
        url("line.texts" if request.form.get("back") == "announcements" else "line.hours")
    )


# --- a waiting call ------------------------------------------------------------------------------


@bp.get("/calls/<ref>")
@allow(*SUPERVISORS)
def call(ref: str) -> str:
    """What can be done with a waiting call."""
    now, found = clock.now(), store.by_ref(ref)
    return render_template(
        "supervision/call.html",
        call=found,
        agents=supervision.free_agents(),
        words=Words(line_view.locale(), now),
        now=now,
    )


@bp.post("/calls/<ref>/offer")
@allow(*SUPERVISORS)
@about(LINE)
def offer(ref: str) -> BaseResponse:
    """Ring one chosen agent for it."""
    agent_id = _agent(outside.identifier(request.form.get("agent")) or 0).id
    supervision.offer_to(ref, agent_id, by=_me(), now=clock.now())
    name = db.session.get_one(Agent, agent_id).display_name
    return _done(_("L’appel sonne chez %(name)s.", name=name))


@bp.post("/calls/<ref>/first")
@allow(*SUPERVISORS)
@about(LINE)
def first(ref: str) -> BaseResponse:
    """Serve it before the others."""
    supervision.put_first(ref, by=_me(), now=clock.now())
    return _done(_("Cet appel passe en premier."))


def _me() -> Agent:
    return db.session.get_one(Agent, current_user.id)


def _agent(agent_id: int) -> Agent:
    found = db.session.get(Agent, agent_id) if 0 < agent_id < 2**31 else None
    if found is None:
        raise NotFound("Cette personne ne prend pas d'appels.")
    return found


# --- an agent ------------------------------------------------------------------------------------


@bp.get("/agents/<int:agent_id>")
@allow(*SUPERVISORS)
def agent(agent_id: int) -> str:
    """The states an agent can be put in."""
    found = _agent(agent_id)
    return render_template(
        "supervision/agent.html",
        agent=found,
        held=found.presence.state in SET_BY_CALLS,
        connected=accounts.is_connected(found.id),
        states=supervision.state_words(),
    )


@bp.post("/agents/<int:agent_id>/presence")
@allow(*SUPERVISORS)
@about(LINE)
def presence(agent_id: int) -> BaseResponse:
    """Put an agent in another state (``state``: a state, or the reason of an absence)."""
    found = _agent(agent_id)
    wanted = request.form.get("state", "")
    absent = wanted in AWAY_REASONS
    supervision.move_agent(
        found.id,
        PresenceState.AWAY if absent else wanted,
        wanted if absent else None,
        by=_me(),
        now=clock.now(),
    )
    name = db.session.get_one(Agent, agent_id).display_name
    state = supervision.state_words()[wanted]
    return _done(_("%(name)s : %(state)s. C’est affiché sur son poste.", name=name, state=state))


# --- the line ------------------------------------------------------------------------------------


@bp.get("/line")
@allow(*SUPERVISORS)
def line() -> str:
    """Open, close, the incident's announcement."""
    now, found = clock.now(), line_service.current()
    return render_template(
        "supervision/line.html",
        line=found,
        standing=line_view.standing(found, now),
        incident=line_view.incident_words(found),
        say=line_view.typeset,
    )


@bp.post("/line/mode")
@allow(*SUPERVISORS)
@about(LINE)
def mode() -> BaseResponse:
    """Open or close by hand, or follow the hours."""
    wanted = request.form.get("mode", "")
    line_service.switch_mode(wanted, by=current_user.id, now=clock.now())
    said = {
        "hours": _("La ligne suit ses horaires."),
        "open": _("La ligne est ouverte manuellement."),
        "closed": _("La ligne est fermée manuellement."),
    }
    return _done(said[wanted])


@bp.post("/line/incident")
@allow(*SUPERVISORS)
@about(LINE)
def incident() -> BaseResponse:
    """Switch the incident's announcement (``on``: 1, or empty)."""
    wanted = request.form.get("on") == "1"
    changed = line_service.switch_incident(wanted, by=current_user.id, now=clock.now())
    if not changed:
        return _done(_("C’était déjà fait, par quelqu’un d’autre."))
    return _done(
        _(
            "L’annonce d’incident est activée : ceux qui appellent l’entendent, les postes l’affichent."
        )
        if wanted
        else _("L’annonce d’incident est désactivée.")
    )


# --- thresholds ----------------------------------------------------------------------------------


@bp.get("/thresholds")
@allow(*SUPERVISORS)
def thresholds() -> str:
    """The overflow thresholds, and what they do to today's calls."""
    return _thresholds_page()


def _thresholds_page(stale: StaleEdit | None = None) -> str:
    line = line_service.current()
    shown = line_service.thresholds_shown(line)
    return render_template(
        "supervision/thresholds.html",
        shown=stale.form if stale else shown,
        seen=stale.seen if stale else edits.seal(shown),
        stale=stale.changes if stale else (),
        line=line,
        several=len(line_store.every()) > 1,
        sharing=line_service.sharing(line),
        by=line_view.last_by(line, "line_thresholds", "line_rules") if stale else "",
        label=line_view.label,
        say_value=lambda _name, value: value,
        bounds={name: line_settings.POLICY_BOUNDS[name] for name in line_settings.THRESHOLDS},
    )


@bp.get("/thresholds/preview")
@allow(*SUPERVISORS)
def thresholds_preview() -> str | tuple[str, int]:
    """Today's calls so far with the thresholds as they are, and as proposed."""
    read = line_settings.read_policy(request.args, line_settings.THRESHOLDS)
    shown, found = None, line_service.current()
    seats: list[Seat] = []
    first = line_store.policy_of(found.id).team.first
    if not read.errors:
        shown, seats = supervision.preview_today(found, read.values, now=clock.now())
    return render_template(
        "supervision/preview.html",
        preview=shown,
        front=sum(seat.role in first for seat in seats),
        back=sum(seat.role not in first for seat in seats),
        errors=read.errors,
    )


@bp.post("/thresholds")
@allow(*SUPERVISORS)
@about(LINE)
def change_thresholds() -> BaseResponse:
    """Switch the thresholds at once."""
    read = line_settings.read_policy(request.form, line_settings.THRESHOLDS)
    for error in read.errors.values():
        raise error
    typed = {name: request.form.get(name, "")[:20] for name in line_settings.THRESHOLDS}
    try:
        line_service.change_thresholds(
            read.values,
            typed,
            seen=request.form.get("seen", ""),
            by=current_user.id,
            now=clock.now(),
        )
    except StaleEdit as stale:
        response = Response(_thresholds_page(stale), status=stale.status)
        response.headers["X-Form-Returned"] = "1"  # htmx: show it, it is no failure
        response.headers["HX-Retarget"] = "#thresholds-dialog"
        response.headers["HX-Reswap"] = "outerHTML"
        return response
    return _done(_("Les seuils sont changés, pour ceux qui attendent aussi."))


# --- coaching ------------------------------------------------------------------------------------


@bp.post("/calls/<ref>/coach")
@allow(Role.MANAGER)
@about(CALL)
def coach(ref: str) -> Response:
    """Listen to a conversation, or whisper to the agent (JSON: ``{"speaks": true}``).

    This manager's softphone rings at once; the agent and the person are told aloud.
    """
    body = request.get_json(silent=True)
    speaks = bool(body.get("speaks")) if isinstance(body, dict) else False
    try:
        parties.coach(ref, current_user.id, speaks=speaks, now=clock.now())
    except IllegalTransition:
        raise
    except Conflict:
        raise Conflict(
            "Quelqu'un d'autre est déjà entré dans cette conversation.",
            kept="Rien n'a changé pour l'agent ni pour la personne.",
            todo="Réessayez quand il en sera sorti.",
        ) from None
    return jsonify({"ref": ref, "speaks": speaks})


@bp.post("/calls/<ref>/coach/stop")
@allow(Role.MANAGER)
@about(CALL)
def stop_coaching(ref: str) -> Response:
    """Leave the conversation."""
    parties.stop_coaching(ref, current_user.id, now=clock.now())
    return jsonify({"ref": ref})
