"""A form from its arrival to its close, on both databases: it waits, is offered, answered by SMS or by a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.calls.callbacks import request_form
from app.channels import dispatch
from app.channels.sms import delivered
from app.foundation import clock
from app.foundation.extensions import db
from app.foundation.ports import Ports
from app.lines.models import Line
from app.queue import work_store
from app.queue.models import Work, WorkEvent
from app.tickets.models import CallBack
from tests.channels.test_answering import act, key, message_at, work
from tests.clients import StaffClient
from tests.dossiers.build import create_dossier, create_person
from tests.fakes import FakeSms
from tests.switchboard import Caller

NUMBER = "+33639980101"
WORDS = "Je n'entends pas bien : écrivez-moi, ou a.durand@courriel.example"
AtDesk = Callable[..., StaffClient]


@pytest.fixture
def sms(ports: Ports) -> FakeSms:
    return ports.sms  # type: ignore[return-value]


@pytest.fixture
def sent(line: Line, client: FlaskClient, caller: Callable[..., Caller]) -> Any:
    """Somebody whose call found the line closed fills in the form of her link."""
    create_dossier(create_person(NUMBER))
    one = caller(NUMBER).dial()
    one.end()
    token = request_form.token_for(one.call.ref, clock.now())
    db.session.rollback()
    answer = client.post(f"/demande/{token}", data={"message": WORDS, "when": "soonest"})
    assert answer.status_code == 303, answer.text
    return token


def kinds() -> list[str]:
    return list(db.session.scalars(select(WorkEvent.kind).order_by(WorkEvent.seq)))


def test_a_form_waits_is_offered_answered_by_sms_followed_and_closed(
    sent: str, at_desk: AtDesk, sms: FakeSms, client: FlaskClient
) -> None:
    assert (work().state, work_store.waiting_figures()[0]) == ("waiting", 1)
    agent = at_desk()
    dispatch.run()
    offered = message_at(agent)
    assert offered is not None
    assert (offered["state"], offered["channel"]) == ("offered", "Formulaire reçu")
    act(agent, "take")
    pane = agent.get(f"/dossiers/thread?contact={work().contact_id}").text
    assert "a.durand@courriel.example" in pane  # her own words, to read
    assert "Votre réponse par SMS" in pane
    act(agent, "reply", text="Votre dossier est complet.", key=key())
    assert sms.sent == [(NUMBER, "Votre dossier est complet.")]
    delivered.reported(sms.ids[0], "delivered", now=clock.now())
    assert "arrivé" in agent.get(f"/dossiers/pane/messages?contact={work().contact_id}").text
    act(agent, "close", outcome="answered")
    assert kinds() == ["arrived", "offered", "taken", "done"]
    client.post(f"/demande/{sent}", data={"message": "encore", "when": "soonest"})
    assert len(db.session.scalars(select(Work)).all()) == 1  # one link, one request


def test_why_an_answer_did_not_arrive_is_said_in_words(
    sent: str, at_desk: AtDesk, sms: FakeSms
) -> None:
    agent = at_desk()
    act(agent, "take")
    act(agent, "reply", text="Bonjour", key=key())
    delivered.reported(sms.ids[0], "undelivered", now=clock.now(), problem="30003")
    shown = agent.get(f"/dossiers/pane/messages?contact={work().contact_id}").text
    assert "pas arrivé : son téléphone est éteint ou hors réseau" in shown


def test_whoever_asked_by_form_and_rings_first_has_her_answer(
    sent: str, at_desk: AtDesk, caller: Callable[..., Caller]
) -> None:
    agent = at_desk()
    act(agent, "take")
    one = caller(NUMBER).dial()
    assert agent.post(f"/desk/calls/{one.call.ref}/accept", json={}).status_code == 200
    one.agent_picks_up()
    one.is_connected()
    assert (work().state, work().outcome) == ("done", "called_back")
    assert db.session.scalars(select(CallBack.state)).all() == ["cancelled"]
