"""Pages and fragments of consultations: beside a dossier, and one by itself to answer, object or rule."""

from __future__ import annotations

import json
from typing import Any, cast

from flask import Blueprint, Flask, Response, make_response, render_template, request
from flask.blueprints import BlueprintSetupState
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from app.dossiers import store as dossiers
from app.dossiers.reasons import contested
from app.dossiers.routes import id_in, words
from app.foundation import clock
from app.foundation.exceptions import InvalidInput, NotFound, PermanenceError
from app.foundation.roles import DESK, Role
from app.tickets.consultations import service, whom
from app.tickets.consultations.groups import service as groups
from app.tickets.consultations.models import ConsultationState, WordKind
from app.tickets.exceptions import service as exceptions
from app.tickets.promises import reads, rules
from app.tickets.promises.service import colleagues
from app.tickets.promises.sources import What
from app.web.access import allow
from app.web.whose import LINE, SERVICE, TEAM, about

bp = Blueprint("consultations", __name__, url_prefix="/tickets/consultations")


@bp.record
def _tell_dossiers(state: BlueprintSetupState) -> None:
    """A reason that two agents dispute is not said as a fact."""
    contested.register(cast(Flask, state.app), service.disputed)


@bp.get("/of/<int(max=2147483647):dossier_id>")
@allow(*DESK)
def of_dossier(dossier_id: int) -> str:
    """Beside a dossier: what was decided first, what is asked, the exceptions that hold, what is promised."""
    dossier = dossiers.dossier(dossier_id)
    said = words()
    return render_template(
        "tickets/consultations/_of_dossier.html",
        consultations=service.of_dossier(dossier_id),
        exceptions=exceptions.for_dossier(dossier, clock.local_day(said.now)),
        promises=reads.of_dossier(dossier_id),
        State=ConsultationState,
        whom=whom.said,
        words=said,
    )


@bp.get("/<int(max=2147483647):consultation_id>")
@allow(*DESK)
def show(consultation_id: int) -> str:
    """One consultation: the question, what was written, and what the reader may do."""
    return _show(consultation_id)


def _show(consultation_id: int, template: str = "tickets/consultations/one.html") -> str:
    held = service.one(consultation_id)
    me, manager = current_user.id, current_user.role == Role.MANAGER
    state = held.state
    may = {
        "answer": state is ConsultationState.OPEN
        and service.may_answer(held, me, current_user.role),
        "object": state is ConsultationState.ANSWERED and held.decided_by_id != me,
        "rule": manager and state in (ConsultationState.DISPUTED, ConsultationState.ANSWERED),
        "remark": state is not ConsultationState.WITHDRAWN,
        "withdraw": state in (ConsultationState.OPEN, ConsultationState.DISPUTED)
        and (manager or held.asked_by_id == me),
        "read": bool(held.decision) and held.read_at is None and held.asked_by_id == me,
    }
    return render_template(
        template,
        held=held,
        may=may,
        State=ConsultationState,
        Word=WordKind,
        names=_names(),
        whom=whom.said,
        words=words(),
    )


def _names() -> dict[WordKind, str]:
    return {
        WordKind.REMARK: _("remarque"),
        WordKind.ANSWER: _("réponse"),
        WordKind.OBJECTION: _("pas d’accord"),
        WordKind.RULING: _("décision de l’encadrement"),
    }


@bp.post("/ask")
@allow(*DESK)
@about(TEAM)
def ask() -> Response:
    """Put a question about a dossier, from its page or from a contact."""
    dossier_id = id_in(request.form, "dossier")
    if dossier_id is None:
        raise NotFound("Ce dossier n'existe pas.")
    try:
        made = service.ask(
            dossier_id,
            request.form.get("question", ""),
            agent_id=current_user.id,
            to=whom.read(request.form.get("to", ""), _ticked()),
            contact_id=id_in(request.form, "contact"),
            target_hours=rules.hours_for(What.CONSULTATION),
            now=clock.now(),
            locale=str(get_locale()),
        )
    except InvalidInput as problem:
        return _returned(problem)
    said = _("Question posée à %(who)s.", who=whom.said(made))
    response = make_response(
        render_template("tickets/consultations/_asked.html", held=made, said=said)
    )
    response.headers["HX-Trigger"] = json.dumps({"toast": {"message": said, "tone": "live"}})
    return response


