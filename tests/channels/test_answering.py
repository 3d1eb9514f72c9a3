"""A message from its arrival to its close: offered, taken, answered once, followed, closed; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import JournalEntry
from app.channels import dispatch
from app.channels.answers import replies
from app.channels.sms import arrivals, delivered
from app.channels.sms.arrivals import Text
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict, Unavailable
from app.foundation.extensions import db
from app.foundation.ports import Ports
from app.lines.models import Line
from app.operations import ticker
from app.queue import work_store, works
from app.queue.models import Holding, Work, WorkEvent
from app.tickets.delivery import Delivery
from app.tickets.models import Contact, Message
from app.tickets.written import threads
from tests.calls.callbacks.test_callbacks import at_once
from tests.clients import StaffClient
from tests.dossiers.build import create_dossier, create_person
from tests.fakes import FakeSms
from tests.switchboard import LINE_NUMBER, Caller

NUMBER = "+33639980101"

AtDesk = Callable[..., StaffClient]


@pytest.fixture
def sms(ports: Ports) -> FakeSms:
    return ports.sms  # type: ignore[return-value]


def write(
    body: str = "Bonjour, où en est mon dossier ?", sid: str = "SM1", number: str = NUMBER
) -> None:
    arrivals.receive(Text(sid, number, LINE_NUMBER, body, clock.now()))


def work() -> Work:
    db.session.expire_all()
    return db.session.scalars(select(Work).order_by(Work.id.desc()).limit(1)).one()


def message_at(client: StaffClient) -> dict[str, Any] | None:
    found: dict[str, Any] | None = client.get("/desk/state").get_json()["desk"]["message"]
    return found


def act(client: StaffClient, name: str, **body: Any) -> Any:
    return client.post(f"/messages/{work().id}/{name}", json=body)


def compose(client: StaffClient, text: str, status: int = 200) -> Any:
    thread = threads.of(work().contact_id)
    assert thread is not None
    answer = act(client, "draft", text=text, seen=thread.revision)
    assert answer.status_code == status, answer.text
    return answer.get_json()


def key() -> str:
    thread = threads.of(work().contact_id)
    assert thread is not None
    return thread.act_key


def test_a_message_is_offered_taken_answered_followed_and_closed(
    line: Line, at_desk: AtDesk, sms: FakeSms
) -> None:
    person = create_person(NUMBER)
    create_dossier(person)
    agent = at_desk()
    write()
    offered = message_at(agent)
    assert offered is not None
    assert (offered["state"], offered["channel"], offered["who"]) == (
        "offered",
        "SMS reçu",
        person.full_name,
    )
    assert act(agent, "take").get_json()["desk"]["message"]["state"] == "held"
    contact = db.session.get_one(Contact, work().contact_id)
    assert contact.agent_id == agent.agent.id
    pane = agent.get(f"/dossiers/thread?contact={contact.id}").text
    assert "où en est mon dossier" in pane
    assert "Votre réponse par SMS" in pane

    compose(agent, "Il est à l’étude, réponse jeudi.")
    sent_key = key()
    answer = act(agent, "reply", text="Il est à l’étude, réponse jeudi.", key=sent_key)
    assert answer.get_json()["sent"] is True
    assert sms.sent == [(NUMBER, "Il est à l'étude, réponse jeudi.")]
    again = act(agent, "reply", text="Il est à l’étude, réponse jeudi.", key=sent_key)
    assert again.get_json()["sent"] is False
    assert len(sms.sent) == 1

    delivered.reported(sms.ids[0], "delivered", now=clock.now())
    shown = agent.get(f"/dossiers/pane/messages?contact={contact.id}").text
    assert "arrivé" in shown
    closed = act(agent, "close", outcome="answered")
    assert closed.get_json()["desk"]["message"] is None
    assert (work().state, work().outcome) == ("done", "answered")
    assert db.session.scalars(select(Holding)).all() == []
    db.session.expire_all()
    assert db.session.get_one(Contact, contact.id).closed_at is not None
    acts = db.session.scalars(select(JournalEntry.act)).all()
    assert {"reply_sent", "message_closed"} <= set(acts)
    kinds = db.session.scalars(select(WorkEvent.kind).order_by(WorkEvent.seq)).all()
    assert kinds == ["arrived", "offered", "taken", "done"]


def test_a_next_message_joins_the_open_work_and_makes_another_once_it_is_closed(
    line: Line, at_desk: AtDesk, sms: FakeSms
) -> None:
    write()
    write("et aussi…", "SM2")
    assert db.session.scalars(select(Work)).all() == [work()]
    agent = at_desk()
    act(agent, "take")
    act(agent, "reply", text="Oui.", key=key())
    act(agent, "close", outcome="answered")
    write("merci, une dernière chose", "SM3")
    assert len(db.session.scalars(select(Work)).all()) == 2
    assert work().preferred_agent_id == agent.agent.id
    assert message_at(agent) is not None


def test_a_call_puts_the_message_aside_and_it_is_found_as_it_was(
    line: Line, at_desk: AtDesk, caller: Callable[..., Caller]
) -> None:
    agent = at_desk()
    write()
    act(agent, "take")
    compose(agent, "Je regarde")
    one = caller("+33639980102").dial()
    assert one.call.state == "offered"  # offered as usual
    assert agent.post(f"/desk/calls/{one.call.ref}/accept", json={}).status_code == 200
    one.agent_picks_up()
    one.is_connected()
    write("autre", "SM2", "+33639980103")  # nobody else is there: it waits, she is not interrupted
    assert work().state == "waiting"
    desk = agent.get("/desk/state").get_json()["desk"]
    assert (desk["message"]["state"], desk["message"]["draft"]) == ("held", True)
    one.end()
    assert agent.post(f"/desk/calls/{one.call.ref}/wrap-up-done", json={}).status_code == 200
    desk = agent.get("/desk/state").get_json()["desk"]
    assert desk["call"] is None
    assert desk["message"]["state"] == "held"
    assert work().state == "waiting"  # one at a time
    pane = agent.get(f"/dossiers/thread?contact={desk['message']['contact_id']}").text
    assert "Je regarde" in pane


@pytest.mark.parametrize("state", ["do_not_disturb", "away"])
def test_who_is_not_available_is_offered_nothing(line: Line, at_desk: AtDesk, state: str) -> None:
    agent = at_desk(state=state)
    write()
    assert message_at(agent) is None
    assert work().state == "waiting"
    assert act(agent, "take").status_code == 200  # from the list, of her own will


def test_later_goes_to_the_others_and_is_not_asked_again(line: Line, at_desk: AtDesk) -> None:
    one, two = at_desk(), at_desk()
    write()
    asked, other = (one, two) if message_at(one) else (two, one)
    act(asked, "later")
    assert message_at(asked) is None
    assert message_at(other) is not None
    act(other, "later")
    assert message_at(one) is message_at(two) is None
    assert work().state == "waiting"


def test_an_offer_that_nobody_looks_at_goes_on(line: Line, at_desk: AtDesk) -> None:
    one = at_desk()
    write()
    two = at_desk()
    assert message_at(one) is not None
    dispatch.run(clock.now() + dispatch.OFFER_LASTS + timedelta(seconds=1))
    assert message_at(one) is None
    assert message_at(two) is not None


def test_who_leaves_gives_the_message_back_with_what_was_begun(line: Line, at_desk: AtDesk) -> None:
    agent = at_desk()
    write()
    act(agent, "take")
    compose(agent, "Votre dossier est")
    agent.post("/desk/presence", json={"state": "away", "reason": "pause"})
    dispatch.run()
    assert work().state == "waiting"
    assert db.session.scalars(select(Holding)).all() == []
    colleague = at_desk()
    dispatch.run(clock.now() + timedelta(hours=1))
    assert act(colleague, "take").status_code == 200
    pane = colleague.get(f"/dossiers/thread?contact={work().contact_id}").text
    assert "Votre dossier est" in pane


def test_parked_until_a_moment_or_the_next_message(line: Line, at_desk: AtDesk) -> None:
    agent = at_desk()
    write()
    act(agent, "take")
    tomorrow = clock.local_day(clock.now()) + timedelta(days=1)
    assert act(agent, "park", day="2020-01-01", time="09:00").status_code == 422
    assert act(agent, "park", day=tomorrow.isoformat(), time="09:00").status_code == 200
    assert work().state == "parked"
    ticker.tick(clock.now())
    assert work().state == "parked"
    ticker.tick(clock.now() + timedelta(days=2))
    assert work().state in ("waiting", "offered")
    if work().state == "offered":
        act(agent, "take")
    else:
        act(agent, "take")
    act(agent, "park", day=(tomorrow + timedelta(days=9)).isoformat(), time="09:00")
    write("j'ai retrouvé le papier", "SM2")
    assert work().state in ("waiting", "offered")
    assert len(db.session.scalars(select(Work)).all()) == 1


def test_handed_to_a_colleague_with_what_was_begun(line: Line, at_desk: AtDesk) -> None:
    agent = at_desk()
    write()
    act(agent, "take")
    compose(agent, "Bonjour")
    other, colleague = at_desk(), at_desk()
    assert act(agent, "hand", agent_id=agent.agent.id).status_code == 422
    assert act(agent, "hand", agent_id=colleague.agent.id).status_code == 200
    assert message_at(colleague) is not None
    assert message_at(other) is None
    act(colleague, "take")
    assert act(agent, "reply", text="trop tard", key=key()).status_code == 403


def test_two_messages_in_hand_are_refused(line: Line, at_desk: AtDesk) -> None:
    agent = at_desk()
    write()
    act(agent, "take")
    write("autre", "SM2", "+33639980102")
    refused = act(agent, "take")
    assert refused.status_code == 409
    assert work().state == "waiting"


def test_what_is_begun_is_neither_lost_at_the_close_nor_written_over(
    line: Line, at_desk: AtDesk
) -> None:
    agent = at_desk()
    write()
    act(agent, "take")
    compose(agent, "Presque fini")
    assert act(agent, "close", outcome="answered").status_code == 409
    assert act(agent, "draft", text="autre onglet", seen=0).status_code == 409
    again = act(agent, "draft", text="Presque fini", seen=0)  # told twice by a page that was left
    assert again.status_code == 200
    compose(agent, "")
    assert act(agent, "close", outcome="rien").status_code == 422
    assert act(agent, "close", outcome="no_answer").status_code == 200


def test_a_provider_that_refuses_leaves_the_answer_to_be_sent_again(
    line: Line, at_desk: AtDesk, sms: FakeSms
) -> None:
    agent = at_desk()
    write()
    act(agent, "take")
    sms.error = Unavailable("le fournisseur ne répond pas")
    answer = act(agent, "reply", text="Bonjour", key=key()).get_json()
    assert answer["composer"]["draft"] == "Bonjour"
    sms.error = None
    act(agent, "reply", text="Bonjour", key=key())
    deliveries = db.session.scalars(
        select(Message.delivery).where(Message.agent_id == agent.agent.id).order_by(Message.id)
    ).all()
    assert deliveries == [Delivery.FAILED, Delivery.QUEUED]


def test_an_answer_that_does_not_arrive_is_work_again(
    line: Line, at_desk: AtDesk, sms: FakeSms
) -> None:
    agent = at_desk()
    write()
    act(agent, "take")
    act(agent, "reply", text="Bonjour", key=key())
    act(agent, "close", outcome="answered")
    delivered.reported(sms.ids[0], "undelivered", now=clock.now(), problem="30003")
    found = message_at(agent)
    assert found is not None
    assert found["draft"] is True
    assert len(db.session.scalars(select(Work)).all()) == 2


@pytest.mark.parametrize(
    ("number", "said"),
    [("+33123456789", "fixe"), (None, "pas complet")],
    ids=["landline", "hidden"],
)
def test_a_number_that_no_sms_reaches_says_so(
    line: Line, at_desk: AtDesk, sms: FakeSms, number: str | None, said: str
) -> None:
    agent = at_desk()
    write(number=number or "anonymous")
    act(agent, "take")
    pane = agent.get(f"/dossiers/thread?contact={work().contact_id}").text
    assert said in pane
    assert act(agent, "reply", text="Bonjour", key=key()).status_code == 422
    assert sms.sent == []


def test_a_secret_is_not_sent(line: Line, at_desk: AtDesk, sms: FakeSms) -> None:
    agent = at_desk()
    write()
    act(agent, "take")
    assert act(agent, "reply", text="mot de passe : Azerty12!", key=key()).status_code == 422
    assert act(agent, "reply", text="  ", key=key()).status_code == 422
    assert act(agent, "reply", text="a" * 1601, key=key()).status_code == 422
    assert sms.sent == []


def test_four_who_take_one_message_at_once_make_one_holder(
    app: Flask, line: Line, at_desk: AtDesk
) -> None:
    agents = [at_desk(state="do_not_disturb").agent.id for _ in range(4)]
    write()
    work_id = work().id

    def take(agent_id: int) -> object:
        with unit_of_work():
            works.take(work_id, agent_id, now=clock.now())
        return agent_id

    results = at_once(app, *(lambda each=each: take(each) for each in agents))
    (winner,) = [each for each in results if isinstance(each, int)]
    assert sum(isinstance(each, Conflict) for each in results) == 3
    assert db.session.scalars(select(Holding.agent_id)).all() == [winner]
    assert work().version == 2


def test_four_dispatchers_at_once_offer_each_message_once(
    app: Flask, line: Line, at_desk: AtDesk
) -> None:
    for number in range(3):
        write(sid=f"SM{number}", number=f"+3363998010{number}")
    two = [at_desk().agent.id for _ in range(2)]
    found = at_once(app, *[dispatch.run] * 4)
    made = [offer.agent_id for offers in found for offer in offers]  # type: ignore[attr-defined]
    offered = db.session.scalars(select(Work.offered_to).where(Work.offered_to.is_not(None)))
    assert sorted(offered) == sorted(two)
    assert len(made) == len(set(made))


def test_one_send_pressed_four_times_at_once_leaves_once(
    app: Flask, line: Line, at_desk: AtDesk, sms: FakeSms
) -> None:
    agent = at_desk()
    write()
    act(agent, "take")
    contact_id, act_key, me = work().contact_id, key(), agent.agent.id

    def send() -> object:
        return replies.send(contact_id, "Bonjour", act_key, agent_id=me, now=clock.now())

    results = at_once(app, *[send] * 4)
    assert sum(isinstance(each, int) for each in results) == 1
    assert len(sms.sent) == 1


def test_two_messages_of_one_person_at_once_make_one_work(app: Flask, line: Line) -> None:
    at_once(app, *(lambda sid=sid: write(sid=sid) for sid in ("SM1", "SM2", "SM3", "SM4")))
    assert len(db.session.scalars(select(Work)).all()) == 1
    assert len(db.session.scalars(select(Message)).all()) == 4


def test_nobody_acts_on_a_message_in_other_hands(line: Line, at_desk: AtDesk) -> None:
    agent, other = at_desk(), at_desk()
    write()
    holder, reader = (agent, other)
    act(holder, "take")
    before = work().version
    for name, body in (
        ("take", {}),
        ("later", {}),
        ("give-back", {}),
        ("draft", {"text": "x", "seen": 0}),
        ("reply", {"text": "x", "key": key()}),
        ("close", {"outcome": "spam"}),
        ("park", {"day": "2031-01-01", "time": "09:00"}),
        ("hand", {"agent_id": reader.agent.id}),
    ):
        assert act(reader, name, **body).status_code == 403, name
    assert work().version == before
    with unit_of_work():
        assert work_store.holder_of(work().id) == holder.agent.id
