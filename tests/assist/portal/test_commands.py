"""What is asked of the Portal, and what it tells: kept while it is away, done once, told to who must know."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.models import JournalEntry
from app.assist.models import Mail
from app.assist.portal import commands, signing
from app.assist.portal.models import CommandKind, CommandState, PortalCommand, PortalNews
from app.dossiers.models import Dossier, PriorityFlag
from app.dossiers.vocabulary import Inside, Rejection
from app.foundation import clock
from app.foundation.config import Settings
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Unavailable
from app.foundation.extensions import db
from app.foundation.portal_port import PortalRefused
from app.foundation.ports import Ports
from app.web import realtime
from tests.assist.test_links import dossier_with, kinds, last_link, resend, run_for, token_in
from tests.dossiers.build import NOW, create_dossier, create_person
from tests.fakes import FakeMail, FakePortal, fake_ports

TOKEN = "the token of the tests"
Published = list[tuple[str, dict[str, Any], str]]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(
        settings, portal_url="https://portal.invalid/api", portal_token=TOKEN
    )


@pytest.fixture
def ports() -> Ports:
    return dataclasses.replace(fake_ports(), portal=FakePortal())


@pytest.fixture
def portal(ports: Ports) -> FakePortal:
    assert isinstance(ports.portal, FakePortal)
    return ports.portal


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Published:
    seen: Published = []
    monkeypatch.setattr(realtime, "publish", lambda e, p, *, room: seen.append((e, p, room)))
    return seen


def rows() -> list[PortalCommand]:
    db.session.expire_all()
    return list(db.session.scalars(select(PortalCommand).order_by(PortalCommand.id)))


def told(client: FlaskClient, dossier: str, kind: str, name: str, **more: Any) -> int:
    at = more.pop("at", clock.now())
    body = json.dumps(
        {"id": name, "type": kind, "dossier": dossier, "at": at.isoformat(), **more}
    ).encode()
    headers = {signing.HEADER: signing.sign(TOKEN, clock.now(), body)}
    return client.post("/portal/events", data=body, headers=headers).status_code


def test_a_link_is_opened_in_the_portal_and_the_mail_leads_there(
    app: Flask, client: FlaskClient, create_agent: Any, mail: FakeMail, portal: FakePortal
) -> None:
    agent, dossier = create_agent("front"), dossier_with()
    portal.before = lambda: _no_transaction()
    assert resend(run_for(dossier, agent.id), agent.id, clock.now()).code == "sent"
    ((name, reference, to, link_id, key),) = portal.asked
    assert (name, reference, to) == ("issue_link", dossier.reference, "ana@tests.example")
    assert (link_id, key) == (str(last_link().id), rows()[0].key)
    assert rows()[0].state is CommandState.DONE
    page = f"/portail/lien/{token_in(mail)}"
    first = client.get(page)
    assert "Commencer" in first.text
    assert "portal.invalid" not in first.text
    assert "form-action 'self' https://portal.invalid" in first.headers["Content-Security-Policy"]
    pressed = client.post(f"{page}/ouvert")
    assert (pressed.status_code, pressed.location) == (303, f"https://portal.invalid/{link_id}/1")
    assert last_link().opened_at is not None
    assert last_link().step1_at is None  # the Portal says it, not the person's press
    stored = db.session.connection().exec_driver_sql("SELECT step1_address FROM portal_links")
    assert "portal.invalid" not in str(stored.scalar())  # a copy of the database opens nothing
    acts = [e.act for e in db.session.scalars(select(JournalEntry))]
    assert "portal.issue_link" in acts


def _no_transaction() -> None:
    assert not db.session().in_transaction()


def test_while_the_portal_is_away_nothing_is_lost_and_the_agent_is_told(
    app: Flask,
    client: FlaskClient,
    login: Any,
    create_agent: Any,
    mail: FakeMail,
    portal: FakePortal,
    published: Published,
) -> None:
    agent, dossier, now = create_agent("front"), dossier_with(), clock.now()
    portal.error = Unavailable("no answer")
    assert resend(run_for(dossier, agent.id), agent.id, now).code == "sent_portal_waits"
    assert len(mail.sent) == 1
    page = client.get(f"/portail/lien/{token_in(mail)}")
    assert "Commencer" in page.text
    client.post(f"/portail/lien/{token_in(mail)}/ouvert")
    waits = client.get(f"/portail/lien/{token_in(mail)}").text
    assert "Le Portail ne répond pas" in waits
    assert "rien fait de mal" in waits
    unlock = commands.ask(portal, CommandKind.UNLOCK, dossier.id, agent_id=agent.id, now=now)
    assert (unlock.state, [row.state for row in rows()]) == (
        CommandState.WAITING,
        [CommandState.WAITING] * 2,
    )
    assert [row.kind for row in commands.waiting_for(dossier.id)] == ["issue_link", "unlock"]
    assert commands.carry_due(portal, now + timedelta(seconds=1)) == 0  # not before its time
    assert commands.carry_due(portal, now + timedelta(seconds=6)) == 0
    attempts = [row.attempts for row in rows()]
    assert attempts == [2, 1]  # the second need not find out the same
    portal.error = None
    keys = [row.key for row in rows()]
    assert commands.carry_due(portal, now + timedelta(minutes=2)) == 2
    assert [words[-1] for words in portal.asked] == keys  # asked again under the same keys
    assert [event for event, _p, _r in published].count("portal.answered") == 2
    assert "lien envoyé marche" in published[-2][1]["text"]
    assert client.post(f"/portail/lien/{token_in(mail)}/ouvert").location.endswith("/1")
    assert commands.carry_due(portal, now + timedelta(minutes=9)) == 0


def test_what_the_portal_refuses_is_said_and_no_mail_leads_nowhere(
    app: Flask, create_agent: Any, mail: FakeMail, portal: FakePortal
) -> None:
    agent, dossier = create_agent("front"), dossier_with()
    portal.error = PortalRefused("not_enrolled")
    result = resend(run_for(dossier, agent.id), agent.id)
    assert result.code == "refused"
    assert "organisme" in str(result.error)
    assert (mail.sent, db.session.scalar(select(Mail))) == ([], None)
    assert rows()[0].reason == "not_enrolled"
    slot = commands.ask(
        portal, CommandKind.HAND_SLOT_BACK, dossier.id, agent_id=agent.id, now=NOW, slot="rib"
    )
    assert slot.state is CommandState.REFUSED
    with pytest.raises(commands.NotConnected):
        commands.ask(None, CommandKind.UNLOCK, dossier.id, agent_id=agent.id, now=NOW)


def test_a_command_that_serves_nobody_any_more_is_not_sent(
    app: Flask, create_agent: Any, mail: FakeMail, portal: FakePortal, published: Published
) -> None:
    agent, dossier = create_agent("front"), dossier_with()
    portal.error = Unavailable("no answer")
    commands.ask(portal, CommandKind.SEND_RESET, dossier.id, agent_id=agent.id, now=NOW)
    run_id = run_for(dossier, agent.id)
    assert resend(run_id, agent.id).code == "sent_portal_waits"
    assert resend(run_id, agent.id, NOW + timedelta(minutes=1)).code == "sent_portal_waits"
    portal.error = None
    assert commands.carry_due(portal, NOW + timedelta(hours=73)) == 3
    assert {row.state for row in rows()} == {CommandState.TOO_LATE}
    assert portal.asked == []
    assert "portal.answered" not in [event for event, _p, _r in published]


def test_the_steps_are_told_by_the_portal_once_each(
    app: Flask,
    client: FlaskClient,
    create_agent: Any,
    mail: FakeMail,
    portal: FakePortal,
    published: Published,
) -> None:
    agent, dossier = create_agent("front"), dossier_with()
    resend(run_for(dossier, agent.id), agent.id, clock.now())
    link = str(last_link().id)
    assert told(client, dossier.reference, "password_refused", "e0", link=link) == 204
    assert told(client, dossier.reference, "step1_done", "e1", link=link) == 204
    assert told(client, dossier.reference, "step1_done", "e1", link=link) == 204
    assert told(client, dossier.reference, "step2_done", "e2", link=link) == 204
    found = last_link()
    assert found.opened_at
    assert found.step1_at
    assert found.step2_at
    assert kinds()[1:] == ["password_refused", "step1_done", "step2_done"]
    states = [p["state"] for e, p, _r in published if e == "assist.link"]
    assert states == ["step1", "step2"]
    assert [p["kind"] for e, p, _r in published if e == "portal.told"] == ["password_refused"]
    assert len(list(db.session.scalars(select(PortalNews)))) == 3


def test_a_deposit_wakes_who_promised_priority_and_the_owner(
    app: Flask, client: FlaskClient, create_agent: Any, published: Published
) -> None:
    promiser, owner = create_agent("front"), create_agent("back")
    dossier = create_dossier(create_person(), owner_id=owner.id, enrolled_on=NOW.date())
    with unit_of_work() as work:
        work.session.add(
            PriorityFlag(
                dossier_id=dossier.id,
                author_id=promiser.id,
                reason="promis au téléphone",
                due_on=NOW.date(),
                created_at=NOW,
            )
        )
    assert told(client, dossier.reference, "piece_sent", "p", data={"slot": "rib"}) == 204
    assert told(client, dossier.reference, "deposited", "d") == 204
    woken = {room: p for e, p, room in published if e == "portal.deposited"}
    assert set(woken) == {f"agent:{promiser.id}", f"agent:{owner.id}"}
    assert "vous aviez promis" in woken[f"agent:{promiser.id}"]["text"]
    assert "portefeuille" in woken[f"agent:{owner.id}"]["text"]
    db.session.expire_all()
    found = db.session.get_one(Dossier, dossier.id)
    assert (found.inside, found.deposited_on) == (Inside.DEPOSITED, clock.local_day(clock.now()))
    assert found.pieces[0].state == "orange"
    assert told(client, dossier.reference, "deposited", "d") == 204
    assert len([e for e, _p, _r in published if e == "portal.deposited"]) == 2


def test_a_request_made_again_after_a_refusal_is_the_one_that_was_promised_first(
    app: Flask, client: FlaskClient, login: Any, published: Published
) -> None:
    """Call A of the study: refused, made again by the mail, promised first; whoever promised must see it come."""
    me = login("front", display_name="Nadia")
    today = clock.local_day(clock.now())
    refused = {"inside": Inside.REJECTED, "rejection": Rejection.OUTSIDE_PROCEDURE}
    dossier = create_dossier(
        create_person(last_name="Perrin"),
        owner_id=None,
        deposited_on=today - timedelta(days=30),
        decided_on=today - timedelta(days=20),
        notified_on=today - timedelta(days=20),
        **refused,
    )
    with unit_of_work() as work:
        for days, reason in ((0, "refaite aujourd'hui"), (25, "avant le refus")):
            at = clock.now() - timedelta(days=days)
            work.session.add(
                PriorityFlag(
                    dossier_id=dossier.id,
                    author_id=me.agent.id,
                    reason=reason,
                    due_on=today,
                    created_at=at,
                )
            )
    page = me.get("/tickets/owed").text
    assert (
        "refaite aujourd" in page
    )  # promised after the refusal: owed, though the dossier is closed
    assert "avant le refus" not in page
    assert "demande déposée" not in page
    assert told(client, dossier.reference, "deposited", "d") == 204
    assert [p["promised"] for e, p, _r in published if e == "portal.deposited"] == [True]
    assert "demande déposée aujourd’hui" in me.get("/tickets/owed").text
    db.session.expire_all()
    found = db.session.get_one(Dossier, dossier.id)
    assert (found.inside, found.rejection, found.decided_on, found.deposited_on) == (
        Inside.DEPOSITED,
        None,
        None,
        today,
    )
    assert "La précédente : rejetée" in me.get(f"/dossiers/{dossier.id}").text


def test_a_second_demande_is_a_dossier_of_its_own_shown_as_a_duplicate(
    app: Flask, client: FlaskClient, login: Any, published: Published
) -> None:
    """S12: by « déposer » there are two; the desk says so, the first has not moved, and no promise is kept by it."""
    me = login("front", display_name="Nadia")
    first = create_dossier(
        create_person(), owner_id=me.agent.id, training_title="Soudeur", enrolled_on=NOW.date()
    )
    about = {"demande": "SP-1A2B3C4D"}
    assert told(client, first.reference, "draft_opened", "o1") == 400  # without its number: nothing
    assert told(client, first.reference, "draft_opened", "o2", data=about) == 204
    assert db.session.scalar(select(func.count()).select_from(Dossier)) == 1
    page = me.get(f"/dossiers/{first.id}").text
    assert "Une autre demande commencée" in page
    assert "SP-1A2B3C4D" in page
    for name in ("d1", "d1", "d2"):  # told again, and told under another id
        assert told(client, first.reference, "deposited", name, data=about) == 204
    assert told(client, "SP-1A2B3C4D", "piece_sent", "p1", data={"slot": "rib"}) == 204
    assert "portal.deposited" not in [event for event, _p, _r in published]
    db.session.expire_all()
    again = db.session.scalars(select(Dossier).where(Dossier.id != first.id)).one()
    assert (again.reference, again.inside, again.descends_from_of, again.person_id) == (
        "SP-1A2B3C4D",
        Inside.DEPOSITED,
        False,
        first.person_id,
    )
    assert [piece.state for piece in again.pieces] == ["orange"]
    assert db.session.get_one(Dossier, first.id).inside == Inside.AWAITED
    page = me.get(f"/dossiers/{first.id}").text
    assert "à côté de celle-ci : SP-1A2B3C4D" in page
    assert "Une autre demande commencée" not in page
    assert "2 demandes sont ouvertes au même nom" in page
    assert f"à côté du dossier {first.reference}" in me.get(f"/dossiers/{again.id}").text


def test_what_is_not_the_portals_word_is_not_believed(app: Flask, client: FlaskClient) -> None:
    dossier = create_dossier(create_person())
    body = b'{"id": "1", "type": "deposited"}'
    signed = signing.sign(TOKEN, clock.now(), body)
    old = signing.sign(TOKEN, clock.now() - timedelta(minutes=6), body)
    for header, status in ((None, 401), ("t=1,v1=00", 401), (old, 401), (signed, 400)):
        headers = {signing.HEADER: header} if header else {}
        assert client.post("/portal/events", data=body, headers=headers).status_code == status
    assert client.post("/portal/events", data=b"x" * 20_000).status_code == 401
    assert told(client, "NOBODY-0001", "deposited", "s") == 404
    assert told(client, dossier.reference, "mail_delivered", "m") == 400
    assert kinds() == []
