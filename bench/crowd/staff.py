"""``python -m bench.crowd.staff 500``: makes agents, and prints a signed-in session of each.

Sessions are made with the installation's own key: five hundred real sign-ins would measure Argon2.
"""

from __future__ import annotations

import json
import sys

from flask import Flask, Response, session
from flask_login import login_user
from flask_wtf.csrf import generate_csrf

from app.accounts import sessions
from app.accounts.models import Agent, Presence
from app.factory import create_app
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db

USER_AGENT = "permanence-bench"  # a session is bound to it


def make(app: Flask, count: int) -> list[int]:
    """Front-office agents who cannot sign in by themselves; their ids."""
    now = clock.now()
    with app.app_context():
        agents = [
            Agent(
                email=f"agent-{number}@bench.invalid",
                display_name=f"Agent {number}",
                role="front",
                password_hash="none",
                presence=Presence(chosen="offline", chosen_since=now, idle_since=now),
            )
            for number in range(count)
        ]
        with unit_of_work():
            db.session.add_all(agents)
        return [agent.id for agent in agents]


def signed_in(app: Flask, agent_id: int) -> dict[str, object]:
    """The cookie and the form token that her browser would hold."""
    headers = {"User-Agent": USER_AGENT}
    place = {"REMOTE_ADDR": "127.0.0.1"}
    with app.test_request_context("/", headers=headers, environ_overrides=place):
        agent = db.session.get_one(Agent, agent_id)
        with unit_of_work():
            key = sessions.begin(agent_id, browser="bench", now=clock.now())
        agent.session_key = key
        login_user(agent)
        token = generate_csrf()
        response = Response()
        app.session_interface.save_session(app, session._get_current_object(), response)
        cookie = response.headers["Set-Cookie"].partition(";")[0]
    return {"id": agent_id, "cookie": cookie, "csrf": token}


def main() -> None:
    """Make the agents and print their sessions as JSON."""
    app = create_app()
    print(json.dumps([signed_in(app, agent_id) for agent_id in make(app, int(sys.argv[1]))]))


if __name__ == "__main__":
    main()
