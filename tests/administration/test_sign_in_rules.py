"""How people must sign in: asked for from a day on, and nobody shut out; emergency accounts are told of."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts import passwords, staff
from app.accounts.models import Agent, JournalEntry
from app.accounts.signing_in import emergency, second_step, sign_in_rules
from app.accounts.signing_in.sign_in_rules import Rules
from app.administration import accounts
from app.foundation import clock, edits
from app.foundation.config import Settings
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict, Unavailable
from app.foundation.extensions import db
from app.foundation.ports import Ports
from tests.administration.conftest import Provider
from tests.administration.test_identity_provider import client_of
from tests.clients import StaffClient
from tests.fakes import FakeMail

PASSWORD = "une phrase assez longue"
NOON = datetime.fromisoformat("2026-06-22T10:00:00+00:00")
Login = Callable[..., StaffClient]


def set_rules(*, now: datetime = NOON, by: int = 0, **values: Any) -> None:
    seen = edits.seal(sign_in_rules.current().texts())
    sign_in_rules.change(Rules(**values), seen=seen, by=by, now=now)


def person(role: str, **fields: Any) -> Agent:
    stored = passwords.hashed(PASSWORD)
    with unit_of_work():
        agent = staff.create_agent(
            f"{role}-p@permanence.example", f"P {role}", role, stored, now=NOON
        )
        for name, value in fields.items():
            setattr(agent, name, value)
    return agent


class Door:
    """Somebody who signs in with a password."""

    def __init__(self, app: Flask, agent: Agent) -> None:
        self.client: Any = app.test_client()
        token = re.search(
            r'name="csrf_token"[^>]*value="([^"]+)"', self.client.get("/sign-in").text
        )
        assert token
        given = {"email": agent.email, "password": PASSWORD, "csrf_token": token[1]}
        self.answer = self.client.post("/sign-in", data=given)
        self.location = self.answer.headers.get("Location")


def test_a_role_is_asked_from_its_day_on_and_told_before(app: Flask, create_agent: Any) -> None:
    manager = person("manager")
    later = clock.local_day(clock.now()) + timedelta(days=7)
    set_rules(roles=("manager", "admin"), begins_on=later)
    before = Door(app, manager)
    assert before.location == "/wall"
    assert "votre rôle demandera une deuxième étape" in before.client.get("/account").text
    assert Door(app, person("front")).location == "/desk"
    set_rules(roles=("manager", "admin"), begins_on=later - timedelta(days=7))
    assert Door(app, manager).location == "/sign-in/second-step"
    assert "<svg" in Door(app, manager).client.get("/sign-in/second-step").text  # set up there


def test_a_day_begins_at_midnight_in_paris(app: Flask) -> None:
    set_rules(roles=("front",), begins_on=date(2026, 6, 23))
    late = datetime.fromisoformat("2026-06-22T21:59:00+00:00")
    assert not sign_in_rules.is_required("front", now=late)
    assert sign_in_rules.due_on("front", now=late) == date(2026, 6, 23)
    assert sign_in_rules.is_required("front", now=late + timedelta(minutes=1))
    assert sign_in_rules.due_on("back", now=late) is None


def test_what_the_operator_demands_holds_whatever_the_page_says(
    app: Flask, settings: Settings
) -> None:
    demanded = dataclasses.replace(settings, require_second_factor="admin")
    app.extensions["permanence.settings"] = demanded
    set_rules(roles=())
    assert sign_in_rules.is_required("admin", now=NOON)
    assert not sign_in_rules.is_required("manager", now=NOON)


def post(admin: StaffClient, **form: Any) -> Any:
    seen = edits.seal(sign_in_rules.current().texts())
    return admin.post("/admin/sign-in", data={"seen": seen, **form})


def test_set_on_the_page_and_journaled(login: Login) -> None:
    admin = login("admin")
    answer = post(admin, roles=["manager", "chef"], begins_on="2027-01-04")
    assert answer.status_code == 302
    assert sign_in_rules.current() == Rules(("manager",), date(2027, 1, 4), False)
    page = admin.get("/admin/sign-in").text
    assert 'value="manager" checked' in page
    assert "1 personne n’en a pas encore" in page
    acts = db.session.scalars(select(JournalEntry.act)).all()
    assert acts == ["sign_in_rules"]
    assert post(admin, roles=["manager"], begins_on="2027-02-31").status_code == 422
    assert login("manager").get("/admin/sign-in").status_code == 403


def test_the_second_editor_of_the_rules_sees_the_first(login: Login) -> None:
    one, other = login("admin"), login("admin")
    seen = edits.seal(sign_in_rules.current().texts())
    one.post("/admin/sign-in", data={"seen": seen, "roles": ["admin"]})
    stale = other.post("/admin/sign-in", data={"seen": seen, "roles": ["manager"]})
    assert stale.status_code == 409
    assert "Administration" in stale.text
    assert sign_in_rules.current().roles == ("admin",)


def test_nobody_from_here_without_a_provider_or_an_emergency_account(
    app: Flask, login: Login, ports: Ports, provider: Provider
) -> None:
    admin = login("admin")
    refused = post(admin, provider_only="1")
    assert refused.status_code == 409
    assert "OIDC_ISSUER" in refused.text
    _with(app, ports, provider)
    assert "compte d&#39;administration de secours" in post(admin, provider_only="1").text
    person("front", emergency=True)  # no administrator
    assert post(admin, provider_only="1").status_code == 409
    person("admin", emergency=True)
    assert post(admin, provider_only="1").status_code == 302
    assert sign_in_rules.current().provider_only


def _with(app: Flask, ports: Ports, provider: Provider) -> None:
    found = dataclasses.replace(ports, identity=client_of(provider))
    app.extensions["permanence.ports"] = found


def test_where_everybody_comes_from_there_only_emergency_accounts_do_not(
    app: Flask, ports: Ports, provider: Provider
) -> None:
    _with(app, ports, provider)
    saved, nadia = person("admin", emergency=True), person("front")
    set_rules(provider_only=True)
    refused = Door(app, nadia)
    assert refused.answer.status_code == 403
    assert "Ici, on se connecte avec ProConnect" in refused.answer.text
    assert Door(app, saved).location == "/admin"
    app.extensions["permanence.ports"] = ports  # its settings are taken away: the rule sleeps
    assert Door(app, nadia).location == "/desk"


def test_the_last_emergency_account_stays_while_it_is_needed(
    app: Flask, ports: Ports, provider: Provider
) -> None:
    _with(app, ports, provider)
    saved = person("admin", emergency=True)
    with unit_of_work():
        stored = passwords.hashed(PASSWORD)
        staff.create_agent("admin2@permanence.example", "Deux", "admin", stored, now=NOON)
    set_rules(provider_only=True)
    seen = edits.seal(accounts.shown(saved))
    with pytest.raises(Conflict, match="secours"):
        accounts.close(saved.id, seen=seen, by=0, now=NOON)
    with pytest.raises(Conflict, match="secours"):
        staff.change_role(saved.email, "manager", now=NOON)
    with pytest.raises(Conflict, match="secours"):
        emergency.switch(saved.email, on=False, now=NOON)
    emergency.switch("admin2@permanence.example", on=True, now=NOON)
    emergency.switch(saved.email, on=False, now=NOON)
    set_rules(provider_only=False)
    emergency.switch("admin2@permanence.example", on=False, now=NOON)


def test_the_use_of_an_emergency_account_is_told_to_administrators(
    app: Flask, login: Login, mail: FakeMail
) -> None:
    watcher, english = login("admin"), login("admin", locale="en")
    login("manager")
    said = app.test_cli_runner().invoke(args=["account", "emergency", person("admin").email, "on"])
    assert said.exit_code == 0, said.output
    saved = db.session.scalars(select(Agent).where(Agent.emergency)).one()
    Door(app, saved)
    assert {m.to for m in mail.sent} == {watcher.agent.email, english.agent.email}
    assert {m.subject[:22] for m in mail.sent} == {
        "Permanence : un compte",
        "Permanence: an emergen",
    }
    assert all("P admin" in m.text for m in mail.sent)
    page = watcher.get("/admin").text
    assert "Un compte de secours a servi" in page
    acts = db.session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)).all()
    assert acts == ["emergency_on", "sign_in", "emergency_sign_in"]
    assert emergency.recent(now=clock.now() + timedelta(days=8)) is None


def test_a_mail_that_does_not_leave_keeps_nobody_out(
    app: Flask, login: Login, mail: FakeMail
) -> None:
    login("admin")
    mail.error = Unavailable("Le serveur de messagerie ne répond pas.")
    assert Door(app, person("admin", emergency=True)).location == "/admin"


def test_an_account_without_password_is_no_emergency_account(app: Flask) -> None:
    agent = person("admin", password_hash="")
    with pytest.raises(Conflict):
        emergency.switch(agent.email, on=True, now=NOON)
    unknown = app.test_cli_runner().invoke(args=["account", "emergency", "x@y.example", "on"])
    assert unknown.exit_code == 1


def test_who_has_a_second_step_is_told_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    front = person("front")
    set_rules(roles=("front",), begins_on=clock.local_day(clock.now()) + timedelta(days=7))
    monkeypatch.setattr(second_step, "is_set", lambda _id: True)
    door = Door(app, front)
    assert door.location == "/sign-in/second-step"
