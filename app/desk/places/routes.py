"""Places with a computer and a person: looked for by town, taken in from the public standard."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask import url_for as url
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_login import current_user

from app.foundation import clock
from app.foundation.exceptions import InvalidInput
from app.foundation.roles import DESK, Role
from app.tickets.places import service, standard
from app.tickets.places.communes import service as communes
from app.tickets.places.hours import said as in_words
from app.web.access import allow
from app.web.incoming import takes
from app.web.whose import LINE, NOTHING, TEAM, about

FORM = 20_000  # bytes of a form around its file

bp = Blueprint("places", __name__, url_prefix="/places")


@bp.get("")
@allow(*DESK)
def index() -> str:
    """The places nearest to a town."""
    return _page()


def _wants() -> list[tuple[str, str]]:
    """What a place may be asked for: lists of the standard, and what they are called here."""
    return [
        ("services", _("Sur place")),
        ("frais_a_charge", _("Prix")),
        ("prise_en_charge_specifique", _("Besoin particulier")),
        ("publics_specifiquement_adresses", _("Public")),
    ]


def _page(
    problem: InvalidInput | None = None,
    taken: service.Taken | None = None,
    towns_taken: communes.Taken | None = None,
) -> str:
    where = request.args.get("q", "")[:120]
    prints = request.args.get("prints") == "1"
    wanted = {name: request.args.get(name, "")[:120] for name, _label in _wants()}
    return render_template(
        "places/index.html",
        where=where,
        wants=[(name, label, standard.LISTS[name], wanted[name]) for name, label in _wants()],
        narrowed=prints or any(wanted.values()),
        near=service.around(where, wanted=wanted, prints=prints)
        if where.strip()
        else service.Nearby(()),
        prints=prints,
        communes=communes.known() if current_user.role == Role.MANAGER else 0,
        problem=problem,
        taken=taken,
        towns_taken=towns_taken,
    )


@bp.post("/near")
@allow(*DESK)
@about(NOTHING)
def near() -> str:
    """The places nearest to where somebody lives (posted: it is in no address), as options of a form."""
    near_by = service.around(request.form.get("where", "")[:200])
    return render_template(
        "places/_options.html", found=near_by.found, choices=near_by.choices, chosen=""
    )


@bp.post("/<int(max=2147483647):place_id>/prints")
@allow(*DESK)
@about(TEAM)
def say_prints(place_id: int) -> Any:
    """Can one print and scan there? What somebody asked the place is kept beside what its file says."""
    said = {"yes": True, "no": False}.get(request.form.get("prints", ""))
    service.say_prints(place_id, said, agent_id=current_user.id, now=clock.now())
    flash(_("C’est noté pour tout le monde."), "live")
    return redirect(url(".index", q=request.form.get("q", "")[:120]), 303)


@bp.post("/import")
@allow(Role.MANAGER)
@about(LINE)
@takes(service.LARGEST + FORM)
def take_in() -> Any:
    """Read a file of the standard; ``try``: say what would come of it, and change nothing."""
    sent = request.files.get("file")
    content = sent.read(service.LARGEST + 1) if sent else b""
    dry_run = request.form.get("try") == "1"
    try:
        taken = service.take_in(content, agent_id=current_user.id, now=clock.now(), dry_run=dry_run)
    except InvalidInput as problem:
        return _page(problem), problem.status
    if dry_run or taken.refused:
        return _page(taken=taken)
    flash(said(taken), "live")
    return redirect(url(".index"), 303)


@bp.post("/communes")
@allow(Role.MANAGER)
@about(LINE)
@takes(communes.LARGEST + FORM)
def take_in_communes() -> Any:
    """Read the State's list of communes; ``try``: say what it holds, and change nothing."""
    sent = request.files.get("file")
    content = sent.read(communes.LARGEST + 1) if sent else b""
    dry_run = request.form.get("try") == "1"
    try:
        taken = communes.take_in(
            content, agent_id=current_user.id, now=clock.now(), dry_run=dry_run
        )
    except InvalidInput as problem:
        return _page(problem), problem.status
    if dry_run:
        return _page(towns_taken=taken)
    flash(towns_said(taken), "live")
    return redirect(url(".index"), 303)


@bp.app_template_global("communes_taken")
def towns_said(taken: communes.Taken) -> str:
    """« 34 900 communes lues. »"""
    return ngettext("%(num)d commune lue.", "%(num)d communes lues.", taken.communes)


@bp.app_template_filter("far_away")
def far_away(km: float) -> str:
    """A distance as one says it: « à moins d’un kilomètre », « à 12 km »."""
    if km < 1:
        return _("à moins d’un kilomètre")
    return _("à %(km)s km", km=f"{km:.0f}")


@bp.app_template_filter("opening_hours")
def opening_hours(hours: str) -> str:
    """Hours of the standard in words that can be read aloud."""
    return in_words(hours, str(get_locale()))


@bp.app_template_global("places_taken")
def said(taken: service.Taken) -> str:
    """« 12 lieux nouveaux, 3 modifiés, 1 retiré. »"""
    return _(
        "%(made)s, %(changed)s, %(gone)s.",
        made=ngettext("%(num)d lieu nouveau", "%(num)d lieux nouveaux", taken.made),
        changed=ngettext("%(num)d modifié", "%(num)d modifiés", taken.changed),
        gone=ngettext("%(num)d retiré", "%(num)d retirés", taken.gone),
    )
