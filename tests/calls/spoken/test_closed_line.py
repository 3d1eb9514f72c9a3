"""The closed line: hours, a call-back by key, an SMS with a form; every bad input."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.calls.callbacks import form_sms, request_form
from app.calls.callbacks import service as callbacks
from app.calls.spoken import closed_line
from app.foundation import clock
from app.foundation.exceptions import Unavailable
from app.foundation.extensions import db
from app.foundation.text import phone_numbers
from app.lines.models import Line
from app.lines.opening_hours import REFERENCE_HOURS
from app.lines.rules import LineRules
from app.tickets.models import CallBack, CallBackState, Contact, Message
from tests.calls.call.test_transfers import connect
from tests.clients import post_signed
from tests.switchboard import FORM, Caller

Phone = Callable[..., Caller]
NUMBER = "+33639980101"


@pytest.fixture(autouse=True)
def closed(request: pytest.FixtureRequest) -> None:
    """The line is closed today, whatever the hour of the test, and opens another day."""
    if "caller" in request.fixturenames:
        line: Line = request.getfixturevalue("line")
        today = clock.now().astimezone(clock.PARIS).date().isoformat()
        line.mode, line.hours = "hours", {**REFERENCE_HOURS, "closures": [today]}
        db.session.commit()


@pytest.fixture
def sms(ports: Any) -> Any:
    return ports.sms


def the_callback() -> CallBack:
    db.session.expire_all()
    return db.session.scalars(select(CallBack)).one()


def words() -> list[str]:
    """What was written by the form."""
    return list(db.session.scalars(select(Message.body).where(Message.channel == "form")))


def link_in(text: str) -> str:
    found = re.search(r"/demande/\S+", text)
    assert found
    return found.group()


# --- rules ---------------------------------------------------------------------------------------


@given(st.booleans(), st.booleans(), st.booleans())
def test_every_key_that_is_said_means_something(
    callbacks_on: bool, voicemail: bool, mobile: bool
) -> None:
    rules = LineRules(callbacks=callbacks_on, voicemail=voicemail)
    offered = closed_line.offers(rules, mobile=mobile)
    meant = {key for key in "0123456789*#" if offered.meaning(key)}
    assert len(offered.phrases("fr")) == len(meant) == callbacks_on + voicemail + mobile
    assert ("3" in meant) == voicemail


@pytest.mark.parametrize(
    ("number", "mobile"),
    [
        ("+33639980101", True),
        ("+33755512345", True),
        ("+33199000100", False),
        ("+32470123456", True),
        ("+3225551212", False),
        (None, False),
        ("nonsense", False),
    ],
)
def test_an_sms_goes_to_mobiles_only(number: str | None, mobile: bool) -> None:
    assert phone_numbers.is_mobile(number) is mobile


@given(st.text(alphabet="0123456789*# ", max_size=20))
def test_typed_numbers_are_valid_or_refused(digits: str) -> None:
    number = phone_numbers.typed(digits)
    assert number is None or phone_numbers.stored(number) == number


@pytest.mark.parametrize(
    ("digits", "number"),
    [
        ("0639980101", NUMBER),
        ("0033639980101", NUMBER),
        ("003225551212", "+3225551212"),
        ("639980101", None),
        ("0639980", None),
        ("²²²²²²²²²²", None),
    ],
)
def test_typed_numbers(digits: str, number: str | None) -> None:
    assert phone_numbers.typed(digits) == number


# --- by key --------------------------------------------------------------------------------------


def test_the_hours_are_said_with_what_may_be_asked(caller: Phone) -> None:
    one = caller()
    heard = one.post("/voice/incoming")
    assert "fermée" in heard
    assert "Elle ouvre" in heard
    assert "tapez 1" in heard
    assert "tapez 2" in heard
    assert "tapez 3" not in heard
    assert heard.endswith("<Hangup /></Response>")
    assert one.call.outcome == "closed"


def test_called_back_at_the_next_opening(caller: Phone, line: Line) -> None:
    one = caller()
    one.post("/voice/incoming")
    said = one.post("/voice/choice?step=closed", Digits="1")
    assert "nous vous rappellerons" in said
    assert "<Hangup" in said
    held = the_callback()
    assert (held.source, held.number, held.arrived_at) == ("closed", NUMBER, one.call.received_at)
    due = held.due_at.astimezone(clock.PARIS)
    assert (due.weekday() < 5, due.strftime("%H:%M") in ("09:00", "13:30")) == (True, True)
    assert one.call.outcome == "closed"  # counted as closed all the same
    again = caller()
    again.post("/voice/incoming")
    assert "votre place" in again.post("/voice/choice?step=closed", Digits="1")
    assert the_callback().id == held.id


def test_a_hidden_caller_of_the_closed_line_types_her_number(caller: Phone) -> None:
    one = caller("anonymous")
    assert "tapez 2" not in one.post("/voice/incoming")
    assert "masqué" in one.post("/voice/choice?step=closed", Digits="1")
    one.post("/voice/choice?step=number&wrong=0", Digits="0639980101")
    assert "nous vous rappellerons" in one.post("/voice/choice?step=confirm", Digits="1")
    assert the_callback().number == NUMBER


@pytest.mark.parametrize("key", ["3", "9", "0", "#", ""])
def test_a_key_that_is_not_offered(caller: Phone, key: str, sms: Any) -> None:
    one = caller()
    one.post("/voice/incoming")
    heard = one.post("/voice/choice?step=closed", Digits=key)
    assert "ne correspond à aucun choix" in heard
    assert "tapez 1" in heard
    assert db.session.scalar(select(CallBack.id)) is None
    assert sms.sent == []


def test_a_key_of_somebody_unknown(caller: Phone) -> None:
    assert "/voice/incoming" in caller().post("/voice/choice?step=closed", Digits="1")


# --- by SMS --------------------------------------------------------------------------------------


def ask_sms(caller: Phone, number: str = NUMBER) -> str:
    one = caller(number)
    one.post("/voice/incoming")
    return one.post("/voice/choice?step=closed", Digits="2")


def test_the_sms_has_a_link_that_says_nothing_of_the_person(caller: Phone, sms: Any) -> None:
    assert "Nous vous envoyons le SMS" in ask_sms(caller)
    ((to, text),) = sms.sent
    assert to == NUMBER
    assert "639980101" not in text
    assert "http://localhost/demande/" in text


def test_a_landline_gets_no_sms(caller: Phone, sms: Any) -> None:
    assert "ne correspond à aucun choix" in ask_sms(caller, "+33199000123")
    assert sms.sent == []


def test_the_provider_is_down_the_request_is_kept_and_said(caller: Phone, sms: Any) -> None:
    sms.error = Unavailable("le fournisseur ne répond pas")
    said = ask_sms(caller)
    assert "pas pu partir" in said
    assert "nous vous rappellerons" in said
    assert (the_callback().source, the_callback().number) == ("closed", NUMBER)


def test_three_sms_a_day_to_one_number_then_a_call_back(caller: Phone, sms: Any) -> None:
    for _time in range(3):
        assert "envoyons" in ask_sms(caller)
    assert db.session.scalar(select(CallBack.id)) is None
    said = ask_sms(caller)
    assert "déjà envoyé plusieurs SMS" in said
    assert "nous vous rappellerons" in said
    assert len(sms.sent) == form_sms.A_DAY
    assert (the_callback().source, the_callback().number) == ("closed", NUMBER)


def test_who_only_listened_to_the_hours_was_sent_nothing(caller: Phone, sms: Any) -> None:
    """Calls are no messages: she is not told that she has been sent some."""
    for _time in range(5):
        caller().post("/voice/incoming")
    assert "envoyons" in ask_sms(caller)
    assert len(sms.sent) == 1


def test_sms_that_failed_are_none_that_were_sent(caller: Phone, sms: Any) -> None:
    sms.error = Unavailable("le fournisseur ne répond pas")
    for _time in range(5):
        assert "pas pu partir" in ask_sms(caller)
    sms.error = None
    assert "envoyons" in ask_sms(caller)


# --- what becomes of the SMS -----------------------------------------------------------------------


def told(client: Any, sms: Any, status: str, **more: str) -> None:
    form = {**FORM, "MessageSid": "SM1", "MessageStatus": status, "To": NUMBER, **more}
    path = f"/sms/status?message={sms.ids[-1]}"
    assert post_signed(client, path, form).status_code == 204


@pytest.mark.parametrize("status", ["undelivered", "failed", "canceled"])
def test_an_sms_that_does_not_arrive_becomes_the_call_back_that_a_refusal_makes(
    caller: Phone, client: Any, sms: Any, status: str
) -> None:
    assert "S'il n'arrive pas, nous vous rappellerons" in ask_sms(caller).replace("&#39;", "'")
    told(client, sms, "sent")
    assert db.session.scalar(select(CallBack.id)) is None
    for _time in range(2):
        told(client, sms, status, ErrorCode="30005")
    held = the_callback()
    assert (held.source, held.number) == ("closed", NUMBER)
    assert (held.due_at > clock.now(), held.contact_id) == (True, the_message().contact_id)
    assert (the_message().delivery, the_message().delivery_problem) == ("failed", "30005")


def test_an_sms_that_arrives_asks_for_nothing(caller: Phone, client: Any, sms: Any) -> None:
    ask_sms(caller)
    for status in ("sent", "delivered", "failed", "queued"):  # the end is told once
        told(client, sms, status)
    assert the_message().delivery == "delivered"
    assert db.session.scalar(select(CallBack.id)) is None


def test_who_was_answered_since_needs_no_call_back(
    caller: Phone, client: Any, sms: Any, line: Line, at_desk: Any
) -> None:
    ask_sms(caller)
    line.mode = "open"
    db.session.commit()
    agent, one = at_desk(), caller().dial()
    connect(agent, one)
    told(client, sms, "undelivered")
    assert db.session.scalar(select(CallBack.id)) is None


@pytest.mark.parametrize("path", ["/sms/status", "/sms/status?message=", "/sms/status?message=x",
    "/sms/status?message=0", "/sms/status?message=99", "/sms/status?message=99999999999999"])  # fmt: skip
def test_news_of_a_message_that_is_none_of_ours(client: Any, line: Line, path: str) -> None:
    form = {**FORM, "MessageSid": "SM1", "MessageStatus": "failed"}
    assert post_signed(client, path, form).status_code == 204


def test_the_link_itself_is_not_kept_with_the_message(caller: Phone, sms: Any, login: Any) -> None:
    """It is the key of the person's request: who reads the list has no business with it."""
    ask_sms(caller)
    assert "/demande/" not in the_message().body
    shown = login("front").get(f"/dossiers/thread?contact={the_message().contact_id}").text
    assert "SMS envoyé" in shown
    assert "pas encore parti" in shown


