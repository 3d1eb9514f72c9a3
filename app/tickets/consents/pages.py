"""The page behind a consent's SMS: who asks, for what, until when; yes, no, or take it back.

Reading it changes nothing: only a press by a person is an answer. No session, no cookie, no name in the address; the
token is the key. What was answered can be taken back here for as long as it holds.
"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import force_locale, get_locale

from app.foundation import clock
from app.foundation.extensions import limiter
from app.foundation.text.bilingual import language
from app.foundation.text.saying import Saying
from app.tickets.consents import service
from app.tickets.consents.models import Consent, Through
from app.tickets.consents.reading import Word
from app.web import guesses, helpline, sent_pages
from app.web.access import public
from app.web.acts.once import repeatable
from app.web.gestures import by_a_person

bp = Blueprint("consent", __name__)

A_PAGE = "120/minute"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)


def _token() -> str:
    return sent_pages.token(service.TOKEN_LENGTH)


_by_token = limiter.limit(A_PAGE, key_func=lambda: service.hashed(_token()))


@bp.get("/accord/<token>", strict_slashes=False)
@public
@_by_token
def page(token: str) -> Response:  # noqa: ARG001 - read by _token, cleaned
    """Who asks, for what, until when, and what was answered."""
    found = service.by_token(_token())
    if found is None:
        guesses.count()
    return _shown(found)


@bp.post("/accord/<token>/reponse")
@repeatable("the same word again changes nothing, a yes never follows a no")
@public(csrf=False)
@_by_token
def answer(token: str) -> Response:  # noqa: ARG001
    """A button was pressed; by a machine, it says nothing."""
    found = service.by_token(_token())
    if found is None:
        guesses.count()
        return _shown(None)
    word = request.form.get("word", "")
    if word in set(Word) and by_a_person():
        service.answer(found.id, Word(word), Through.PAGE, clock.now())
    return sent_pages.private(
        make_response(redirect(url_for(".page", token=_token()), 303)), _POLICY
    )


def _shown(consent: Consent | None) -> Response:
    now = clock.now()
    tongue = language(consent.person.language if consent else str(get_locale() or "fr"))
    state = service.state_of(consent, now).value if consent else "unknown"
    with force_locale(tongue):
        body = render_template(
            "consents/page.html",
            state="open" if state in {each.value for each in service.WAITING} else state,
            token=_token(),
            holder=consent.holder if consent else "",
            first=consent.person.first_name if consent and consent.named else "",
            until=Saying(tongue, now).day(consent.until) if consent else "",
            line=helpline.with_hours(tongue),
            language=tongue,
        )
    status = {"unknown": 404, "no_answer": 410, "ended": 410}.get(state, 200)
    return sent_pages.private(make_response(body, status), _POLICY)
