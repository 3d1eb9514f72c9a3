"""/admin/telephony: the comparison with the provider, in words, for managers."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.calls.provider import view as provider_view
from app.foundation import clock
from app.foundation.roles import SUPERVISORS
from app.foundation.wiring import settings
from app.web.access import allow

bp = Blueprint("telephony", __name__, url_prefix="/admin/telephony")


@bp.get("")
@allow(*SUPERVISORS)
def index() -> str:
    """The last comparison, what differed day by day, and what became of it."""
    every = settings().reconcile_seconds
    return render_template(
        "admin/telephony.html",
        view=provider_view.overview(clock.now(), every=every),
        every=every,
        # The local carrier stops with us: nobody could be sent elsewhere.
        fallback_missing=not settings().fallback_url and not settings().embedded_carrier,
        groups=tuple(provider_view.GROUPS),
        zone=clock.PARIS,
    )