def _ticked() -> list[int]:
    """The colleagues that were chosen; what is no number of ours is left out."""
    typed = request.form.getlist("colleague")[: whom.MOST + 1]
    return [int(each) for each in typed if each.isascii() and each.isdigit() and len(each) < 10]


@bp.get("/whom/<int(max=2147483647):dossier_id>")
@allow(*DESK)
def of_whom(dossier_id: int) -> str:
    """To whom a question about a dossier may be put: a fragment of its form."""
    owner = dossiers.dossier(dossier_id).owner
    return render_template(
        "tickets/consultations/_whom.html",
        where="".join(each for each in request.values.get("where", "")[:12] if each.isalpha()),
        owner=owner if owner and whom.works_here(owner) else None,
        teams=[(f"role:{role}", word) for role, word in whom.team_words().items()],
        groups=[(f"group:{each.id}", each.name) for each in groups.every()],
        colleagues=[each for each in colleagues() if each[0] != current_user.id],
    )


def _returned(problem: PermanenceError) -> Response:
    response = make_response(
        render_template("tickets/consultations/_problem.html", problem=problem), problem.status
    )
    response.headers["X-Form-Returned"] = "1"
    return response


@bp.post("/<int(max=2147483647):consultation_id>/answer")
@allow(*DESK)
@about(SERVICE)
def answer(consultation_id: int) -> Response:
    """What whoever was asked decides."""
    service.answer(consultation_id, **_typed(), **_by())
    return _done(consultation_id)


@bp.post("/<int(max=2147483647):consultation_id>/object")
@allow(*DESK)
@about(SERVICE)
def object_to(consultation_id: int) -> Response:
    """« Je ne lis pas le dossier comme vous. »"""
    service.object_to(consultation_id, **_typed(), **_by())
    return _done(consultation_id)


@bp.post("/<int(max=2147483647):consultation_id>/rule")
@allow(Role.MANAGER)
@about(LINE)
def rule(consultation_id: int) -> Response:
    """A manager decides."""
    service.rule(consultation_id, **_typed(), **_by())
    return _done(consultation_id)


@bp.post("/<int(max=2147483647):consultation_id>/remark")
@allow(*DESK)
@about(TEAM)
def remark(consultation_id: int) -> Response:
    """A word more."""
    service.remark(consultation_id, request.form.get("text", ""), locale=str(get_locale()), **_by())
    return _done(consultation_id)


@bp.post("/<int(max=2147483647):consultation_id>/withdraw")
@allow(*DESK)
@about(SERVICE)
def withdraw(consultation_id: int) -> Response:
    """The question is of no more use."""
    service.withdraw(consultation_id, **_by())
    return _done(consultation_id)


@bp.post("/<int(max=2147483647):consultation_id>/read")
@allow(*DESK)
@about(SERVICE)
def read(consultation_id: int) -> Response:
    """Who asked has read the decision."""
    service.mark_read(consultation_id, **_by())
    return _done(consultation_id)


def _by() -> dict[str, Any]:
    return {"agent_id": current_user.id, "now": clock.now()}


def _typed() -> dict[str, Any]:
    return {
        "text": request.form.get("text", ""),
        "evidence": request.form.get("evidence", ""),
        "locale": str(get_locale()),
    }


def _done(consultation_id: int) -> Response:
    response = make_response(_show(consultation_id, "tickets/consultations/_one.html"))
    response.headers["HX-Trigger"] = "owed-moved"
    return response
