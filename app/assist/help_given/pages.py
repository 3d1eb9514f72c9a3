"""« L'aide apportée »: on a dossier's page, how each gesture of help was done from call to call."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_babel import get_locale
from flask_babel import gettext as _

from app.assist.help_given import moving, service
from app.dossiers import store
from app.dossiers.routes import words
from app.foundation.roles import DESK
from app.web.access import allow

bp = Blueprint("help_given", __name__)

CALLS_SHOWN = 8


@bp.get("/dossiers/persons/<int(max=2147483647):person_id>/help")
@allow(*DESK)
def listed(person_id: int) -> str:
    """The help given to a person; a fragment, read when it is opened."""
    gestures = service.of(store.person(person_id).id, str(get_locale()))
    return render_template(
        "assist/help_given/list.html",
        calls=moving.by_call(gestures)[:CALLS_SHOWN],
        again=moving.again(gestures),
        how=how(),
        why=why(),
        words=words(),
    )


def how() -> dict[str, str]:
    """Who did it."""
    return {
        "alone": _("fait par elle seule"),
        "with": _("fait ensemble"),
        "for": _("fait à sa place"),
    }


def why() -> dict[str, str]:
    """Why in the person's place, in neutral words."""
    return {
        "urgency": _("c’est urgent"),
        "no_device": _("elle n’a pas d’appareil"),
        "does_not_read": _("la lecture est difficile"),
        "asked": _("elle l’a demandé"),
    }
