"""Signing in and out, the home page by role, the choice of language."""

from __future__ import annotations

import secrets

from flask import Blueprint, flash, make_response, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_login import current_user, logout_user
from sqlalchemy import update
from werkzeug import Response

from app.accounts import journal, passwords, sessions
from app.accounts.models import Agent
from app.accounts.own.second_step_routes import wait_for_code
from app.accounts.signing_in import known_browser, second_step, sign_in, sign_in_rules, sign_in_view
from app.accounts.signing_in.begin_session import HOME, complete
from app.foundation import clock
from app.foundation.database.unit_of_work import release_connection, unit_of_work
from app.foundation.exceptions import Busy, Forbidden, Unavailable
from app.foundation.extensions import db, limiter, login
from app.foundation.ports import IdentityRefused
from app.foundation.text import outside
from app.foundation.wiring import ports, settings
from app.web.access import allow, public
from app.web.acts.once import repeatable
from app.web.whose import OWN, about

bp = Blueprint("accounts", __name__)

LOCALES = ("fr", "en")
LEAVING = "leaving"  # in the session: the word that comes back from the identity provider


@login.user_loader
def load_agent(key: str) -> Agent | None:
    """The agent of a live session."""
    return sessions.find(key, now=clock.now())


@bp.get("/")
@public
def home() -> Response:
    """Each to her page."""
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.sign_in"))
    return redirect(HOME[current_user.role])


@bp.get("/sign-in", endpoint="sign_in")
@public
def sign_in_page() -> str:
    """The sign-in form; it says why a session that this browser still names is over."""
    key = str(session.get("_user_id") or "")
    over = None if current_user.is_authenticated or not key else sessions.why_over(key)
    return sign_in_view.page(over=over)


@bp.post("/sign-in")
@public
@limiter.limit("120/minute")
def sign_in_submit() -> Response | tuple[str, int]:
    """Check the password; the same answer for an unknown address and a wrong password."""
    email = request.form.get("email", "")[:254]
    known_as = known_browser.name_for(email)
    tried = sign_in.counters(email, get_remote_address(), known_as)
    try:
        with passwords.a_place(known_browser=known_as is not None):
            password = request.form.get("password", "")
            agent = sign_in.authenticate(email, password, tried, now=clock.now())
    except Busy as busy:
        page = sign_in_view.page(email, busy=busy)
        return make_response(page, busy.status, {"Retry-After": str(busy.retry_after)})
    if agent is None:
        return sign_in_view.page(email, refused=True), 401
    try:
        sign_in_rules.check_door(agent)
    except Forbidden as error:
        return sign_in_view.page(email, elsewhere=error), error.status
    target = _safe_next(request.args.get("next", "")) or ""
    if second_step.is_set(agent.id) or sign_in_rules.is_required(agent.role, now=clock.now()):
        return wait_for_code(agent, target)
    answer = redirect(target or HOME[agent.role])
    complete(agent, answer)
    return answer


@bp.post("/sign-out")
@allow()
@about(OWN)
@repeatable("a session ends once")
def sign_out() -> Response:
    """End the session, and with it the copies of its cookie."""
    now, id_token = clock.now(), sessions.id_token_of(current_user.session_id)
    with unit_of_work() as work:
        sessions.end(current_user.session_id, sessions.Why.SIGNED_OUT, work, now=now)
        journal.record("sign_out", f"agent:{current_user.id}", agent_id=current_user.id, now=now)
    logout_user()
    session.clear()
    return redirect(_out_there(id_token) or url_for("accounts.sign_in"))


def _out_there(id_token: str) -> str | None:
    """Where to send who came from the identity provider, to be signed out there too.

    Signed out here they are in any case, whatever it answers.
    """
    provider = ports().identity
    if provider is None or not id_token:
        return None
    session[LEAVING] = state = secrets.token_urlsafe(16)
    back = settings().public_base_url + url_for("accounts.signed_out")
    release_connection()
    try:
        return provider.end_session(id_token, state=state, back=back)
    except (Unavailable, IdentityRefused):
        flash(
            _(
                "Votre session est fermée ici. %(name)s ne répond pas : fermez aussi sa page.",
                name=provider.name,
            ),
            "wait",
        )
        return None


@bp.get("/sign-in/signed-out")
@public
def signed_out() -> Response:
    """Back from the identity provider: signed out there too."""
    if session.pop(LEAVING, None) == request.args.get("state", ""):
        flash(_("Votre session est fermée."), "live")
    return redirect(url_for("accounts.sign_in"))


@bp.post("/locale")
@public
def choose_locale() -> Response:
    """Remember French or English for this person."""
    wanted = request.form.get("locale", "fr")
    if wanted in LOCALES:
        session["locale"] = wanted
        if current_user.is_authenticated:
            with unit_of_work():
                db.session.execute(
                    update(Agent).where(Agent.id == current_user.id).values(locale=wanted)
                )
    return redirect(_safe_next(request.form.get("next", "")) or "/")


def _safe_next(target: str) -> str | None:
    """A path of ours, or None: never somebody else's site."""
    return outside.local_path(target)
