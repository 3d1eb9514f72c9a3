"""The bare limit: the least that a webhook of ours must do, served the same way.

Verify the signature, commit one row, answer TwiML. Nothing can be faster on this stack.
"""

from __future__ import annotations

import os

from flask import Flask, Response, request
from sqlalchemy import create_engine, text
from twilio.request_validator import RequestValidator

TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response><Pause/></Response>'


def create_app() -> Flask:
    """The minimal application."""
    app = Flask(__name__)
    engine = create_engine(os.environ["DATABASE_URL"], pool_size=20, max_overflow=20)
    validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
    base = os.environ["PUBLIC_BASE_URL"]
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS bench_bare (sid text PRIMARY KEY)"))

    @app.get("/health/live")
    def live() -> str:
        return "ok"

    @app.post("/voice/incoming")
    def incoming() -> Response:
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(base + request.path, request.form.to_dict(), signature):
            return Response(status=403)
        with engine.begin() as connection:
            connection.execute(
                text("INSERT INTO bench_bare VALUES (:sid)"), {"sid": request.form["CallSid"]}
            )
        return Response(TWIML, content_type="text/xml")

    return app
