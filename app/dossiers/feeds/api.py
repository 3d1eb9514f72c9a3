"""``POST /api/feeds/<kind>``: programs send records (docs/feeds.openapi.yaml)."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from app.dossiers.feeds import receiving, tokens
from app.dossiers.feeds.kinds import KINDS
from app.foundation import clock
from app.foundation.exceptions import InvalidInput, NotFound, SignInRequired
from app.web.access import public
from app.web.acts.once import repeatable
from app.web.incoming import takes

bp = Blueprint("feeds_api", __name__, url_prefix="/api/feeds")

LARGEST = 2_000_000  # bytes of a request


@bp.post("/<kind>")
@public(csrf=False)
@takes(LARGEST)
@repeatable("each record is known again by what it says: sent twice, it changes nothing", anew=True)
def receive(kind: str) -> Response:
    """Apply some records; what became of each. The key of a program is asked for, no session counts."""
    token = tokens.of(request.headers.get("Authorization", ""))
    if token is None:
        raise SignInRequired("Il faut la clé d'un programme (Authorization: Bearer …).")
    found = KINDS.get(kind)
    if found is None:
        raise NotFound("Ce genre d'enregistrement n'existe pas.")
    if not request.is_json:
        raise InvalidInput("Envoyez du JSON, de 2 Mo au plus.", kept="Rien n'a été importé.")
    body = request.get_json(silent=True)
    records = body.get("records") if isinstance(body, dict) else None
    trial = isinstance(body, dict) and body.get("dry_run") is True
    return jsonify(receiving.receive(found, records, token, now=clock.now(), trial=trial))
