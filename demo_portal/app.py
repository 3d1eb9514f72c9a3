"""``create_demo_portal``: the whole Portal as one WSGI application, to be mounted or served apart.

It knows nothing of the service that helps its visitors, but by the contract (docs/portal-openapi.yaml).
"""

from __future__ import annotations

import logging
from pathlib import Path

from flask import Flask, Response, g, render_template, request
from markupsafe import Markup

from demo_portal import api, operator_page, pages
from demo_portal.service import Service
from demo_portal.settings import DemoPortalSettings
from demo_portal.texts import LANGUAGES, text

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parent
LARGEST_REQUEST = 4_000_000  # bytes: a file that is too large is still read, to say so
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def create_demo_portal(settings: DemoPortalSettings) -> Flask:
    """The application. Nothing is written before somebody comes."""
    app = Flask("demo_portal", root_path=str(ROOT), static_url_path="/static")
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_REQUEST, MAX_FORM_PARTS=60)
    service = Service(settings)
    app.extensions["demo_portal"] = service
    app.extensions["demo_portal.mail"] = lambda kind, to, address: _mail(
        settings, kind, to, address
    )

    @app.before_request
    def speak() -> None:
        asked = request.args.get("lang") or request.cookies.get("demo_portal_lang", "")
        g.language = (
            asked if asked in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "fr"
        )

    api.install(app, service)
    pages.install(app, service)
    operator_page.install(app, service)

    @app.context_processor
    def words() -> dict[str, object]:
        return {
            "t": lambda name, *values: (
                text(name, g.language) % values if values else text(name, g.language)
            ),
            "language": g.language,
            "base": request.script_root,
            "Markup": Markup,
        }

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        if request.args.get("lang") in LANGUAGES:
            response.set_cookie(
                "demo_portal_lang", g.language, path=request.script_root or "/", samesite="Lax"
            )
        return response

    @app.errorhandler(413)
    def too_large(_error: Exception) -> tuple[str, int]:
        return render_template("said.html", heading="size", words=""), 413

    @app.errorhandler(404)
    def nothing_there(_error: Exception) -> tuple[str, int]:
        return render_template("said.html", heading="link", words="link-why"), 404

    return app


def _mail(settings: DemoPortalSettings, kind: str, to: str, address: str) -> None:
    """The Portal's own mails: dry, in French, as the real one's."""
    if settings.send_mail is None or not to:
        return
    words = text(f"mail-{kind}", "fr").format(
        step1=address, step2=address.replace("/etape-1/", "/connexion/")
    )
    try:
        settings.send_mail(to, text(f"mail-{kind}-subject", "fr"), words)
    except Exception:
        log.exception("the demo Portal's mail did not leave")
