"""Which names this site answers to: a page under another name may be somebody's trap.

A link made of the request's name, a cached page, a browser led to 127.0.0.1 by another site's name
(DNS rebinding): each begins with a ``Host`` that is not ours. What watches processes asks by address.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, request
from werkzeug.exceptions import BadRequest

from app.foundation.config import Settings
from app.foundation.safety import is_here

BY_ADDRESS = ("health.live", "health.ready", "health.metrics")


def install(app: Flask, settings: Settings) -> None:
    """Refuse requests under another name (400), except those about health; a demonstration has any."""
    ours = {urlsplit(settings.public_base_url).hostname or "", *settings.trusted_hosts}

    @app.before_request
    def check() -> None:
        if request.endpoint in BY_ADDRESS or settings.allow_demo:
            return
        name = (urlsplit(f"//{request.host}").hostname or "") if request.host else ""
        if name not in ours and not (name and is_here(name)):
            raise BadRequest
