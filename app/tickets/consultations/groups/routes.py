"""The page of the groups of colleagues: a manager names them, changes them, takes them away."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user

from app.foundation import clock
from app.foundation.exceptions import PermanenceError
from app.foundation.roles import Role
from app.foundation.text import outside
from app.tickets.consultations.groups import service
from app.tickets.promises.service import colleagues
from app.web.access import allow
from app.web.whose import LINE, about

bp = Blueprint("colleague_groups", __name__, url_prefix="/tickets/consultations/groups")


@bp.get("")
@allow(Role.MANAGER)
def index() -> str:
    """The groups, each with its form; a new one."""
    return _page()


def _page(problem: PermanenceError | None = None) -> str:
    return render_template(
        "tickets/consultations/groups.html",
        groups=service.every(),
        here=service.here,
        colleagues=colleagues(),
        problem=problem,
        form=request.form,
        ticked=_ticked(),
    )


@bp.post("/new")
@allow(Role.MANAGER)
@about(LINE)
def make() -> Any:
    """Name a group."""
    return _named(None)


@bp.post("/<int(max=2147483647):group_id>")
@allow(Role.MANAGER)
@about(LINE)
def change(group_id: int) -> Any:
    """Another name, other colleagues."""
    return _named(group_id)


@bp.post("/<int(max=2147483647):group_id>/remove")
@allow(Role.MANAGER)
@about(LINE)
def remove(group_id: int) -> Any:
    """Take it away."""
    service.remove(group_id, agent_id=current_user.id, now=clock.now())
    flash(_("Groupe retiré. Les questions déjà posées restent posées."), "live")
    return redirect("/tickets/consultations/groups", 303)


def _named(group_id: int | None) -> Any:
    try:
        made = service.name(
            group_id,
            request.form.get("name", ""),
            _ticked(),
            agent_id=current_user.id,
            now=clock.now(),
        )
    except PermanenceError as problem:
        return _page(problem), problem.status
    flash(_("Groupe « %(name)s » : c’est noté.", name=made.name), "live")
    return redirect("/tickets/consultations/groups", 303)


def _ticked() -> list[int]:
    found = [outside.identifier(each) for each in request.form.getlist("colleague")[:100]]
    return [each for each in found if each is not None]
