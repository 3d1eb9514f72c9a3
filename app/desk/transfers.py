"""The desk's acts with a third person, transfers, and calls that an agent makes. JSON in and out.

Whom she means is named in the body (``directory.named``), never in the address.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request
from flask_login import current_user

from app.calls.call import outbound, parties, store
from app.calls.callbacks import service as callbacks
from app.calls.directory import entries as directory
from app.desk import view as desk_view
from app.foundation import clock
from app.foundation.exceptions import InvalidInput
from app.foundation.extensions import db
from app.foundation.roles import AGENTS
from app.tickets.models import Contact
from app.web.access import allow
from app.web.whose import CALL, about

bp = Blueprint("desk_transfers", __name__, url_prefix="/desk")


def _desk() -> Any:
    return jsonify({"desk": desk_view.desk_of(current_user.id, clock.now())})


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise InvalidInput("La demande est incomplète ou abîmée.")
    return body


@bp.get("/directory")
@allow(*AGENTS)
def choices() -> Any:
    """Whom she may call now: colleagues, the numbers of the dossier on her screen, the directory."""
    call = store.current_call_of(current_user.id)
    contact = db.session.get(Contact, call.contact_id) if call and call.contact_id else None
    line_id = call.line_id if call else None
    return jsonify(directory.choices(contact, current_user.id, line_id))


@bp.post("/calls/<ref>/consult")
@allow(*AGENTS)
@about(CALL)
def consult(ref: str) -> Any:
    """Ask somebody while the person hears music; ``{"together": true}``: all three from the start."""
    body = _body()
    target, together = directory.named(body), body.get("together") is True
    parties.consult(ref, current_user.id, target, together=together, now=clock.now())
    return _desk()


@bp.post("/calls/<ref>/consultation/accept")
@allow(*AGENTS)
@about(CALL)
def accept_consultation(ref: str) -> Any:
    """Take the consultation that rings here."""
    parties.accept(ref, current_user.id, now=clock.now())
    return _desk()


@bp.post("/calls/<ref>/consultation/leave")
@allow(*AGENTS)
@about(CALL)
def leave_consultation(ref: str) -> Any:
    """Decline it, or leave it."""
    parties.leave(ref, current_user.id, now=clock.now())
    return _desk()


@bp.post("/calls/<ref>/consultation/end")
@allow(*AGENTS)
@about(CALL)
def end_consultation(ref: str) -> Any:
    """Send the third person away and take the caller back."""
    parties.send_away(ref, current_user.id, now=clock.now())
    return _desk()


@bp.post("/calls/<ref>/hand-over")
@allow(*AGENTS)
@about(CALL)
def hand_over(ref: str) -> Any:
    """Leave the caller to the third person."""
    parties.hand_over(ref, current_user.id, now=clock.now())
    return _desk()


@bp.post("/calls/<ref>/transfer")
@allow(*AGENTS)
@about(CALL)
def transfer(ref: str) -> Any:
    """Transfer at once; ``{"queue": true}`` puts the caller back in the queue, at her place."""
    body = _body()
    if body.get("queue") is True:
        parties.requeue(ref, current_user.id, now=clock.now())
    else:
        parties.send(ref, current_user.id, directory.named(body), now=clock.now())
    return _desk()


@bp.post("/calls/<ref>/call-again")
@allow(*AGENTS)
@about(CALL)
def call_again(ref: str) -> Any:
    """« Rappeler » : the line dropped."""
    outbound.call_again(ref, current_user.id, now=clock.now())
    return _desk()


@bp.post("/dial")
@allow(*AGENTS)
@about("callback_called")
def dial() -> Any:
    """Call somebody; ``dossier_id`` says what it is about. ``callback_id``: keep that promise now."""
    body = _body()
    if body.get("callback_id") is not None:
        callback_id = directory.row_id(body["callback_id"])
        callbacks.call_now(callback_id, agent_id=current_user.id, now=clock.now())
        return _desk()
    dossier_id = body.get("dossier_id")
    if dossier_id is not None and (isinstance(dossier_id, bool) or not isinstance(dossier_id, int)):
        raise InvalidInput("Ce dossier n'existe pas.")
    outbound.dial(current_user.id, directory.named(body), dossier_id, now=clock.now())
    return _desk()
