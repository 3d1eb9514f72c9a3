"""The same link by mail and by SMS: one key, one opening; to the person's own mobile, and unless it was unticked."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.assist.models import PortalLink
from app.assist.portal import links
from app.dossiers.models import Dossier, PersonPhone, PortalEvent
from app.dossiers.vocabulary import PhoneOwner, PortalEventKind
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Unavailable
from app.foundation.extensions import db
from app.foundation.ports import Ports
from app.tickets.delivery import Delivery
from app.tickets.models import Channel, Message
from tests.dossiers.build import create_dossier, create_person
from tests.fakes import FakeMail, FakeSms

NUMBER = "+33639980101"


@pytest.fixture
def dossier(app: Any) -> Dossier:
    return create_dossier(create_person(NUMBER, email="zoe@courriel.example"))


@pytest.fixture
def sms(ports: Ports) -> FakeSms:
    assert isinstance(ports.sms, FakeSms)
    return ports.sms


def texts() -> list[Message]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(Message).where(Message.channel == Channel.SMS)))


def token_in(text: str) -> str:
    return text.split("/portail/lien/")[1].split()[0][: links.TOKEN_LENGTH]


def test_one_link_by_two_ways_is_opened_once_and_kept_nowhere(
    login: Any, dossier: Dossier, mail: FakeMail, sms: FakeSms, line: Any
) -> None:
    agent = login("front")
    assert "part aussi par SMS au 06 39 98 01 01" in agent.get(f"/dossiers/{dossier.id}").text
    path = f"/dossiers/{dossier.id}/resend"
    said = agent.post(path, data={"basis": "spoken", "sms": "1"}).text
    assert "Le même lien est parti par SMS" in said
    (kept,) = texts()
    ((to, left),) = sms.sent
    assert (to, kept.address) == (NUMBER, NUMBER)
    token = token_in(left)
    assert token == token_in(mail.sent[-1].text)
    assert token not in kept.body, "who reads the message has no key"
    assert kept.delivery is Delivery.QUEUED
    now = clock.now()
    assert [links.opened(token, now) for _ in range(2)] == [True, False]
    told = select(PortalEvent).where(PortalEvent.kind == PortalEventKind.LINK_OPENED)
    assert len(db.session.scalars(told).all()) == 1
    assert len(db.session.scalars(select(PortalLink)).all()) == 1


def test_it_is_not_sent_when_unticked_nor_to_a_telephone_of_somebody_else(
    login: Any, dossier: Dossier, mail: FakeMail, sms: FakeSms, line: Any
) -> None:
    agent = login("front")
    path = f"/dossiers/{dossier.id}/resend"
    agent.post(path, data={"basis": "spoken"})
    assert (len(mail.sent), sms.sent) == (1, [])
    with unit_of_work():
        db.session.scalars(select(PersonPhone)).one().owner = PhoneOwner.HELPER
        db.session.scalars(select(PortalLink)).one().superseded_at = clock.now()
    assert "part aussi par SMS" not in agent.get(f"/dossiers/{dossier.id}").text
    assert "par SMS" not in agent.post(path, data={"basis": "spoken", "sms": "1"}).text
    assert (len(mail.sent), sms.sent) == (2, [])


def test_an_sms_that_cannot_leave_is_said_and_the_mail_is_not_undone(
    login: Any, dossier: Dossier, mail: FakeMail, sms: FakeSms, line: Any
) -> None:
    sms.error = Unavailable("L'opérateur ne répond pas.")
    agent = login("front")
    said = agent.post(f"/dossiers/{dossier.id}/resend", data={"basis": "spoken", "sms": "1"}).text
    assert "Le lien est reparti à z" in said
    assert "Le SMS n’a pas pu partir" in said
    assert [message.delivery for message in texts()] == [Delivery.FAILED]
    assert db.session.scalars(select(PortalLink)).one().superseded_at is None
