"""A session ends at once, whoever holds a copy of its cookie, and takes with it all that it opened."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.accounts import passwords, sessions, staff
from app.accounts import service as accounts
from app.accounts.models import Agent, Connection, Holding, JournalEntry, Presence, StaffSession
from app.accounts.service import Tab
from app.accounts.sessions import Why
from app.desk import sockets
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import NotFound
from app.foundation.extensions import db
from app.foundation.ports import agent_of, softphone_identity
from tests.clients import StaffClient

Login = Callable[..., StaffClient]
Sockets = Callable[..., Any]

PASSWORD = "une phrase assez longue"
ENDINGS: dict[str, Callable[[Agent], None]] = {
    "account closed": lambda agent: staff.close(agent.email, now=clock.now()),
    "password changed": lambda agent: staff.change_password(agent.email, PASSWORD, now=clock.now()),
    "role changed": lambda agent: staff.change_role(agent.email, "manager", now=clock.now()),
    "time is over": lambda agent: _past(agent, ends_at=clock.now() - timedelta(seconds=1)),
    "nobody there": lambda agent: _past(agent, seen_at=clock.now() - timedelta(hours=3)),
}


def _past(agent: Agent, **columns: Any) -> None:
    with unit_of_work():
        for row in db.session.scalars(
            select(StaffSession).where(StaffSession.agent_id == agent.id)
        ):
            for name, value in columns.items():
                setattr(row, name, value)
    sessions.sweep(now=clock.now())


def presence(agent_id: int) -> str:
    return db.session.get_one(Presence, agent_id, populate_existing=True).state


def copy_of(client: StaffClient) -> StaffClient:
    """A browser with a copy of this one's cookie."""
    copy: StaffClient = client.application.test_client()  # type: ignore[assignment]
    cookie = client.get_cookie("permanence")
    assert cookie
    copy.set_cookie("permanence", cookie.value)
    return copy


def heard(socket: Any, name: str) -> list[dict[str, Any]]:
    received = list(socket.queue)  # get_received() answers an open connection only
    return [each["args"][0] for each in received if each.get("name") == name]


