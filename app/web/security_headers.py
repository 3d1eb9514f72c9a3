"""Headers of every answer to a browser: no inline code, no framing, no address leaked."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request

from app.foundation.config import Settings
from app.web.access import access_of


def install(app: Flask, settings: Settings) -> None:
    """Add the headers after each request; the provider, whose signature was right, is no browser."""
    policy = _content_policy(settings)

    @app.after_request
    def add(response: Response) -> Response:
        if _is_for_the_provider(response):
            return response
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("X-Frame-Options", "SAMEORIGIN")
        headers.setdefault("Permissions-Policy", "microphone=(self), camera=(), geolocation=()")
        if settings.secure_cookies:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response


def _is_for_the_provider(response: Response) -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    access = access_of(view) if view else None
    return access is not None and access.signed and response.status_code < HTTPStatus.BAD_REQUEST


def _content_policy(settings: Settings) -> str:
    """Our own files only; sockets to the carrier, and to Twilio's when it is the provider."""
    connect = ["'self'"]
    if settings.softphone_driver == "twilio":
        connect += ["wss://*.twilio.com", "https://*.twilio.com"]
    else:
        carrier = urlsplit(settings.twilio_api_base_url)
        connect += [f"http://{carrier.netloc}", f"ws://{carrier.netloc}"]
    # Plotly writes style attributes through the DOM; that is 'unsafe-inline' for style-src only.
    return (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; media-src 'self' blob: data: https://*.twilio.com; "
        f"connect-src {' '.join(connect)}; "
        f"frame-ancestors 'self'; base-uri 'none'; form-action {_forms(settings)}; object-src 'none'"
    )


def _forms(settings: Settings) -> str:
    """Our own; signing out leads on to the identity provider, and browsers look at the whole way."""
    issuer = urlsplit(settings.oidc_issuer)
    return f"'self' {issuer.scheme}://{issuer.netloc}" if issuer.netloc else "'self'"