def the_message() -> Message:
    db.session.expire_all()
    return db.session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()


# --- the form ------------------------------------------------------------------------------------


@pytest.fixture
def link(caller: Phone, sms: Any) -> str:
    ask_sms(caller)
    return link_in(sms.sent[-1][1])


def test_the_form_makes_a_contact_and_a_call_back(client: Any, link: str) -> None:
    shown = client.get(link)
    assert shown.status_code == 200
    assert "Dès que possible" in shown.text
    assert NUMBER not in shown.text
    assert "06 •• •• •• 01" in shown.text
    assert "<script" not in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    sent = client.post(link, data={"when": "soonest", "message": "Mon dossier est <b>bloqué</b>"})
    assert (sent.status_code, sent.headers["Location"]) == (303, link)
    contact = db.session.scalars(select(Contact).where(Contact.channel == "form")).one()
    assert (contact.note, contact.caller_number) == ("", NUMBER)
    assert words() == ["Mon dossier est <b>bloqué</b>"]
    held = the_callback()
    assert (held.source, held.contact_id, held.number) == ("form", contact.id, NUMBER)
    after = client.get(link)
    assert "Votre demande est notée" in after.text
    assert "Nous vous rappellerons" in after.text


def test_what_was_written_is_read_on_the_page_of_call_backs_and_beside_the_attempt(
    client: Any, caller: Phone, sms: Any, login: Any
) -> None:
    """Even when she had asked by key before: the call-back is one, her words are with it."""
    one = caller()
    one.post("/voice/incoming")
    one.post("/voice/choice?step=closed", Digits="1")
    ask_sms(caller)
    link = link_in(sms.sent[-1][1])
    client.post(link, data={"when": "soonest", "message": "Appelez ma fille <i>Rosa</i>"})
    agent, said = login("front"), "Appelez ma fille &lt;i&gt;Rosa&lt;/i&gt;"
    assert said in agent.get("/callbacks").text
    assert said in agent.get(f"/dossiers/thread?contact={the_callback().contact_id}").text


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("done", "Nous vous avons rappelé"),
        ("given_up", "sans réussir à vous joindre"),
        ("cancelled", "a été annulée"),
    ],
)
def test_how_the_request_ended_is_said_as_it_ended(
    client: Any, link: str, line: Line, state: str, said: str
) -> None:
    line.mode = "open"
    db.session.commit()
    client.post(link, data={"when": "soonest", "message": ""})
    held = the_callback()
    held.due_at = clock.now() - timedelta(minutes=5)
    db.session.commit()
    assert (
        "dès que votre tour arrive" in client.get(link).text
    )  # not « à partir de » an hour gone by
    held.state, held.closed_at = CallBackState(state), clock.now()
    db.session.commit()
    page = client.get(link).text
    assert said in page
    assert 'href="tel:+33199000100"' in page


