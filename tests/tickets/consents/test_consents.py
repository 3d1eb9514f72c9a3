"""Consent by SMS: asked in plain words, answered by a person alone, seen at the desk, taken back at once."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import JournalEntry
from app.dossiers.mandates.models import Mandate
from app.dossiers.models import Organisation
from app.foundation import clock
from app.foundation.extensions import db
from app.lines.models import Line
from app.queue.models import Work
from app.tickets.consents.models import Consent
from app.tickets.models import Contact, Message
from tests.clients import StaffClient, post_signed
from tests.dossiers.build import create_contact, create_dossier, create_person
from tests.fakes import FakeSms
from tests.switchboard import LINE_NUMBER

TRAINER, HERS = "+33261910102", "+33639980171"
PRESS = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-User": "?1"}
Login = Callable[..., StaffClient]
_sids = itertools.count(1)


@pytest.fixture
def line(app: Flask) -> Line:
    found = Line(name="Portail des aides", number=LINE_NUMBER, mode="open")
    db.session.add_all([found, Organisation(name="École de la Deuxième Marche", phone=TRAINER)])
    db.session.commit()
    return found


@pytest.fixture
def sms(ports: Any) -> FakeSms:
    """What left by SMS."""
    found: FakeSms = ports.sms
    return found


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What open pages heard."""
    heard: list[tuple[str, dict[str, Any]]] = []
    listen = lambda event, payload, *, room: heard.append((event, payload))  # noqa: E731
    for module in ("app.tickets.consents.service", "app.dossiers.mandates.service"):
        monkeypatch.setattr(f"{module}.publish", listen)
    return heard


def talk(agent: StaffClient, *numbers: str, **person: str) -> Contact:
    """A trainer is on the line for somebody with these numbers; who speaks was said, the identity too."""
    dossier = create_dossier(create_person(*numbers, **{"first_name": "Zoé", **person}))
    contact = create_contact(TRAINER, now=clock.now(), agent_id=agent.agent.id)
    chosen = {"contact": contact.id, "person": dossier.person_id, "dossier": dossier.id}
    agent.post("/dossiers/attach", data=chosen)
    agent.post("/dossiers/caller/identity", data={"contact": contact.id, "confirmed": "1"})
    agent.post("/dossiers/caller/speaker", data={"contact": contact.id, "role": "formateur"})
    return contact


def ask(agent: StaffClient, contact: Contact, number: str = HERS, **more: str) -> Any:
    data = {"contact": contact.id, "number": number, "holder": "Marc Colin", "days": "30", **more}
    return agent.post("/dossiers/caller/consents", data=data)


def write(app: Flask, text: str, sender: str = HERS, at: str = "") -> None:
    sid = at or f"SM{next(_sids):032x}"
    params = {
        "MessageSid": sid,
        "From": sender,
        "To": LINE_NUMBER,
        "Body": text,
        "AccountSid": "AC" + "0" * 32,
    }
    assert post_signed(app.test_client(), "/sms/incoming", params).status_code == 200


def link(sms: FakeSms) -> str:
    found = re.search(r"/accord/\S+", sms.sent[-1][1])
    assert found
    return found[0]


def one() -> Consent:
    db.session.expire_all()
    return db.session.scalars(select(Consent).order_by(Consent.id.desc())).first()  # type: ignore[return-value]


def card(agent: StaffClient, contact: Contact) -> str:
    return agent.get(f"/dossiers/caller?contact={contact.id}").text


def place(agent: StaffClient, contact: Contact) -> str:
    return agent.get(f"/dossiers/caller/consents?contact={contact.id}").text


def test_asked_sent_delivered_agreed_then_taken_back(
    app: Flask, login: Login, line: Line, sms: FakeSms, told: list[tuple[str, dict[str, Any]]]
) -> None:
    agent = login("front")
    contact = talk(agent, HERS)
    assert "École de la Deuxième Marche" in place(agent, contact)  # proposed: who probably asks
    assert 'data-consent="asked"' in ask(agent, contact).text
    to, text = sms.sent[-1]
    assert to == HERS
    assert all(word in text for word in ("Marc Colin", "OUI", "NON", "STOP", "Sans réponse"))
    kept = db.session.scalars(select(Message)).one()
    assert "/accord/***" in kept.body  # nobody of ours can answer in the person's place
    status = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    post_signed(app.test_client(), f"/sms/status?message={kept.id}", status)
    assert "remis, attend la réponse" in place(agent, contact)
    assert "avec l’accord de la personne" in card(agent, contact)  # no answer is no agreement

    write(app, "Oui, merci", at="SM" + "1" * 32)
    write(app, "Oui, merci", at="SM" + "1" * 32)  # told twice
    assert "a dit oui" in place(agent, contact)
    page = card(agent, contact)
    assert "avec l’accord de la personne" not in page
    assert "accord par SMS jusqu’au" in page
    assert (
        "consent",
        {"person_id": contact.person_id, "contact_id": contact.id, "what": "agree"},
    ) in told
    assert db.session.scalars(select(Mandate)).one().basis == "remote"
    found = db.session.get_one(Contact, contact.id)
    assert (found.basis, found.basis_by_id) == ("remote", agent.agent.id)
    assert db.session.scalars(select(Work)).all() == []  # it asks nothing more of anybody
    write(app, "oui")
    assert len(db.session.scalars(select(Mandate)).all()) == 1

    write(app, "STOP")
    assert "accord retiré" in place(agent, contact)
    page = card(agent, contact)
    assert "avec l’accord de la personne" in page
    assert "Le mandat choisi ne vaut plus" in page
    assert (
        "retiré par la personne"
        in agent.get(f"/dossiers/persons/{contact.person_id}/mandates").text
    )
    assert len(db.session.scalars(select(Work)).all()) == 1  # somebody reads it
    acts = list(db.session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)))
    assert [a for a in acts if a.startswith(("consent", "mandate"))] == [
        "consent_asked", "mandate_noted", "consent_given", "mandate_revoked",
    ]  # fmt: skip
    write(app, "oui")  # after a no: for a person to ask
    assert "après un refus" in place(agent, contact)
    assert "avec l’accord de la personne" in card(agent, contact)


