"""The persons of a contact, beside the caller's card."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from app.dossiers.finding import search
from app.dossiers.routes import id_in, words
from app.foundation import clock
from app.foundation.exceptions import NotFound
from app.foundation.roles import DESK
from app.tickets import holding, store
from app.tickets import service as contacts
from app.tickets.models import Contact, ContactPerson
from app.tickets.pane import routes as pane_routes
from app.tickets.persons import service
from app.web.access import allow
from app.web.whose import NOTHING, about

bp = Blueprint("contact_persons", __name__)

SHOWN = 6  # persons found; the rest is for another word


@bp.get("/dossiers/caller/persons")
@allow(*DESK)
def listed() -> str:
    """Whom the contact is about: nothing to choose while there is but one, and a way to name another."""
    contact = store.contact(id_in(request.args, "contact") or 0)
    persons = service.of(contact.id)
    return render_template(
        "tickets/persons/list.html",
        contact=contact,
        contact_id=contact.id,
        about=contacts.about_of(contact),
        persons=persons,
        lines={each.person_id: _line(each, contact) for each in persons},
        may_act=holding.may(contact),
        words=words(),
    )


def _line(each: ContactPerson, contact: Contact) -> str:
    """What tells a person of a contact from the others."""
    if each.person_id == contact.person_id:
        return _("en ce moment")
    if each.dossier is None:
        return _("Aucun dossier")
    return f"{words().label(each.dossier.inside)} · {each.dossier.training_title}"


@bp.post("/dossiers/caller/persons/find")
@allow(*DESK)
@about(NOTHING)
def find() -> str:
    """Search for one more person of this contact."""
    query = request.form.get("q", "").strip()[:100]
    return render_template(
        "tickets/persons/found.html",
        results=search.search(query, shown=SHOWN),
        query=query,
        contact_id=id_in(request.form, "contact"),
        about=request.form.get("about", "")[:24],
        words=words(),
    )


@bp.post("/dossiers/caller/persons")
@allow(*DESK)
@about("contact", word="person")
def turn_to() -> Response:
    """Speak of another person; the card anew."""
    contact_id, person_id = id_in(request.form, "contact"), id_in(request.form, "person")
    if contact_id is None or person_id is None:
        raise NotFound("La page n'est plus à jour.", todo="Rechargez-la, puis recommencez.")
    contact = service.turn_to(
        contact_id,
        person_id,
        id_in(request.form, "dossier"),
        agent_id=current_user.id,
        now=clock.now(),
        seen=request.form.get("about", ""),
    )
    return pane_routes.changed(contact.id)
