"""Signing in and out, the home page by role, the choice of language."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, request, session, url_for
from flask_limiter.util import get_remote_address
from flask_login import current_user, logout_user
from sqlalchemy import update
from werkzeug import Response

from app.accounts import (
    journal,
    known_browser,
    passwords,
    second_step,
    sessions,
    sign_in,
    sign_in_view,
)
from app.accounts.begin_session import HOME, complete
from app.accounts.models import Agent
from app.accounts.second_step_routes import wait_for_code
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Busy
from app.foundation.extensions import db, limiter, login
from app.foundation.text import outside
from app.web.access import allow, public
from app.web.acts.once import repeatable
from app.web.whose import OWN, about

bp = Blueprint("accounts", __name__)

LOCALES = ("fr", "en")


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
    target = _safe_next(request.args.get("next", "")) or ""
    if second_step.is_set(agent.id) or second_step.is_required(agent.role):
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
    now = clock.now()
    with unit_of_work() as work:
        sessions.end(current_user.session_id, sessions.Why.SIGNED_OUT, work, now=now)
        journal.record("sign_out", f"agent:{current_user.id}", agent_id=current_user.id, now=now)
    logout_user()
    session.clear()
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
