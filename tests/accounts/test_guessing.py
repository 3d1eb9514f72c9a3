"""Ten wrong passwords slow whoever guesses, wherever from, and never the account's owner."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts import passwords, routes, staff
from app.accounts.models import JournalEntry, SignInTry
from app.accounts.signing_in import guessing, sign_in
from app.accounts.signing_in.patience import Counter
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import TooSoon
from app.foundation.extensions import db
from app.operations import retention
from tests.clients import StaffClient

PASSWORD = "une phrase assez longue"
INES, MARC = "ines@permanence.example", "marc@permanence.example"
OFFICE, HOME, ATTACKER = "192.0.2.1", "198.51.100.7", "203.0.113.66"


@pytest.fixture(autouse=True)
def team(app: Flask) -> None:
    stored = passwords.hashed(PASSWORD)
    with unit_of_work():
        for email in (INES, MARC):
            staff.create_agent(email, email, "front", stored, now=clock.now())


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """``later(60)``: a minute has passed."""
    passed = timedelta()
    real = clock.now

    def now() -> datetime:
        return real() + passed

    def pass_(seconds: float) -> None:
        nonlocal passed
        passed += timedelta(seconds=seconds)

    monkeypatch.setattr(routes.clock, "now", now)
    return pass_


class Browser:
    """Somebody at an address, with cookies of her own."""

    def __init__(self, app: Flask, address: str) -> None:
        self.client: StaffClient = app.test_client()  # type: ignore[assignment]
        self.place = {"REMOTE_ADDR": address}

    def tries(self, email: str, password: str) -> Any:
        page = self.client.get("/sign-in", environ_overrides=self.place).text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token
        return self.client.post(
            "/sign-in",
            data={"email": email, "password": password, "csrf_token": token[1]},
            environ_overrides=self.place,
        )

    def guesses(self, email: str, times: int) -> list[int]:
        return [self.tries(email, "not the password").status_code for _ in range(times)]

    def signs_in(self, email: str) -> bool:
        answer = self.tries(email, PASSWORD)
        if answer.status_code == 302:
            self.client.delete_cookie("permanence")  # signed out, the browser is the same
        return bool(answer.status_code == 302)


def test_the_eleventh_is_told_how_long_to_wait(app: Flask) -> None:
    attacker = Browser(app, ATTACKER)
    assert attacker.guesses(INES, 10) == [401] * 10
    refused = attacker.tries(INES, PASSWORD)  # not even the right one is looked at
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 30
    assert "Trop d&#39;essais pour ce compte depuis ce réseau." in refused.text
    assert "Votre compte n&#39;est pas bloqué." in refused.text
    kept = db.session.scalars(select(JournalEntry.act)).all()
    assert kept == ["sign_in_refused"] * 10  # who waits fills no journal


def test_waiting_is_enough_and_grows(app: Flask, later: Callable[[float], None]) -> None:
    attacker = Browser(app, ATTACKER)
    attacker.guesses(INES, 10)
    for wait in (30, 60, 120, 240, 480, 900, 900):
        assert attacker.guesses(INES, 1) == [429]
        later(wait - 5)
        assert attacker.guesses(INES, 1) == [429]
        later(6)
        assert attacker.guesses(INES, 1) == [401]
    later(3600)
    assert attacker.guesses(INES, 10) == [401] * 10


def test_an_attacker_at_several_addresses_slows_nobody_but_himself(app: Flask) -> None:
    owner_before = Browser(app, OFFICE)
    assert owner_before.signs_in(INES)
    for last in range(1, 12):
        attacker = Browser(app, f"203.0.113.{last}")
        assert attacker.guesses(INES, 11) == [401] * 10 + [429]
    assert owner_before.signs_in(INES)  # at her desk
    assert Browser(app, HOME).signs_in(INES)  # on a computer that nobody has seen, elsewhere


def test_an_attacker_in_the_same_office_does_not_slow_a_known_browser(app: Flask) -> None:
    owner = Browser(app, OFFICE)
    assert owner.signs_in(INES)
    assert Browser(app, OFFICE).guesses(INES, 11)[-1] == 429
    assert owner.signs_in(INES)
    assert Browser(app, OFFICE).signs_in(MARC)  # nor a colleague on a new computer


def test_many_addresses_of_one_64_are_one_place(app: Flask) -> None:
    answers = [Browser(app, f"2001:db8::{n}").guesses(INES, 1)[0] for n in range(1, 12)]
    assert answers == [401] * 10 + [429]


def test_one_place_that_tries_every_account_is_slowed(app: Flask) -> None:
    tries = [
        Browser(app, ATTACKER).guesses(f"someone{n}@permanence.example", 1)[0] for n in range(61)
    ]
    assert tries == [401] * 60 + [429]
    assert Browser(app, OFFICE).signs_in(INES)


def test_the_whole_office_signs_in_at_nine(app: Flask) -> None:
    for _ in range(65):
        assert Browser(app, OFFICE).signs_in(INES)


def test_a_stolen_browser_cookie_is_slowed_as_anybody(app: Flask) -> None:
    owner = Browser(app, OFFICE)
    owner.signs_in(INES)
    stolen = owner.client.get_cookie("permanence_browser", path="/sign-in")
    assert stolen
    answers = []
    for last in range(1, 12):
        thief = Browser(app, f"203.0.113.{last}")
        thief.client.set_cookie("permanence_browser", stolen.value, path="/sign-in")
        answers += thief.guesses(INES, 1)
    assert answers == [401] * 10 + [429]


@pytest.mark.parametrize("cookie", ["", "x", "eyJhIjoxfQ.x.y", "\u00e9", "a" * 3000])
def test_a_forged_browser_cookie_is_nobodys(app: Flask, cookie: str) -> None:
    thief = Browser(app, ATTACKER)
    thief.client.set_cookie("permanence_browser", cookie, path="/sign-in")
    assert thief.guesses(INES, 11) == [401] * 10 + [429]


def test_the_browser_cookie_opens_nothing_and_names_nobody(app: Flask) -> None:
    owner = Browser(app, OFFICE)
    owner.tries(INES, PASSWORD)
    cookie = owner.client.get_cookie("permanence_browser", path="/sign-in")
    assert cookie
    assert cookie.http_only
    assert "ines" not in cookie.decoded_value
    stranger = Browser(app, HOME)
    stranger.client.set_cookie("permanence_browser", cookie.value)
    assert stranger.client.get("/desk").status_code == 302


def test_one_computer_serves_several_people(app: Flask) -> None:
    shared = Browser(app, OFFICE)
    assert shared.signs_in(INES)
    assert shared.signs_in(MARC)
    Browser(app, OFFICE).guesses(INES, 11)
    Browser(app, OFFICE).guesses(MARC, 11)
    assert shared.signs_in(INES)
    assert shared.signs_in(MARC)


def test_a_hundred_at_once_are_not_a_hundred_free_tries(app: Flask) -> None:
    tried = sign_in.counters(INES, ATTACKER, None)
    now, heard = clock.now(), []

    def one() -> None:
        with app.app_context():
            try:
                guessing.admit(tried, now=now)
                heard.append("admitted")
            except TooSoon:
                heard.append("refused")
            finally:
                db.session.remove()

    db.session.commit()
    crowd = [threading.Thread(target=one) for _ in range(40)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    assert sorted(heard) == ["admitted"] * 10 + ["refused"] * 30


def test_nothing_readable_is_stored_and_old_rows_go(app: Flask) -> None:
    Browser(app, ATTACKER).guesses(INES, 1)
    keys = db.session.scalars(select(SignInTry.key)).all()
    assert len(keys) == 2
    assert all(re.fullmatch(r"[0-9a-f]{64}", key) for key in keys)
    retention.run(now=clock.now() + timedelta(hours=2), dry_run=False)
    assert db.session.scalars(select(SignInTry.key)).all() == []


def test_who_must_wait_counts_nothing(app: Flask) -> None:
    now = clock.now()
    free, full = Counter("a" * 64, 5), Counter("b" * 64, 1)
    guessing.admit([full], now=now)
    with pytest.raises(TooSoon):
        guessing.admit([free, full], now=now)
    counts = dict(db.session.execute(select(SignInTry.key, SignInTry.count)).all())
    assert (counts.get(free.key, 0), counts[full.key]) == (0, 1)
