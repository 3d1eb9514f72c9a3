"""Correcting a person's details, from the desk's pane and from the dossier's page.

    typed → read back to the person (the mail spelled) → stored

One fragment (``#person-details``) shows the details, the form, the reading back, and what another agent
changed meanwhile. Served here because it may be about a contact, which dossiers know nothing of.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from app.dossiers import corrections, details, person_view
from app.dossiers import store as dossiers
from app.dossiers.details import Judged
from app.dossiers.editing.drawn import Drawn, returned
from app.dossiers.editing.sheets import Correction
from app.dossiers.mail import aloud as mail_aloud
from app.dossiers.routes import id_in, words
from app.foundation import clock, edits
from app.foundation.edits import StaleEdit
from app.foundation.roles import DESK
from app.tickets import holding, store
from app.web.access import allow
from app.web.whose import TEAM, about

bp = Blueprint("correction", __name__)

ROUTE = "/dossiers/persons/<int(max=2147483647):person_id>"


@dataclass(frozen=True)
class Form(Drawn[int, Judged]):
    """The form of a person's details; ``of``: her number."""

    judged: Judged = field(default_factory=Judged)


@bp.get(f"{ROUTE}/details")
@allow(*DESK)
def show(person_id: int) -> str:
    """The details as stored."""
    return _details(person_id)


@bp.get(f"{ROUTE}/correction")
@allow(*DESK)
def edit(person_id: int) -> str:
    """The form; ``restore`` names a former value to put back in it."""
    form = drawn(person_id)
    change_id = id_in(request.args, "restore")
    if change_id is not None:
        former = corrections.change_of(person_id, change_id)
        shown = details.restored(dict(form.shown), former.field, former.before, former.after)
        form = Form(person_id, shown, form.seen)
    return form_page(form)


def drawn(person_id: int, *names: str) -> Form:
    """The form as stored: these fields alone, or all."""
    shown = details.form_of(corrections.details_of(dossiers.person(person_id)))
    if names:
        shown = {name: shown[name] for name in names}
    return Form(person_id, shown, edits.seal(shown))


@bp.post(f"{ROUTE}/correction")
@allow(*DESK)
@about(TEAM)
def correct(person_id: int) -> Response:
    """Judge what was typed, have it read back, store it once it was."""
    form, changed = submitted(person_id)
    if changed is None:
        return returned(form_page(form), form)
    return corrected(_details(person_id), person_id, changed)


def corrected(page: str, person_id: int, changed: tuple[Correction, ...]) -> Response:
    """The page after a correction, with what to say; the other fragments hear of it."""
    said = _("La fiche est corrigée.") if changed else _("L’adresse est confirmée.")
    response = make_response(page)
    response.headers["HX-Trigger"] = json.dumps(
        {"toast": {"message": said, "tone": "live"}, "person-corrected": {"person": person_id}}
    )
    return response


def submitted(
    person_id: int, also: Callable[[], None] | None = None
) -> tuple[Form, tuple[Correction, ...] | None]:
    """The form of this request, and what it changed; None when it must be shown again.

    ``also`` writes what goes with the correction, in its transaction.
    """
    now = clock.now()
    typed, seen = details.sent(request.form), request.form.get("seen", "")
    judged = details.judge(typed, clock.local_day(now))
    if judged.errors or request.form.get("step") == "edit":
        return Form(person_id, typed, seen, judged), None
    person = dossiers.person(person_id)
    present = corrections.details_of(person)
    reading = details.corrections(present, judged)
    form = Form(person_id, typed, seen, judged, reading)
    if edits.unseal(request.form.get("read", "")) != typed:
        return form, None
    try:
        changed = corrections.correct_alone(
            person_id,
            typed,
            judged,
            seen=seen,
            agent_id=current_user.id,
            contact_id=_contact_of(person_id),
            now=now,
            also=also,
        )
    except StaleEdit as stale:
        return Form(
            person_id, stale.form, stale.seen, stale=stale.changes, by=_last_by(person_id)
        ), None
    return form, changed


def _last_by(person_id: int) -> str:
    """Who corrected this person last, and when."""
    last = next(iter(corrections.changes_of(person_id)), None)
    return f"{last.agent.display_name}, {words().when(last.at)}" if last else ""


def _contact_of(person_id: int) -> int | None:
    """The contact that the form names, when it is about this person and the agent's to act on."""
    contact_id = id_in(request.form, "contact")
    if contact_id is None:
        return None
    contact = store.contact(contact_id)
    return contact_id if contact.person_id == person_id and holding.may(contact) else None


def _details(person_id: int) -> str:
    return render_template(
        "dossiers/person_details.html",
        details=person_view.of(dossiers.person(person_id), words()),
        words=words(),
        **_around(),
    )


def form_page(form: Form, *, action: str = "", target: str = "closest .person-details") -> str:
    """The form, the reading back or the notice, as one fragment. ``action``: where it is sent."""
    address = form.judged.plain.get("email", "")
    said = words()
    return render_template(
        "dossiers/person_correction.html",
        form=form,
        action=action or f"/dossiers/persons/{form.of}/correction",
        target=target,
        owners=person_view.owners(),
        ways=person_view.ways(said),
        languages=person_view.languages(said, form.shown.get("language", "")),
        label=person_view.label,
        say_value=lambda name, value: person_view.said(name, value, said),
        spelled=mail_aloud.spelled(address, str(get_locale())),
        account=corrections.has_account(form.of),
        limits=details.LENGTHS,
        words=said,
        **_around(),
    )


def _around() -> dict[str, int | None]:
    """The contact and the dossier beside which the fragment stands."""
    return {
        "contact_id": id_in(request.values, "contact"),
        "dossier_id": id_in(request.values, "dossier"),
    }