def test_a_chosen_moment_is_when_she_is_called(client: Any, link: str, line: Line) -> None:
    page = client.get(link).text
    key = re.findall(r'value="(\d{8}-\d{4})"', page)[2]
    client.post(link, data={"when": key, "message": ""})
    due = the_callback().due_at.astimezone(clock.PARIS)
    assert due.strftime("%Y%m%d-%H%M") == key


def test_it_serves_once(client: Any, link: str) -> None:
    for message in ("un", "deux"):
        assert client.post(link, data={"when": "soonest", "message": message}).status_code == 303
    assert len(db.session.scalars(select(Contact).where(Contact.channel == "form")).all()) == 1
    assert words() == ["un"]


def test_two_at_the_same_instant_make_one(client: Any, link: str, app: Any) -> None:
    token = link.rsplit("/", 1)[1]
    opened = request_form.page(token, clock.now())
    call, _expires = request_form._named(token)
    assert call is not None
    request_form._store(call, "le premier", None, clock.now())
    db.session.expire_all()
    real, request_form.page = request_form.page, lambda *_args: opened
    try:
        request_form.submit(token, request_form.Filled("le second"), locale="fr", now=clock.now())
    finally:
        request_form.page = real
    assert len(db.session.scalars(select(Contact).where(Contact.channel == "form")).all()) == 1
    assert words() == ["le premier"]


