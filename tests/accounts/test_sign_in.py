"""Signing in: the same answer to every refusal, hardened cookies, no open redirect, journaled."""

from __future__ import annotations

import dataclasses
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts import journal_check, passwords, staff
from app.accounts.models import JournalEntry
from app.accounts.routes import _safe_next
from app.factory import create_app
from app.foundation import clock
from app.foundation.config import Settings
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import InvalidInput
from app.foundation.extensions import db, limiter
from app.foundation.ports import Ports
from tests.clients import StaffClient

PASSWORD = "une phrase assez longue"


@pytest.fixture
def agent_email(app: Flask) -> str:
    with unit_of_work():
        staff.create_agent(
            "ines@permanence.example", "Inès", "front", passwords.hashed(PASSWORD), now=clock.now()
        )
    return "ines@permanence.example"


def submit(
    app: Flask, email: str, password: str, following: str = "", client: FlaskClient | None = None
) -> object:
    client = client or app.test_client()
    page = client.get("/sign-in").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    return client.post(
        f"/sign-in{following}",
        data={"email": email, "password": password, "csrf_token": token[1]},
    )


def test_the_right_password_opens_the_desk(app: Flask, agent_email: str) -> None:
    response = submit(app, agent_email.upper(), PASSWORD)
    assert (response.status_code, response.headers["Location"]) == (302, "/desk")
    cookie = next(c for c in response.headers.getlist("Set-Cookie") if "permanence=" in c)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_two_tabs_that_ask_at_once_after_signing_in_can_both_act(
    app: Flask, agent_email: str
) -> None:
    browser = app.test_client()
    submit(app, agent_email, PASSWORD, client=browser)
    signed_in = browser.get_cookie("permanence").value
    page = browser.get("/desk").text
    other_tab = app.test_client()  # its question left before the first answer came
    other_tab.set_cookie("permanence", signed_in)
    other_tab.get("/desk")
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)[1]
    said = other_tab.post("/desk/presence", json={}, headers={"X-CSRFToken": token})
    assert said.json["error"]["message"] == "Cet état n'existe pas."  # heard, not turned away


def test_an_answer_that_comes_late_does_not_put_an_old_session_back(
    app: Flask, agent_email: str
) -> None:
    """The cookie is the browser's: an answer to who was here before must not touch it."""
    browser = app.test_client()
    submit(app, agent_email, PASSWORD, client=browser)
    for page in ("/desk", "/desk/state", "/dossiers"):
        assert "permanence=" not in str(browser.get(page).headers.getlist("Set-Cookie"))


def test_a_page_of_another_sign_in_is_not_called_too_old(app: Flask, agent_email: str) -> None:
    """A form's token has no age: what changed since the page was opened is who is signed in."""
    browser = app.test_client()
    submit(app, agent_email, PASSWORD, client=browser)
    token = re.search(r'name="csrf-token" content="([^"]+)"', browser.get("/desk").text)[1]
    browser.post("/sign-out", headers={"X-CSRFToken": token})
    submit(app, agent_email, PASSWORD, client=browser)
    said = browser.post("/desk/presence", json={}, headers={"X-CSRFToken": token})
    assert said.status_code == 422
    assert "votre session a changé" in said.json["error"]["message"]
    assert "trop longtemps" not in said.json["error"]["message"]


def test_a_wrong_password_and_an_unknown_address_read_the_same(
    app: Flask, agent_email: str
) -> None:
    wrong = submit(app, agent_email, "nope nope nope")
    unknown = submit(app, "personne@permanence.example", "nope nope nope")
    strip = re.compile(r'value="[^"]*"|content="[^"]*"')
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert strip.sub("", wrong.text) == strip.sub("", unknown.text)
    assert "nope" not in wrong.text


def test_both_outcomes_are_journaled_without_addresses(app: Flask, agent_email: str) -> None:
    submit(app, agent_email, PASSWORD)
    submit(app, agent_email, "nope nope nope")
    acts = [e.act for e in db.session.scalars(select(JournalEntry).order_by(JournalEntry.id))]
    assert acts == ["sign_in", "sign_in_refused"]
    assert journal_check.first_break() is None


def test_a_short_password_is_refused(app: Flask) -> None:
    with pytest.raises(InvalidInput):
        staff.add("x@permanence.example", "X", "front", "court", now=clock.now())


def test_a_disabled_agent_is_out_at_once(app: Flask, agent_email: str) -> None:
    from app.accounts.models import Agent

    with unit_of_work():
        agent = db.session.scalar(select(Agent).where(Agent.email == agent_email))
        agent.active = False
    assert submit(app, agent_email, PASSWORD).status_code == 401


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""],
)
def test_no_open_redirect(target: str) -> None:
    assert _safe_next(target) is None


def test_an_inner_address_is_followed() -> None:
    assert _safe_next("/reports/2021-06-22") == "/reports/2021-06-22"


def test_guessing_one_account_is_slowed_and_the_office_is_not(
    agent_email: str, settings: Settings, ports: Ports
) -> None:
    served = create_app(dataclasses.replace(settings, testing=False), ports)
    served.test_client_class = StaffClient
    with served.app_context():
        tries = [submit(served, agent_email, "nope nope nope").status_code for _ in range(11)]
        assert tries == [401] * 10 + [429]
        assert submit(served, "autre@permanence.example", "nope nope nope").status_code == 401
    limiter.reset()


def test_no_database_connection_is_held_while_a_password_is_hashed(
    app: Flask, agent_email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []
    matches = passwords.matches

    def watched(stored: str | None, password: str) -> bool:
        held.append(db.session().in_transaction())
        return matches(stored, password)

    monkeypatch.setattr(passwords, "matches", watched)
    submit(app, agent_email, PASSWORD)
    submit(app, "personne@permanence.example", PASSWORD)
    assert held == [False, False]


def test_one_too_many_is_told_kindly_and_touches_nothing(
    app: Flask, agent_email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "PLACES", 0)
    monkeypatch.setattr(passwords, "matches", None)  # nobody hashes
    answer = submit(app, agent_email, PASSWORD)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    assert "Réessayez dans quelques secondes." in answer.text
    assert f'value="{agent_email}"' in answer.text
    assert db.session.scalar(select(JournalEntry)) is None


def test_an_account_closed_while_its_password_is_hashed_stays_closed(
    app: Flask, agent_email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    matches = passwords.matches

    def meanwhile(stored: str | None, password: str) -> bool:
        staff.close(agent_email, now=clock.now())
        return matches(stored, password)

    monkeypatch.setattr(passwords, "matches", meanwhile)
    assert submit(app, agent_email, PASSWORD).status_code == 401


def test_a_hash_of_older_costs_is_renewed_at_sign_in(app: Flask, agent_email: str) -> None:
    from argon2 import PasswordHasher

    from app.accounts.models import Agent

    with unit_of_work():
        agent = db.session.scalar(select(Agent).where(Agent.email == agent_email))
        agent.password_hash = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    assert submit(app, agent_email, PASSWORD).status_code == 302
    stored = db.session.scalar(select(Agent.password_hash).where(Agent.email == agent_email))
    assert not passwords.outdated(stored)
    assert submit(app, agent_email, PASSWORD).status_code == 302
