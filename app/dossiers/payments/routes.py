"""The calendar of payments, the grants that wait, and a dossier's urgency."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response

from app.dossiers.payments import calendar, forgotten, service, words
from app.dossiers.payments.models import Proof
from app.dossiers.wording import Words
from app.foundation import clock
from app.foundation.exceptions import InvalidInput
from app.foundation.roles import DESK, STAFF, SUPERVISORS, Role
from app.foundation.text import outside
from app.web.access import allow
from app.web.whose import LINE, TEAM, about

bp = Blueprint("payments", __name__)


@bp.get("/payments")
@allow(*STAFF)
def index() -> str:
    """The waves, the days off, which deposits are worked on, and what is voted and not proposed."""
    now = clock.now()
    today, locale = clock.local_day(now), str(get_locale())
    off, (waiting, total) = service.days_off(), forgotten.waiting_now()
    return render_template(
        "dossiers/payments/index.html",
        waves=[(on, calendar.pays_on(on, off), count) for on, count in service.waves(today)],
        processed=service.deposits_processed(),
        days_off=service.coming_days_off(today),
        proposed=service.proposed(today, locale[:2]),
        waiting=waiting,
        waiting_total=total,
        obstacle=words.obstacle,
        today=today,
        words=Words(locale, now),
    )


@bp.post("/payments/waves")
@allow(*SUPERVISORS)
@about(LINE)
def add_wave() -> Response:
    """Plan a payment day."""
    service.add_wave(_day("on"), agent_id=current_user.id, now=clock.now())
    return _back(_("Le jour de paiement est au calendrier."))


@bp.post("/payments/waves/remove")
@allow(*SUPERVISORS)
@about(LINE)
def remove_wave() -> Response:
    """Take a payment day back."""
    service.remove_wave(_day("on"), agent_id=current_user.id, now=clock.now())
    return _back(_("Le jour de paiement est retiré."))


@bp.post("/payments/days-off")
@allow(*SUPERVISORS)
@about(LINE)
def add_day_off() -> Response:
    """Nothing is paid on this day."""
    name = request.form.get("name", "")
    service.add_day_off(_day("on"), name, agent_id=current_user.id, now=clock.now())
    return _back(_("Ce jour est noté : rien n’est payé."))


@bp.post("/payments/days-off/proposed")
@allow(*SUPERVISORS)
@about(LINE)
def keep_proposed() -> Response:
    """Keep all the public holidays that are proposed."""
    kept = service.keep_proposed(str(get_locale())[:2], agent_id=current_user.id, now=clock.now())
    return _back(ngettext("%(num)d jour férié ajouté.", "%(num)d jours fériés ajoutés.", kept))


@bp.post("/payments/days-off/remove")
@allow(*SUPERVISORS)
@about(LINE)
def remove_day_off() -> Response:
    """The service pays on that day after all."""
    service.remove_day_off(_day("on"), agent_id=current_user.id, now=clock.now())
    return _back(_("Ce jour est de nouveau un jour de paiement."))


@bp.post("/payments/processing")
@allow(*SUPERVISORS)
@about(LINE)
def note_processing() -> Response:
    """Which day's deposits are worked on today."""
    service.note_processing(_day("on"), agent_id=current_user.id, now=clock.now())
    return _back(_("C’est noté : tout le monde donne la même date."))


def _back(said: str) -> Response:
    flash(said, "live")
    return redirect("/payments")


@bp.post("/dossiers/<int(max=2147483647):dossier_id>/urgency")
@allow(*DESK)
@about(TEAM)
def ask_urgency(dossier_id: int) -> Response:
    """Ask that a dossier be paid earlier."""
    try:
        proof = Proof(request.form.get("proof", ""))
    except ValueError:
        raise InvalidInput("Choisissez le justificatif.", kept="Rien n'a changé.") from None
    service.ask_urgency(
        dossier_id,
        proof,
        _maybe_day("proof_on"),
        request.form.get("reason", ""),
        agent_id=current_user.id,
        now=clock.now(),
        locale=str(get_locale()),
    )
    return _dossier(dossier_id, _("L’urgence est demandée : l’encadrement décide."))


@bp.post("/dossiers/<int(max=2147483647):dossier_id>/urgency/decision")
@allow(Role.MANAGER)
@about(TEAM)
def decide_urgency(dossier_id: int) -> Response:
    """Grant or refuse it."""
    granted = request.form.get("granted") == "1"
    wave = _maybe_day("wave") if granted else None
    service.decide_urgency(dossier_id, granted, wave, agent_id=current_user.id, now=clock.now())
    return _dossier(
        dossier_id, _("L’urgence est reconnue.") if granted else _("L’urgence est refusée.")
    )


def _dossier(dossier_id: int, said: str) -> Response:
    flash(said, "live")
    return redirect(f"/dossiers/{dossier_id}")


def _day(name: str) -> date:
    found = _maybe_day(name)
    if found is None:
        raise InvalidInput("Choisissez un jour.", kept="Rien n'a changé.")
    return found


def _maybe_day(name: str) -> date | None:
    text = request.form.get(name, "").strip()
    found = outside.day(text)
    if text and found is None:
        raise InvalidInput("Ce n'est pas une date.", kept="Rien n'a changé.")
    return found
