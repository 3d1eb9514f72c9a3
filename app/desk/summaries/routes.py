"""« Envoyer un résumé » : beside a contact that goes on, or on the card of its end."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from app.assist.script import BASES
from app.desk.summaries import service
from app.dossiers.routes import id_in
from app.foundation import clock
from app.foundation.exceptions import InvalidInput, PermanenceError
from app.foundation.roles import DESK
from app.tickets import store as tickets
from app.web.access import allow
from app.web.whose import about

bp = Blueprint("summaries", __name__, url_prefix="/tickets/summary")


@bp.get("")
@allow(*DESK)
def form() -> str:
    """The summary proposed, to be read and changed before it leaves."""
    return _form(id_in(request.args, "contact") or 0)


def _form(contact_id: int, problem: PermanenceError | None = None, sent: str = "") -> str:
    proposed = service.proposed(tickets.contact(contact_id))
    return render_template(
        "summaries/form.html",
        contact_id=contact_id,
        proposed=proposed,
        text=request.form.get("text") or proposed.text,
        way=request.form.get("way") or proposed.first,
        problem=problem,
        sent=sent,
    )


@bp.post("")
@allow(*DESK)
@about("contact", word="message")
def send() -> Response:
    """Send it, by the way and on the agreement that the agent says."""
    contact_id = id_in(request.form, "contact") or 0
    tickets.contact(contact_id)
    basis = request.form.get("basis", "")
    try:
        if basis not in BASES:
            raise InvalidInput(
                "Dites sur quel accord vous agissez.",
                kept="Rien n'est parti, votre texte est gardé.",
                todo="Demandez à la personne si elle veut ce résumé, et par quel moyen.",
            )
        sent = service.send(
            contact_id,
            request.form.get("way", ""),
            request.form.get("text", ""),
            basis,
            agent_id=current_user.id,
            now=clock.now(),
        )
    except InvalidInput as problem:
        return _returned(contact_id, problem)
    if sent.error is not None:
        return _returned(contact_id, sent.error)
    return make_response(_form(contact_id, sent=_("Résumé envoyé.")))


def _returned(contact_id: int, problem: PermanenceError) -> Response:
    response = make_response(_form(contact_id, problem), problem.status)
    response.headers["X-Form-Returned"] = "1"  # htmx: show it, what was typed is in it
    return response
