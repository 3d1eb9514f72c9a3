"""Where the Portal tells its events: one fixed address, signed (docs/portal-openapi.yaml)."""

from __future__ import annotations

import logging

from flask import Blueprint, request

from app.assist.portal import events, news, signing
from app.foundation import clock
from app.foundation.extensions import limiter
from app.foundation.wiring import settings
from app.web.access import public
from app.web.acts.once import repeatable

log = logging.getLogger(__name__)

bp = Blueprint("portal_events", __name__)

LARGEST = 16_000  # bytes of one event


@bp.post("/portal/events")
@limiter.exempt
@repeatable("the Portal's own id of an event makes it count once")
@public(csrf=False)
def told() -> tuple[str, int]:
    """204: taken, or known already. 401: not to be believed. 400: not an event. 404: no such dossier."""
    body = request.get_data(cache=False) if (request.content_length or 0) <= LARGEST else b""
    now = clock.now()
    wrong = signing.problem(
        settings().events_token, request.headers.get(signing.HEADER, ""), body, now
    )
    if wrong:
        log.warning("an event of the Portal was refused: %s", wrong)
        return wrong, 401
    try:
        event = news.read(body, now)
    except news.NotAnEvent:
        log.error("the Portal told what the contract does not say")
        return "not an event", 400
    return ("unknown dossier", 404) if events.take(event, now) == "stranger" else ("", 204)
