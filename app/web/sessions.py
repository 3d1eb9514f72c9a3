"""Sessions in a signed cookie, Flask's own."""

from __future__ import annotations

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface


class Sessions(SecureCookieSessionInterface):
    """A request that brings no cookie, as no webhook does, makes no key to read one with."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session that the request brings, or an empty one."""
        if app.secret_key and self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)
