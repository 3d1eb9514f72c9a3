"""Pages behind an address that was sent to somebody: its token, and what keeps the page theirs."""

from __future__ import annotations

from flask import Response, request

from app.web import public_tokens


def token(length: int | None = None) -> str:
    """The token of the request's address, whatever a mail program put around it; at most ``length`` signs."""
    return public_tokens.bare((request.view_args or {}).get("token", ""))[:length]


def private(response: Response, policy: str = "") -> Response:
    """Nobody between us keeps the page, and no other site learns its address. ``policy``: what it may load."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    if policy:
        response.headers["Content-Security-Policy"] = policy
    return response
