"""SMS that came during an outage, and news of ours that was lost: found in the provider's list, once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.calls.provider import watch as provider_watch
from app.calls.provider.models import Drift, ProviderLink
from app.channels.sms import watch as text_watch
from app.foundation import clock
from app.foundation.extensions import db
from app.foundation.ports import Ports, TextReport
from app.lines.models import Line
from app.tickets.models import CallBack, Contact, Message
from tests.clients import post_signed
from tests.fake_log import FakeCallLog
from tests.fakes import fake_ports
from tests.switchboard import FORM, LINE_NUMBER, Caller

Phone = Callable[..., Caller]
NUMBER = "+33639980101"


@pytest.fixture
def log() -> FakeCallLog:
    return FakeCallLog()


@pytest.fixture
def ports(log: FakeCallLog) -> Ports:
    return dataclasses.replace(fake_ports(), call_log=log)


@pytest.fixture(autouse=True)
def seen_before(line: Line) -> datetime:
    """We compared with the provider an hour ago; then came the outage."""
    until = clock.now() - timedelta(hours=1)
    db.session.scalars(select(ProviderLink)).one().seen_until = until
    db.session.commit()
    return until


def wrote(log: FakeCallLog, sid: str, body: str, minutes: float = 20, **more: Any) -> TextReport:
    at = clock.now() - timedelta(minutes=minutes)
    log.texts[sid] = TextReport(sid, "received", NUMBER, LINE_NUMBER, body, True, at, **more)
    return log.texts[sid]


def compare(log: FakeCallLog, after: float = 0) -> list[str]:
    now = clock.now() + timedelta(seconds=after)
    found = [str(kind) for kind in provider_watch.compare(log, now, text_watch.compare).drifts]
    db.session.rollback()
    return found


def told(app: Flask, text: TextReport) -> None:
    form = {**FORM, "MessageSid": text.sid, "From": text.from_number, "To": text.to}
    answer = post_signed(app.test_client(), "/sms/incoming", {**form, "Body": text.body})
    assert answer.status_code == 200


def kept() -> list[tuple[str, str | None]]:
    db.session.expire_all()
    rows = db.session.execute(select(Message.body, Message.provider_key).order_by(Message.at))
    return [(row.body, row.provider_key) for row in rows]


def test_what_was_written_during_an_outage_is_kept_as_if_it_had_been_told(
    app: Flask, log: FakeCallLog, login: Any
) -> None:
    second = wrote(log, "SM2", "appelez ma fille", minutes=10)
    first = wrote(log, "SM1", "Je suis sourde,", minutes=11)
    assert compare(log) == ["outage_text", "outage_text"]
    assert kept() == [("Je suis sourde,", "SM1"), ("appelez ma fille", "SM2")]
    contact = db.session.scalars(select(Contact)).one()
    assert contact.opened_at == first.at  # when it was written, not when it was found
    assert "Je suis sourde," in login("front").get(f"/dossiers/thread?contact={contact.id}").text
    assert [drift.repaired for drift in db.session.scalars(select(Drift))] == [True, True]
    page = login("manager").get("/admin/telephony").text
    assert "Un SMS est arrivé pendant une panne" in page
    assert compare(log) == []
    told(app, second)  # its webhook comes after all
    assert len(kept()) == 2


def test_what_was_told_is_no_difference(app: Flask, log: FakeCallLog) -> None:
    told(app, wrote(log, "SM1", "bonjour"))
    assert compare(log) == []
    assert len(kept()) == 1


def test_what_has_just_come_is_left_to_its_webhook(log: FakeCallLog) -> None:
    wrote(log, "SM1", "bonjour", minutes=0)
    assert compare(log) == []
    assert compare(log, after=9) == ["outage_text"]


def test_what_came_before_we_served_the_number_is_not_ours(log: FakeCallLog) -> None:
    wrote(log, "SM1", "il y a longtemps", minutes=90)
    link = db.session.scalars(select(ProviderLink)).one()
    link.seen_until = None
    db.session.commit()
    assert compare(log) == []
    assert kept() == []


@pytest.mark.parametrize("body", ["", "a\x00b", "é" * 5000, "<b>x</b>"])
def test_any_text_is_taken_in(log: FakeCallLog, body: str) -> None:
    wrote(log, "SM1", body)
    assert compare(log) == ["outage_text"]
    assert len(kept()) == 1


def test_our_own_messages_in_the_list_are_nobodys_words(log: FakeCallLog) -> None:
    report = wrote(log, "SM1", "Permanence…")
    log.texts["SM1"] = dataclasses.replace(report, inbound=False)
    assert compare(log) == []
    assert kept() == []


# --- news of ours that was lost ----------------------------------------------------------------------


@pytest.fixture
def link_sent(caller: Phone, line: Line) -> int:
    """Somebody asked for the form by SMS, on the closed line."""
    line.mode = "closed"
    db.session.commit()
    one = caller(NUMBER)
    one.post("/voice/incoming")
    one.post("/voice/choice?step=closed", Digits="2")
    message = db.session.scalars(select(Message)).one()
    db.session.rollback()
    return message.id


def callbacks() -> int:
    return db.session.scalar(select(func.count(CallBack.id))) or 0


@pytest.mark.parametrize(
    ("status", "delivery", "expected"),
    [("undelivered", "failed", 1), ("delivered", "delivered", 0), ("sent", "sent", 0)],
)
def test_the_end_that_nobody_told_is_asked_for(
    log: FakeCallLog, link_sent: int, status: str, delivery: str, expected: int
) -> None:
    message = db.session.get_one(Message, link_sent)
    key = message.provider_key or ""
    log.texts[key] = TextReport(key, status, problem="30005")
    assert compare(log) == []
    assert db.session.get_one(Message, link_sent, populate_existing=True).delivery == "queued"
    compare(log, after=150)
    assert db.session.get_one(Message, link_sent, populate_existing=True).delivery == delivery
    assert callbacks() == expected
    compare(log, after=200)
    assert callbacks() == expected


def test_one_that_never_left_becomes_the_call_back(
    log: FakeCallLog, caller: Phone, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process died between writing it down and sending it."""
    line.mode = "closed"
    db.session.commit()
    monkeypatch.setattr("app.tickets.written.messages.name", lambda *_args: None)
    one = caller(NUMBER)
    one.post("/voice/incoming")
    one.post("/voice/choice?step=closed", Digits="2")
    compare(log, after=300)
    assert callbacks() == 0
    compare(log, after=700)
    assert callbacks() == 1
