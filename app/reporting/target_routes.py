"""The page on which a manager sets the targets of the report and of the wall."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response

from app.foundation import clock, edits
from app.foundation.edits import StaleEdit
from app.foundation.exceptions import InvalidInput
from app.foundation.roles import SUPERVISORS
from app.reporting import service, targets
from app.web.access import allow
from app.web.whose import LINE, about

bp = Blueprint("targets", __name__, url_prefix="/reports/targets")


@bp.get("")
@allow(*SUPERVISORS)
def index() -> str:
    """The targets as they are."""
    return _page(targets.shown(service.targets_at(clock.now())))


@bp.post("")
@allow(*SUPERVISORS)
@about(LINE)
def change() -> Response:
    """Aim at this from now on; what is refused comes back as it was typed."""
    typed = {name: request.form.get(name, "")[:10] for name in targets.NAMES}
    wanted, errors = targets.read(typed)
    if wanted is None:
        return make_response(_page(typed, request.form.get("seen", ""), errors), 422)
    try:
        service.set_targets(
            wanted,
            typed,
            seen=request.form.get("seen", ""),
            by=current_user.id,
            now=clock.now(),
        )
    except StaleEdit as stale:
        return make_response(_page(stale.form, stale.seen, stale=stale), stale.status)
    flash(_("Les cibles sont enregistrées. Les jours passés gardent les leurs."), "live")
    return redirect("/reports/targets")


def _page(
    shown: dict[str, str],
    seen: str | None = None,
    errors: dict[str, InvalidInput] | None = None,
    stale: StaleEdit | None = None,
) -> str:
    return render_template(
        "reporting/targets.html",
        shown=shown,
        seen=edits.seal(shown) if seen is None else seen,
        errors=errors or {},
        stale=stale.changes if stale else (),
        by="",
        label=_labels().__getitem__,
        say_value=lambda _name, value: value,
        labels=_labels(),
        units=_units(),
        bounds=targets.BOUNDS,
    )


def _labels() -> dict[str, str]:
    return {
        "answered_percent": _("Appels répondus, au moins"),
        "mean_wait_s": _("Attente moyenne, au plus"),
        "abandoned_percent": _("Appels abandonnés, au plus"),
        "service_level_percent": _("Répondus en 20 secondes, au moins"),
        "waiting_watch": _("En attente : à surveiller à partir de"),
        "waiting_many": _("En attente : trop à partir de"),
        "longest_watch_s": _("Plus longue attente : à surveiller à partir de"),
        "longest_many_s": _("Plus longue attente : trop à partir de"),
    }


def _units() -> dict[str, str]:
    percent, seconds, persons = "%", _("secondes"), _("personnes")
    return {
        "answered_percent": percent,
        "mean_wait_s": seconds,
        "abandoned_percent": percent,
        "service_level_percent": percent,
        "waiting_watch": persons,
        "waiting_many": persons,
        "longest_watch_s": seconds,
        "longest_many_s": seconds,
    }
