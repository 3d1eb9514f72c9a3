"""« Mon compte »: who I am here, my password, where I am signed in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, logout_user
from werkzeug import Response

from app.accounts import passwords, sessions
from app.accounts.local_moment import local_moment
from app.accounts.own import account as own_account
from app.accounts.signing_in import identity_links, passkeys, second_step, sign_in_rules
from app.accounts.signing_in.browser_words import browser_words
from app.foundation import clock
from app.foundation.exceptions import Busy, InvalidInput
from app.foundation.wiring import ports
from app.web.access import allow
from app.web.acts.once import repeatable
from app.web.whose import OWN, about

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.get("")
@allow()
def index() -> str:
    """The page."""
    return _page()


def _page(**more: Any) -> str:
    mine = sessions.of(current_user.id, now=clock.now())
    return render_template(
        "accounts/own_account.html",
        sessions=[(one, local_moment(one.began_at)) for one in mine],
        most_sessions=sessions.SHOWN,
        least=passwords.MINIMUM,
        has_password=own_account.has_password(current_user.id),
        provider=ports().identity,
        linked=identity_links.linked_at(current_user.id, local_moment),
        second_step_set=second_step.is_set(current_user.id),
        telephone_set=second_step.has_telephone(current_user.id),
        passkeys=[
            (one, local_moment(one.made_at), local_moment(one.used_at) if one.used_at else "")
            for one in passkeys.of(current_user.id)
        ],
        second_step_required=sign_in_rules.is_required(current_user.role, now=clock.now()),
        codes_left=second_step.left(current_user.id),
        **more,
    )


@bp.post("/password")
@allow()
@about(OWN)
def change_password() -> Response | tuple[str, int]:
    """Change one's own password; every other window and device is signed out."""
    current, wanted = request.form.get("current", ""), request.form.get("wanted", "")
    browser = browser_words(request.user_agent.string)
    try:
        with passwords.a_place(known_browser=True):
            key = own_account.change_password(
                current_user.id, current, wanted, browser=browser, now=clock.now()
            )
    except (InvalidInput, Busy) as error:
        return _page(refused=error), error.status
    session["_user_id"] = key
    flash(_("Mot de passe changé. Vos autres sessions sont fermées."), "live")
    return redirect(url_for("account.index"))


@bp.post("/sessions/<int:session_id>/end")
@allow()
@about(OWN)
def end_session(session_id: int) -> Response:
    """Close another session of one's own."""
    own_account.end_session(current_user.id, session_id, now=clock.now())
    flash(_("Session fermée."), "live")
    return redirect(url_for("account.index"))


@bp.post("/sign-out-everywhere")
@allow()
@about(OWN)
@repeatable("a session ends once")
def sign_out_everywhere() -> Response:
    """Close every session, this one too."""
    own_account.end_all_sessions(current_user.id, now=clock.now())
    logout_user()
    session.clear()
    return redirect(url_for("accounts.sign_in"))
