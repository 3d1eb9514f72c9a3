"""Who is calling: the desk's caller card and dossier column, which join a contact with persons and dossiers.

Its addresses are under /dossiers because the desk shows a dossier there; it is served here because
dossiers know nothing of contacts (import rule). No number or name goes into an address.
"""

from __future__ import annotations

import json
from typing import cast

from flask import Blueprint, Flask, Response, make_response, render_template, request
from flask.blueprints import BlueprintSetupState
from flask_babel import get_locale
from flask_login import current_user

from app.dossiers import callers, person_view, view
from app.dossiers import service as dossiers_service
from app.dossiers.finding import search
from app.dossiers.mandates import view as mandates
from app.dossiers.readers import service as readers
from app.dossiers.routes import doubt_about_mail, id_in, words
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import NotFound
from app.foundation.roles import DESK
from app.tickets import holding, service, speaking, store
from app.tickets.grounds import service as grounds
from app.tickets.models import Channel, Contact
from app.tickets.pane import caller_view, message_view
from app.tickets.written import messages
from app.web import news
from app.web.access import allow
from app.web.whose import NOTHING, about, check_with

bp = Blueprint("pane", __name__)

PANE_SHOWS = 8  # persons found; the rest is for another word


@bp.record
def _register_checks(state: BlueprintSetupState) -> None:
    app = cast(Flask, state.app)
    check_with(app, "contact", holding.check_contact)
    check_with(app, "callback_cancelled", holding.check_cancelled)
    check_with(app, "callback_called", holding.check_called)


@bp.get("/dossiers/pane")
@allow(*DESK)
def pane() -> str:
    """The dossier beside the script, of a contact."""
    return _pane(store.contact(id_in(request.args, "contact") or 0))


@bp.get("/dossiers/caller")
@allow(*DESK)
def caller() -> str:
    """The card of who speaks; while nobody was chosen, the choice."""
    return _card(store.contact(id_in(request.args, "contact") or 0))


@bp.post("/dossiers/caller/identity")
@allow(*DESK)
@about("contact", word="person")
def identity() -> str:
    """The identity of who speaks is confirmed, or (``confirmed`` empty) was by mistake."""
    contact = speaking.confirm_identity(
        _number("contact"),
        confirmed=bool(request.form.get("confirmed")),
        agent_id=current_user.id,
        now=clock.now(),
        seen=request.form.get("about", ""),
    )
    return _card(store.contact(contact.id))


@bp.post("/dossiers/caller/speaker")
@allow(*DESK)
@about("contact", word="person")
def speaker() -> Response:
    """Who speaks, and on what ground; the bar hears ``speaker-said``."""
    contact = speaking.say_who(
        _number("contact"),
        request.form.get("role", ""),
        request.form.get("basis", ""),
        agent_id=current_user.id,
        now=clock.now(),
        seen=request.form.get("about", ""),
    )
    news.desks_changed([current_user.id])  # the band says who speaks
    response = make_response(_card(store.contact(contact.id)))
    response.headers["HX-Trigger"] = json.dumps(
        {"speaker-said": {"role": request.form.get("role", "")}}
    )
    return response


@bp.get("/dossiers/thread")
@allow(*DESK)
def thread() -> str:
    """What was written of a contact, with the answer begun; nothing when nobody wrote."""
    contact = store.contact(id_in(request.args, "contact") or 0)
    return render_template(
        "dossiers/thread.html",
        contact_id=contact.id,
        written=contact.channel is not Channel.PHONE,
        messages=message_view.shown(messages.around(contact)),
        words=words(),
    )


@bp.get("/dossiers/pane/messages")
@allow(*DESK)
def pane_messages() -> str:
    """The messages of the pane alone: one came, or ours went further."""
    contact = store.contact(id_in(request.args, "contact") or 0)
    return render_template(
        "tickets/_messages.html",
        messages=message_view.shown(messages.around(contact)),
        words=words(),
    )


@bp.post("/dossiers/attach")
@allow(*DESK)
@about("contact", word="person")
def attach() -> Response:
    """The agent says whom the contact is about."""
    contact = service.attach(
        _number("contact"),
        person_id=_number("person"),
        dossier_id=id_in(request.form, "dossier"),
        agent_id=current_user.id,
        now=clock.now(),
        seen=request.form.get("about", ""),
    )
    return changed(contact.id)


