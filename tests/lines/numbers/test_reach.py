"""Every door obeys the one rule of ``dialling``: nothing is promised, rung, consulted or written to
that the line does not call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.calls.call.models import Call, CallParty
from app.calls.callbacks import service as callbacks
from app.calls.directory import service as directory_service
from app.calls.directory.models import DirectoryEntry
from app.calls.provider import outage
from app.foundation import clock
from app.foundation.exceptions import InvalidInput
from app.foundation.extensions import db
from app.lines.models import Line
from app.lines.opening_hours import REFERENCE_HOURS
from app.tickets.callbacks import Wish
from app.tickets.models import CallBack, CallBackSource, Contact
from tests.calls.callbacks.test_callbacks import Desk, Phone, attempts, later, the_callback
from tests.calls.spoken.test_closed_line import link_in
from tests.calls.test_journey import connect
from tests.clients import StaffClient
from tests.dossiers.build import create_contact
from tests.switchboard import LINE_NUMBER

PREMIUM, ABROAD, PAGER, SATELLITE = (
    "+33892123456",
    "+212612345678",
    "+447640123456",
    "+8816123456789",
)
UNWANTED = [PREMIUM, ABROAD, PAGER, SATELLITE, LINE_NUMBER]
PERSON = "+33639980101"


@pytest.fixture(autouse=True)
def _line(line: Line) -> None:
    """Every test here needs the line."""


def nothing_promised() -> bool:
    db.session.expire_all()
    return db.session.scalar(select(CallBack.id)) is None


# --- somebody asks to be called back -------------------------------------------------------------


@pytest.mark.parametrize("number", UNWANTED)
def test_who_waits_is_asked_for_another_number_and_called_there(caller: Phone, number: str) -> None:
    one = caller(number).dial()
    asked = one.post("/voice/choice?round=1", Digits="1")
    assert "Nous ne pouvons pas rappeler le numéro" in asked
    assert "masqué" not in asked
    assert (one.call.state, nothing_promised()) == ("waiting", True)
    assert "06, 39" in one.post("/voice/choice?step=number&wrong=0", Digits="0639980101")
    assert "<Leave" in one.post("/voice/choice?step=confirm", Digits="1")
    said = one.post("/voice/left-queue", QueueResult="leave")
    assert "noté" in said
    assert the_callback().number == PERSON
    assert one.call.number == number  # who called is not forgotten


@pytest.mark.parametrize("typed", ["0892123456", "00212612345678", "0199000100", "0810123456"])
def test_a_number_typed_that_is_not_called_is_said_so(caller: Phone, typed: str) -> None:
    one = caller("anonymous").dial()
    one.post("/voice/choice?round=1", Digits="1")
    said = one.post("/voice/choice?step=number&wrong=0", Digits=typed)
    assert "Nous ne pouvons pas rappeler ce numéro" in said
    assert "wrong=1" in said
    assert (one.call.typed_number, nothing_promised()) == (None, True)


@pytest.mark.parametrize("number", UNWANTED)
def test_the_closed_line_promises_it_nothing_and_sends_no_sms(
    caller: Phone, line: Line, ports: Any, number: str
) -> None:
    line.mode = "closed"
    db.session.commit()
    one = caller(number)
    assert "tapez 2" not in one.post("/voice/incoming")
    assert "ne correspond à aucun choix" in one.post("/voice/choice?step=closed", Digits="2")
    asked = one.post("/voice/choice?step=closed", Digits="1")
    assert "Nous ne pouvons pas rappeler le numéro" in asked
    assert nothing_promised()
    assert ports.sms.sent == []
    one.post("/voice/choice?step=number&wrong=0", Digits="0639980101")
    assert "nous vous rappellerons" in one.post("/voice/choice?step=confirm", Digits="1")
    assert the_callback().number == PERSON


def test_overseas_is_called_back_where_it_is(caller: Phone) -> None:
    one = caller("0692123456").dial()  # as a carrier of the metropolis may say it
    assert "<Leave" in one.post("/voice/choice?round=1", Digits="1")
    assert the_callback().number == "+262692123456"


def test_the_form_of_a_country_taken_away_promises_nothing(
    app: Flask, caller: Phone, line: Line, ports: Any
) -> None:
    line.mode, line.rules = "closed", {"countries": ["FR", "MA"]}
    db.session.commit()
    one = caller("+212612345678")
    one.post("/voice/incoming")
    assert "envoyons le SMS" in one.post("/voice/choice?step=closed", Digits="2")
    link = link_in(ports.sms.sent[0][1])
    line.rules = {"countries": ["FR"]}
    db.session.commit()
    visitor = app.test_client()
    page = visitor.get(link)
    assert page.status_code == 200
    assert "Nous ne pouvons pas rappeler ce numéro" in page.text
    assert "<form" not in page.text
    sent = visitor.post(link, data={"when": "soonest", "message": "Bonjour"})
    assert "Nous ne pouvons pas rappeler ce numéro" in sent.text
    assert nothing_promised()


@pytest.mark.parametrize("number", UNWANTED)
def test_an_agent_cannot_promise_it(number: str) -> None:
    contact = create_contact(number)
    opening = clock.now().replace(hour=8, minute=30) + timedelta(days=1)
    while opening.weekday() > 3:
        opening += timedelta(days=1)
    with pytest.raises(InvalidInput):
        callbacks.promise(contact.id, opening, agent_id=1, now=clock.now())
    assert nothing_promised()


@pytest.mark.parametrize("number", UNWANTED)
def test_no_call_back_is_noted_by_any_other_way(line: Line, number: str) -> None:
    now = clock.now()
    with pytest.raises(InvalidInput):
        callbacks.note(Wish(number, line.id, CallBackSource.OUTAGE, now, now))


@pytest.mark.parametrize("number", UNWANTED)
def test_a_missed_call_counts_as_one_that_cannot_be_called_back(number: str) -> None:
    assert outage._reachable(number) is None
    assert outage._reachable(PERSON) == PERSON


def test_a_promise_made_before_the_rules_changed_is_seen_by_people(
    caller: Phone, line: Line, at_desk: Desk
) -> None:
    line.rules = {"countries": ["FR", "MA"]}
    db.session.commit()
    one = caller(ABROAD).dial()
    one.post("/voice/choice?round=1", Digits="1")
    one.post("/voice/left-queue", QueueResult="leave")
    one.end()
    held = the_callback()
    line.rules = {"countries": ["FR"]}
    db.session.commit()
    agent = at_desk()
    refused = agent.post(f"/desk/callbacks/{held.id}/call", json={})
    assert refused.status_code == 422
    assert "+212" in refused.json["error"]["message"]
    later(seconds=2)
    assert (the_callback().state, attempts()) == ("given_up", [])
    contact = db.session.get_one(Contact, one.call.contact_id)
    assert (contact.outcome, contact.follow_up_on is not None) == ("waiting", True)


# --- an agent calls ------------------------------------------------------------------------------


@pytest.mark.parametrize("number", UNWANTED)
def test_nobody_dials_it(at_desk: Desk, number: str) -> None:
    agent = at_desk()
    refused = agent.post("/desk/dial", json={"number": number})
    assert refused.status_code == 422
    said = refused.json["error"]
    assert said["message"]
    assert said["kept"] == "Rien n'est parti."
    contact = create_contact(number)
    again = agent.post("/desk/dial", json={"contact_id": contact.id})
    assert again.status_code == 422
    assert db.session.scalars(select(Call).where(Call.direction == "out")).all() == []


def test_a_free_service_is_dialled(at_desk: Desk) -> None:
    assert at_desk().post("/desk/dial", json={"number": "0 809 54 18 80"}).status_code == 200


@pytest.mark.parametrize("what", ["consult", "transfer"])
@pytest.mark.parametrize("number", [PREMIUM, LINE_NUMBER])
def test_nobody_is_consulted_or_transferred_there(
    caller: Phone, at_desk: Desk, number: str, what: str
) -> None:
    agent, one = at_desk(), caller().dial()
    connect(agent, one)
    entry = DirectoryEntry(label="Ancien", kind="other", number=number)
    db.session.add(entry)
    db.session.commit()
    for body in ({"number": number}, {"entry_id": entry.id}):
        refused = agent.post(f"/desk/calls/{one.call.ref}/{what}", json=body)
        assert refused.status_code == 422, refused.text
    assert db.session.scalars(select(CallParty)).all() == []
    assert one.call.state == "talking"


@pytest.mark.parametrize("number", UNWANTED)
def test_the_directory_does_not_take_it(number: str) -> None:
    typed = directory_service.Typed("Service", "service", number, "")
    judged = directory_service.save(None, typed, by=1, now=clock.now())
    assert set(judged.errors) == {"number"}
    assert db.session.scalar(select(DirectoryEntry.id)) is None


def test_every_number_of_ours_is_ours(line: Line, at_desk: Desk) -> None:
    db.session.add(Line(name="Seconde", number="+33199000200", mode="open"))
    db.session.commit()
    refused = at_desk().post("/desk/dial", json={"number": "01 99 00 02 00"})
    assert "numéro de la ligne" in refused.json["error"]["message"]


# --- managers choose -----------------------------------------------------------------------------


def test_managers_choose_the_countries_on_the_page_of_rules(
    line: Line, login: Callable[..., StaffClient], caller: Phone, at_desk: Desk
) -> None:
    line.hours = REFERENCE_HOURS
    db.session.commit()
    manager = login("manager")
    page = manager.get("/admin/line/rules")
    assert 'name="country-RE" value="1" checked' in page.text
    assert 'name="country-BE" value="1" checked' in page.text
    form = {
        "closing": "serve", "callbacks": "1", "callback_attempts": "3", "languages": "en",
        "callback_pause_minutes": "15", "sticky_minutes": "30", "ring_seconds": "20",
        "overflow_after": "60", "overflow_length": "3", "countries": "1", "country-RE": "1",
        "seen": page.text.split('name="seen" value="')[1].split('"')[0],
    }  # fmt: skip
    wrong = manager.post("/admin/line/rules", data={**form, "other_countries": "Maroc, Narnia"})
    assert wrong.status_code == 422
    assert "Narnia" in wrong.text
    assert 'name="country-BE" value="1" checked' not in wrong.text  # what was typed is kept
    kept = manager.post("/admin/line/rules", data={**form, "other_countries": "maroc"})
    assert kept.status_code == 302
    db.session.expire_all()
    stored = db.session.get_one(Line, line.id).rules["countries"]
    assert stored == ["FR", "RE", "MA"]
    shown = manager.get("/admin/line/rules").text
    assert 'name="other_countries" type="text" value="Maroc"' in shown
    assert 'name="country-BE" value="1" checked' not in shown
    agent = at_desk()
    assert agent.post("/desk/dial", json={"number": "+32 2 555 12 12"}).status_code == 422
    assert agent.post("/desk/dial", json={"number": ABROAD}).status_code == 200


def test_a_form_that_shows_no_country_changes_none(
    line: Line, login: Callable[..., StaffClient]
) -> None:
    line.rules = {"countries": ["FR", "MA"]}
    db.session.commit()
    manager = login("manager")
    seen = manager.get("/admin/line/rules").text.split('name="seen" value="')[1].split('"')[0]
    form = {
        "closing": "callback", "callback_attempts": "3", "languages": "en", "seen": seen,
        "callback_pause_minutes": "15", "sticky_minutes": "30", "ring_seconds": "20",
        "overflow_after": "60", "overflow_length": "3",
    }  # fmt: skip
    assert manager.post("/admin/line/rules", data=form).status_code == 302
    db.session.expire_all()
    assert db.session.get_one(Line, line.id).rules["countries"] == ["FR", "MA"]
