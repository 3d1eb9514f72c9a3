"""/dossiers/duplicates: pairs that look alike, the two side by side, merge, undo, « two persons ».

The warning beside a person (``warnings``) is a sentence and a link: nobody works on one of two files unknowingly.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug import Response

from app.accounts.local_moment import local_moment
from app.dossiers import store
from app.dossiers.duplicates import comparing, merging, view, words
from app.dossiers.duplicates.models import DuplicatePair, PairState
from app.dossiers.finding import search as finding
from app.dossiers.merged.models import Merge
from app.dossiers.wording import Words
from app.foundation import clock
from app.foundation.database import paging
from app.foundation.exceptions import InvalidInput, NotFound
from app.foundation.extensions import db
from app.foundation.roles import DESK
from app.foundation.text import outside
from app.web.access import allow
from app.web.incoming import number_in
from app.web.whose import NOTHING, TEAM, about

bp = Blueprint("duplicates", __name__, url_prefix="/dossiers/duplicates")

A_PAGE = 30
MERGES_SHOWN = 10
FOUND = 6  # persons proposed as perhaps the same


@bp.record_once
def _compare_what_is_written(_state: object) -> None:
    comparing.install()


@bp.get("")
@allow(*DESK)
def index() -> str:
    """The pairs that wait for somebody, the most alike first, and the last merges."""
    query = (
        select(DuplicatePair)
        .where(DuplicatePair.state == PairState.OPEN)
        .options(joinedload(DuplicatePair.one), joinedload(DuplicatePair.other))
        .order_by(DuplicatePair.percent.desc(), DuplicatePair.id)
    )
    merges = db.session.scalars(
        select(Merge).options(joinedload(Merge.by)).order_by(Merge.id.desc()).limit(MERGES_SHOWN)
    ).all()
    return render_template(
        "dossiers/duplicates/index.html",
        page=paging.page(query, number_in(request.args, "page"), A_PAGE),
        merges=merges,
        said=_said,
        moment=local_moment,
    )


def _said(pair: DuplicatePair) -> str:
    return words.said(pair.percent, pair.reasons, str(get_locale()))


@bp.app_template_global("look_alike")
def warning(person_id: int) -> tuple[str, str] | None:
    """(the sentence, where to look) when somebody else looks alike; None for nobody."""
    pairs = merging.open_pairs([person_id])
    if not pairs:
        return None
    return _said(pairs[0]), url_for(
        "duplicates.pair", kind="person", first=pairs[0].one_id, second=pairs[0].other_id
    )


@bp.get("/<kind>/<int(max=2147483647):first>/<int(max=2147483647):second>")
@allow(*DESK)
def pair(kind: str, first: int, second: int) -> str | Response:
    """The two side by side: what differs, to be chosen, and what comes along."""
    _known(kind)
    words_ = Words(str(get_locale()), clock.now())
    preview = merging.preview(kind, first, second)
    row = None
    if kind == "person":
        people = {i: store.person(i) for i in (first, second)}
        row = next(
            (p for p in merging.open_pairs([first]) if {p.one_id, p.other_id} == {first, second}),
            None,
        )
    else:
        people = {i: store.dossier(i) for i in (first, second)}
    return render_template(
        "dossiers/duplicates/pair.html",
        kind=kind,
        first=first,
        second=second,
        rows=people,
        preview=preview,
        label=view.label,
        said=lambda name, values: view.said(name, values, words_),
        piece=lambda kind: view.piece(kind, words_),
        state=words_.label,
        moved=view.moved(preview.moved),
        reason=_said(row) if row else "",
        open=row is not None,
    )


@bp.post("/persons/<int(max=2147483647):person_id>/find")
@allow(*DESK)
@about(NOTHING)
def find(person_id: int) -> str:
    """Who else this person may be, by anything known of them; each leads to the two side by side."""
    person = store.person(person_id)
    results = finding.search(request.form.get("q", "").strip()[:100], shown=FOUND + 1)
    return render_template(
        "dossiers/duplicates/_found.html",
        person=person,
        found=[each for each in results.found if each.person.id != person.id][:FOUND],
        words=Words(str(get_locale()), clock.now()),
    )


def _known(kind: str) -> None:
    if kind not in ("person", "dossier"):
        raise NotFound("Cette page n'existe pas.")


@bp.app_template_global("last_merges")
def last_merges(dossier_id: int, person_id: int) -> list[Merge]:
    """The merges into this dossier, or its person, that can be taken back."""
    return merging.latest_of(dossier_id, person_id)


@bp.post("/<kind>/<int(max=2147483647):first>/<int(max=2147483647):second>/merge")
@allow(*DESK)
@about(TEAM)
def merge(kind: str, first: int, second: int) -> Response:
    """Merge them, with the value that was chosen of each field."""
    _known(kind)
    chosen = {}
    for name, value in request.form.items():
        field = name.removeprefix("field-")
        if field != name and value in (str(first), str(second)):
            chosen[field] = int(value)
    if request.form.get("sure") != "1":
        if kind == "person":
            raise InvalidInput(
                "Cochez la case pour confirmer que c'est la même personne.", kept="Rien n'a changé."
            )
        raise InvalidInput(
            "Cochez la case pour confirmer que c'est la même demande.", kept="Rien n'a changé."
        )
    merging.merge(kind, first, second, chosen, by_id=current_user.id, now=clock.now())
    flash(_("Les deux fiches n’en font plus qu’une. La fusion peut être annulée ici."), "live")
    if kind == "dossier":
        return redirect(url_for("dossiers.show", dossier_id=max(first, second)), 303)
    return redirect(url_for("duplicates.index"), 303)


@bp.post("/<int(max=2147483647):first>/<int(max=2147483647):second>/apart")
@allow(*DESK)
@about(TEAM)
def apart(first: int, second: int) -> Response:
    """They are two persons: not proposed again."""
    merging.apart(first, second, by_id=current_user.id, now=clock.now())
    flash(_("C’est noté : ce sont deux personnes."), "live")
    return redirect(url_for("duplicates.index"), 303)


@bp.post("/merges/<int(max=2147483647):merge_id>/undo")
@allow(*DESK)
@about(TEAM)
def undo(merge_id: int) -> Response:
    """Take a merge back, exactly."""
    merging.undo(merge_id, by_id=current_user.id, now=clock.now())
    flash(_("La fusion est annulée : les deux fiches sont comme avant."), "live")
    back = outside.identifier(request.form.get("back"))
    if back is not None:
        return redirect(url_for("dossiers.show", dossier_id=back), 303)
    return redirect(url_for("duplicates.index"), 303)
