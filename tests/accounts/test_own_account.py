"""« Mon compte »: the password is changed by who knows it, and sessions are closed by their owner."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts import passwords, sessions
from app.accounts.models import Agent, JournalEntry, StaffSession
from app.accounts.own import account as own_account
from app.accounts.signing_in import sign_in
from app.foundation import clock
from app.foundation.exceptions import TooSoon
from app.foundation.extensions import db
from tests.clients import StaffClient

Login = Callable[..., StaffClient]
OLD, NEW = "une phrase assez longue", "une autre phrase, plus longue"


@pytest.fixture
def me(login: Login) -> StaffClient:
    return login("front", password_hash=passwords.hashed(OLD), display_name="Inès")


def change(client: StaffClient, current: str = OLD, wanted: str = NEW) -> tuple[int, str]:
    answer = client.post("/account/password", data={"current": current, "wanted": wanted})
    return answer.status_code, answer.text


def acts() -> list[str]:
    return list(db.session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)))


def test_a_new_password_keeps_this_window_and_ends_every_other_session(
    app: Flask, me: StaffClient
) -> None:
    phone: StaffClient = app.test_client().sign_in(me.agent)  # type: ignore[attr-defined]
    thief: StaffClient = app.test_client()  # type: ignore[assignment]
    cookie = me.get_cookie("permanence")
    assert cookie
    thief.set_cookie("permanence", cookie.value)
    assert change(me)[0] == 302
    assert "Mot de passe changé." in me.get("/account").text
    assert phone.get("/account").status_code == 302
    assert thief.get("/account").status_code == 302
    now = clock.now()
    assert sign_in.authenticate(me.agent.email, NEW, (), now=now)
    assert sign_in.authenticate(me.agent.email, OLD, (), now=now) is None
    assert acts()[0] == "own_password"


@pytest.mark.parametrize(
    ("current", "wanted", "said"),
    [
        ("not mine at all", NEW, "pas votre mot de passe actuel"),
        ("", NEW, "pas votre mot de passe actuel"),
        (OLD, "court", "au moins 12"),
        (OLD, "x" * 201, "au plus 200"),
        (OLD, OLD, "déjà votre mot de passe"),
        (OLD, "", "au moins 12"),
    ],
)
def test_what_is_wrong_is_said_on_the_page_and_nothing_changes(
    me: StaffClient, current: str, wanted: str, said: str
) -> None:
    status, page = change(me, current, wanted)
    assert status == 422
    assert said in page.replace("&#39;", "'")
    assert wanted not in page or wanted in ("", OLD, "court")
    assert me.get("/account").status_code == 200
    assert acts() == []


def test_whoever_sits_at_an_open_desk_cannot_guess_its_password(me: StaffClient) -> None:
    assert [change(me, f"guess number {n}")[0] for n in range(10)] == [422] * 10
    assert change(me)[0] == 429
    with pytest.raises(TooSoon):
        own_account.check_password(me.agent.id, OLD, now=clock.now())


def test_nobody_closes_the_session_of_somebody_else(login: Login, me: StaffClient) -> None:
    other = login("front")
    (theirs,) = sessions.of(other.agent.id, now=clock.now())
    answer = me.post(f"/account/sessions/{theirs.id}/end")
    assert answer.status_code == 404
    assert me.post("/account/sessions/999999/end").status_code == 404
    assert other.get("/account").status_code == 200


def test_one_session_is_closed_from_another(app: Flask, me: StaffClient) -> None:
    phone: StaffClient = app.test_client().sign_in(me.agent)  # type: ignore[attr-defined]
    first, second = (one.id for one in reversed(sessions.of(me.agent.id, now=clock.now())))
    page = me.get("/account").text
    assert page.count("Fermer cette session") == 1
    assert re.search(rf"/account/sessions/{second}/end", page)
    assert me.post(f"/account/sessions/{second}/end").status_code == 302
    assert "Votre session a été fermée depuis un autre appareil." in (
        phone.get("/account", follow_redirects=True).text
    )
    assert me.get("/account").status_code == 200
    assert first


def test_signing_out_everywhere_is_everywhere(app: Flask, me: StaffClient) -> None:
    phone: StaffClient = app.test_client().sign_in(me.agent)  # type: ignore[attr-defined]
    assert me.post("/account/sign-out-everywhere").status_code == 302
    assert phone.get("/account").status_code == 302
    assert me.get("/account").status_code == 302
    ended = db.session.scalars(select(StaffSession.ended_why)).all()
    assert ended == ["elsewhere", "elsewhere"]
    assert acts() == ["signed_out_everywhere"]
    assert db.session.get_one(Agent, me.agent.id).softphone_epoch == 1
