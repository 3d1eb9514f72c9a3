"""Consent by SMS, beside the caller's card: asked of the person who is spoken for, and followed live."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import get_locale
from flask_login import current_user

from app.channels import consents
from app.desk.consents import view
from app.dossiers.routes import id_in, words
from app.foundation import clock
from app.foundation.exceptions import PermanenceError
from app.foundation.extensions import db
from app.foundation.roles import DESK
from app.foundation.wiring import settings
from app.lines import store as lines
from app.lines.models import Line
from app.tickets import holding, speaking, store
from app.tickets.consents import service
from app.tickets.consents.service import Request
from app.tickets.models import Contact
from app.tickets.written import threads
from app.web.access import allow
from app.web.whose import about

bp = Blueprint("consents", __name__)


@bp.get("/dossiers/caller/consents")
@allow(*DESK)
def place() -> str:
    """What was asked of the person of a contact, where each request stands, and the form to ask."""
    return _place(store.contact(id_in(request.args, "contact") or 0))


@bp.post("/dossiers/caller/consents")
@allow(*DESK)
@about("contact")
def ask() -> Response:
    """Send the question; refused, the form comes back as it was filled."""
    now, form = clock.now(), request.form
    contact = store.contact(id_in(form, "contact") or 0)
    number, line = form.get("number", "")[:16], _line(contact)
    days = form.get("days", "")
    asked = Request(number, form.get("holder", ""), int(days) if days in ("0", "30", "90") else -1)
    try:
        consents.check(number, line)
        prepared = service.prepare(
            contact.id,
            asked,
            line=line.name,
            base_url=settings().public_base_url,
            agent_id=current_user.id,
            now=now,
            locale=str(get_locale()),
        )
    except PermanenceError as problem:
        return _returned(contact, problem)
    sent = consents.hand_over(prepared, line, now=now)
    if sent.error is not None:
        return _returned(store.contact(contact.id), sent.error)
    return make_response(_place(store.contact(contact.id)))


def _returned(contact: Contact, problem: PermanenceError) -> Response:
    response = make_response(_place(contact, problem), problem.status)
    response.headers["X-Form-Returned"] = "1"  # htmx: show it, what was typed is in it
    return response


def _line(contact: Contact) -> Line:
    thread = threads.of(contact.id)
    return db.session.get_one(Line, thread.line_id) if thread else lines.set_up(lines.first())


def _place(contact: Contact, problem: PermanenceError | None = None) -> str:
    now = clock.now()
    found = service.of(contact.id, contact.person_id) if contact.person_id else ()
    role = speaking.role_of(contact)
    return render_template(
        "consents/place.html",
        contact=contact,
        contact_id=contact.id,
        asked=[view.shown(each, words(), now) for each in found],
        numbers=view.numbers(contact, words()),
        holder=request.form.get("holder") or view.holder(contact),
        asks=contact.person is not None and role is not None and role != "stagiaire",
        may_act=holding.may(contact),
        problem=problem,
        form=request.form,
    )
