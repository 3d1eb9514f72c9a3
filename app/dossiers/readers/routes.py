"""« Bruno est aussi sur ce dossier » : read again each time that somebody comes or leaves."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_login import current_user

from app.dossiers.readers import service
from app.foundation.roles import DESK
from app.web.access import allow

bp = Blueprint("readers", __name__)


@bp.get("/dossiers/<int(max=2147483647):dossier_id>/readers")
@allow(*DESK)
def others(dossier_id: int) -> str:
    """The colleagues who have this dossier before them now; nothing when there is none."""
    return render_template(
        "dossiers/readers/others.html", others=service.others(dossier_id, current_user.id)
    )
