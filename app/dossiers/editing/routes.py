"""Correcting a dossier on its page, sheet by sheet, and its pièces.

    as stored → typed → read back → stored; or, when a colleague was faster, what they changed

Each sheet is a fragment of its own (``.dossier-sheet``), so that what is typed in one stays while another is stored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from flask import Blueprint, Flask, Response, make_response, render_template, request
from flask.blueprints import BlueprintSetupState
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from app.dossiers import store, timeline
from app.dossiers.editing import service, view, words
from app.dossiers.editing.drawn import Drawn, returned
from app.dossiers.editing.service import Judged, Target
from app.dossiers.editing.sheets import FIELDS
from app.dossiers.vocabulary import Defect, PieceKind, PieceState
from app.dossiers.wording import Words
from app.foundation import clock, edits
from app.foundation.edits import StaleEdit
from app.foundation.exceptions import InvalidInput, NotFound
from app.foundation.roles import DESK
from app.foundation.text import outside
from app.web.access import allow
from app.web.whose import TEAM, about

bp = Blueprint("editing", __name__)


@bp.record
def _register(state: BlueprintSetupState) -> None:
    timeline.register(cast(Flask, state.app), view.happened)


SHEET = "/dossiers/<int(max=2147483647):dossier_id>/sheets/<sheet>"


@dataclass(frozen=True)
class Form(Drawn[Target, Judged]):
    """A sheet's form."""

    judged: Judged = field(default_factory=Judged)


@bp.get(SHEET)
@allow(*DESK)
def show(dossier_id: int, sheet: str) -> str:
    """The sheet as stored."""
    return _sheet(service.target(dossier_id, sheet, _piece_in(request.args)))


@bp.get(f"{SHEET}/edit")
@allow(*DESK)
def edit(dossier_id: int, sheet: str) -> str:
    """The form; ``restore`` puts a former value back in it, ``preset=hand_back`` asks a pièce again."""
    of = service.target(dossier_id, sheet, _piece_in(request.args))
    shown = service.shown(of)
    seen = edits.seal(shown)
    change_id = outside.identifier(request.args.get("restore"))
    if change_id is not None:
        shown = service.put_back(of, change_id, agent_id=current_user.id, now=clock.now())
    if request.args.get("preset") == "hand_back" and of.piece is not None:
        shown |= {"state": PieceState.RED.value, "defect": Defect.EMPTY.value}
        shown["message"] = shown["message"] or _(
            "Votre document n’est pas arrivé : déposez-le de nouveau."
        )
    return _form(Form(of, shown, seen))


@bp.post(SHEET)
@allow(*DESK)
@about(TEAM)
def correct(dossier_id: int, sheet: str) -> Response:
    """Judge what was typed, have it read back, store it once it was."""
    of = service.target(dossier_id, sheet, _piece_in(request.form))
    seen = request.form.get("seen", "")
    kept = edits.unseal(seen) or {}
    typed = service.sent(of, request.form, kept)
    judged = service.judge(of, typed, kept)
    if judged.errors or request.form.get("step") == "edit":
        return _returned(Form(of, typed, seen, judged))
    changed = service.corrections(of, judged)
    if not changed:
        return _stored(of, _("Rien n’a changé."))
    if edits.unseal(request.form.get("read", "")) != typed:
        return _returned(Form(of, typed, seen, judged, changed))
    try:
        service.correct(
            dossier_id,
            sheet,
            of.piece.id if of.piece else None,
            typed,
            judged,
            seen=seen,
            agent_id=current_user.id,
            now=clock.now(),
        )
    except StaleEdit as stale:
        of = service.target(dossier_id, sheet, _piece_in(request.form))
        last = next(iter(service.changes_of(of)), None)
        by = f"{last.agent.display_name}, {_words().when(last.at)}" if last else ""
        return _returned(Form(of, stale.form, stale.seen, stale=stale.changes, by=by))
    return _stored(service.target(dossier_id, sheet, _piece_in(request.form)), _("C’est corrigé."))


@bp.post("/dossiers/<int(max=2147483647):dossier_id>/pieces")
@allow(*DESK)
@about(TEAM)
def add_piece(dossier_id: int) -> Response:
    """One more slot."""
    try:
        kind = PieceKind(request.form.get("kind", ""))
    except ValueError:
        raise InvalidInput("Choisissez la pièce.", kept="Rien n'a changé.") from None
    piece_id = service.add_piece(dossier_id, kind, agent_id=current_user.id, now=clock.now())
    return _stored(service.target(dossier_id, "piece", piece_id), _("L’emplacement est ajouté."))


def _piece_in(values: Mapping[str, str]) -> int | None:
    text = values.get("piece")
    if not text:
        return None
    found = outside.identifier(text)
    if found is None:
        raise NotFound("Cette pièce n'est plus dans le dossier.")
    return found


def _words() -> Words:
    return Words(str(get_locale()), clock.now())


def _sheet(of: Target) -> str:
    if of.piece is not None:
        return _pieces(of)
    said = _words()
    dossier = store.dossier(of.dossier.id)
    return render_template(
        "dossiers/editing/sheet.html",
        sheet=view.sheet(dossier, of.sheet, said),
        dossier=dossier,
        reason=view.reason(dossier, said),
        words=said,
    )


def _pieces(of: Target) -> str:
    said, dossier = _words(), store.dossier(of.dossier.id)
    return render_template(
        "dossiers/editing/pieces.html",
        dossier=dossier,
        pieces=view.pieces(dossier, said),
        addable=view.addable(dossier, said),
        words=said,
    )


def _stored(of: Target, said: str) -> Response:
    response = make_response(_sheet(of))
    response.headers["HX-Trigger"] = json.dumps(
        {
            "toast": {"message": said, "tone": "live"},
            "person-corrected": {"person": of.dossier.person_id},
        }
    )
    return response


def _returned(form: Form) -> Response:
    return returned(_form(form), form)


def _form(form: Form) -> str:
    said = _words()
    return render_template(
        "dossiers/editing/form.html",
        form=form,
        title=words.of_piece(form.of, said) or words.title(form.of.sheet),
        fields=form.of.fields,
        masked=service.shown(form.of),
        options=lambda each: words.options(each, said),
        label=words.label,
        say_value=lambda name, text: words.value(name, text, said),
        aloud=lambda name, text: (
            words.aloud(name, text) if FIELDS[name].secret else words.value(name, text, said)
        ),
        former=view.piece_former(form.of.dossier, form.of.piece, said) if form.of.piece else (),
        words=said,
    )
