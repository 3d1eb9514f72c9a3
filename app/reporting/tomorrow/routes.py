"""The forecast in the report's folds, read when its fold is opened."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template
from flask_babel import get_locale

from app.foundation import clock
from app.foundation.exceptions import NotFound
from app.foundation.roles import STAFF
from app.foundation.text import outside
from app.reporting import formats
from app.reporting import service as reporting
from app.reporting.definitions import SERVICE_LEVEL_S
from app.reporting.tomorrow import service
from app.web.access import allow

bp = Blueprint("tomorrow", __name__)


@bp.get("/reports/<day>/tomorrow")
@allow(*STAFF)
def show(day: str) -> str:
    """What the next open day after this one may ask for."""
    chosen = outside.day(day)
    today = clock.local_day(clock.now())
    if chosen is None or not today - timedelta(days=365 * 20) <= chosen <= today:
        raise NotFound("Ce jour n’existe pas.")
    share = reporting.targets_at(clock.now()).service_level_percent
    locale = str(get_locale() or "fr")[:2]
    return render_template(
        "reporting/tomorrow.html",
        told=service.after(chosen, share / 100),
        share=share,
        within=SERVICE_LEVEL_S,
        long_day=lambda each: formats.long_day(each, locale),
        number=lambda value: formats.number(round(value), locale),
        duration=lambda value: formats.duration(value, locale),
    )