def test_signing_out_ends_the_cookie_and_its_copies(login: Login) -> None:
    client = login("front", state="available")
    thief = copy_of(client)
    assert thief.get("/desk/state").status_code == 200
    assert client.post("/sign-out").status_code == 302
    assert thief.get("/desk/state").status_code == 302
    assert thief.get("/desk/token").status_code == 302
    acts = db.session.scalars(select(JournalEntry.act)).all()
    assert acts == ["sign_out"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_ending_ends_all_of_it(login: Login, socket_client: Sockets, ending: str) -> None:
    client, colleague = login("front", state="available"), login("front", state="available")
    agent_id = client.agent.id
    socket, other = socket_client(client), socket_client(colleague)
    assert socket.is_connected()
    token = client.get("/desk/token", headers={"Accept": "application/json"}).json
    copy = copy_of(client)
    ENDINGS[ending](client.agent)
    for browser in (client, copy):
        answer = browser.get("/desk/state", headers={"Accept": "application/json"})
        assert answer.status_code == 401
    assert [each["why"] for each in heard(socket, "signed-out")]
    assert not socket.is_connected()
    assert not socket_client(copy).is_connected()
    assert presence(agent_id) == "offline"
    assert not accounts.is_connected(agent_id)
    epoch = sessions.softphone_epoch(agent_id)
    assert softphone_identity(agent_id, epoch) != token["identity"]
    # A colleague has noticed nothing.
    assert other.is_connected()
    assert colleague.get("/desk/state").status_code == 200
    assert presence(colleague.agent.id) == "available"
    assert sessions.softphone_epoch(colleague.agent.id) == 0


def test_the_sign_in_page_says_why(login: Login) -> None:
    client = login("front")
    staff.change_password(client.agent.email, PASSWORD, now=clock.now())
    page = client.get("/desk", follow_redirects=True).text
    assert "Le mot de passe de ce compte a changé." in page


def test_one_of_two_sessions_ends_and_the_other_goes_on(
    login: Login, app: Flask, socket_client: Sockets
) -> None:
    here = login("front", state="available")
    there: StaffClient = app.test_client().sign_in(here.agent)  # type: ignore[attr-defined]
    socket = socket_client(there)
    before = there.get("/desk/token").json["identity"]
    here.post("/sign-out")
    assert there.get("/desk/state").status_code == 200
    assert socket.is_connected()
    assert presence(here.agent.id) == "available"
    # The token of the first browser rings no more; the second one is told to ask for another.
    assert heard(socket, "softphone") == [{}]
    assert there.get("/desk/token").json["identity"] != before


def test_somebody_else_in_a_second_window_ends_the_first(
    app: Flask, login: Login, socket_client: Sockets
) -> None:
    with unit_of_work():
        staff.create_agent(
            "nadia@permanence.example",
            "Nadia",
            "front",
            passwords.hashed(PASSWORD),
            now=clock.now(),
        )
    browser = login("front", state="available", display_name="Camille")
    first = socket_client(browser)
    stolen = copy_of(browser)
    browser.csrf = ""
    page = browser.get("/sign-in").text
    assert "Camille a une session ouverte dans ce navigateur." in page
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    form = {"email": "nadia@permanence.example", "password": PASSWORD, "csrf_token": token[1]}
    assert browser.post("/sign-in", data=form).status_code == 302
    assert [each["why"] for each in heard(first, "signed-out")] == ["replaced"]
    assert stolen.get("/desk/state").status_code == 302
    assert presence(browser.agent.id) == "offline"
    assert "Nadia" in browser.get("/desk").text


def test_a_page_never_acts_as_somebody_who_signed_in_since(login: Login) -> None:
    client = login("front")
    mine = {"X-Signed-In-As": str(client.agent.id), "Accept": "application/json"}
    assert client.get("/desk/state", headers=mine).status_code == 200
    others = {**mine, "X-Signed-In-As": "999"}
    refused = client.get("/desk/state", headers=others)
    assert refused.status_code == 401
    assert "Quelqu'un d'autre" in refused.json["error"]["message"]
    assert client.post("/desk/presence", json={}, headers=others).status_code == 401


def test_a_form_of_another_session_says_so_and_an_old_one_does_too(login: Login) -> None:
    client, other = login("front"), login("front")
    json = {"Accept": "application/json"}
    with other.session_transaction() as session:
        session["csrf_token"] = "another session's"
    said = other.post("/desk/presence", json={}, headers={"X-CSRFToken": client.csrf, **json})
    assert "votre session a changé" in said.json["error"]["message"]
    assert said.status_code == 422


def test_a_socket_of_somebody_else_s_page_is_refused(login: Login, socket_client: Sockets) -> None:
    client = login("front")
    assert socket_client(client, auth={"as": str(client.agent.id)}).is_connected()
    assert not socket_client(client, auth={"as": "999"}).is_connected()
    assert socket_client(client, auth="nonsense").is_connected()


def test_a_tab_is_not_noted_after_its_session_has_ended(login: Login) -> None:
    client = login("front", state="available")
    session_id = db.session.scalars(select(StaffSession.id)).one()
    with unit_of_work() as work:
        sessions.end(session_id, Why.SIGNED_OUT, work, now=clock.now())
    noted = accounts.connected("late", client.agent.id, "p", now=clock.now(), session_id=session_id)
    assert not noted
    accounts.seen("p", {"late": Tab(client.agent.id, session_id)}, now=clock.now())
    assert db.session.scalars(select(Connection)).all() == []


def test_a_process_that_was_not_told_closes_the_tab_at_its_next_pulse(
    login: Login, socket_client: Sockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = login("front", state="available")
    socket = socket_client(client)
    monkeypatch.setattr(sessions, "sign_out_tab", lambda _sid, _why: None)  # Redis is away
    staff.close(client.agent.email, now=clock.now())
    assert socket.is_connected()
    sockets.vouch()
    assert not socket.is_connected()
    assert not accounts.is_connected(client.agent.id)


def test_an_open_tab_keeps_a_session_and_nothing_does_after_its_end(
    login: Login, socket_client: Sockets, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = login("front", state="available")
    socket = socket_client(client)
    row = db.session.scalars(select(StaffSession)).one()
    start = row.began_at
    monkeypatch.setattr(sessions, "_written_at", None)
    for hours in range(1, 12):
        now = start + timedelta(hours=hours)
        monkeypatch.setattr(clock, "now", lambda now=now: now)
        sockets.vouch()
        sessions.sweep(now=now)
        assert socket.is_connected(), hours
        assert client.get("/desk/state").status_code == 200
    last = start + timedelta(hours=12)
    monkeypatch.setattr(clock, "now", lambda: last)
    sessions.sweep(now=last)
    assert not socket.is_connected()
    assert client.get("/desk/state").status_code == 302
    (act,) = db.session.scalars(select(JournalEntry.act)).all()
    assert act == "session_over"


def test_nobody_keeps_available_after_a_conversation_that_outlived_the_session(
    login: Login,
) -> None:
    client = login("front", state="in_call")
    agent_id = client.agent.id
    client.post("/sign-out")
    assert presence(agent_id) == "in_call"  # the person on the line is not cut off
    with unit_of_work():
        db.session.execute(delete(Holding))
    sessions.sweep(now=clock.now())
    assert presence(agent_id) == "offline"


def test_old_sessions_are_forgotten_after_a_month(login: Login) -> None:
    client = login("front")
    client.post("/sign-out")
    now = clock.now()
    with unit_of_work():
        sessions.forget_old(now=now + timedelta(days=29))
    assert db.session.scalars(select(StaffSession)).all()
    with unit_of_work():
        sessions.forget_old(now=now + timedelta(days=31))
    assert db.session.scalars(select(StaffSession)).all() == []


def test_the_cookie_holds_nothing_that_the_database_does(login: Login) -> None:
    client = login("front")
    with client.session_transaction() as session:
        key = session["_user_id"]
    row = db.session.scalars(select(StaffSession)).one()
    assert key not in {row.key_hash, str(row.id), str(row.agent_id)}
    assert len(key) >= 43


@pytest.mark.parametrize("key", ["", "x", "1.0", "\ud800", "a" * 100_000, "0" * 64])
def test_a_made_up_key_opens_nothing(app: Flask, key: str) -> None:
    assert sessions.find(key, now=clock.now()) is None
    assert sessions.why_over(key) is None


def test_names_of_softphones_lead_back_to_their_agent() -> None:
    assert softphone_identity(7) == "agent_7"
    assert softphone_identity(7, 3) == "agent_7_3"
    assert agent_of("client:agent_7_3") == agent_of("client:agent_7") == 7
    assert agent_of("client:agent__3") is None


def test_commands_for_unknown_accounts_end_nothing(app: Flask) -> None:
    with pytest.raises(NotFound):
        staff.close("personne@permanence.example", now=clock.now())
