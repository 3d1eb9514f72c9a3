"""The instant at which somebody is signed in, whatever the way there."""

from __future__ import annotations

from datetime import datetime

from flask import flash, request, session
from flask_babel import format_date
from flask_babel import gettext as _
from flask_login import current_user, login_user
from flask_wtf.csrf import generate_csrf
from werkzeug import Response

from app.accounts import sessions
from app.accounts.models import Agent
from app.accounts.signing_in import emergency, known_browser, second_step, sign_in_rules
from app.accounts.signing_in.browser_words import browser_words
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.roles import Role

HOME: dict[str, str] = {
    Role.FRONT: "/desk",
    Role.BACK: "/desk",
    Role.MANAGER: "/wall",
    Role.ADMIN: "/admin",
}


def complete(
    agent: Agent, answer: Response | None = None, *, id_token: str = ""
) -> Response | None:
    """Sign in on this browser, which the account knows from now on; whoever was signed in here is not
    any more. ``id_token``: of the identity provider, for who comes from there."""
    now, before = clock.now(), current_user
    with unit_of_work() as work:
        if before.is_authenticated:
            why = sessions.Why.RENEWED if before.id == agent.id else sessions.Why.REPLACED
            sessions.end(before.session_id, why, work, now=now)
        agent.session_key = sessions.begin(
            agent.id,
            browser=browser_words(request.user_agent.string),
            now=now,
            id_token=id_token,
        )
        if agent.emergency:
            emergency.note(agent, work, now=now)
    session.clear()  # a new session: a fixed cookie from before cannot ride along
    login_user(agent)
    session.permanent = True
    # Now, and not with the first page: two tabs that ask at once would each be given a session with
    # a form token of its own, and only the last one's would be kept.
    generate_csrf()
    _say_what_is_coming(agent, now)
    if answer is not None:
        known_browser.remember(answer, agent.email)
    return answer


def _say_what_is_coming(agent: Agent, now: datetime) -> None:
    """Whoever must have a second step from some day on is told while there is time."""
    due = sign_in_rules.due_on(agent.role, now=now)
    if due is None or second_step.is_set(agent.id):
        return
    day = format_date(due, "d MMMM y")
    flash(
        _(
            "À partir du %(day)s, votre rôle demandera une deuxième étape pour se connecter. "
            "Mettez-la en place dans « Mon compte ».",
            day=day,
        ),
        "wait",
    )
