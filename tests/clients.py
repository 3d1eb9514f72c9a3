"""Who talks to the application in tests: a browser of the staff, and the telephone provider."""

from __future__ import annotations

import re
from typing import Any

from flask import g
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from app.accounts import sessions
from app.accounts.models import Agent
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.web.acts.keys import FIELD, HEADER, new_key
from tests.fixtures.settings import AUTH_TOKEN, BASE_URL

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
_RAW_CSRF = "token-of-the-tests"


def forget_who_asked() -> None:
    """The test's own app context stays open, so Flask reuses its `g`: without this the second request
    (or connection) would still be the first one's person, in her language."""
    for name in ("_login_user", "_flask_babel", "csrf_token", "csrf_valid"):
        g.pop(name, None)


class StaffClient(FlaskClient):
    """A browser: it sends a new key with each act, and the form token once somebody is signed in."""

    agent: Agent
    csrf: str = ""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        forget_who_asked()
        if str(kwargs.get("method", "GET")).upper() in UNSAFE:
            sent = {HEADER: new_key(), **({"X-CSRFToken": self.csrf} if self.csrf else {})}
            kwargs["headers"] = {**sent, **dict(kwargs.pop("headers", None) or {})}
        return super().open(*args, **kwargs)

    def sign_in(self, agent: Agent) -> StaffClient:
        """Open a session for ``agent`` without the (slow, rate-limited) form."""
        with unit_of_work():
            key = sessions.begin(agent.id, now=clock.now())
        with self.session_transaction() as session:
            session["_user_id"] = key
            session["_fresh"] = True
            session["csrf_token"] = _RAW_CSRF
        serializer = URLSafeTimedSerializer(str(self.application.secret_key), salt="wtf-csrf-token")
        self.csrf = str(serializer.dumps(_RAW_CSRF))
        self.agent = agent
        return self


def without_keys(page: str) -> str:
    """A page without the keys of its forms, which are new each time it is drawn."""
    return re.sub(rf'name="{FIELD}" value="[^"]*"', "", page)


def post_signed(
    client: FlaskClient,
    path: str,
    params: dict[str, str],
    *,
    token: str = AUTH_TOKEN,
    base_url: str = BASE_URL,
) -> TestResponse:
    """Post what the telephone provider would post, with its signature over the public address."""
    signature = RequestValidator(token).compute_signature(base_url + path, params)
    return client.post(path, data=params, headers={"X-Twilio-Signature": signature})
