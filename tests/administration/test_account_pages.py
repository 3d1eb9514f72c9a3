"""Accounts on screen: made by an administrator, opened by their owner, changed with nothing undone unseen."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.accounts import sessions, staff
from app.accounts.models import Agent, Invitation, JournalEntry, StaffSession
from app.accounts.signing_in import second_step, sign_in
from app.adapters.outbox import FileOutbox
from app.administration import accounts, invitations
from app.administration.account_form import Typed, judge
from app.foundation import clock, edits
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict, NotFound, Unavailable
from app.foundation.extensions import db
from app.foundation.ports import MailMessage, Ports
from tests.clients import StaffClient
from tests.fakes import FakeMail

PASSWORD = "une phrase assez longue"
INES = {
    "name": "Inès Haddad",
    "email": " Ines@Permanence.example ",
    "role": "front",
    "locale": "fr",
}

Login = Callable[..., StaffClient]


@pytest.fixture
def admin(login: Login) -> StaffClient:
    return login("admin")


def make(admin: StaffClient, **fields: Any) -> Agent:
    answer = admin.post("/admin/accounts", data={**INES, "languages": ["ar", "fr"], **fields})
    assert answer.status_code == 302, answer.text
    db.session.rollback()
    return db.session.get_one(Agent, int(answer.headers["Location"].rpartition("/")[2]))


def link_of(mail: FakeMail) -> str:
    found = re.search(r"(/invitation/[\w-]+)", mail.sent[-1].text)
    assert found
    return found[1]


def choose(app: Flask, link: str, wanted: str = PASSWORD, again: str | None = None) -> Any:
    client = app.test_client()
    page = client.get(link).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    given = {"csrf_token": token[1], "wanted": wanted, "again": wanted if again is None else again}
    return client.post(link, data=given)


def opens(email: str, password: str = PASSWORD) -> bool:
    return sign_in.authenticate(email, password, [], now=clock.now()) is not None


def acts(agent_id: int) -> list[str]:
    query = select(JournalEntry.act).where(JournalEntry.subject == f"agent:{agent_id}")
    return list(db.session.scalars(query.order_by(JournalEntry.id)))


def seen(agent: Agent) -> str:
    db.session.refresh(agent)
    return edits.seal(accounts.shown(agent))


def act(admin: StaffClient, agent: Agent, word: str, **form: str) -> Any:
    return admin.post(f"/admin/accounts/{agent.id}/{word}", data={"seen": seen(agent), **form})


def test_an_account_is_made_and_its_owner_alone_chooses_the_password(
    app: Flask, admin: StaffClient, mail: FakeMail
) -> None:
    ines = make(admin)
    assert (ines.email, ines.role, ines.languages) == (
        "ines@permanence.example",
        "front",
        ["fr", "ar"],
    )
    sent, link = mail.sent[0], link_of(mail)
    assert sent.to == ines.email
    assert sent.html is not None
    assert link in sent.html
    assert link not in admin.get(f"/admin/accounts/{ines.id}").text
    kept = db.session.execute(text("SELECT token_hash FROM invitations")).scalar_one()
    assert link.rpartition("/")[2] not in kept
    assert not opens(ines.email, "")
    answer = choose(app, link)
    assert answer.headers["Location"] == "/sign-in"
    assert answer.headers["Cache-Control"] == "no-store"
    assert opens(ines.email)
    assert choose_refused(app, link)
    assert [a for a in acts(ines.id) if not a.startswith("sign_in")] == [
        "account_added", "invitation_made", "password_chosen",
    ]  # fmt: skip


def choose_refused(app: Flask, link: str) -> bool:
    page = app.test_client().get(link)
    return page.status_code == 404 and "Ce lien n’est plus valable" in page.text


def test_a_link_is_opened_as_mail_programs_hand_it_back(
    app: Flask, admin: StaffClient, mail: FakeMail
) -> None:
    ines = make(admin)
    for _time in range(2):  # a scanner opens it before its reader does: nothing is used up
        assert ines.display_name in app.test_client().get(link_of(mail) + ".)").text


@pytest.mark.parametrize(
    ("wanted", "again", "said"),
    [("trop court", None, "au moins 12"), (PASSWORD, "autre chose", "pas les mêmes")],
)
def test_a_password_that_is_refused_leaves_the_link_alive(
    app: Flask, admin: StaffClient, mail: FakeMail, wanted: str, again: str | None, said: str
) -> None:
    make(admin)
    answer = choose(app, link_of(mail), wanted, again)
    assert answer.status_code == 422
    assert said in answer.text
    assert choose(app, link_of(mail)).status_code == 302


def _later(_admin: StaffClient, _ines: Agent) -> None:
    with unit_of_work():
        db.session.execute(
            Invitation.__table__.update().values(ends_at=clock.now() - timedelta(seconds=1))  # type: ignore[attr-defined]
        )


def _closed(admin: StaffClient, ines: Agent) -> None:
    assert act(admin, ines, "close").status_code == 302


def _sent_again(admin: StaffClient, ines: Agent) -> None:
    act(admin, ines, "link")


def _other_address(admin: StaffClient, ines: Agent) -> None:
    form = {**INES, "email": "ines.haddad@permanence.example", "languages": ["fr"]}
    changed = admin.post(f"/admin/accounts/{ines.id}", data={**form, "seen": seen(ines)})
    assert changed.status_code == 302


def _by_command(_admin: StaffClient, ines: Agent) -> None:
    staff.change_password(ines.email, "une autre phrase longue", now=clock.now())


@pytest.mark.parametrize("event", [_later, _closed, _sent_again, _other_address, _by_command])
def test_what_voids_a_link(
    app: Flask, admin: StaffClient, mail: FakeMail, event: Callable[[StaffClient, Agent], None]
) -> None:
    ines = make(admin)
    link = link_of(mail)
    event(admin, ines)
    assert choose_refused(app, link)
    with pytest.raises(NotFound):
        invitations.choose_password(link.rpartition("/")[2], PASSWORD, now=clock.now())


def test_a_link_for_who_forgot_changes_nothing_until_it_is_used(
    app: Flask, admin: StaffClient, mail: FakeMail
) -> None:
    ines = make(admin)
    choose(app, link_of(mail))
    with unit_of_work():
        sessions.begin(ines.id, now=clock.now())
    act(admin, ines, "link")
    assert opens(ines.email)
    assert choose(app, link_of(mail), "une autre phrase longue").status_code == 302
    assert not opens(ines.email)
    assert opens(ines.email, "une autre phrase longue")
    open_ones = select(StaffSession).where(
        StaffSession.agent_id == ines.id, StaffSession.ended_at.is_(None)
    )
    assert db.session.scalars(open_ones).all() == []


def test_a_mail_that_does_not_leave_is_said_and_the_account_is_there(
    admin: StaffClient, mail: FakeMail
) -> None:
    mail.error = Unavailable("Le serveur de messagerie ne répond pas.")
    ines = make(admin)
    page = admin.get(f"/admin/accounts/{ines.id}").text
    assert "Aucun lien n’est parti" in page
    assert "Aucun lien valable" in page
    mail.error = None
    assert act(admin, ines, "link").status_code == 302
    assert "Le lien envoyé marche jusqu’au" in admin.get(f"/admin/accounts/{ines.id}").text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "  "}, "Écrivez un nom"),
        ({"name": "x" * 121}, "trop long"),
        ({"email": "ines"}, "arobase"),
        ({"email": "a@b.fr\nBcc: x@y.fr"}, "adresse mail"),
        ({"role": "chef"}, "Choisissez le rôle"),
        ({"languages": ["klingon"]}, "au moins une langue"),
        ({"locale": "de"}, "langue des écrans"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    admin: StaffClient, mail: FakeMail, fields: dict[str, Any], said: str
) -> None:
    form = {**INES, "name": "Inès H", "languages": ["fr"], **fields}
    answer = admin.post("/admin/accounts", data=form)
    assert answer.status_code == 422
    assert said in answer.text
    assert mail.sent == []
    if "name" not in fields:
        assert 'value="Inès H"' in answer.text


def test_an_address_has_one_account(admin: StaffClient) -> None:
    ines = make(admin)
    again = admin.post("/admin/accounts", data={**INES, "languages": ["fr"]})
    assert again.status_code == 422
    assert "a déjà un compte" in again.text
    other = make(admin, email="zoe@permanence.example", name="Zoé")
    taken = {**INES, "languages": ["fr"], "seen": seen(other), "email": ines.email}
    assert admin.post(f"/admin/accounts/{other.id}", data=taken).status_code == 422


def test_a_new_role_ends_the_sessions_and_a_new_name_does_not(
    admin: StaffClient, login: Login
) -> None:
    nadia = login("front")
    agent = nadia.agent
    form = {
        "name": "Nadia B",
        "email": agent.email,
        "role": "front",
        "locale": "fr",
        "languages": "fr",
    }
    admin.post(f"/admin/accounts/{agent.id}", data={**form, "seen": seen(agent)})
    assert nadia.get("/account").status_code == 200
    admin.post(f"/admin/accounts/{agent.id}", data={**form, "role": "back", "seen": seen(agent)})
    assert nadia.get("/account").status_code == 302
    assert acts(agent.id) == ["account_changed", "account_role"]
    assert {e.agent_id for e in db.session.scalars(select(JournalEntry))} == {admin.agent.id}


def test_the_second_editor_sees_what_changed_and_loses_nothing(
    admin: StaffClient, login: Login
) -> None:
    agent, other = login("front").agent, login("admin")
    first, name = seen(agent), agent.display_name
    form = {"email": agent.email, "role": "front", "locale": "fr", "languages": "fr"}
    admin.post(f"/admin/accounts/{agent.id}", data={**form, "name": "Nadia", "seen": first})
    stale = other.post(
        f"/admin/accounts/{agent.id}",
        data={**form, "name": name, "languages": ["fr", "ar"], "seen": first},
    )
    assert stale.status_code == 409
    assert "Nadia" in stale.text
    assert admin.agent.display_name in stale.text  # who did it
    db.session.refresh(agent)
    assert (agent.display_name, agent.languages) == ("Nadia", ["fr"])
    carried = re.search(r'name="seen" value="([^"]+)"', stale.text)
    assert carried
    again = {**form, "name": "Nadia", "languages": ["fr", "ar"], "seen": carried[1]}
    assert other.post(f"/admin/accounts/{agent.id}", data=again).status_code == 302
    db.session.refresh(agent)
    assert agent.languages == ["fr", "ar"]


@pytest.mark.parametrize("word", ["close", "sign-out", "second-step-off"])
def test_an_act_on_what_somebody_has_just_changed_is_not_done_unseen(
    admin: StaffClient, login: Login, word: str
) -> None:
    agent = login("front").agent
    before = seen(agent)
    staff.change_role(agent.email, "manager", now=clock.now())
    answer = admin.post(f"/admin/accounts/{agent.id}/{word}", data={"seen": before})
    assert answer.status_code == 409
    assert "Encadrement" in answer.text
    assert acts(agent.id) == ["account_role"]


def test_an_account_is_closed_and_reopened(app: Flask, admin: StaffClient, mail: FakeMail) -> None:
    ines = make(admin)
    choose(app, link_of(mail))
    assert act(admin, ines, "close").status_code == 302
    assert not opens(ines.email)
    assert (
        "Aucun lien n’est parti"
        in admin.post(f"/admin/accounts/{ines.id}/link", follow_redirects=True).text
    )
    assert act(admin, ines, "reopen").status_code == 302
    assert opens(ines.email)
    assert {"account_closed", "account_reopened"} <= set(acts(ines.id))


def test_sessions_end_and_a_lost_telephone_is_forgotten(
    admin: StaffClient, login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    nadia = login("manager")
    assert act(admin, nadia.agent, "sign-out").status_code == 302
    assert nadia.get("/account").status_code == 302
    monkeypatch.setattr(second_step, "_step_of", lambda *_given: 1)
    second_step.begin(nadia.agent.id)
    second_step.confirm(nadia.agent.id, "123456", keep=None, now=clock.now())
    assert act(admin, nadia.agent, "second-step-off").status_code == 302
    assert not second_step.is_set(nadia.agent.id)
    assert acts(nadia.agent.id)[-1] == "second_step_reset"


@pytest.mark.parametrize("word", ["close", "reopen", "sign-out", "second-step-off"])
def test_nobody_puts_themselves_out(admin: StaffClient, login: Login, word: str) -> None:
    login("admin")  # not the last one
    answer = act(admin, admin.agent, word)
    assert answer.status_code == 409
    assert "votre propre compte" in answer.text
    assert admin.get("/admin").status_code == 200


def test_nobody_changes_their_own_role(admin: StaffClient, login: Login) -> None:
    login("admin")
    me = admin.agent
    form = {"name": "Alex", "email": me.email, "role": "front", "locale": "fr", "languages": "fr"}
    answer = admin.post(f"/admin/accounts/{me.id}", data={**form, "seen": seen(me)})
    assert answer.status_code == 409
    assert "votre propre rôle" in answer.text
    assert 'value="Alex"' in answer.text
    form["role"] = "admin"
    assert (
        admin.post(f"/admin/accounts/{me.id}", data={**form, "seen": seen(me)}).status_code == 302
    )


def test_the_last_who_can_administer_stays(admin: StaffClient, login: Login, app: Flask) -> None:
    """An administrator who has not followed the invitation yet could let nobody in."""
    other = login("admin")
    invited = make(admin, role="admin")
    assert invited.password_hash == ""
    assert act(other, admin.agent, "close").status_code == 302
    with pytest.raises(Conflict, match="dernier compte"):
        accounts.close(other.agent.id, seen=seen(other.agent), by=0, now=clock.now())
    with pytest.raises(Conflict, match="dernier compte"):
        staff.change_role(other.agent.email, "front", now=clock.now())


@pytest.mark.parametrize("role", ["front", "back", "manager"])
def test_others_make_no_accounts(login: Login, role: str) -> None:
    client = login(role)
    assert client.post("/admin/accounts", data=INES).status_code == 403
    assert client.get("/admin/accounts/new").status_code == 403
    assert client.post(f"/admin/accounts/{client.agent.id}", data={}).status_code == 403


def test_old_links_are_forgotten(admin: StaffClient, mail: FakeMail) -> None:
    ines = make(admin)
    assert invitations.latest(ines.id) is not None
    with unit_of_work():
        assert invitations.forget_old(now=clock.now() + timedelta(days=8)) == 1


def test_two_at_once_choose_one_password(
    app: Flask, admin: StaffClient, mail: FakeMail, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines, raw = make(admin), link_of(mail).rpartition("/")[2]
    hashed, then = invitations.passwords.hashed, []

    def meanwhile(password: str) -> str:
        if not then:
            then.append(True)
            invitations.choose_password(raw, PASSWORD, now=clock.now())
        return hashed(password)

    monkeypatch.setattr(invitations.passwords, "hashed", meanwhile)
    with pytest.raises(NotFound):
        invitations.choose_password(raw, "la phrase de quelqu'un", now=clock.now())
    assert opens(ines.email)


def test_an_account_is_read_as_people_paste_it() -> None:
    judged = judge(Typed("Zoé", "Zoé <ZOE@Permanence.example>", "back", ("fr",), "en"))
    assert judged.values == Typed("Zoé", "zoe@permanence.example", "back", ("fr",), "en")
    assert Typed.from_texts(judged.values.texts()) == judged.values


def test_the_local_outbox_shows_a_link_to_administrators_alone(
    admin: StaffClient, login: Login, mail: FakeMail, ports: Ports, tmp_path: Path
) -> None:
    """Whoever reads it could open the account."""
    make(admin)
    outbox = FileOutbox(tmp_path / "outbox")
    outbox.send(mail.sent[0])
    outbox.send(MailMessage("zoe@courriel.example", "Votre lien", "Bonjour"))
    admin.application.extensions["permanence.ports"] = dataclasses.replace(ports, outbox=outbox)
    front = login("front")
    keys = {mail.for_staff: mail.key for mail in outbox.list()}
    for client, theirs in ((admin, True), (front, False)):
        page = client.get("/outbox").text
        assert (keys[True] in page, keys[False] in page) == (theirs, not theirs)
        assert client.get(f"/outbox/{keys[True]}").status_code == (200 if theirs else 404)
        assert client.get(f"/outbox/{keys[False]}").status_code == (404 if theirs else 200)
        assert client.get(f"/outbox/{keys[True]}/html").status_code == (200 if theirs else 404)


def test_the_hour_of_a_link(admin: StaffClient, mail: FakeMail) -> None:
    ines = make(admin, locale="en")
    invitation = invitations.latest(ines.id)
    assert invitation is not None
    assert invitation.ends_at - invitation.made_at == timedelta(days=7)
    assert isinstance(invitation.ends_at, datetime)
    assert mail.sent[-1].subject == "Permanence: choose your password"
