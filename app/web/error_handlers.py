"""Exceptions → one shape: JSON ``{"error": {code, message, kept, todo}}`` or the same as a page.

An unexpected exception never shows its text: the person reads a reference, the log has the rest.
Telephone webhooks answer with spoken words instead of a page (``speak_on_failure``).
"""

from __future__ import annotations

import logging
import secrets
from http import HTTPStatus
from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from app.foundation.database.trouble import KEY
from app.foundation.exceptions import (
    Busy,
    InvalidInput,
    PermanenceError,
    SignInRequired,
    Told,
    Unavailable,
)
from app.foundation.extensions import login, socketio
from app.web.acts.once import KeyMissing

log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(PermanenceError, _expected)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SQLAlchemyError, _database)
    app.register_error_handler(Exception, _unexpected)
    app.add_template_filter(told)
    socketio.on_error_default(_socket)


def wants_json() -> bool:
    """True for scripts (fetch, API), false for a person's navigation or an htmx fragment."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json" or request.is_json


def told(error: PermanenceError) -> Told:
    """What an error says, in the reader's language. Also a filter of templates."""
    return error.told(_)


def render_error(error: PermanenceError) -> tuple[Any, int]:
    """The one shape, for whoever asks."""
    said = told(error)
    body = {
        "code": error.code,
        "message": said.message or _("Une erreur est survenue."),
        "kept": said.kept,
        "todo": said.todo,
    }
    if wants_json():
        return jsonify({"error": body}), error.status
    again = error.again if isinstance(error, KeyMissing) else []
    template = "errors/again.html" if again else "errors/page.html"
    if request.headers.get("HX-Request"):
        template = "errors/fragment.html"
    return render_template(template, error=body, status=error.status, again=again), error.status


def _expected(error: PermanenceError) -> Any:
    if isinstance(error, SignInRequired) and not wants_json():
        if request.headers.get("HX-Request"):
            return Response(status=401, headers={"HX-Redirect": url_for("accounts.sign_in")})
        return redirect(url_for("accounts.sign_in", next=request.path))
    if isinstance(error, Busy):
        return *render_error(error), {"Retry-After": str(error.retry_after)}
    return render_error(error)


def _stale_form(_error: CSRFError) -> Any:
    """The page's form token is of another session: it has no age of its own (WTF_CSRF_TIME_LIMIT)."""
    return render_error(
        InvalidInput(
            "Depuis que cette page est ouverte, votre session a changé : une autre connexion, ou une "
            "déconnexion.",
            kept="Rien n'a été changé.",
            todo="Rechargez la page, puis recommencez.",
        )
    )


def _http(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    wrapped = PermanenceError(_http_message(error.code))
    wrapped.status = error.code
    wrapped.code = {404: "not_found", 429: "too_many_requests"}.get(error.code, "http_error")
    if error.code == HTTPStatus.TOO_MANY_REQUESTS:
        return *render_error(wrapped), {"Retry-After": "60"}
    return render_error(wrapped)


def _http_message(status: int) -> str:
    messages = {
        400: _("La demande est incomplète ou abîmée."),
        404: _("Cette page n'existe pas."),
        405: _("Cette adresse ne s'utilise pas ainsi."),
        408: _("Votre envoi a été interrompu. Recommencez."),
        413: _("Ce que vous envoyez est trop gros."),
        429: _("Trop d'essais en peu de temps. Attendez une minute, puis recommencez."),
    }
    return messages.get(status) or _("La demande n'a pas pu aboutir.")


def _database(error: SQLAlchemyError) -> Any:
    log.error("database failure %s on %s", type(error).__name__, request.endpoint)
    current_app.extensions[KEY].note(error)
    g._login_user = login.anonymous_user()  # the page's frame must not ask the database who reads
    return render_error(
        Unavailable(
            "La base de données ne répond pas.",
            kept="Ce qui était enregistré est gardé ; la conversation continue.",
            todo="Réessayez dans quelques secondes.",
        )
    )


def _socket(error: Exception) -> dict[str, Any]:
    """A socket's event failed: the page is told so, with the reference that the log has."""
    if isinstance(error, SQLAlchemyError):
        current_app.extensions[KEY].note(error)
    reference = secrets.token_hex(4)
    log.exception("unexpected error %s on a socket", reference, exc_info=error)
    return {"ok": False, "error": "failed", "reference": reference}


def _unexpected(error: Exception) -> Any:
    reference = secrets.token_hex(4)
    log.exception("unexpected error %s on %s", reference, request.endpoint, exc_info=error)
    return render_error(
        PermanenceError(
            "Une erreur est survenue de notre côté.",
            todo="Réessayez ; si cela continue, donnez la référence %(reference)s.",
            reference=reference,
        )
    )
