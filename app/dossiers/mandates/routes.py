"""A person's mandates, beside the caller's card and on the dossier's page: read, noted, taken back."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import get_locale
from flask_login import current_user

from app.dossiers import store
from app.dossiers.mandates import service, view
from app.dossiers.mandates.service import Paper
from app.dossiers.routes import id_in, words
from app.foundation import clock
from app.foundation.exceptions import InvalidInput
from app.foundation.roles import DESK
from app.foundation.text import outside
from app.web.access import allow
from app.web.whose import TEAM, about

bp = Blueprint("mandates", __name__)

ID = "int(max=2147483647)"


@bp.get(f"/dossiers/persons/<{ID}:person_id>/mandates")
@allow(*DESK)
def listed(person_id: int) -> str:
    """The mandates of a person; ``contact``: seen from this contact's card."""
    return _list(store.person(person_id).id)


@bp.post(f"/dossiers/persons/<{ID}:person_id>/mandates")
@allow(*DESK)
@about(TEAM)
def note(person_id: int) -> Response:
    """Note a written mandate that was seen; refused, the form comes back as it was filled."""
    form = request.form
    read = Paper(
        form.get("holder", ""),
        form.get("relation", ""),
        form.get("paper", ""),
        outside.day(form.get("begins_on", "").strip()),
        outside.day(form.get("ends_on", "").strip()),
    )
    try:
        service.note_paper(
            person_id, read, agent_id=current_user.id, now=clock.now(), locale=str(get_locale())
        )
    except InvalidInput as problem:
        return _returned(person_id, problem)
    return _moved(person_id)


@bp.post(f"/dossiers/mandates/<{ID}:mandate_id>/revoke")
@allow(*DESK)
@about(TEAM)
def revoke(mandate_id: int) -> Response:
    """Take a mandate back, at once, and say why."""
    person_id = service.one(mandate_id).person_id
    why = request.form.get("why", "")
    try:
        service.revoke(
            mandate_id, why, agent_id=current_user.id, now=clock.now(), locale=str(get_locale())
        )
    except InvalidInput as problem:
        return _returned(person_id, problem)
    return _moved(person_id)


@bp.app_template_global("grounds_of")
def grounds_of(person_id: int | None) -> list[tuple[str, str]]:
    """On what an act may be done in a person's name, beside a yes said aloud: kind, and how it reads."""
    return view.grounds(person_id, words(), clock.now())


def _moved(person_id: int) -> Response:
    response = make_response(_list(person_id))
    response.headers["HX-Trigger"] = "mandates-moved"
    return response


def _returned(person_id: int, problem: InvalidInput) -> Response:
    response = make_response(_list(person_id, problem), problem.status)
    response.headers["X-Form-Returned"] = "1"
    return response


def _list(person_id: int, problem: InvalidInput | None = None) -> str:
    contact_id = id_in(request.values, "contact")
    found = view.shown(person_id, words(), clock.now(), contact_id)
    return render_template(
        "dossiers/mandates/list.html",
        person_id=person_id,
        contact_id=contact_id,
        holding=[each for each in found if each.holds],
        over=[each for each in found if not each.holds],
        relations=view.relations(),
        shared=view.shared_numbers(person_id, words()),
        problem=problem,
        form=request.form,
        words=words(),
    )
