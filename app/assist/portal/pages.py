"""The door behind a mail's link: it says where one stands, and leads on to the Portal's two steps.

The Portal's own addresses are known once it has answered (``commands``); until then the page says so.
Where no Portal is connected, the person does each step there and says so here.
No password is ever asked for here. Reading a page changes nothing, whoever or whatever reads it (mail
scanners fetch, prefetch and run every link); a person presses buttons, and that alone counts. No session,
no cookie: the token in the address is the only key, so the forms need no anti-forgery token.

A valid link may be read as often as one likes, by a whole office behind one address: limits are by token.
Only addresses that try links that do not exist are slowed.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from flask_babel import get_locale

from app.assist import store
from app.assist.mail.life import long_moment
from app.assist.models import PortalLink
from app.assist.portal import links
from app.foundation import clock
from app.foundation.exceptions import NotFound
from app.foundation.extensions import limiter
from app.foundation.wiring import ports, settings
from app.web import guesses, helpline, public_tokens, sent_pages
from app.web.access import public
from app.web.gestures import by_a_person

bp = Blueprint("portal", __name__)

A_LINK = "120/minute"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self' {}"
)
_STATUS = {"unknown": 404, "expired": 410, "superseded": 410}


def _token() -> str:
    """The token of the request, whatever a mail program put around it."""
    return sent_pages.token(links.TOKEN_LENGTH)


_by_token = limiter.limit(A_LINK, key_func=lambda: links.token_hash(_token()))


@bp.get("/portail/lien/<token>", strict_slashes=False)
@public
@_by_token
def landing(token: str) -> Response:
    """What the person sees from the mail's « Étape 1 »."""
    return _page(token)


@bp.get("/portail/lien/<token>/<step>", strict_slashes=False)
@public
@_by_token
def second(token: str, step: str = "etape-2") -> Response:
    """What the person sees from the mail's « Étape 2 »."""
    if public_tokens.bare(step).strip("_-").lower() != "etape-2":
        raise NotFound("Cette page n'existe pas.")
    return _page(token, asked_step2=True)


@bp.post("/portail/lien/<token>/ouvert")
@public(csrf=False)
@_by_token
def opened(token: str) -> Response:
    """« Commencer » was pressed: the person is there."""
    known, link = _named(token)
    now = clock.now()
    if by_a_person():
        links.opened(known, now)
        if link is not None and link.step1_address and links.state(link, now) == "valid":
            return _to(link.step1_address)
    return _to(url_for(".landing", token=known))


@bp.post("/portail/lien/<token>/etape-1")
@public(csrf=False)
@_by_token
def step1(token: str) -> Response:
    """The person says that the password is created."""
    known, _link = _named(token)
    if by_a_person():
        links.step1_done(known, clock.now())
    return _to(url_for(".landing", token=known))


@bp.post("/portail/lien/<token>/etape-2")
@public(csrf=False)
@_by_token
def step2(token: str) -> Response:
    """The person says that they are in, before « suivre ma demande »."""
    known, _link = _named(token)
    if by_a_person():
        links.step2_done(known, clock.now())
    return _to(url_for(".second", token=known, step="etape-2"))


def _named(raw: str) -> tuple[str, PortalLink | None]:
    """The token that ``raw`` stands for, and its link if it exists."""
    for token in public_tokens.candidates(raw, links.TOKEN_LENGTH):
        found = store.link_by_hash(links.token_hash(token))
        if found is not None:
            return token, found
    return public_tokens.bare(raw), None


def _to(address: str) -> Response:
    return sent_pages.private(make_response(redirect(address, 303)))


def _page(raw: str, *, asked_step2: bool = False) -> Response:
    now = clock.now()
    token, link = _named(raw)
    if link is None:
        guesses.count()
        return _shown("unknown", token, None, asked_step2)
    state = links.state(link, now)
    if asked_step2 and state == "valid":
        state = "step1_first"
    return _shown(state, token, link, asked_step2)


def _shown(state: str, token: str, link: PortalLink | None, asked_step2: bool) -> Response:
    locale = str(get_locale() or "fr")
    page = render_template(
        "assist/portal_link.html",
        state=state,
        token=token,
        begun=link is not None and link.opened_at is not None,
        asked_step2=asked_step2,
        until=long_moment(link.expires_at, locale) if link else "",
        line=helpline.with_hours(locale),
        connected=ports().portal is not None,
        portal1=(link.step1_address or "") if link else "",
        portal2=(link.step2_address or "") if link else "",
    )
    response = sent_pages.private(make_response(page, _STATUS.get(state, 200)))
    response.headers["Content-Security-Policy"] = _POLICY.format(_site(link))
    return response


def _site(link: PortalLink | None) -> str:
    """The Portal's site, for the page's forms: browsers look at the whole way that a form leads."""
    site = urlsplit((link.step1_address if link else "") or settings().portal_url)
    return f"{site.scheme}://{site.netloc}" if site.netloc else ""
