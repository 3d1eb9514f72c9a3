"""The page of call-backs, and what agents do with them; the sound of voice messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_login import current_user

from app.calls.call import voicemail
from app.calls.callbacks import (
    rules as callback_rules,
)
from app.calls.callbacks import (
    service as callbacks,
)
from app.calls.callbacks import (
    view as callback_view,
)
from app.desk import view as desk_view
from app.desk.hands.callback import first_moment
from app.dossiers.routes import id_in, words
from app.foundation import clock, edits
from app.foundation.edits import StaleEdit
from app.foundation.exceptions import InvalidInput, NotFound
from app.foundation.roles import AGENTS, DESK, Role
from app.foundation.text import outside
from app.lines import line_now
from app.lines import store as lines
from app.lines.line_now import LineNow
from app.tickets import callbacks as rows
from app.tickets import store as tickets
from app.tickets.models import CallBackSource
from app.web.access import allow
from app.web.incoming import number_in
from app.web.whose import LINE, about

bp = Blueprint("callbacks", __name__)

SCOPES = ("open", "mine", "over")


@bp.get("/callbacks")
@allow(*DESK)
def index() -> str:
    """Whom we have to call back (``scope=mine``: promised by oneself), or (``scope=over``) what became of the
    last seven days; narrowed and sorted."""
    scope = request.args.get("scope", "open")
    if scope not in SCOPES:
        raise NotFound("Cette page n'existe pas.")
    page_words, asked = words(), _listing(request.args, scope)
    narrowed = {
        "source": asked.source or "",
        "late": "1" if asked.late_since else "",
        "sort": asked.sort,
    }
    narrowed = {name: value for name, value in narrowed.items() if value}
    return render_template(
        "tickets/callbacks.html",
        page=callback_view.listed(page_words, asked, number_in(request.args, "page")),
        scope=scope,
        narrowed=narrowed,
        sources=[("", _("Toutes"))]
        + [(each.value, callback_view.source_word(each)) for each in CallBackSource],
        here="/callbacks?" + urlencode({"scope": scope, **narrowed}),
        count=callbacks.open_count(),
        may_call=current_user.role in AGENTS,
        words=page_words,
    )


def _listing(args: Mapping[str, str], scope: str) -> rows.Listing:
    """What the address asks; what it says otherwise is left out."""
    source, sort = args.get("source", ""), args.get("sort", "")
    late = scope != "over" and args.get("late") == "1"
    return rows.Listing(
        over=scope == "over",
        agent_id=current_user.id if scope == "mine" else None,
        source=CallBackSource(source) if source in set(CallBackSource) else None,
        late_since=clock.now() - callback_rules.LATE_AFTER if late else None,
        sort=sort if sort.removeprefix("-") in rows.ORDERS else "",
    )


@bp.post("/callbacks/<int:callback_id>/cancel")
@allow(*DESK)
@about("callback_cancelled", word="callback")
def cancel(callback_id: int) -> Any:
    """The person no longer needs to be called."""
    callbacks.cancel(callback_id, agent_id=current_user.id, now=clock.now())
    flash(_("La demande de rappel est annulée."), "live")
    return redirect(url_for(".index"), 303)


@bp.post("/desk/callbacks/<int:callback_id>/call")
@allow(*AGENTS)
@about("callback_called", word="callback")
def call(callback_id: int) -> Any:
    """« Rappeler maintenant », from the desk: JSON, as its other acts."""
    callbacks.call_now(callback_id, agent_id=current_user.id, now=clock.now())
    return jsonify({"desk": desk_view.desk_of(current_user.id, clock.now())})


# --- a promise -----------------------------------------------------------------------------------


@bp.get("/callbacks/promise")
@allow(*DESK)
def promise_form() -> str:
    """When to call the person of a contact: a page, or a fragment for a dialog."""
    return _promise_form(id_in(request.args, "contact") or 0)


def _promise_form(contact_id: int, problem: InvalidInput | StaleEdit | None = None) -> str:
    contact = tickets.contact(contact_id)
    slots = callback_rules.slots(_line(), clock.now())
    first = first_moment(slots, clock.now())
    fragment = bool(request.headers.get("HX-Request"))
    return render_template(
        "tickets/promise_form.html" if fragment else "tickets/promise.html",
        contact=contact,
        day=request.form.get("day") or (first.date().isoformat() if first else ""),
        time=request.form.get("time") or (first.strftime("%H:%M") if first else ""),
        problem=problem,
        seen=edits.seal(callbacks.promised(contact.caller_number)),
        open=callbacks.open_of(contact.caller_number),
        words=words(),
    )


@bp.post("/callbacks")
@allow(*DESK)
@about("contact", word="callback")
def promise() -> Any:
    """Promise to call a contact's person back at a time."""
    contact_id = id_in(request.form, "contact") or 0
    tickets.contact(contact_id)
    try:
        at = _moment(request.form.get("day", ""), request.form.get("time", ""))
        callbacks.promise(
            contact_id,
            at,
            agent_id=current_user.id,
            now=clock.now(),
            seen=request.form.get("seen"),
        )
    except (InvalidInput, StaleEdit) as problem:
        response = Response(_promise_form(contact_id, problem), status=problem.status)
        response.headers["X-Form-Returned"] = "1"  # htmx: show it, it is no failure
        return response
    said = _("Rappel promis : %(when)s.", when=words().when(at))
    if request.headers.get("HX-Request"):
        response = make_response(render_template("tickets/promised.html", said=said))
        response.headers["HX-Trigger"] = "callback-promised"  # a script may be waiting for it
        return response
    flash(said, "live")
    return redirect(url_for(".index"), 303)


def _moment(day: str, hour: str) -> datetime:
    when, at = outside.day(day), outside.clock_time(hour)
    if when is None or at is None:
        raise InvalidInput("Donnez un jour et une heure.", kept="Rien n'est promis.")
    return datetime.combine(when, at, _line().zone)


def _line() -> LineNow:
    return line_now.of(lines.set_up(lines.first()))


# --- voice messages ------------------------------------------------------------------------------


@bp.app_template_global("voicemail_of")
def voicemail_of(contact_id: int) -> Any:
    """The voice message of a contact, for its ticket; None when it came otherwise."""
    return voicemail.of_contact(contact_id)


@bp.get("/voicemails/<int:voicemail_id>/sound")
@allow(*DESK)
def sound(voicemail_id: int) -> Response:
    """The message's sound, fetched from the provider; who listened is journaled."""
    content = voicemail.sound(voicemail_id, agent_id=current_user.id, now=clock.now())
    response = Response(content, content_type="audio/wav")
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/voicemails/<int:voicemail_id>/delete")
@allow(Role.MANAGER)
@about(LINE)
def delete(voicemail_id: int) -> Any:
    """Erase a message before its term."""
    voicemail.delete(voicemail_id, agent_id=current_user.id, now=clock.now())
    flash(_("Le message est effacé."), "live")
    return redirect("/tickets", 303)