def test_the_page_is_answered_by_a_person_alone(
    app: Flask, login: Login, line: Line, sms: FakeSms
) -> None:
    agent = login("front")
    contact = talk(agent, HERS)
    ask(agent, contact)
    address, anybody = link(sms), app.test_client()
    for _scanner in range(3):
        read = anybody.get(address)
        assert read.status_code == 200
    assert "Marc Colin" in read.text
    assert "Zoé" not in read.text  # the number is the person's alone: no name is needed
    assert "tel:" in read.text
    assert read.headers["Referrer-Policy"] == "no-referrer"
    machine = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none"}
    anybody.post(f"{address}/reponse", data={"word": "yes"}, headers=machine)
    assert one().answer is None
    forged = anybody.post("/accord/" + "a" * 22 + "/reponse", data={"word": "yes"}, headers=PRESS)
    assert forged.status_code == 404
    assert anybody.get("/accord/" + "a" * 22).status_code == 404
    for _twice in range(2):
        anybody.post(f"{address}/reponse", data={"word": "yes"}, headers=PRESS)
    assert (one().answer, one().through) == ("agreed", "page")
    assert len(db.session.scalars(select(Mandate)).all()) == 1
    assert "Retirer mon accord" in anybody.get(address).text
    anybody.post(f"{address}/reponse", data={"word": "stop"}, headers=PRESS)
    anybody.post(f"{address}/reponse", data={"word": "yes"}, headers=PRESS)  # reused
    assert "Votre accord est retiré" in anybody.get(address).text
    assert "avec l’accord de la personne" in card(agent, contact)


def test_no_answer_and_a_late_one_are_no_agreement(
    app: Flask, login: Login, line: Line, sms: FakeSms
) -> None:
    agent = login("front")
    contact = talk(agent, HERS)
    ask(agent, contact)
    late = one()
    late.expires_at = clock.now() - timedelta(minutes=1)
    db.session.commit()
    assert "pas de réponse : pas d’accord" in place(agent, contact)
    assert app.test_client().get(link(sms)).status_code == 410
    app.test_client().post(f"{link(sms)}/reponse", data={"word": "yes"}, headers=PRESS)
    write(app, "oui")
    assert one().answer is None
    assert "trop tard" in place(agent, contact)
    assert len(db.session.scalars(select(Work)).all()) == 1  # what came is read by somebody


def test_a_number_of_several_persons_must_say_for_whom(
    app: Flask, login: Login, line: Line, sms: FakeSms
) -> None:
    agent = login("front")
    zoe, ali = talk(agent, HERS), talk(agent, HERS, first_name="Ali")
    ask(agent, zoe)
    assert "OUI ZOÉ" in sms.sent[-1][1]
    ask(agent, ali)
    write(app, "Oui")
    assert {each.answer for each in db.session.scalars(select(Consent))} == {None}
    assert "le numéro est partagé" in place(agent, zoe)
    write(app, "oui zoe")
    db.session.expire_all()
    answers = {each.contact_id: each.answer for each in db.session.scalars(select(Consent))}
    assert answers == {zoe.id: "agreed", ali.id: None}
    write(app, "NON")  # a no without a name is heard for both: the safe way
    assert "accord retiré" in place(agent, zoe)
    assert "a dit non" in place(agent, ali)


def test_whom_one_may_not_ask(app: Flask, login: Login, line: Line, sms: FakeSms) -> None:
    agent = login("front")
    contact = talk(agent, HERS, TRAINER)
    for wrong in (TRAINER, "+33639980199", ""):  # the caller's own, nobody's, none
        assert "alert-stop" in ask(agent, contact, wrong).text
    assert sms.sent == []
    assert ask(agent, contact, days="400").status_code == 422
    assert ask(agent, contact, holder="mot de passe : Soleil2026!").status_code == 422
    assert sms.sent == []
    agent.post("/dossiers/caller/speaker", data={"contact": contact.id, "role": "stagiaire"})
    ask(agent, contact)
    assert sms.sent == []  # who speaks for themselves asks nobody
    agent.post("/dossiers/caller/speaker", data={"contact": contact.id, "role": "formateur"})
    for _again in range(4):
        last = ask(agent, contact)
    assert len(sms.sent) == 3
    assert "déjà reçu plusieurs demandes" in last.text
    assert login("back").get(f"/dossiers/caller/consents?contact={contact.id}").status_code == 200
    assert ask(login("back"), contact).status_code == 403  # a colleague's contact
