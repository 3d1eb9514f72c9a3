"""Callers who rang while we could not answer: each is counted once, and called back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.calls.call.models import Call
from app.calls.provider import fallback, outage
from app.calls.provider import watch as provider_watch
from app.calls.provider.models import Drift, ProviderLink
from app.foundation import clock
from app.foundation.config import Settings
from app.foundation.extensions import db
from app.foundation.ports import AskedForLeg, Ports
from app.lines.models import Line
from app.tickets.models import CallBack, Contact
from tests.clients import StaffClient, post_signed
from tests.fake_log import FakeCallLog
from tests.fakes import fake_ports
from tests.fixtures.settings import make_settings
from tests.switchboard import LINE_NUMBER, Caller

Phone = Callable[..., Caller]
Desk = Callable[..., StaffClient]
APART = "https://secours.example/permanence/"
SAMIRA, OTHER = "+33639980101", "+33639980102"


@pytest.fixture
def settings(database_url: str, tmp_path: object) -> Settings:
    return make_settings(
        database_url=database_url,
        instance_dir=f"{tmp_path}/instance",
        fallback_url=APART + fallback.FIRST,
    )


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


def rang(
    log: FakeCallLog,
    number: str = SAMIRA,
    *,
    sid: str = "CAoutage",
    minutes_ago: float = 30,
    digits: str | None = None,
    heard: bool = True,
    readable: bool = True,
) -> datetime:
    """A call of the outage: its start. ``digits``: typed on the fallback; None: it was not reached."""
    start = (clock.now() - timedelta(minutes=minutes_ago)).replace(microsecond=0)
    log.begin(sid, to=LINE_NUMBER, from_number=number, at=start, inbound=True)
    log.end(sid, start + timedelta(seconds=40))
    asked = [
        AskedForLeg("https://permanence.example/voice/incoming"),
        AskedForLeg(APART + fallback.FIRST),
    ]
    if heard:
        asked.append(AskedForLeg(APART + fallback.SECOND, digits or ""))
    if readable:
        log.requests[sid] = asked
    return start


def compare(log: FakeCallLog, after: float = 0) -> list[str]:
    found = provider_watch.compare(log, clock.now() + timedelta(seconds=after))
    return [str(kind) for kind in found.drifts]


def callbacks() -> list[CallBack]:
    db.session.expire_all()
    return list(db.session.scalars(select(CallBack).order_by(CallBack.id)))


def calls() -> list[Call]:
    db.session.expire_all()
    return list(db.session.scalars(select(Call).order_by(Call.id)))


def test_the_number_typed_is_called_back_with_the_first_arrival(log: FakeCallLog) -> None:
    start = rang(log, digits="0639980102")
    assert compare(log) == ["outage_call", "outage_call"]  # noted, then settled
    (promised,) = callbacks()
    assert (promised.number, promised.source, promised.state) == (OTHER, "outage", "open")
    assert (promised.arrived_at, promised.attempts) == (start, 0)
    (call,) = calls()
    assert (call.provider_sid, call.state, call.outcome) == ("CAoutage", "ended", "callback")
    assert (call.number, call.received_at, call.callback_id) == (SAMIRA, start, promised.id)
    contact = db.session.get_one(Contact, call.contact_id)
    assert (contact.opened_at, contact.closed_at) == (start, start + timedelta(seconds=40))
    (drift,) = db.session.scalars(select(Drift))
    assert (drift.kind, drift.call_id, drift.repaired) == ("outage_call", call.id, True)


@pytest.mark.parametrize("digits", ["1", "", "12", "999"])
def test_otherwise_the_number_she_called_from(log: FakeCallLog, digits: str) -> None:
    rang(log, digits=digits)
    compare(log)
    assert [promised.number for promised in callbacks()] == [SAMIRA]


def test_a_hidden_number_that_typed_one_is_called_back_too(log: FakeCallLog) -> None:
    rang(log, "+266696687", digits="0639980102")
    compare(log)
    assert [promised.number for promised in callbacks()] == [OTHER]
    assert calls()[0].outcome == "callback"


def test_a_hidden_number_that_typed_none_is_shown_and_counted(log: FakeCallLog) -> None:
    rang(log, "anonymous")
    assert compare(log)[-1] == "outage_hidden"
    assert (callbacks(), calls()[0].outcome) == ([], "failed")
    (drift,) = db.session.scalars(select(Drift))
    assert (drift.kind, drift.repaired) == ("outage_hidden", False)


def test_a_caller_who_hung_up_before_the_fallback_is_called_back(log: FakeCallLog) -> None:
    rang(log, heard=False)
    compare(log)
    assert [promised.number for promised in callbacks()] == [SAMIRA]


def test_twice_or_by_two_workers_it_counts_once(log: FakeCallLog) -> None:
    rang(log, digits="0639980102")
    for after in (0, 15, 30):
        compare(log, after)
    assert (len(callbacks()), len(calls())) == (1, 1)
    promised = callbacks()[0]
    promised.state, promised.closed_at = "done", clock.now()  # type: ignore[assignment]
    db.session.commit()
    compare(log, 45)
    assert (len(callbacks()), len(calls())) == (1, 1)  # and never again once it is done


def test_a_number_that_rang_three_times_is_called_back_once_at_its_first_place(
    log: FakeCallLog,
) -> None:
    for number, minutes in ((3, 20), (1, 30), (2, 25)):
        rang(log, sid=f"CA{number}", minutes_ago=minutes)
    compare(log)
    (promised,) = callbacks()
    assert len(calls()) == 3
    assert {call.callback_id for call in calls()} == {promised.id}
    assert promised.arrived_at == min(call.received_at for call in calls())


def test_who_was_served_since_is_not_called_back(
    log: FakeCallLog, caller: Phone, at_desk: Desk
) -> None:
    rang(log)
    agent, one = at_desk(), caller(SAMIRA).dial()
    agent.post(f"/desk/calls/{one.call.ref}/accept", json={})
    one.agent_picks_up()
    one.is_connected()
    log.begin(one.sid, to=LINE_NUMBER, at=clock.now(), inbound=True)
    compare(log)
    assert callbacks() == []
    assert [call.outcome for call in calls() if call.provider_sid == "CAoutage"] == ["failed"]


def test_requests_that_cannot_be_read_yet_are_waited_for(log: FakeCallLog) -> None:
    """Twilio shows them a quarter of an hour after the call's end."""
    rang(log, digits="0639980102", minutes_ago=1, readable=False)
    compare(log)
    asked = len(log.asked)
    compare(log, 60)
    assert len(log.asked) == asked + 2  # live, calls_to: it is not asked about each minute
    assert callbacks() == []
    rang(log, digits="0639980102", minutes_ago=1)  # now they can be read
    compare(log, 16 * 60)
    assert [promised.number for promised in callbacks()] == [OTHER]


