"""The second step: once each code, slowed for who guesses, and nobody is locked out for good."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select, text

from app.accounts import passwords, staff
from app.accounts.models import Agent, JournalEntry, RecoveryCode
from app.accounts.signing_in import second_step
from app.foundation import clock, config
from app.foundation.config import Settings
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import ConfigurationError, Conflict, InvalidInput, TooSoon
from app.foundation.extensions import db
from tests.clients import StaffClient

PASSWORD = "une phrase assez longue"
EMAIL = "isabelle@permanence.example"
NOON = datetime.fromisoformat("2026-06-22T10:00:00+00:00")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, require_second_factor="manager, admin")


@pytest.fixture
def agent_id(app: Flask) -> int:
    stored = passwords.hashed(PASSWORD)
    with unit_of_work():
        return staff.create_agent(EMAIL, "Isabelle", "manager", stored, now=NOON).id


def code(secret: str, at: datetime, steps: int = 0) -> str:
    return pyotp.TOTP(secret).generate_otp(int(at.timestamp()) // 30 + steps)


@pytest.fixture
def secret(agent_id: int) -> str:
    """The account has a second step since ten minutes before noon."""
    secret, before = second_step.begin(agent_id), NOON - timedelta(minutes=10)
    second_step.confirm(agent_id, code(secret, before), keep=None, now=before)
    return secret


def acts() -> list[str]:
    return list(db.session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)))


@pytest.mark.parametrize(
    ("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_telephone_may_be_half_a_minute_off(
    agent_id: int, secret: str, steps: int, right: bool
) -> None:
    assert second_step.check(agent_id, code(secret, NOON, steps), now=NOON) is right


def test_a_code_works_once_and_none_before_it_does_after(agent_id: int, secret: str) -> None:
    assert second_step.check(agent_id, code(secret, NOON), now=NOON)
    assert not second_step.check(agent_id, code(secret, NOON), now=NOON)
    assert not second_step.check(agent_id, code(secret, NOON, -1), now=NOON)
    assert second_step.check(agent_id, code(secret, NOON, 1), now=NOON)
    assert acts() == [
        "second_step_set", "second_step", "second_step_refused", "second_step_refused", "second_step",
    ]  # fmt: skip


@pytest.mark.parametrize("wrong", ["", "000000", "١٢٣٤٥٦", "\ud800", "1" * 5000, "12345", " "])
def test_what_is_no_code_is_refused(agent_id: int, secret: str, wrong: str) -> None:
    assert not second_step.check(agent_id, wrong, now=NOON)


def test_a_code_may_be_typed_with_its_space(agent_id: int, secret: str) -> None:
    shown = code(secret, NOON)
    assert second_step.check(agent_id, f" {shown[:3]} {shown[3:]}", now=NOON)


def test_codes_cannot_be_guessed_one_after_the_other(agent_id: int, secret: str) -> None:
    right = code(secret, NOON)
    wrong = str((int(right) + 123_456) % 1_000_000).zfill(6)
    near = {code(secret, NOON, n) for n in (-1, 1)}
    assert wrong not in near
    assert [second_step.check(agent_id, wrong, now=NOON) for _ in range(10)] == [False] * 10
    with pytest.raises(TooSoon):
        second_step.check(agent_id, right, now=NOON)
    later = NOON + timedelta(seconds=31)
    assert second_step.check(agent_id, code(secret, later), now=later)


def test_each_recovery_code_works_once_and_only_its_digest_is_kept(agent_id: int) -> None:
    secret = second_step.begin(agent_id)
    codes = second_step.confirm(agent_id, code(secret, NOON), keep=None, now=NOON)
    assert len(set(codes)) == second_step.left(agent_id) == 10
    kept = " ".join(db.session.scalars(select(RecoveryCode.code_hash)))
    assert codes[0].replace("-", "") not in kept
    assert second_step.check(agent_id, codes[0].upper().replace("-", " "), now=NOON)
    assert not second_step.check(agent_id, codes[0], now=NOON)
    assert second_step.left(agent_id) == 9
    renewed = second_step.renew_codes(agent_id, now=NOON)
    assert not second_step.check(agent_id, codes[1], now=NOON)
    assert second_step.check(agent_id, renewed[0], now=NOON)


def test_the_secret_is_sealed_in_the_database(agent_id: int, secret: str) -> None:
    stored = db.session.execute(text("SELECT secret FROM totp_secrets")).scalar_one()
    assert secret not in stored


def test_a_wrong_code_sets_nothing_up(agent_id: int) -> None:
    secret = second_step.begin(agent_id)
    assert second_step.begin(agent_id) == secret  # the square on the page stays the same
    with pytest.raises(InvalidInput):
        second_step.confirm(agent_id, code(secret, NOON, 7), keep=None, now=NOON)
    assert not second_step.is_set(agent_id)


class Browser:
    """Somebody who signs in through the pages."""

    def __init__(self, app: Flask) -> None:
        self.client: StaffClient = app.test_client()  # type: ignore[assignment]

    def post(self, path: str, **form: str) -> Any:
        page = self.client.get(path, follow_redirects=True).text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token
        return self.client.post(path, data={**form, "csrf_token": token[1]})

    def password(self, email: str = EMAIL) -> Any:
        return self.post("/sign-in", email=email, password=PASSWORD)

    def is_in(self) -> bool:
        return self.client.get("/account").status_code == 200


def test_the_password_alone_opens_nothing(app: Flask, agent_id: int, secret: str) -> None:
    me = Browser(app)
    assert me.password().headers["Location"] == "/sign-in/second-step"
    assert not me.is_in()
    assert me.client.get("/desk/state").status_code == 302
    assert me.post("/sign-in/second-step", code="000000").status_code == 401
    assert not me.is_in()
    now = code(secret, clock.now())
    assert me.post("/sign-in/second-step", code=now).headers["Location"] == "/wall"
    assert me.is_in()
    thief = Browser(app)
    thief.password()
    assert thief.post("/sign-in/second-step", code=now).status_code == 401  # seen over a shoulder


def test_a_half_opened_door_closes(
    app: Flask, agent_id: int, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, late = Browser(app), Browser(app)
    waits.password()
    late.password()
    staff.change_password(EMAIL, "une autre phrase longue", now=clock.now())
    answer = waits.client.get("/sign-in/second-step")
    assert answer.headers["Location"] == "/sign-in"
    then = clock.now() + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: then)
    assert late.client.get("/sign-in/second-step").status_code == 302
    assert Browser(app).client.get("/sign-in/second-step").status_code == 302


def test_who_must_have_one_sets_it_up_at_the_next_sign_in(app: Flask, agent_id: int) -> None:
    me = Browser(app)
    me.password()
    page = me.client.get("/sign-in/second-step").text
    assert "<svg" in page
    shown = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert shown
    assert not me.is_in()
    assert me.post("/sign-in/second-step", code="000000").status_code == 422
    answer = me.post("/sign-in/second-step", code=code(shown[1].replace(" ", ""), clock.now()))
    codes = re.findall(r"<code>([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})</code>", answer.text)
    assert len(codes) == 10
    assert me.is_in()
    other = Browser(app)
    other.password()
    assert other.post("/sign-in/second-step", code=codes[3]).status_code == 302
    assert other.is_in()


def test_an_agent_signs_in_with_the_password_and_may_want_more(app: Flask) -> None:
    stored = passwords.hashed(PASSWORD)
    with unit_of_work():
        agent = staff.create_agent("ines@permanence.example", "Inès", "front", stored, now=NOON)
    me = Browser(app)
    assert me.password("ines@permanence.example").headers["Location"] == "/desk"
    token = re.search(r'name="csrf-token" content="([^"]+)"', me.client.get("/account").text)
    assert token
    me.client.csrf = token[1]
    wrong = me.client.post("/account/second-step/begin", data={"password": "no"})
    assert wrong.status_code == 302
    page = me.client.post("/account/second-step/begin", data={"password": PASSWORD}).text
    shown = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert shown
    now = code(shown[1].replace(" ", ""), clock.now())
    assert (
        "Codes de secours"
        in me.client.post("/account/second-step/confirm", data={"code": now}).text
    )
    assert second_step.is_set(agent.id)
    assert me.is_in()
    me.client.post("/account/second-step/off", data={"password": PASSWORD})
    assert not second_step.is_set(agent.id)


def test_a_required_one_is_not_taken_off_from_the_page(agent_id: int, secret: str) -> None:
    with pytest.raises(Conflict):
        second_step.take_off(agent_id, keep=0, now=NOON)


def test_a_lost_telephone_is_mended_by_a_command(app: Flask, agent_id: int, secret: str) -> None:
    said = app.test_cli_runner().invoke(args=["account", "second-step-off", EMAIL])
    assert said.exit_code == 0, said.output
    assert not second_step.is_set(agent_id)
    assert acts()[-1] == "second_step_reset"
    unknown = app.test_cli_runner().invoke(args=["account", "second-step-off", "x@y.example"])
    assert unknown.exit_code == 1


def test_the_last_administrator_cannot_be_closed(
    app: Flask, create_agent: Callable[..., Agent]
) -> None:
    first = create_agent("admin")
    with pytest.raises(Conflict):
        staff.close(first.email, now=NOON)
    with pytest.raises(Conflict):
        staff.change_role(first.email, "manager", now=NOON)
    staff.change_role(first.email, "admin", now=NOON)
    second = create_agent("admin")
    staff.close(first.email, now=NOON)
    with pytest.raises(Conflict):
        staff.change_role(second.email, "front", now=NOON)
    with pytest.raises(Conflict):
        staff.close(second.email, now=NOON)
    assert db.session.get_one(Agent, second.id, populate_existing=True).active
    for words in (["account", "reopen", first.email], ["account", "role", second.email, "front"]):
        said = app.test_cli_runner().invoke(args=words)
        assert said.exit_code == 0, said.output
    roles = {agent.email: (agent.role, agent.active) for agent in db.session.scalars(select(Agent))}
    assert roles == {first.email: ("admin", True), second.email: ("front", True)}


def test_roles_that_do_not_exist_are_refused_at_the_start(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="chefs"):
        config.load({"REQUIRE_SECOND_FACTOR": "manager,chefs", "INSTANCE_DIR": "/tmp/none"})
