"""What every page of the staff carries with it: the desk's state, for the band and the panes (templates/base.html)."""

from __future__ import annotations

import logging
from typing import Any

from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from app.desk import view as desk_view
from app.foundation import clock
from app.foundation.ports import softphone_identity
from app.foundation.wiring import settings

log = logging.getLogger(__name__)


def shell() -> dict[str, Any] | None:
    """``{"state": the desk's JSON, "softphone": how the browser reaches the provider}`` of who is signed in.

    None when the database does not answer: a page that says so must itself be shown.
    """
    try:
        state = desk_view.desk_of(current_user.id, clock.now())
        return {"state": state, "softphone": softphone_config()}
    except SQLAlchemyError:
        log.warning("the desk could not be read for a page", exc_info=True)
        return None


def softphone_config() -> dict[str, Any]:
    """How the browser reaches the telephone provider; no secret in it."""
    return {
        "driver": settings().softphone_driver,
        "carrierUrl": settings().browser_carrier_url,
        "identity": softphone_identity(current_user.id, current_user.softphone_epoch),
        "edge": settings().twilio_edge,
    }