def test_requests_that_never_come_do_not_lose_the_caller(log: FakeCallLog) -> None:
    rang(log, minutes_ago=1, readable=False)
    for minutes in (0, 16, 30):
        compare(log, minutes * 60)
    assert [promised.number for promised in callbacks()] == [SAMIRA]


def test_outside_opening_hours_only_who_was_promised_a_call_back_gets_one(
    log: FakeCallLog, line: Line
) -> None:
    line.mode = "closed"
    db.session.commit()
    rang(log, sid="CA1", heard=False)
    rang(log, OTHER, sid="CA2")
    compare(log)
    assert [promised.number for promised in callbacks()] == [OTHER]
    assert [call.outcome for call in calls()] == ["closed", "callback"]


def test_who_waited_when_we_went_away_and_typed_a_number_is_called_back(
    log: FakeCallLog, caller: Phone
) -> None:
    one = caller(SAMIRA).dial()
    rang(log, SAMIRA, sid=one.sid, minutes_ago=0.2, digits="0639980102")
    compare(log, 60)
    assert (one.call.state, one.call.outcome) == ("ended", "abandoned")
    (promised,) = callbacks()
    assert (promised.number, promised.arrived_at) == (OTHER, one.call.queued_at)
    assert len(calls()) == 1


def test_who_waited_and_simply_hung_up_is_not(log: FakeCallLog, caller: Phone) -> None:
    one = caller(SAMIRA).dial()
    rang(log, SAMIRA, sid=one.sid, minutes_ago=0.2, heard=False)
    assert compare(log, 60) == ["person_gone"]
    assert callbacks() == []
    assert [drift.kind for drift in db.session.scalars(select(Drift))] == ["person_gone"]


def test_after_a_long_outage_each_round_settles_a_few(log: FakeCallLog) -> None:
    many = outage.MOST_AT_ONCE + 5
    for number in range(many):
        rang(log, f"+3363998{number:04d}", sid=f"CA{number}", minutes_ago=40)
    compare(log)
    assert len(callbacks()) == outage.MOST_AT_ONCE
    compare(log, 15)
    assert len(callbacks()) == many
    assert len(log.asked) == 4 + 2 * many  # requests: what the provider is asked stays small


def test_no_number_reaches_the_log(log: FakeCallLog, caplog: pytest.LogCaptureFixture) -> None:
    rang(log, digits="0639980102")
    caplog.set_level("DEBUG", logger="app")
    provider_watch.run()
    assert len(callbacks()) == 1
    assert not [r for r in caplog.records if "6399801" in r.getMessage()]


# --- while we are there, but cannot serve ----------------------------------------------------------


@pytest.mark.parametrize(("heard", "status"), [("", 200), ("?again=5", 200), ("?again=6", 503)])
def test_after_a_minute_of_apologies_the_fallback_takes_over(
    app: Flask, line: Line, heard: str, status: int
) -> None:
    db.session.execute(text("ALTER TABLE calls RENAME TO away"))  # the database is not itself
    db.session.commit()
    form = {"CallSid": "CA1", "From": SAMIRA, "To": LINE_NUMBER}
    answer = post_signed(app.test_client(), f"/voice/incoming{heard}", form)
    assert answer.status_code == status
    assert (f"again={int(heard[-1:] or 0) + 1}" in answer.text) == (status == 200)
