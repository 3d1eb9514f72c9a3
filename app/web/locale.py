"""Which language a request is answered in."""

from __future__ import annotations

from flask import has_request_context, request, session
from flask_login import current_user

LOCALES = ("fr", "en")


def select_locale() -> str:
    """The choice of this session, else the agent's, else the browser's, else French."""
    if not has_request_context():
        return "fr"
    if session.get("locale") in LOCALES:
        return str(session["locale"])
    if current_user and current_user.is_authenticated and current_user.locale in LOCALES:
        return str(current_user.locale)
    return request.accept_languages.best_match(LOCALES, "fr") or "fr"
