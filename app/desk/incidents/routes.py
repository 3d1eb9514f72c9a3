"""Incidents: opened or joined in one key from a contact, worded, followed by managers to the repair and after."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask import url_for as url
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_login import current_user

from app.desk.incidents import notices, signals, view
from app.desk.view import incident_is_on
from app.dossiers.routes import LARGEST_ID, words
from app.foundation import clock
from app.foundation.exceptions import InvalidInput, PermanenceError
from app.foundation.roles import DESK, Role
from app.foundation.text import outside
from app.foundation.text.bilingual import Text
from app.tickets.incidents import life, service, store
from app.tickets.incidents.life import IncidentKind
from app.tickets.incidents.models import NoticeState
from app.web.access import allow
from app.web.whose import LINE, TEAM, about

bp = Blueprint("incidents", __name__, url_prefix="/incidents")

SHOWN = 200  # people listed on the page, those to call first
TO_CALL = (NoticeState.TO_CALL, NoticeState.REFUSED)
ID = f"int(max={LARGEST_ID})"


def _locale() -> str:
    return str(get_locale() or "fr")


# --- beside a contact ----------------------------------------------------------------------------


@bp.app_template_global("incidents_of")
def incidents_of(contact_id: int | None, dossier_id: int | None) -> view.Strip:
    """The strip above a script (``templates/incidents/_strip.html``)."""
    return view.strip(contact_id, dossier_id, words())


@bp.get("/strip")
@allow(*DESK)
def strip() -> str:
    """What goes wrong at this moment, beside a contact; drawn again when something of it moves."""
    return _strip(outside.identifier(request.args.get("contact")))


def _strip(contact_id: int | None) -> str:
    shown = view.strip(contact_id, None, words())
    return render_template("incidents/_strip.html", strip=shown, may_act=True)


@bp.post("")
@allow(*DESK)
@about("contact", word="incident")
def report() -> Response:
    """One key: open an incident from this contact, or join the one that goes on."""
    contact_id = _contact()
    kind = _kind(request.form.get("kind", ""))
    _id, new = service.open_or_join(kind, contact_id, agent_id=current_user.id, now=clock.now())
    said = (
        _("Incident ouvert : toute l’équipe le voit.")
        if new
        else _("Contact lié à l’incident en cours.")
    )
    return _toasted(_strip(contact_id), said)


def _contact() -> int:
    found = outside.identifier(request.form.get("contact"))
    if found is None:
        raise InvalidInput("Aucun contact n'est ouvert : il n'y a rien à lier.")
    return found


def _kind(code: str) -> IncidentKind:
    if code not in set(IncidentKind):
        raise InvalidInput("Ce genre d'incident n'existe pas.")
    return IncidentKind(code)


@bp.post(f"/<{ID}:incident_id>/contacts")
@allow(*DESK)
@about("contact", word="incident")
def link(incident_id: int) -> Response:
    """This contact is about it too."""
    contact_id = _contact()
    service.link(incident_id, contact_id, agent_id=current_user.id, now=clock.now())
    return _toasted(_strip(contact_id), _("Contact lié à l’incident."))


@bp.post(f"/<{ID}:incident_id>/contacts/undo")
@allow(*DESK)
@about("contact", word="incident")
def unlink(incident_id: int) -> Response:
    """It was about something else."""
    contact_id = _contact()
    service.unlink(incident_id, contact_id, agent_id=current_user.id, now=clock.now())
    return _toasted(_strip(contact_id), _("Contact délié."))


def _toasted(body: str, said: str) -> Response:
    response = make_response(body)
    response.headers["HX-Trigger"] = json.dumps({"toast": {"message": said, "tone": "live"}})
    return response


# --- for the team --------------------------------------------------------------------------------


@bp.get("/board")
@allow(*DESK)
def board() -> str:
    """What the idle desk says of them: those that go on, and what the figures propose."""
    said = words()
    return render_template(
        "incidents/_board.html",
        known=view.strip(None, None, said).known,
        proposals=view.proposals(said.now, said),
    )


@bp.get("")
@allow(*DESK)
def index() -> str:
    """All of them, and what may be one."""
    said = words()
    return render_template(
        "incidents/index.html",
        opened=view.rows(closed=False),
        closed=view.rows(closed=True, most=30),
        proposals=view.proposals(clock.now(), said),
        words=said,
    )


@bp.post("/proposed")
@allow(*DESK)
@about(TEAM)
def open_proposed() -> Any:
    """Open the incident that the figures propose, with the contacts that it would explain."""
    kind, now = _kind(request.form.get("kind", "")), clock.now()
    found = next((each for each in signals.proposed(now) if each.kind is kind), None)
    if found is None or not found.contacts:
        raise InvalidInput(
            "Les chiffres ne proposent plus cet incident.",
            kept="Rien n'est ouvert.",
            todo="Ouvrez-le depuis un contact.",
        )
    me = current_user.id
    for contact_id in found.contacts:
        incident_id, _new = service.open_or_join(kind, contact_id, agent_id=me, now=now)
    flash(_("Incident ouvert : toute l’équipe le voit."), "live")
    return redirect(url(".show", incident_id=incident_id), 303)


@bp.get(f"/<{ID}:incident_id>")
@allow(*DESK)
def show(incident_id: int) -> str:
    """One incident: what to say, its life, whom it concerns, what it cost."""
    return _page(incident_id)


def _page(
    incident_id: int, typed: Text | None = None, problem: PermanenceError | None = None
) -> str:
    found, said = store.incident(incident_id), words()
    notes = sorted(store.notices_of(incident_id), key=lambda each: each.state not in TO_CALL)
    told = [view.person(each.contact, each.way, each, said) for each in notes[:SHOWN]]
    left = len(notices.left(incident_id))
    whom = notices.concerned(incident_id, SHOWN)
    waiting = [
        view.person(each.contact, each.way, None, said, each.language, wished=each.wished)
        for each in whom
    ]
    return render_template(
        "incidents/show.html",
        incident=found,
        name=view.named(found),
        kind_name=view.kinds()[found.kind],
        state=view.states()[found.state],
        told=told,
        told_count=len(notes),
        waiting=waiting,
        left=left,
        leaving=notices.is_leaving(incident_id),
        cost=view.cost_words(view.cost_of(incident_id)),
        text=typed or notices.proposed(),
        readers=view.readers(
            [each.language for each in whom if each.way != "call"]
            if left == len(whom)
            else notices.languages(incident_id),
            at_most=left > len(whom),
        ),
        announced=incident_is_on(),
        acts=[act for act in life.FROM if life.may(act, found.state)],
        problem=problem,
        words=said,
    )


@bp.post(f"/<{ID}:incident_id>/words")
@allow(*DESK)
@about(TEAM)
def word(incident_id: int) -> Any:
    """Say what it is, and what callers can do meanwhile."""
    service.word(
        incident_id,
        request.form.get("title", ""),
        request.form.get("workaround", ""),
        revision=outside.whole_number(request.form.get("revision", ""), 0, LARGEST_ID) or 0,
        agent_id=current_user.id,
        now=clock.now(),
        locale=_locale(),
    )
    return _back(incident_id, _("C’est noté : les scripts et les postes l’affichent."))


@bp.post(f"/<{ID}:incident_id>/move")
@allow(Role.MANAGER)
@about(LINE)
def move(incident_id: int) -> Any:
    """Confirm it, say that it is repaired (or broken again), close it (``act``)."""
    act = request.form.get("act", "")
    unfounded = request.form.get("unfounded") == "1"
    service.move(incident_id, act, by=current_user.id, now=clock.now(), unfounded=unfounded)
    said = {
        "confirm": _("Incident confirmé : les postes l’affichent."),
        "repair": _("Incident réparé : vous pouvez prévenir les personnes concernées."),
        "again": _("Incident rouvert : il n’était pas réparé."),
        "close": _("Incident clos."),
    }
    return _back(incident_id, said[act])


@bp.post(f"/<{ID}:incident_id>/tell")
@allow(Role.MANAGER)
@about(LINE)
def tell(incident_id: int) -> Any:
    """Send the word, as previewed, to all who can be written to; the others are listed to be called."""
    text = Text(request.form.get("text", ""), request.form.get("text_en", ""))
    try:
        sent, to_call = notices.tell(incident_id, text, by=current_user.id, now=clock.now())
    except InvalidInput as problem:
        return _page(incident_id, text, problem), problem.status
    said = _(
        "%(sent)s, %(call)s.",
        sent=ngettext("%(num)d personne prévenue", "%(num)d personnes prévenues", sent),
        call=ngettext("%(num)d à appeler", "%(num)d à appeler", to_call),
    )
    if notices.is_leaving(incident_id):
        said = _("%(said)s L’envoi continue : la page dit où il en est.", said=said)
    return _back(incident_id, said)


@bp.post(f"/called/<{ID}:notice_id>")
@allow(*DESK)
@about(TEAM)
def called(notice_id: int) -> Any:
    """The person was told by telephone."""
    incident_id = service.called(notice_id, agent_id=current_user.id, now=clock.now())
    return _back(incident_id, _("Noté : cette personne est prévenue."))


def _back(incident_id: int, said: str) -> Any:
    flash(said, "live")
    return redirect(url(".show", incident_id=incident_id), 303)
