"""The script pane's fragments.

Every change answers with the whole pane, drawn anew; a page drawn earlier cannot change a run
that has moved since (``moves``).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from flask import Blueprint, Flask, Response, make_response, render_template, request
from flask.blueprints import BlueprintSetupState
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from app.assist import (
    acting,
    condition_facts,
    conditions,
    loader,
    pane,
    reading_pages,
    service,
    store,
    strip,
)
from app.assist.acts import actions
from app.assist.editing import pages as editing_pages
from app.assist.figures import pages as figures_pages
from app.assist.guided import pages as guide_pages
from app.assist.help_given import pages as help_pages
from app.assist.mail import outbox_pages
from app.assist.portal import pages as portal_pages
from app.assist.portal import webhook as portal_webhook
from app.assist.runs import resuming
from app.assist.script import OUTCOMES, POSTURE_REASONS
from app.dossiers import timeline
from app.dossiers.editing.drawn import returned
from app.dossiers.mail.aloud import mask
from app.dossiers.models import Dossier, PortalEvent
from app.dossiers.view import register_under_way
from app.dossiers.vocabulary import PortalEventKind
from app.foundation import clock
from app.foundation.belonging import Need
from app.foundation.exceptions import (
    ConfigurationError,
    Conflict,
    Forbidden,
    InvalidInput,
    PermanenceError,
)
from app.foundation.roles import DESK, Role
from app.foundation.text import outside
from app.foundation.wiring import ports, settings
from app.tickets import holding
from app.tickets.grounds import service as grounds
from app.tickets.pane import correction_routes
from app.web.access import allow
from app.web.whose import Judged, about, check_with, named_id

log = logging.getLogger(__name__)

bp = Blueprint("assist", __name__)
bp.add_app_template_global(strip.context, "mail_strip")
bp.register_blueprint(portal_pages.bp)
bp.register_blueprint(portal_webhook.bp)
bp.register_blueprint(guide_pages.bp)
bp.register_blueprint(help_pages.bp)
bp.register_blueprint(outbox_pages.bp)
bp.register_blueprint(reading_pages.bp)
bp.register_blueprint(editing_pages.bp)
bp.register_blueprint(figures_pages.bp)


@bp.record
def _tell_dossiers(state: BlueprintSetupState) -> None:
    """What is being followed is not suggested again on the dossier's page."""
    register_under_way(cast(Flask, state.app), store.under_way)


@bp.record_once
def _read_scripts(_state: BlueprintSetupState) -> None:
    """Read the scripts while the application starts: the first call must not wait for them.

    Refused scripts do not keep it from starting (``flask scripts check`` must run): they are
    logged, and pages that need them say so.
    """
    try:
        loader.library()
    except ConfigurationError as error:
        log.error(str(error))


@bp.record
def _register(state: BlueprintSetupState) -> None:
    timeline.register_details(cast(Flask, state.app), _addresses)
    check_with(cast(Flask, state.app), "run", _check_run)


def _check_run(need: Need) -> Judged:
    """The run that a request names: its contact's, or (on a dossier alone) its agent's."""
    run = store.run(named_id("run_id") or 0)
    if run.contact_id is not None:
        return holding.judged(run.contact_id, need)
    if run.agent_id != current_user.id and current_user.role != Role.MANAGER:
        raise Forbidden("Ce script est suivi par quelqu'un d'autre.", kept="Rien n'a été changé.")
    return Judged()


def _addresses(dossier: Dossier, events: Sequence[PortalEvent]) -> dict[int, str]:
    """To whom each mail was sent, beside it in the dossier's timeline; masked."""
    told = (PortalEventKind.LINK_SENT, PortalEventKind.MAIL_BOUNCED)
    links = [(e.id, e.data["link"]) for e in events if e.kind in told and e.data.get("link")]
    sent = store.addresses_of(dossier.id, [link for _id, link in links])
    return {
        event_id: _("à %(address)s", address=mask(sent[link]))
        for event_id, link in links
        if link in sent
    }


# How a run may be ended by hand, in the order shown; the other outcomes come from answers.
# « C'est réglé » is not among them: only the step that sees it says so.
BY_HAND = ("follow_up", "unsolved", "not_this", "interrupted")


@bp.get("/assist/pane")
@allow(*DESK)
def show_pane() -> str:
    """The pane of a contact: the step of its run, or the scripts that may help."""
    return _pane(_number("contact"), _number("dossier"))


@bp.get("/assist/search")
@allow(*DESK)
def search_fragment() -> str:
    """The scripts that hold the words typed, as rows that start one."""
    found = pane.search(request.args.get("q", "")[:80], _locale())
    return render_template(
        "assist/_results.html",
        found=[pane.listed(script, _locale()) for script in found],
        contact_id=_number("contact"),
        dossier_id=_number("dossier"),
    )


