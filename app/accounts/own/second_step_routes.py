"""Between the password and the session: the code, or setting it up where the role must have one."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import segno
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from werkzeug import Response

from app.accounts import passwords
from app.accounts.models import Agent
from app.accounts.own import account as own_account
from app.accounts.signing_in import identity_links, second_step, sign_in_rules
from app.accounts.signing_in.begin_session import HOME, complete
from app.foundation import clock
from app.foundation.exceptions import Busy, PermanenceError
from app.foundation.extensions import db
from app.web.access import allow, public
from app.web.whose import OWN, about

bp = Blueprint("second_step", __name__)

PENDING = "half_signed_in"
PENDING_LIFE = timedelta(minutes=10)


def wait_for_code(agent: Agent, target: str, *, elsewhere: bool = False) -> Response:
    """The password was right; remember that, and ask for the second step.

    ``elsewhere``: it was the identity provider that said who it is.
    """
    session.clear()
    session[PENDING] = {
        "agent": agent.id,
        "at": clock.now().timestamp(),
        "of": _mark(agent),
        "next": target,
        "elsewhere": elsewhere,
    }
    return redirect(url_for("second_step.page"))


def _mark(agent: Agent) -> str:
    """Changes with the password: what was begun with the old one is over."""
    return hashlib.sha256(agent.password_hash.encode()).hexdigest()[:16]


def half_signed_in() -> Agent | None:
    """Who has given the password in this browser, less than ten minutes ago, and not the code yet."""
    kept = session.get(PENDING)
    if not isinstance(kept, dict):
        return None
    begun = datetime.fromtimestamp(float(kept["at"]), UTC)
    agent = db.session.get(Agent, int(kept["agent"]))
    if agent is None or not agent.active or kept["of"] != _mark(agent):
        return None
    return agent if clock.now() - begun < PENDING_LIFE else None


@bp.get("/sign-in/second-step")
@public
def page() -> str | Response:
    """Ask for the code; who must have one and has none sets it up here."""
    agent = half_signed_in()
    if agent is None:
        return redirect(url_for("accounts.sign_in"))
    return _ask(agent)


def _ask(agent: Agent, error: PermanenceError | None = None, wrong: bool = False) -> str:
    if second_step.is_set(agent.id):
        return render_template(
            "accounts/second_step.html",
            error=error,
            wrong=wrong,
            telephone=second_step.has_telephone(agent.id),
            passkey=second_step.has_passkeys(agent.id),
        )
    return _setting_up(agent, url_for("second_step.submit"), error)


def _setting_up(agent: Agent, action: str, error: PermanenceError | None) -> str:
    email, required = agent.email, sign_in_rules.is_required(agent.role, now=clock.now())
    secret = second_step.begin(agent.id)
    drawn = segno.make(second_step.address(secret, email), error="m")
    return render_template(
        "accounts/second_step_setup.html",
        picture=Markup(drawn.svg_inline(scale=5, border=3)),  # noqa: S704 - drawn here, from squares
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        action=action,
        error=error,
        required=required,
    )


@bp.post("/sign-in/second-step")
@public
def submit() -> Any:
    """The code is right: the session begins."""
    agent = half_signed_in()
    if agent is None:
        return redirect(url_for("accounts.sign_in"))
    code, now = request.form.get("code", "")[:40], clock.now()
    target = str(session[PENDING].get("next") or "")
    try:
        if not second_step.is_set(agent.id):
            codes = second_step.confirm(agent.id, code, keep=None, now=now)
            complete(agent, id_token=id_token_of_pending(agent))
            return codes_page(codes, target or HOME[agent.role], agent.display_name)
        if not second_step.check(agent.id, code, now=now):
            return _ask(agent, wrong=True), 401
    except Busy as error:
        return _ask(agent, error), error.status, {"Retry-After": str(error.retry_after)}
    except PermanenceError as error:
        return _ask(agent, error), error.status
    id_token = id_token_of_pending(agent)
    return complete(agent, redirect(target or HOME[agent.role]), id_token=id_token)


def id_token_of_pending(agent: Agent) -> str:
    """What the identity provider gave, when it said who it is that now gives a code."""
    kept = session.get(PENDING)
    from_there = isinstance(kept, dict) and kept.get("elsewhere")
    return identity_links.last_id_token(agent.id) if from_there else ""


def codes_page(codes: list[str], onward: str, owner: str) -> str:
    """The recovery codes, shown once."""
    return render_template("accounts/recovery_codes.html", codes=codes, onward=onward, owner=owner)


@bp.post("/account/second-step/begin")
@allow()
@about(OWN)
def begin() -> Any:
    """Set it up from « Mon compte »: who knows the password may."""
    return _proved(lambda: _setting_up(_me(), url_for("second_step.confirm"), None))


@bp.post("/account/second-step/confirm")
@allow()
@about(OWN)
def confirm() -> Any:
    """The telephone shows the right code."""
    try:
        codes = second_step.confirm(
            current_user.id,
            request.form.get("code", "")[:40],
            keep=current_user.session_id,
            now=clock.now(),
        )
    except PermanenceError as error:
        if second_step.has_telephone(current_user.id):
            raise
        return _setting_up(_me(), url_for("second_step.confirm"), error), error.status
    return codes_page(codes, url_for("account.index"), current_user.display_name)


@bp.post("/account/second-step/codes")
@allow()
@about(OWN)
def codes() -> Any:
    """New recovery codes."""
    return _proved(
        lambda: codes_page(
            second_step.renew_codes(current_user.id, now=clock.now()),
            url_for("account.index"),
            current_user.display_name,
        )
    )


@bp.post("/account/second-step/off")
@allow()
@about(OWN)
def off() -> Any:
    """Do without it, where the role may."""

    def act() -> Response:
        me = current_user
        second_step.take_off(me.id, keep=me.session_id, now=clock.now())
        flash(_("La vérification en deux étapes est retirée."), "live")
        return redirect(url_for("account.index"))

    return _proved(act)


def _me() -> Agent:
    return db.session.get_one(Agent, current_user.id)


def _proved(act: Any) -> Any:
    """Do it for who gives the password; else back to the page with a word."""
    try:
        prove_it()
        return act()
    except PermanenceError as error:
        said = error.told(_)
        flash(f"{said.message} {said.todo}".strip(), "stop")
        return redirect(url_for("account.index"))


def prove_it() -> None:
    """Whoever asks gives the account's password. Raises WrongPassword, TooSoon, Busy.

    Who has none, and comes from the identity provider, has been there a moment ago (Forbidden).
    """
    if not own_account.has_password(current_user.id):
        own_account.check_recent(current_user.session_id, now=clock.now())
        return
    with passwords.a_place(known_browser=True):
        own_account.check_password(
            current_user.id, request.form.get("password", ""), now=clock.now()
        )