def test_a_forged_or_cut_link(client: Any, link: str) -> None:
    # Not the last letter: some of its bits count for nothing, another may read the same.
    other = link[:-5] + ("A" if link[-5] != "A" else "B") + link[-4:]
    for forged in (other, link[:20], "/demande/x.y.z"):
        for answer in (client.get(forged), client.post(forged, data={"when": "soonest"})):
            assert answer.status_code == 404
            assert "Ce lien n’existe pas" in answer.text
    assert db.session.scalar(select(CallBack.id)) is None


@pytest.mark.parametrize("after", [".", ")", ",", "%3E", "/", "%20", "%0A", ".)", "…"])
def test_what_follows_a_link_in_a_message_is_taken_off(client: Any, link: str, after: str) -> None:
    assert client.get(link + after).status_code == 200


def test_a_link_of_last_week(caller: Phone, client: Any) -> None:
    one = caller()
    one.post("/voice/incoming")
    token = request_form.token_for(one.call.ref, clock.now() - timedelta(days=7, minutes=1))
    for answer in (
        client.get(f"/demande/{token}"),
        client.post(f"/demande/{token}", data={"when": "soonest"}),
    ):
        assert answer.status_code == 410
        assert "plus valable" in answer.text
    assert db.session.scalar(select(CallBack.id)) is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"when": "20200101-0900", "message": "Bonjour"}, "choisissez-en un autre"),
        ({"when": "n'importe quoi", "message": "Bonjour"}, "choisissez-en un autre"),
        ({"when": "soonest", "message": "a" * 501}, "trop long"),
        ({"when": "soonest", "message": "mon mot de passe est Toto-1234!"}, "mot de passe"),
    ],
)
def test_a_form_that_cannot_be_kept_as_it_is(
    client: Any, link: str, data: dict[str, str], said: str
) -> None:
    answer = client.post(link, data=data)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Toto-1234" not in answer.text
    assert ("Bonjour" in answer.text) == (data["message"] == "Bonjour")
    assert db.session.scalar(select(CallBack.id)) is None
    assert client.post(link, data={"when": "soonest", "message": "ok"}).status_code == 303


def test_a_number_that_was_forgotten_meanwhile(client: Any, link: str) -> None:
    from app.operations import retention

    retention.run(now=clock.now() + timedelta(days=400), dry_run=False)
    assert client.get(link).status_code == 404


def test_promises_of_agents_are_kept_within_hours(caller: Phone, line: Line, at_desk: Any) -> None:
    one = caller()
    one.post("/voice/incoming")
    agent = at_desk()
    now = datetime(2021, 6, 22, 8, 0, tzinfo=clock.PARIS)
    at = now.replace(hour=10)
    line.hours = REFERENCE_HOURS
    db.session.commit()
    asked = callbacks.promise(one.call.contact_id or 0, at, agent_id=agent.agent.id, now=now)
    assert (asked.callback.due_at, asked.callback.agent_id) == (at, agent.agent.id)