@bp.get("/assist/life")
@allow(*DESK)
def life_fragment() -> str:
    """The life of a dossier's last message: drawn again when something happens to it."""
    return render_template("assist/_life.html", **strip.context(_number("dossier")))


@bp.get("/assist/done")
@allow(*DESK)
def done_fragment() -> str:
    """What came of a contact's scripts, above the card of its end; nothing when none was used."""
    contact_id = _number("contact")
    contact = store.contact(contact_id) if contact_id is not None else None
    run = None
    if contact_id is not None:
        run = store.running(contact_id, None, current_user.id) or store.latest(contact_id)
    drawn = pane.draw(store.run(run.id), "fr", _locale(), current_user.id) if run else None
    return render_template(
        "assist/_done.html",
        run=drawn,
        life=pane.life_of(contact.dossier_id, clock.now()) if run and contact else None,
        contact_id=contact_id,
        **strip.words(_locale()),
    )


@bp.post("/assist/runs")
@allow(*DESK)
@about("contact", word="script")
def start_run() -> str:
    """Begin a script beside a contact."""
    contact_id, dossier_id = _number("contact"), _number("dossier")
    service.start_run(
        request.form.get("script", ""),
        contact_id=contact_id,
        dossier_id=dossier_id,
        agent_id=current_user.id,
        now=clock.now(),
    )
    return _pane(contact_id, dossier_id)


@bp.post("/assist/resume")
@allow(*DESK)
@about("contact", word="script")
def resume() -> str:
    """Take up, in this contact, the script that an earlier one left open."""
    contact_id = _needed("contact")
    run_id = resuming.take_up(
        _needed("earlier"), contact_id=contact_id, agent_id=current_user.id, now=clock.now()
    )
    return _pane_of(run_id)


@bp.post("/assist/runs/<int:run_id>/answer")
@allow(*DESK)
@about("run", word="script")
def answer(run_id: int) -> Response:
    """Record a choice and show the next step."""
    code = request.form.get("posture") or None
    basis = request.form.get("posture_basis") or None
    if code == "for" and basis is None:
        raise InvalidInput(
            "Dites sur quel accord vous agissez à la place de la personne.",
            kept="Le script est resté où il était.",
            todo="Demandez à la personne, choisissez l'accord, puis répondez.",
        )
    run, checked = store.run(run_id), _checked(run_id)
    grounds.check_beside(run.contact_id, run.dossier_id, basis, clock.now())
    posture = service.Posture(code, request.form.get("posture_reason") or None, basis)
    shown = service.answer(
        run_id,
        moves=_needed("moves"),
        step_id=request.form.get("step", ""),
        choice=_needed("choice"),
        posture=posture,
        agent_id=current_user.id,
        now=clock.now(),
    )
    return _moved(shown, checked)


@bp.post("/assist/runs/<int:run_id>/back")
@allow(*DESK)
@about("run", word="script")
def back(run_id: int) -> Response:
    """Undo the last act and show where the run stands."""
    checked = _checked(run_id)
    return _moved(service.back(run_id, moves=_needed("moves"), now=clock.now()), checked)


@bp.post("/assist/runs/<int:run_id>/ask-again")
@allow(*DESK)
@about("run", word="script")
def ask_again(run_id: int) -> Response:
    """Ask a step that was passed over because its answer was known."""
    step_id, checked = request.form.get("step", ""), _checked(run_id)
    shown = service.ask_again(run_id, moves=_needed("moves"), step_id=step_id, now=clock.now())
    return _moved(shown, checked)


@bp.post("/assist/runs/<int:run_id>/go-on")
@allow(*DESK)
@about("run", word="script")
def go_on(run_id: int) -> str:
    """Take up again the script that called this one."""
    return _pane_of(service.go_on(run_id, moves=_needed("moves"), now=clock.now()))


@bp.post("/assist/runs/<int:run_id>/finish")
@allow(*DESK)
@about("run", word="script")
def finish(run_id: int) -> str:
    """End the run by decision."""
    outcome = request.form.get("outcome", "")
    if outcome not in BY_HAND:
        raise InvalidInput("Cette issue n'existe pas.")
    return _pane_of(
        service.finish(run_id, moves=_needed("moves"), outcome=outcome, now=clock.now())
    )


