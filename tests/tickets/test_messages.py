"""What people write is kept apart from what we note of it, and nothing that we do changes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from app.calls.callbacks import service as callbacks
from app.channels.sms import arrivals as text_messages
from app.channels.sms.arrivals import Text
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.lines.models import Line
from app.operations import retention
from app.tickets import callbacks as callback_rows
from app.tickets import delivery, service
from app.tickets.callbacks import Wish
from app.tickets.delivery import Delivery
from app.tickets.models import Author, CallBackSource, Channel, Contact, Direction, Message
from app.tickets.written import messages
from app.tickets.written.messages import Written
from tests.clients import StaffClient
from tests.dossiers.build import create_contact, create_dossier, create_person

NUMBER = "+33639980101"
WORDS = "Je suis sourde, appelez ma fille après 14 h <b>merci</b>"
SHOWN = "Je suis sourde, appelez ma fille après 14 h &lt;b&gt;merci&lt;/b&gt;"
FOLLOW_UP = "follow_up"

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def line() -> Line:
    """The line, with its hours of reference."""
    line = Line(name="Portail des aides", number="+33199000100")
    db.session.add(line)
    db.session.commit()
    return line


def text_from(number: str = NUMBER, body: str = WORDS, sid: str = "SM1", **fields: Any) -> bool:
    at = fields.pop("at", clock.now())
    return text_messages.receive(Text(sid, number, "+33199000100", body, at))


def the_contact() -> Contact:
    db.session.expire_all()
    return db.session.scalars(select(Contact)).one()


def rows() -> list[tuple[Any, ...]]:
    """The messages as the database holds them."""
    db.session.rollback()
    found = [tuple(row) for row in db.session.execute(text("SELECT * FROM messages ORDER BY id"))]
    db.session.rollback()
    return found


# --- nothing an agent does changes them ------------------------------------------------------------


def attach(client: StaffClient, contact: Contact) -> Any:
    person = create_person("+33639980177")
    create_dossier(person)
    return client.post("/dossiers/attach", data={"contact": contact.id, "person": person.id})


def qualify(client: StaffClient, contact: Contact, **fields: str) -> Any:
    data = {"contact": contact.id, "reason": FOLLOW_UP, "note": "Rappelée, tout est dit.", **fields}
    return client.post("/tickets/qualification", data=data)


def draft(client: StaffClient, contact: Contact, **fields: Any) -> Any:
    return client.post("/tickets/draft", json={"contact": contact.id, "note": "", **fields})


def create(client: StaffClient, contact: Contact) -> Any:
    data = {"contact": contact.id, "first_name": "Ana", "last_name": "Sorel"}
    return client.post("/dossiers/persons", data=data)


def detach(client: StaffClient, contact: Contact) -> Any:
    return client.post("/dossiers/detach", data={"contact": contact.id})


ACTS: list[Callable[[StaffClient, Contact], Any]] = [
    draft,
    attach,
    detach,
    create,
    qualify,
    qualify,
]


def test_no_act_on_a_contact_changes_what_was_written(login: Any) -> None:
    text_from()
    before, client, contact = rows(), login("front"), the_contact()
    for act in [*ACTS, *reversed(ACTS)]:
        assert act(client, contact).status_code == 200, act
        assert rows() == before, act
        assert SHOWN in client.get(f"/dossiers/thread?contact={contact.id}").text, act
    with unit_of_work():
        service.close_contact(contact.id, now=clock.now())
        service.note_transfer(contact.id)
        service.reopen_contact(contact.id)
    assert rows() == before
    assert the_contact().note == "Rappelée, tout est dit."


def test_the_words_stay_beside_the_reason_in_the_list_and_on_the_timeline(login: Any) -> None:
    person = create_person(NUMBER)
    dossier = create_dossier(person)
    text_from()
    client, contact = login("front"), the_contact()
    assert contact.person_id == person.id
    bar = client.get(f"/tickets/qualification?contact={contact.id}&messages=1").text
    assert SHOWN in bar
    refused = qualify(client, contact, reason="", messages="1")
    assert refused.status_code == 422
    assert SHOWN in refused.text
    assert SHOWN not in bar[bar.index("<textarea") : bar.index("</textarea")]
    qualify(client, contact)
    for page in ("/tickets", f"/dossiers/{dossier.id}"):
        shown = client.get(page).text
        assert SHOWN in shown, page
        assert "Rappelée, tout est dit." in shown, page
        assert "SMS reçu" in shown, page
        assert "Appel reçu" not in shown, page


def test_what_was_written_lately_is_beside_the_next_call(login: Any) -> None:
    text_from(at=clock.now() - timedelta(days=2))
    text_from(body="il y a longtemps", sid="SM2", at=clock.now() - timedelta(days=9))
    text_from("+33639980102", body="quelqu'un d'autre", sid="SM3")
    call = create_contact(NUMBER, now=clock.now())
    shown = login("front").get(f"/dossiers/thread?contact={call.id}").text
    assert SHOWN in shown
    assert "il y a longtemps" not in shown
    assert "d'autre" not in shown.replace("&#39;", "'")


# --- what was chosen in the bar --------------------------------------------------------------------

CHOSEN = {
    "reason": FOLLOW_UP,
    "caller_role": "formateur",
    "digital_kind": "link_expired",
    "follow_up_on": "2031-05-02",
}


def in_bar(client: StaffClient, contact: Contact) -> dict[str, bool]:
    """Which of the things chosen the bar still shows."""
    bar = client.get(f"/tickets/qualification?contact={contact.id}").text
    radios = [part for part in bar.split("<input") if " checked" in part]
    return {
        "reason": any(f'value="{FOLLOW_UP}"' in part for part in radios),
        "caller_role": any('value="formateur"' in part for part in radios),
        "digital_kind": '<option value="link_expired" selected>' in bar,
        "follow_up_on": 'value="2031-05-02"' in bar,
        "note": "appelle pour sa voisine" in bar,
    }


@pytest.mark.parametrize("channel", ["phone", "sms"])
def test_correcting_who_it_is_loses_nothing_chosen(login: Any, channel: str) -> None:
    create_dossier(create_person(NUMBER))
    if channel == "sms":
        text_from()
    contact = create_contact(NUMBER) if channel == "phone" else the_contact()
    client = login("front")
    kept = draft(client, contact, note="appelle pour sa voisine", chosen=CHOSEN)
    assert kept.json["kept"] is True
    everything = dict.fromkeys(in_bar(client, contact), True)
    for act in (detach, attach, detach, create, detach, attach):
        assert act(client, contact).status_code == 200
        assert in_bar(client, contact) == everything, act
    db.session.refresh(contact)
    assert contact.qualified_at is None  # chosen is not confirmed: no figure counts it
    assert (contact.reason, contact.digital_declared) == ("unqualified", None)
    qualify(client, contact, **CHOSEN)
    db.session.refresh(contact)
    assert contact.draft is None
    detach(client, contact)
    db.session.refresh(contact)
    assert (contact.reason, contact.caller_role, contact.digital_kind) == (
        FOLLOW_UP, "formateur", "link_expired",
    )  # fmt: skip
    assert contact.follow_up_on.isoformat() == "2031-05-02"


def test_a_draft_adds_to_what_was_chosen_before(login: Any) -> None:
    contact, client = create_contact(NUMBER), login("front")
    for name, value in CHOSEN.items():
        draft(client, contact, chosen={name: value})
    draft(client, contact, note="appelle pour sa voisine")
    assert all(in_bar(client, contact).values())
    client.post("/tickets/draft", json={"contact": contact.id, "chosen": {"follow_up_on": ""}})
    assert in_bar(client, contact)["follow_up_on"] is False
    assert in_bar(client, contact)["note"] is True  # not sent: not touched


@pytest.mark.parametrize(
    "chosen",
    ["x", 3, [], {"reason": "Autre"}, {"reason": 3}, {"caller_role": "pirate"}, {"note": "x"},
     {"follow_up_on": "9999-99-99"}, {"agent_id": "1"}, {"digital_kind": None}, None],
)  # fmt: skip
def test_a_choice_that_is_none_is_left_aside(login: Any, chosen: Any) -> None:
    contact, client = create_contact(NUMBER), login("front")
    assert draft(client, contact, chosen=chosen).status_code == 200
    db.session.refresh(contact)
    assert not contact.draft


def test_a_call_back_given_up_leaves_the_day_that_was_chosen(line: Line) -> None:
    contact = create_contact(NUMBER)
    contact.follow_up_on = clock.local_day(clock.now()) + timedelta(days=9)
    chosen = contact.follow_up_on
    db.session.commit()
    now = clock.now()
    with unit_of_work():
        callback = callback_rows.ask(
            Wish(NUMBER, line.id, CallBackSource.FORM, now, now, contact_id=contact.id)
        ).callback
        callback_rows.leave_ticket(callback, now)
    db.session.refresh(contact)
    assert contact.follow_up_on == chosen


def test_a_later_promise_is_the_one_that_counts(line: Line, create_agent: Any) -> None:
    """Its contact, where it was said who the person is, and the agent who has just promised."""
    first, second = create_contact(NUMBER), create_contact(NUMBER)
    one, other = create_agent("front"), create_agent("front")
    now = datetime(2021, 6, 22, 8, 0, tzinfo=UTC)  # ten o'clock there
    for contact, agent in ((first, one), (second, other)):
        asked = callbacks.promise(contact.id, now + timedelta(hours=1), agent_id=agent.id, now=now)
    assert (asked.callback.contact_id, asked.callback.agent_id) == (second.id, other.id)


# --- several messages of one person ----------------------------------------------------------------


def test_a_message_cut_in_parts_is_one_contact() -> None:
    now = clock.now()
    assert text_from(body="Je suis sourde,", sid="SM1", at=now)
    assert text_from(body="appelez ma fille", sid="SM2", at=now + timedelta(seconds=2))
    assert not text_from(body="appelez ma fille", sid="SM2", at=now + timedelta(seconds=3))
    contact = the_contact()
    words = [each.body for each in messages.of_contacts([contact.id])[contact.id]]
    assert words == ["Je suis sourde,", "appelez ma fille"]


def test_once_dealt_with_the_next_message_is_a_new_contact(login: Any) -> None:
    text_from()
    first = the_contact()
    qualify(login("front"), first)
    text_from(body="merci", sid="SM2")
    assert db.session.scalar(select(func.count(Contact.id))) == 2


@pytest.mark.parametrize("sender", ["", "InfoSMS", "38000", "anonymous", "\x00\ud83d", "x" * 300])
def test_a_sender_without_a_number_is_kept_all_the_same(sender: str) -> None:
    assert text_from(sender.replace("\ud83d", ""), body="a\x00b\r\nc\x07", sid="SM9")
    ((message),) = db.session.scalars(select(Message)).all()
    assert message.body == "ab\nc"
    assert the_contact().caller_number is None


def test_what_is_too_long_is_kept_whole_beside() -> None:
    text_from(body="é" * 5000)
    message = db.session.scalars(select(Message)).one()
    assert len(message.body) == 1600
    assert message.original == "é" * 5000


# --- the database refuses --------------------------------------------------------------------------

REFUSED = [
    "UPDATE messages SET body = 'autre chose'",
    "UPDATE messages SET body = ''",
    "UPDATE messages SET address = NULL",
    "UPDATE messages SET subject = 'x'",
    "UPDATE messages SET original = 'x'",
    "UPDATE messages SET contact_id = (SELECT max(id) FROM contacts)",
    "UPDATE messages SET at = '2020-01-01 00:00:00'",
    "UPDATE messages SET author = 'service', direction = 'out'",
    "UPDATE messages SET provider_key = 'SM7'",
    "UPDATE messages SET delivery = 'failed'",
    "UPDATE messages SET erased_at = '2020-01-01 00:00:00'",  # with words left in it
    "DELETE FROM messages",
    "DELETE FROM contacts WHERE id = (SELECT contact_id FROM messages)",
]
OF_ONE = {
    "sqlite": [
        "INSERT OR REPLACE INTO messages SELECT id, contact_id, at, channel, direction, author,"
        " agent_id, address, subject, 'autre', original, provider_key, delivery, delivery_at,"
        " delivery_problem, erased_at FROM messages",
    ],
    "postgresql": ["TRUNCATE messages", "TRUNCATE contacts CASCADE"],
}


def test_the_database_itself_keeps_them_as_they_were_written(app: Flask) -> None:
    text_from()
    create_contact(NUMBER)
    before = rows()
    for statement in REFUSED + OF_ONE[db.engine.dialect.name]:
        with pytest.raises(DatabaseError), unit_of_work():
            db.session.execute(text(statement))
        assert rows() == before, statement


def test_only_the_words_go_when_their_term_is_over() -> None:
    text_from(at=clock.now() - timedelta(days=400))
    text_from("+33639980102", sid="SM2")
    assert retention.run(now=clock.now(), dry_run=True)["messages"] == 1
    assert len([row for row in rows() if WORDS in row]) == 2
    retention.run(now=clock.now(), dry_run=False)
    old, recent = db.session.scalars(select(Message).order_by(Message.id)).all()
    assert (old.body, old.address, old.provider_key) == ("", None, "SM1")
    assert old.erased_at is not None
    assert recent.body == WORDS
    assert not text_from(at=clock.now())  # told again by the provider: still the same message
    with pytest.raises(DatabaseError), unit_of_work():
        db.session.execute(text("UPDATE messages SET body = 'de nouveau' WHERE id = 1"))
    assert retention.run(now=clock.now(), dry_run=True)["messages"] == 0


# --- what we send ----------------------------------------------------------------------------------


def sent(contact: Contact, body: str = "Bonjour") -> int:
    with unit_of_work():
        message = messages.prepare(contact.id, Channel.SMS, NUMBER, body, now=clock.now())
    return message.id


def tell(message_id: int, status: str) -> Delivery | None:
    with unit_of_work():
        return messages.told(message_id, status, now=clock.now())


def test_ours_is_followed_to_its_end_and_no_further() -> None:
    message_id = sent(create_contact(NUMBER))
    assert tell(message_id, "sent") is Delivery.SENT
    assert tell(message_id, "queued") is None
    assert tell(message_id, "nonsense") is None
    assert tell(message_id, "undelivered") is Delivery.FAILED
    assert tell(message_id, "delivered") is None
    assert tell(message_id + 1, "sent") is None
    message = db.session.get_one(Message, message_id)
    assert (message.author, message.direction) == (Author.SERVICE, Direction.OUT)


def test_what_came_to_us_has_no_delivery_to_tell() -> None:
    text_from()
    message = db.session.scalars(select(Message)).one()
    assert tell(message.id, "failed") is None


def test_those_that_reached_nobody_do_not_count() -> None:
    contact, since = create_contact(NUMBER), clock.now() - timedelta(hours=1)
    first, _second = sent(contact), sent(contact)
    assert messages.sent_to(NUMBER, Channel.SMS, since) == 2
    tell(first, "failed")
    assert messages.sent_to(NUMBER, Channel.SMS, since) == 1
    assert messages.sent_to("+33639980102", Channel.SMS, since) == 0


@given(st.lists(st.sampled_from([*delivery._TOLD, "", "x"]), max_size=12))
def test_a_message_only_goes_forward(statuses: list[str]) -> None:
    now, ended = Delivery.QUEUED, False
    for status in statuses:
        before, now = now, delivery.after(now, status)
        assert not (ended and now is not before)
        assert not (before is Delivery.SENT and now is Delivery.QUEUED)
        ended = now not in delivery.OPEN


def test_a_message_told_twice_at_once_is_one() -> None:
    text_from()
    contact = the_contact()
    with pytest.raises(DatabaseError), unit_of_work():
        messages.keep(contact.id, Written(Channel.SMS, "encore", clock.now(), NUMBER, key="SM1"))
    assert len(rows()) == 1
