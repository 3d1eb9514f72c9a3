"""The cookie of a browser in which somebody has signed in before: strangers' tries do not slow it.

It opens nothing. It holds, signed, for each of the last few accounts a random name of this browser;
a stolen one has tries of its own, as few as anybody's. One computer may serve several people.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug import Response

from app.accounts.signing_in.patience import key_of

COOKIE = "permanence_browser"
PATH = "/sign-in"
LIFE = timedelta(days=180)
MOST = 8  # accounts a browser remembers


def name_for(email: str) -> str | None:
    """What this browser is called for an account; None when nobody has signed in to it here."""
    return _names().get(_account(email))


def remember(response: Response, email: str) -> None:
    """Somebody has signed in here: this browser is known to the account from now on."""
    names = _names()
    name = names.pop(_account(email), None) or secrets.token_urlsafe(12)
    names[_account(email)] = name  # the latest stands last
    kept = dict(list(names.items())[-MOST:])
    response.set_cookie(
        COOKIE,
        str(_serializer().dumps(kept)),
        max_age=LIFE,
        path=PATH,
        httponly=True,
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        samesite="Lax",
    )


def _names() -> dict[str, str]:
    try:
        found = _serializer().loads(
            request.cookies.get(COOKIE, ""), max_age=int(LIFE.total_seconds())
        )
    except BadSignature:
        return {}
    return dict(found)


def _account(email: str) -> str:
    return key_of("account", email.strip().lower())[:20]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="known-browser")