@bp.post("/assist/runs/<int:run_id>/action")
@allow(*DESK)
@about("run", word="script")
def act(run_id: int) -> Response:
    """Do what the present step offers, and say at once how it went."""
    run = store.run(run_id)
    step = service.state_of(run).step
    if step.action is None or request.form.get("action") != step.action:
        raise InvalidInput(
            "Le script a déjà avancé : cette action n'est plus celle de l'étape.",
            kept="Rien n'a été fait.",
        )
    actor = acting.Actor(
        run_id, current_user.id, step.id, request.form.get("basis") or None, clock.now()
    )
    try:
        result = actions.perform(
            step.action, actor, ports(), settings().public_base_url, request.form, _locale()
        )
    except (InvalidInput, Conflict) as error:
        return _act_refused(run_id, error)
    return make_response(_pane_of(run_id, result))


def _act_refused(run_id: int, error: PermanenceError) -> Response:
    """The step again, with what was typed and why it was not done."""
    response = make_response(_pane_of(run_id, acting.Result("refused", error)), error.status)
    response.headers["X-Form-Returned"] = "1"  # htmx: show it in its place
    return response


@bp.post("/assist/runs/<int:run_id>/undo-act")
@allow(*DESK)
@about("run", word="script")
def undo_act(run_id: int) -> Response:
    """Take back what this step's action made, where the world allows."""
    try:
        actions.undo(_needed("act"), run_id=run_id, agent_id=current_user.id, now=clock.now())
    except Conflict as error:
        return _act_refused(run_id, error)
    return make_response(_pane_of(run_id))


@bp.get("/assist/runs/<int:run_id>/address")
@allow(*DESK)
def address_form(run_id: int) -> str:
    """The form that corrects, or confirms, the mail address of whom a run is about."""
    return _address_page(run_id, correction_routes.drawn(_person_of(run_id), "email"))


@bp.post("/assist/runs/<int:run_id>/address")
@allow(*DESK)
@about("run", word="script")
def correct_address(run_id: int) -> Response:
    """Correct the address from the step that asks for it; the run keeps that it was done."""
    person_id, step = _person_of(run_id), service.state_of(store.run(run_id)).step
    # The button says « relu et confirmé » : the person has just agreed, aloud.
    actor = acting.Actor(run_id, current_user.id, step.id, "spoken", clock.now())
    form, changed = correction_routes.submitted(
        person_id, also=lambda: acting.note_done("correct_address", actor)
    )
    if changed is None:
        return returned(_address_page(run_id, form), form)
    response = correction_routes.corrected(_pane_of(run_id), person_id, changed)
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#script-run", "outerHTML"
    return response


def _person_of(run_id: int) -> int:
    run = store.run(run_id)
    missing = conditions.unmet("correct_address", condition_facts.of(run, current_user.id))
    person_id = condition_facts.person_id(run)
    if missing is not None or person_id is None:
        raise missing.error if missing else InvalidInput("Cette personne n'existe pas.")
    return person_id


def _address_page(run_id: int, form: correction_routes.Form) -> str:
    where = f"/assist/runs/{run_id}/address"
    return correction_routes.form_page(form, action=where, target="#script-address")


def _moved(run_id: int, checked: datetime | None) -> Response:
    """The pane after a move; the card of who speaks is read again when its identity is not as it was."""
    response = make_response(_pane_of(run_id))
    if _checked(run_id) != checked:
        response.headers["HX-Trigger"] = "identity-said"
    return response


def _checked(run_id: int) -> datetime | None:
    contact_id = store.run(run_id).contact_id
    return store.contact(contact_id).identity_at if contact_id is not None else None


def _pane_of(run_id: int, result: acting.Result | None = None) -> str:
    run = store.run(run_id)
    return _pane(run.contact_id, run.dossier_id, result)


def _pane(
    contact_id: int | None, dossier_id: int | None, result: acting.Result | None = None
) -> str:
    if contact_id is None and dossier_id is None:
        raise InvalidInput("Aucun contact ni dossier n'est ouvert : il n'y a personne à guider.")
    shown = pane.view(contact_id, dossier_id, clock.now(), _locale(), agent_id=current_user.id)
    return render_template(
        "assist/pane.html",
        pane=shown,
        result=result,
        outcomes=OUTCOMES,
        by_hand=BY_HAND,
        posture_reasons=POSTURE_REASONS,
        typed=request.form if result and result.error else {},
        **strip.words(_locale()),
    )


def _locale() -> str:
    return str(get_locale() or "fr")


def _number(name: str) -> int | None:
    raw = request.values.get(name, "")
    if not raw:
        return None
    value = outside.whole_number(raw, 0, outside.LARGEST_ID)
    if value is None:
        raise InvalidInput("Ce numéro n'en est pas un.")
    return value


def _needed(name: str) -> int:
    value = _number(name)
    if value is None:
        raise InvalidInput("La demande est incomplète.", todo="Rechargez le script.")
    return value
