"""The public page of a call-back request (``/demande/<token>``). No session, no script needed.

The token in the address is the only key, so the form needs no anti-forgery token. Reading the page
changes nothing: message scanners read every link.
"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import format_date, get_locale
from flask_babel import gettext as _

from app.calls.callbacks import request_form
from app.calls.callbacks import view as callback_view
from app.calls.callbacks.request_form import MAIL, PHONE, SOONEST, Filled, Page, Refused
from app.calls.callbacks.rules import Slot
from app.dossiers import free_text
from app.dossiers.mail import address as mail_address
from app.dossiers.mail.aloud import mask
from app.dossiers.wording import Words
from app.foundation import clock
from app.foundation.extensions import limiter
from app.foundation.text import phone_numbers
from app.tickets.models import CallBackState
from app.web import guesses, helpline, public_tokens, sent_pages
from app.web.access import public

bp = Blueprint("request_form", __name__)

A_LINK = "60/minute"
_STATUS = {"unknown": 404, "expired": 410}


_by_token = limiter.limit(A_LINK, key_func=sent_pages.token)


@bp.get("/demande/<token>")
@public
@_by_token
def page(token: str) -> Response:
    """The form, or what became of it. Limits are by form: an office shares one address."""
    found = request_form.page(public_tokens.bare(token), clock.now())
    if found.state == "unknown":
        guesses.count()
    return _shown(found)


@bp.post("/demande/<token>")
@public(csrf=False)
@_by_token
def submit(token: str) -> Response:
    """Store the request; what was typed comes back when it cannot be."""
    now, token = clock.now(), public_tokens.bare(token)
    result = request_form.submit(
        token,
        Filled(
            message=request.form.get("message", ""),
            when=request.form.get("when", SOONEST)[:20],
            reply=MAIL if request.form.get("reply") == MAIL else PHONE,
            mail=request.form.get("mail", "")[: mail_address.LONGEST_INPUT],
            sure=request.form.get("sure", "")[: mail_address.LONGEST],
        ),
        locale=str(get_locale() or "fr"),
        now=now,
    )
    if isinstance(result, Refused):
        return _shown(request_form.page(token, now), result)
    if result.state == "used":
        return sent_pages.private(make_response(redirect(url_for(".page", token=token), 303)))
    return _shown(result)


def _shown(found: Page, refused: Refused | None = None) -> Response:
    body = render_template(
        "calls/callbacks/request_form.html",
        page=found,
        refused=refused,
        filled=refused.filled if refused else Filled(""),
        number=phone_numbers.mask(found.number),
        mail=mask(found.mail),
        longest=free_text.LONGEST,
        soonest=SOONEST,
        choices=[(SOONEST, _soonest(found)), *map(_choice, found.slots)],
        noted=_noted(found),
        over=_over(found),
        line=_line(found),
    )
    status = 422 if refused else _STATUS.get(found.state, 200)
    return sent_pages.private(make_response(body, status))


def _line(found: Page) -> helpline.Helpline:
    """The line that the person called; the service's one for a link that names none."""
    known = helpline.with_hours(str(get_locale() or "fr"))
    if found.line_number in (None, "", known.tel):
        return known
    return helpline.Helpline(phone_numbers.display(found.line_number), str(found.line_number))


def _soonest(found: Page) -> str:
    if found.undated:
        return _("Dès que la permanence rouvrira")
    return _("Dès que possible")


def _choice(slot: Slot) -> tuple[str, str]:
    """« lundi 23 novembre, de 9 h 00 à 12 h 30 »."""
    words = Words(str(get_locale() or "fr"), slot.start)
    label = _(
        "%(day)s, de %(start)s à %(end)s",
        day=format_date(slot.start.date(), "EEEE d MMMM"),
        start=words.clock(slot.start),
        end=words.clock(slot.end),
    )
    return slot.key, label


def _noted(found: Page) -> str:
    """When the person will be called back; empty once it is over."""
    callback, now = found.callback, clock.now()
    if callback is None or found.zone is None or callback.state != CallBackState.OPEN:
        return ""
    if found.called_from is None:
        return _("Nous vous rappellerons dès que la permanence rouvrira.")
    if found.called_from <= now:
        return _("Vous êtes dans la file : nous vous rappelons dès que votre tour arrive.")
    due = found.called_from.astimezone(found.zone)
    words = Words(str(get_locale() or "fr"), due)
    return _(
        "Nous vous rappellerons %(day)s à partir de %(time)s.",
        day=format_date(due.date(), "EEEE d MMMM"),
        time=words.clock(due),
    )


def _over(found: Page) -> str:
    """How the call-back ended, in words for the person; empty while it is to be made."""
    if found.callback is None or found.callback.state == CallBackState.OPEN:
        return ""
    if callback_view.was_served(found.callback):
        return _("Nous nous sommes parlé depuis : ce rappel n’est plus à faire.")
    return {
        CallBackState.DONE: _("Nous vous avons rappelé, et nous nous sommes parlé."),
        CallBackState.GIVEN_UP: _(
            "Nous avons essayé de vous rappeler, sans réussir à vous joindre."
        ),
    }.get(found.callback.state, _("Cette demande de rappel a été annulée."))
