"""The page on a person's phone: the present step of the call, as small as it can be.

No account, no library; without a script of the page a link asks for the step again. The cookie is of this
page alone and names the phone that gave the code.
"""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import force_locale, get_locale

from app.accounts.models import Agent
from app.assist.guided import service
from app.assist.guided.models import GuidedPhone, Word
from app.assist.guided.pictures import PARTS
from app.assist.mail.life import clock_time
from app.foundation import clock
from app.foundation.extensions import db, limiter
from app.foundation.text import outside
from app.foundation.wiring import settings
from app.web import guesses, helpline, sent_pages
from app.web.access import public
from app.web.acts.once import repeatable

bp = Blueprint("guide", __name__)

COOKIE = "guide"
A_PAGE = "120/minute"
_STATUS = {"unknown": 404, "expired": 410, "ended": 410, "locked": 403}
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


def _token() -> str:
    return sent_pages.token(service.TOKEN_LENGTH)


_by_token = limiter.limit(A_PAGE, key_func=lambda: service.hashed(_token()))


@bp.get("/guide/<token>", strict_slashes=False)
@public
@_by_token
def page(token: str) -> Response:  # noqa: ARG001 - read by _token, cleaned
    """The page, or its part alone when the page itself asks what is new (304: nothing)."""
    phone = service.by_token(_token())
    if phone is None:
        guesses.count()
    return _drawn(phone)


@bp.post("/guide/<token>/code")
@repeatable("a code is given once: the first phone wins, wrong ones are counted")
@public(csrf=False)
@_by_token
def code(token: str) -> Response:  # noqa: ARG001
    """The code that was said aloud."""
    phone = service.by_token(_token())
    if phone is None:
        guesses.count()
        return _drawn(None)
    secret = service.join(phone.id, request.form.get("code", "")[:20], clock.now())
    if not secret:
        return _drawn(service.by_token(_token()), wrong=True)
    answer = _back()
    answer.set_cookie(
        COOKIE,
        secret,
        path=f"/guide/{_token()}",
        max_age=int(service.LIFE.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=settings().secure_cookies,
    )
    return answer


@bp.post("/guide/<token>/dit")
@repeatable("the same word again says the same")
@public(csrf=False)
@_by_token
def said(token: str) -> Response:  # noqa: ARG001
    """« C'est fait » or « Ça ne marche pas »."""
    phone, now = service.by_token(_token()), clock.now()
    word = request.form.get("word", "")
    run_id = outside.identifier(request.form.get("run", ""))
    moves = outside.whole_number(request.form.get("moves", ""), 0, outside.LARGEST_ID)
    if phone is None or service.state(phone, _secret(), now) != "open":
        return _drawn(phone)
    if word in set(Word) and run_id is not None and moves is not None:
        service.say(phone.id, Word(word), run_id=run_id, moves=moves, now=now)
    return _back()


def _secret() -> str:
    return request.cookies.get(COOKIE, "")[:80]


def _back() -> Response:
    return sent_pages.private(
        make_response(redirect(url_for(".page", token=_token()), 303)), _POLICY
    )


def _drawn(phone: GuidedPhone | None, *, wrong: bool = False) -> Response:
    now = clock.now()
    state = service.state(phone, _secret(), now)
    locale = phone.language if phone else str(get_locale() or "fr")
    part = "part" in request.args
    with force_locale(locale):
        step = service.shown(phone) if phone is not None and state == "open" else None
        page = render_template(
            "guided/_state.html" if part else "guided/page.html",
            state=state,
            token=_token(),
            step=step,
            parts=PARTS,
            agent=_first_name(phone) if phone else "",
            until=clock_time(phone.expires_at, locale) if phone else "",
            wrong=wrong,
            line=helpline.number(),
            language=locale[:2],
        )
    status = 200 if part else _STATUS.get(state, 422 if wrong else 200)
    response = sent_pages.private(make_response(page, status), _POLICY)
    if part:
        response.set_etag(hashlib.sha256(f"{state} {step}".encode()).hexdigest()[:32])
        response.make_conditional(request)
    return response


def _first_name(phone: GuidedPhone) -> str:
    return db.session.get_one(Agent, service.follower(phone)).display_name.split(" ")[0]
