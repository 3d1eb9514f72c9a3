"""The agent's desk: the page, and her acts on the line. JSON in, JSON out for the acts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from flask import Blueprint, Flask, g, jsonify, render_template, request
from flask.blueprints import BlueprintSetupState
from flask_login import current_user

from app.calls.call import fate, service, store
from app.calls.call import undo as undoing
from app.calls.call.on_the_line import who_talks
from app.desk import idle, live, shell
from app.desk import view as desk_view
from app.desk.guiding import routes as guiding
from app.dossiers.routes import words
from app.foundation import clock
from app.foundation.exceptions import InvalidInput
from app.foundation.ports import softphone_identity
from app.foundation.roles import AGENTS, DESK
from app.foundation.wiring import ports
from app.tickets import holding
from app.web import news
from app.web.access import allow
from app.web.acts.once import repeatable
from app.web.whose import CALL, OWN, about

bp = Blueprint("desk", __name__, url_prefix="/desk")
bp.register_blueprint(guiding.bp)

TOKEN_LIFE = timedelta(hours=1)


@bp.record
def _say_who_talks(state: BlueprintSetupState) -> None:
    holding.say_who_talks(cast(Flask, state.app), who_talks)


def _desk() -> Any:
    """Her desk. After an act without the queue's figures, which every tab is told anyway."""
    acted = request.method == "POST"
    desk = desk_view.desk_of(g.me, clock.now(), queue=not acted)
    if acted:
        live.answered(g.me, desk)
    return jsonify({"desk": desk})


@bp.before_request
def _know_her() -> None:
    g.me = current_user.id  # kept: after a commit the account would be read again for it
    if request.method == "POST":
        news.answers_with_desk(g.me)


def _identity() -> str:
    return softphone_identity(current_user.id, current_user.softphone_epoch)


@bp.app_context_processor
def _in_every_page() -> dict[str, Any]:
    return {"shell": shell.shell}


@bp.get("")
@allow()
def page() -> str:
    """The desk, with what it shows while nobody is on the line."""
    if current_user.role not in AGENTS:
        return render_template("desk/desk.html")
    said = words()
    return render_template("desk/desk.html", idle=idle.of(g.me, said), words=said)


@bp.get("/state")
@allow()
def state() -> Any:
    """The same as JSON."""
    return _desk()


@bp.get("/token")
@allow(*DESK)
def token() -> Any:
    """A softphone token for this person's browser (a manager's, to listen from the wall)."""
    expires = clock.now() + TOKEN_LIFE
    signed = ports().telephony.softphone_token(_identity(), seconds=int(TOKEN_LIFE.total_seconds()))
    return jsonify({"token": signed, "identity": _identity(), "expires_at": expires.isoformat()})


@bp.post("/presence")
@allow(*AGENTS)
@about(OWN)
@repeatable("the state that was chosen is chosen again")
def presence() -> Any:
    """Choose one's state. JSON: ``{"state": …, "reason": …}``."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise InvalidInput("La demande est incomplète ou abîmée.")
    wanted = str(body.get("state", ""))
    service.choose_presence(g.me, wanted, body.get("reason"), now=clock.now())
    return _desk()


@bp.get("/calls/<ref>/fate")
@allow(*AGENTS)
def fate_of(ref: str) -> Any:
    """What became of a call that rang here and does no more. JSON: ``{"said": …}``."""
    free = desk_view.free_agents(besides=g.me)
    return jsonify({"said": fate.said(store.by_ref(ref), g.me, others_free=free)})


@bp.post("/calls/<ref>/accept")
@allow(*AGENTS)
@about(CALL)
def accept(ref: str) -> Any:
    """Take the call that rings."""
    service.accept(ref, g.me, now=clock.now())
    return _desk()


@bp.post("/calls/<ref>/decline")
@allow(*AGENTS)
@about(CALL)
def decline(ref: str) -> Any:
    """Leave it to the others."""
    service.decline(ref, g.me, now=clock.now())
    return _desk()


@bp.post("/calls/<ref>/hold")
@allow(*AGENTS)
@about(CALL)
def hold(ref: str) -> Any:
    """Put the caller on hold."""
    service.hold(ref, g.me, on=True, now=clock.now())
    return _desk()


@bp.post("/calls/<ref>/resume")
@allow(*AGENTS)
@about(CALL)
def resume(ref: str) -> Any:
    """Take the caller back."""
    service.hold(ref, g.me, on=False, now=clock.now())
    return _desk()


@bp.post("/calls/<ref>/hang-up")
@allow(*AGENTS)
@about(CALL)
def hang_up(ref: str) -> Any:
    """End the conversation."""
    service.hang_up(ref, g.me, now=clock.now())
    return _desk()


@bp.post("/calls/<ref>/rejoin")
@allow(*AGENTS)
@about(CALL)
def rejoin(ref: str) -> Any:
    """Come back into the conversation from this tab."""
    service.rejoin(ref, g.me)
    return _desk()


@bp.post("/calls/<ref>/wrap-up-done")
@allow(*AGENTS)
@about(CALL)
def wrap_up_done(ref: str) -> Any:
    """Done with this call."""
    service.finish_wrap_up(ref, g.me, now=clock.now())
    return _desk()


@bp.post("/calls/<ref>/undo")
@allow(*AGENTS)
@about(CALL)
def undo(ref: str) -> Any:
    """« Annuler », in the seconds after a wrap-up: JSON, with ``back``: is she writing it up again?"""
    back = undoing.wrap_up(ref, g.me, now=clock.now())
    answer = desk_view.desk_of(g.me, clock.now(), queue=False)
    live.answered(g.me, answer)
    return jsonify({"desk": answer, "back": back})


@bp.get("/idle")
@allow(*AGENTS)
def idle_fragment() -> str:
    """What is before this agent while nobody is on the line: read again when something of theirs moved."""
    said = words()
    return render_template("desk/idle.html", idle=idle.of(g.me, said), words=said)
