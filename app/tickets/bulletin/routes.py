"""The bulletin's page, and what the idle desk shows of it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.dossiers.routes import words
from app.foundation import clock
from app.foundation.roles import DESK, Role
from app.tickets.bulletin import service
from app.web.access import allow
from app.web.whose import LINE, OWN, about

bp = Blueprint("bulletin", __name__, url_prefix="/tickets/bulletin")


@bp.get("")
@allow(*DESK)
def index() -> str:
    """What changed lately; a manager writes, changes, and sees who has read."""
    notes = service.listed()
    return render_template(
        "tickets/bulletin/index.html",
        notes=notes,
        readers=service.readers(notes) if current_user.role == Role.MANAGER else {},
        version=service.version,
        unread={note.id for note in service.unread(current_user.id, clock.now())},
        words=words(),
    )


@bp.get("/unread")
@allow(*DESK)
def unread() -> str:
    """What this agent has not read yet: a fragment of the idle desk."""
    return render_template(
        "tickets/bulletin/unread.html",
        notes=service.unread(current_user.id, clock.now()),
        words=words(),
    )


@bp.post("")
@allow(Role.MANAGER)
@about(LINE)
def write() -> Response:
    """Something that changed."""
    service.write(
        request.form.get("title", ""),
        request.form.get("text", ""),
        agent_id=current_user.id,
        now=clock.now(),
        locale=str(get_locale()),
    )
    flash(_("Publié : chacun le verra sur son poste."), "live")
    return redirect("/tickets/bulletin", 303)


@bp.post("/<int(max=2147483647):note_id>/change")
@allow(Role.MANAGER)
@about(LINE)
def change(note_id: int) -> Response:
    """Other words, and everybody asked to read them again when they change what people do."""
    again = request.form.get("again") == "1"
    service.change(
        note_id,
        request.form.get("title", ""),
        request.form.get("text", ""),
        again=again,
        seen=request.form.get("seen", ""),
        agent_id=current_user.id,
        now=clock.now(),
        locale=str(get_locale()),
    )
    flash(_("Changé : chacun doit le relire.") if again else _("Changé."), "live")
    return redirect("/tickets/bulletin", 303)


@bp.post("/<int(max=2147483647):note_id>/withdraw")
@allow(Role.MANAGER)
@about(LINE)
def withdraw(note_id: int) -> Response:
    """It holds no more."""
    service.withdraw(note_id, agent_id=current_user.id, now=clock.now())
    return redirect("/tickets/bulletin", 303)


@bp.post("/<int(max=2147483647):note_id>/read")
@allow(*DESK)
@about(OWN)
def read(note_id: int) -> str:
    """« J'ai lu »: what is left to read."""
    service.acknowledge(note_id, agent_id=current_user.id, now=clock.now())
    return unread()
