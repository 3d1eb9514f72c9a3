# ruff: noqa: E501 (tables of words)
"""/admin/privacy: what is kept and until when; what is held on one person, as a file; who saw it; erasing, with a certificate."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from werkzeug import Response as AnyResponse

from app.accounts import journal
from app.accounts.local_moment import local_moment
from app.administration import journal_view
from app.administration.privacy import erasing, held, open_matters, paper, terms
from app.administration.privacy import words as row_words
from app.administration.privacy.models import Erasure
from app.dossiers import store
from app.dossiers.finding import search as finding
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput, NotFound
from app.foundation.extensions import db
from app.foundation.roles import Role
from app.web.access import allow
from app.web.whose import NOTHING, TEAM, about

bp = Blueprint("privacy", __name__, url_prefix="/privacy")

LINES_SHOWN = 100
SHOWN = 20

Page = str | AnyResponse


@bp.get("")
@allow(Role.MANAGER)
def index() -> str:
    """How many persons' term has come, the last erasures, and the search for one person."""
    return _index()


def _index(results: Any = None, query: str = "") -> str:
    now = clock.now()
    return render_template(
        "admin/privacy/index.html",
        due=len(erasing.past_term(now)),
        kept=row_words.kept(None),
        years=erasing.KEEP_PERSONS.days // 365,
        erasures=db.session.scalars(select(Erasure).order_by(Erasure.id.desc()).limit(SHOWN)).all(),
        results=results,
        query=query,
        moment=local_moment,
    )


@bp.get("/terms")
@allow(Role.MANAGER)
def due() -> str:
    """What goes the next night, kind by kind: the dry run of the retention."""
    counts = terms.counts(clock.now())
    return render_template("admin/privacy/_terms.html", kept=row_words.kept(counts))


@bp.post("")
@allow(Role.MANAGER)
@about(NOTHING)
def find() -> str:
    """Persons by anything known of them; posted, so that no name is in a log."""
    query = request.form.get("q", "").strip()[:100]
    return _index(finding.search(query, shown=SHOWN), query)


@bp.get("/persons/<int(max=2147483647):person_id>")
@allow(Role.MANAGER)
def show(person_id: int) -> str:
    """What is held on a person, and who saw or did what."""
    person = store.person(person_id)
    counts = {name: len(rows) for name, rows in held.of(person.id).items()}
    owed = open_matters.count(held.ids_of(person.id))
    return render_template(
        "admin/privacy/person.html",
        person=person,
        counts=counts,
        owed=owed,
        words=row_words.table_words(),
        lines=journal_view.lines(held.seen_by(person.id)[:LINES_SHOWN]),
        erasure=_erasure_of(person.id),
        moment=local_moment,
    )


def _erasure_of(person_id: int) -> Erasure | None:
    return db.session.scalar(select(Erasure).where(Erasure.person_id == person_id))


@bp.get("/persons/<int(max=2147483647):person_id>/held.<form>")
@allow(Role.MANAGER)
def export(person_id: int, form: str) -> Response:
    """All of it, as JSON or as a PDF to be read; journaled."""
    if form not in ("json", "pdf"):
        raise NotFound("Ce fichier n'existe pas.")
    now = clock.now()
    with unit_of_work():
        person_id = store.person(person_id).id
        journal.record(
            "person_exported",
            f"person:{person_id}",
            agent_id=current_user.id,
            now=now,
            detail={"form": form},
        )
    rows = held.of(person_id)
    lines = journal_view.lines(held.seen_by(person_id))
    if form == "json":
        told = {
            "made_at": now.isoformat(),
            "held": rows,
            "journal": [f"{each.when} : {each.said}" for each in lines],
        }
        body = json.dumps(told, ensure_ascii=False, indent=1).encode()
        return _file(body, "application/json", f"personne-{person_id}.json")
    words = row_words.table_words()
    parts: list[tuple[str, Sequence[paper.Facts]]] = [
        (words.get(name, name), [list(row_words.facts(row)) for row in found])
        for name, found in rows.items()
    ]
    parts.append((_("Qui a vu ou fait quoi"), [[(each.when, each.said)] for each in lines]))
    lead = [_("Tout ce qui est gardé ici sur cette personne, le %(when)s.", when=local_moment(now))]
    return _file(
        paper.pages(_("Ce que nous gardons sur vous"), lead, parts),
        "application/pdf",
        f"personne-{person_id}.pdf",
    )


@bp.post("/persons/<int(max=2147483647):person_id>/erase")
@allow(Role.MANAGER)
@about(TEAM)
def erase(person_id: int) -> Page:
    """Erase a person, for good; the page of the certificate."""
    if request.form.get("sure") != "1":
        raise InvalidInput(
            "Cochez la case pour confirmer l'effacement de cette personne.", kept="Rien n'a changé."
        )
    made = erasing.erase(person_id, by_id=current_user.id, now=clock.now())
    return redirect(url_for("admin.privacy.show", person_id=made.person_id), 303)


@bp.get("/erasures/<int(max=2147483647):erasure_id>.pdf")
@allow(Role.MANAGER)
def certificate(erasure_id: int) -> Response:
    """The certificate of an erasure: its number, its day, what went and what stays. No name."""
    made = db.session.get(Erasure, erasure_id)
    if made is None:
        raise NotFound("Ce certificat n'existe pas.")
    words = row_words.table_words()
    lead = [
        _("Numéro %(number)s, le %(when)s.", number=made.number, when=local_moment(made.at)),
        _("À sa demande.") if made.asked else _("Sa durée de conservation est passée."),
        _(
            "L’identité, les moyens de la joindre, ce qu’elle a écrit et ce qui a été noté sur elle ont été effacés."
        ),
        _(
            "Il reste des dates, des états et des montants qui ne disent plus de qui il s’agit : les chiffres du service."
        ),
        _(
            "Les sauvegardes faites avant ce jour sont effacées à la fin de leur durée de conservation."
        ),
    ]
    went = [[(words.get(name, name), count)] for name, count in made.counts.items()]
    body = paper.pages(_("Certificat d’effacement"), lead, [(_("Lignes vidées ou retirées"), went)])
    return _file(body, "application/pdf", f"effacement-{made.number}.pdf")


def _file(content: bytes, mimetype: str, name: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