@bp.post("/dossiers/detach")
@allow(*DESK)
@about("contact", word="person")
def detach() -> Response:
    """« Ce n'est pas cette personne »."""
    contact = service.detach(
        _number("contact"),
        agent_id=current_user.id,
        now=clock.now(),
        seen=request.form.get("about", ""),
    )
    return changed(contact.id)


@bp.post("/dossiers/persons")
@allow(*DESK)
@about("contact", word="person")
def create_person() -> Response:
    """A new person, from the call: she gets the number that is calling, and the contact."""
    contact = store.contact(_number("contact"))
    if doubt := doubt_about_mail():
        return doubt
    with unit_of_work():  # a person of nobody's is not left behind
        person = dossiers_service.create_person(
            request.form.get("first_name", ""),
            request.form.get("last_name", ""),
            number=contact.caller_number,
            email=request.form.get("email", "").strip() or None,
            agent_id=current_user.id,
            now=clock.now(),
        )
        service.attach(
            contact.id,
            person_id=person.id,
            dossier_id=None,
            agent_id=current_user.id,
            now=clock.now(),
        )
    return changed(contact.id)


@bp.post("/dossiers/find")
@allow(*DESK)
@about(NOTHING)
def find() -> str:
    """Search from the pane: a short list, each with « C'est cette personne »."""
    query = request.form.get("q", "").strip()[:100]
    return render_template(
        "dossiers/found.html",
        results=search.search(query, shown=PANE_SHOWS),
        query=query,
        contact_id=_number("contact"),
        about=request.form.get("about", "")[:24],
        words=words(),
    )


@bp.app_template_global("grounds_beside")
def grounds_beside(contact_id: int | None, dossier_id: int | None) -> list[tuple[str, str]]:
    """On what an act of this contact, or on this dossier, may be done beside a yes said aloud: kind, how it reads."""
    person_id = grounds.person_beside(contact_id, dossier_id)
    return mandates.grounds(person_id, words(), clock.now())


def changed(contact_id: int) -> Response:
    """The card anew; the other panes hear ``contact-changed``."""
    response = make_response(_card(store.contact(contact_id)))
    response.headers["HX-Trigger"] = "contact-changed"
    return response


def _card(contact: Contact) -> str:
    """The caller's card."""
    shown = None if contact.dossier_id is None else _view(contact.dossier_id)
    candidates: tuple[callers.Candidate, ...] = ()
    if contact.person_id is None:
        candidates = callers.candidates_for_number(contact.caller_number)
    organisation = callers.organisation_for_number(contact.caller_number)
    asking = organisation is not None and contact.person_id is None and not candidates
    person = contact.person
    return render_template(
        "dossiers/caller.html",
        contact=contact,
        contact_id=contact.id,
        about=service.about_of(contact),
        candidates=candidates,
        organisation=organisation,
        written_from=messages.mail_sender(contact.id) if person is None else "",
        of_organisation=callers.open_dossiers_of(organisation) if asking and organisation else (),
        view=shown,
        details=person_view.of(person, words()) if person else None,
        dossier_id=contact.dossier_id,
        compared=caller_view.compared(person, words()) if person else "",
        sayable=caller_view.sayable(contact, clock.now()),
        grounds=mandates.choices(person.id, words(), clock.now()) if person else (),
        stands_on=grounds.mandate_of(contact),
        basis_now=grounds.basis_now(contact, clock.now()),
        role=speaking.role_of(contact) or "",
        roles=caller_view.roles(str(get_locale())),
        suggested_role=service.likely_role(contact) or "",
        may_act=holding.may(contact),
        words=words(),
    )


def _view(dossier_id: int) -> view.DossierView:
    return view.of(dossier_id, clock.now(), str(get_locale()))


def _pane(contact: Contact) -> str:
    """The dossier's column."""
    now = clock.now()
    shown = None if contact.dossier_id is None else _view(contact.dossier_id)
    if contact.dossier_id is not None:
        readers.note_read(contact.dossier_id, agent_id=current_user.id, now=now)
    return render_template(
        "dossiers/beside.html",
        contact=contact,
        contact_id=contact.id,
        about=service.about_of(contact),
        view=shown,
        owner=caller_view.owner_of(shown.dossier, current_user.id) if shown else None,
        before=caller_view.last_before(contact, words()),
        promise=caller_view.promise_to(contact, words(), now),
        may_act=holding.may(contact),
        words=words(),
    )


def _number(name: str) -> int:
    value = id_in(request.form, name)
    if value is None:
        raise NotFound("La page n'est plus à jour.", todo="Rechargez-la, puis recommencez.")
    return value
