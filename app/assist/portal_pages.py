"""The page behind a mail's link: a stand-in for the Portal's two steps in an embedded installation.

No password is ever asked for here. Reading a page changes nothing (mail scanners read everything);
the page itself says that it is shown, and buttons say what was done. No session, no cookie: the
token in the address is the only key, so the forms need no anti-forgery token.
"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from flask_babel import get_locale

from app import clock
from app.access import public
from app.assist import links, store
from app.assist.life import long_moment
from app.extensions import limiter

bp = Blueprint("portal", __name__)

LIMIT = "60/minute"
_STATUS = {"unknown": 404, "expired": 410, "superseded": 410}


@bp.get("/portail/lien/<token>")
@public
@limiter.limit(LIMIT)
def landing(token: str) -> Response:
    """What the person sees from the mail's « Étape 1 »."""
    return _page(token)


@bp.get("/portail/lien/<token>/etape-2")
@public
@limiter.limit(LIMIT)
def second(token: str) -> Response:
    """What the person sees from the mail's « Étape 2 »."""
    return _page(token, asked_step2=True)


@bp.post("/portail/lien/<token>/ouvert")
@public(csrf=False)
@limiter.limit(LIMIT)
def opened(token: str) -> Response:
    """The page is before somebody's eyes (said by its script). The answer tells nothing."""
    links.opened(token, clock.now())
    return Response(status=204)


@bp.post("/portail/lien/<token>/etape-1")
@public(csrf=False)
@limiter.limit(LIMIT)
def step1(token: str) -> Response:
    """The person says that the password is created."""
    links.step1_done(token, clock.now())
    return _to(url_for(".landing", token=token))


@bp.post("/portail/lien/<token>/etape-2")
@public(csrf=False)
@limiter.limit(LIMIT)
def step2(token: str) -> Response:
    """The person says that they are in, before « suivre ma demande »."""
    links.step2_done(token, clock.now())
    return _to(url_for(".second", token=token))


def _to(address: str) -> Response:
    return _private(make_response(redirect(address, 303)))


def _page(token: str, *, asked_step2: bool = False) -> Response:
    now = clock.now()
    link = store.link_by_hash(links.token_hash(token))
    state = links.state(link, now)
    if asked_step2 and state == "valid":
        state = "step1_first"
    locale = str(get_locale() or "fr")
    page = render_template(
        "assist/portal_link.html",
        state=state,
        token=token,
        asked_step2=asked_step2,
        until=long_moment(link.expires_at, locale) if link else "",
    )
    return _private(make_response(page, _STATUS.get(state, 200)))


def _private(response: Response) -> Response:
    """Nobody between us keeps the page, and no other site learns its address."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
