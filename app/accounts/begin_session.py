"""The instant at which somebody is signed in, whatever the way there."""

from __future__ import annotations

from flask import request, session
from flask_login import current_user, login_user
from flask_wtf.csrf import generate_csrf
from werkzeug import Response

from app.accounts import known_browser, sessions
from app.accounts.browser_words import browser_words
from app.accounts.models import Agent
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.roles import Role

HOME: dict[str, str] = {
    Role.FRONT: "/desk",
    Role.BACK: "/desk",
    Role.MANAGER: "/wall",
    Role.ADMIN: "/admin",
}


def complete(agent: Agent, answer: Response | None = None) -> Response | None:
    """Sign in on this browser, which the account knows from now on; whoever was signed in here is not
    any more."""
    now, before = clock.now(), current_user
    with unit_of_work() as work:
        if before.is_authenticated:
            why = sessions.Why.RENEWED if before.id == agent.id else sessions.Why.REPLACED
            sessions.end(before.session_id, why, work, now=now)
        agent.session_key = sessions.begin(
            agent.id, browser=browser_words(request.user_agent.string), now=now
        )
    session.clear()  # a new session: a fixed cookie from before cannot ride along
    login_user(agent)
    session.permanent = True
    # Now, and not with the first page: two tabs that ask at once would each be given a session with
    # a form token of its own, and only the last one's would be kept.
    generate_csrf()
    if answer is not None:
        known_browser.remember(answer, agent.email)
    return answer
