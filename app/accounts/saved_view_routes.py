"""Keep a view of a list, forget one."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, request
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response

from app.accounts import saved_views
from app.accounts.models import SavedView
from app.foundation import clock
from app.foundation.roles import STAFF
from app.web.access import allow
from app.web.whose import OWN, about

bp = Blueprint("saved_views", __name__, url_prefix="/account/views")


@bp.post("")
@allow(*STAFF)
@about(OWN)
def keep() -> Response:
    """Keep the list as it is filtered and sorted (``place``, ``query``, ``name``)."""
    view = saved_views.keep(
        current_user.id,
        request.form.get("place", ""),
        request.form.get("name", ""),
        request.form.get("query", ""),
        now=clock.now(),
    )
    flash(_("La vue « %(name)s » est enregistrée.", name=view.name), "live")
    return redirect(saved_views.address(view))


@bp.post("/<int:view_id>/remove")
@allow(*STAFF)
@about(OWN)
def remove(view_id: int) -> Response:
    """Forget one of one's views."""
    view = saved_views.remove(current_user.id, view_id)
    flash(_("La vue « %(name)s » est retirée.", name=view.name), "live")
    return redirect(saved_views.PLACES[view.place])


@bp.app_template_global("saved_views")
def of_this_person(place: str) -> list[tuple[SavedView, str]]:
    """This person's views of a list, each with its address; for ``list_head``."""
    if not place or not current_user.is_authenticated:
        return []
    found: Sequence[SavedView] = saved_views.of(current_user.id, place)
    return [(view, saved_views.address(view)) for view in found]


@bp.app_template_global("filters_of_address")
def filters_of_address() -> str:
    """What a view of the page in hand would keep."""
    return saved_views.only_filters(request.args.items(multi=True))
