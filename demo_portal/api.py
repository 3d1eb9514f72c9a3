"""The contract's API (docs/portal-openapi.yaml), as the demo Portal answers it."""

from __future__ import annotations

import hmac
import json
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask, Response, request

from demo_portal import courier
from demo_portal.service import Refused, Service

LARGEST = 10_000


def install(app: Flask, service: Service) -> None:
    """Add the API's addresses to the Portal's application."""

    def once(act: Callable[[sqlite3.Connection, dict[str, Any]], dict[str, Any]]) -> Response:
        """Answer a command; the same key again is answered as the first time."""
        if (denied := refused_at_the_door()) is not None:
            return denied
        key = request.headers.get("Idempotency-Key", "")[:80]
        if not key or (request.content_length or 0) > LARGEST:
            return said(400, {"code": "bad_request"})
        asked = request.get_json(silent=True)
        with service.state.open() as db:
            kept = db.execute("SELECT * FROM answers WHERE key = ?", (key,)).fetchone()
            if kept is not None:
                return said(kept["status"], json.loads(kept["body"]))
            try:
                status, answer = 200, act(db, asked if isinstance(asked, dict) else {})
            except Refused as error:
                status, answer = error.status, {"code": error.code}
            except (KeyError, ValueError):
                return said(400, {"code": "bad_request"})
            db.execute(
                "INSERT INTO answers (key, status, body) VALUES (?, ?, ?)",
                (key, status, json.dumps(answer)),
            )
        service.settings.spawn(lambda: courier.deliver(service.settings, service.state))
        return said(status, answer)

    def refused_at_the_door() -> Response | None:
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {service.settings.token}".encode()):
            return said(401, {"code": "unauthorized"})
        return said(503, {"code": "outage"}) if service.state.is_on("outage") else None

    @app.get("/api/dossiers/<reference>")
    def state_of(reference: str) -> Response:
        if (denied := refused_at_the_door()) is not None:
            return denied
        try:
            with service.state.open() as db:
                return said(200, service.stands(db, reference))
        except Refused as error:
            return said(error.status, {"code": error.code})

    @app.post("/api/dossiers/<reference>/links")
    def issue(reference: str) -> Response:
        def act(db: sqlite3.Connection, asked: dict[str, Any]) -> dict[str, Any]:
            until = datetime.fromisoformat(str(asked["expires_at"]))
            if until.tzinfo is None or not str(asked["mail"]):
                raise ValueError
            return service.issue_link(
                db, reference, str(asked["mail"])[:254], str(asked["link"])[:20], until
            )

        return once(act)

    @app.post("/api/dossiers/<reference>/password-resets")
    def send_reset(reference: str) -> Response:
        def act(db: sqlite3.Connection, _asked: dict[str, Any]) -> dict[str, Any]:
            address = service.send_reset(db, reference)
            row = db.execute(
                "SELECT mail FROM accounts WHERE reference = ?", (reference,)
            ).fetchone()
            app.extensions["demo_portal.mail"]("reset", row["mail"], address)
            return {}

        return once(act)

    @app.post("/api/dossiers/<reference>/slots/<slot>/hand-back")
    def hand_back(reference: str, slot: str) -> Response:
        def act(db: sqlite3.Connection, _asked: dict[str, Any]) -> dict[str, Any]:
            service.hand_back(db, reference, slot)
            return {}

        return once(act)

    @app.post("/api/dossiers/<reference>/unlock")
    def unlock(reference: str) -> Response:
        def act(db: sqlite3.Connection, _asked: dict[str, Any]) -> dict[str, Any]:
            service.unlock(db, reference)
            return {}

        return once(act)


def said(status: int, body: dict[str, Any]) -> Response:
    """An answer in JSON, which nobody keeps."""
    response = Response(json.dumps(body), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
