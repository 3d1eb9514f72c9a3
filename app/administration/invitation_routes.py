"""The page behind the link of an invitation: its owner chooses a password."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from app.accounts import passwords
from app.administration import invitations
from app.foundation import clock
from app.foundation.exceptions import Busy, InvalidInput, NotFound, PermanenceError
from app.foundation.extensions import limiter
from app.foundation.wiring import ports
from app.web.access import public

bp = Blueprint("invitation", __name__)


@bp.get("/invitation/<token>")
@public
def page(token: str) -> Response:
    """Whose account it is, and two fields. Opening it uses nothing up: mail programs open links."""
    return _page(token)


@bp.post("/invitation/<token>")
@public
@limiter.limit("30/minute")
def submit(token: str) -> Response:
    """The password is chosen; its owner signs in with it."""
    wanted, again = request.form.get("wanted", ""), request.form.get("again", "")
    try:
        if wanted != again:
            raise InvalidInput("Les deux mots de passe ne sont pas les mêmes.")
        with passwords.a_place():
            invitations.choose_password(token, wanted, now=clock.now())
    except (InvalidInput, Busy, NotFound) as error:
        return _page(token, error)
    flash(_("Votre mot de passe est choisi. Connectez-vous."), "live")
    return _unkept(redirect(url_for("accounts.sign_in")))


def _page(token: str, error: PermanenceError | None = None) -> Response:
    try:
        agent = invitations.owner_of(token, now=clock.now())
    except NotFound as over:
        return _unkept(
            make_response(render_template("accounts/no_invitation.html", over=over), 404)
        )
    shown = render_template(
        "accounts/invitation.html",
        agent=agent,
        error=error,
        least=passwords.MINIMUM,
        provider=ports().identity,
        through=url_for("identity.accept", token=token),
    )
    answer = make_response(shown, error.status if error else 200)
    if isinstance(error, Busy):
        answer.headers["Retry-After"] = str(error.retry_after)
    return _unkept(answer)


def _unkept(answer: Response) -> Response:
    """No browser and no proxy keeps what the link opened, and no address of it travels on."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
