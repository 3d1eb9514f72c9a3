"""The page where managers keep the directory that agents call from."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask import url_for as url
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from app.accounts import last_editor
from app.calls.directory import service
from app.calls.directory.service import KINDS, LABEL_LENGTH, NOTE_LENGTH, Judged, Typed
from app.foundation import clock, edits
from app.foundation.edits import StaleEdit
from app.foundation.roles import SUPERVISORS
from app.foundation.text import outside, phone_numbers
from app.web.access import allow
from app.web.whose import LINE, about

bp = Blueprint("directory", __name__, url_prefix="/admin/directory")

Page = str | tuple[str, int] | Response


@bp.get("")
@allow(*SUPERVISORS)
def index() -> Page:
    """All the entries, and a form to add one."""
    return _page(Typed())


@bp.post("")
@allow(*SUPERVISORS)
@about(LINE)
def add() -> Page:
    """A new entry; refused, it comes back as typed."""
    typed = Typed.of(request.form)
    judged = service.save(None, typed, by=current_user.id, now=clock.now())
    if judged.errors:
        return _page(typed, judged), 422
    flash(_("« %(label)s » est dans l’annuaire.", label=typed.label), "live")
    return redirect(url("directory.index"))


@bp.get("/<int(max=2147483647):entry_id>")
@allow(*SUPERVISORS)
def edit(entry_id: int) -> Page:
    """One entry, to change it."""
    shown = service.shown(service.entry(entry_id))
    return _page(Typed(**shown), entry_id=entry_id, seen=edits.seal(shown))


@bp.post("/<int(max=2147483647):entry_id>")
@allow(*SUPERVISORS)
@about(LINE)
def change(entry_id: int) -> Page:
    """Change an entry; refused, it comes back as typed."""
    service.entry(entry_id)
    typed, seen = Typed.of(request.form), request.form.get("seen", "")
    try:
        judged = service.save(entry_id, typed, seen=seen, by=current_user.id, now=clock.now())
    except StaleEdit as stale:
        page = _page(Typed(**stale.form), entry_id=entry_id, seen=stale.seen, stale=stale)
        return page, stale.status
    if judged.errors:
        return _page(typed, judged, entry_id, seen), 422
    flash(_("« %(label)s » est enregistré.", label=typed.label), "live")
    return redirect(url("directory.index"))


@bp.post("/<int(max=2147483647):entry_id>/active")
@allow(*SUPERVISORS)
@about(LINE)
def switch(entry_id: int) -> Page:
    """Take it out of what agents see (``active=0``), or put it back."""
    active = request.form.get("active") == "1"
    entry = service.switch(entry_id, active=active, by=current_user.id, now=clock.now())
    said = (
        _("« %(label)s » est de nouveau proposé aux agents.", label=entry.label)
        if active
        else _("« %(label)s » n’est plus proposé aux agents.", label=entry.label)
    )
    flash(said, "live")
    return redirect(url("directory.index"))


def _page(
    typed: Typed,
    judged: Judged | None = None,
    entry_id: int | None = None,
    seen: str = "",
    stale: StaleEdit | None = None,
) -> str:
    names = dict(kinds())
    return render_template(
        "supervision/directory/index.html",
        page=service.entries(outside.identifier(request.args.get("page")) or 1),
        typed=typed,
        errors=judged.errors if judged else {},
        entry_id=entry_id,
        seen=seen,
        stale=stale.changes if stale else (),
        by=last_editor.last_by(f"directory:{entry_id}") if stale else "",
        label=lambda name: labels()[name],
        say_value=lambda name, value: names.get(value, value) if name == "kind" else value,
        kinds=kinds(),
        kind_names=names,
        limits={"label": LABEL_LENGTH, "note": NOTE_LENGTH},
        shown=phone_numbers.display,
    )


def labels() -> dict[str, str]:
    """The fields of an entry's form, in words."""
    return {"label": _("Nom"), "kind": _("Sorte"), "number": _("Numéro"), "note": _("Note")}


def kinds() -> list[tuple[str, str]]:
    """The kinds with their names, in the order of the list."""
    names = {
        "service": _("Autre service"),
        "interpreter": _("Interprète"),
        "organisation": _("Organisme de formation"),
        "other": _("Autre"),
    }
    return [(kind, names[kind]) for kind in KINDS]
