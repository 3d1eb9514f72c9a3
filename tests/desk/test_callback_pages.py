"""The page of call-backs: seen, called now, cancelled, promised; refusals in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.accounts.models import JournalEntry
from app.calls.call.models import Call
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.lines.models import Line
from app.tickets.models import CallBack
from tests.calls.callbacks.test_callbacks import ask, attempts, later, presence, the_callback
from tests.clients import StaffClient
from tests.fakes import FakeTelephony
from tests.switchboard import Caller

Phone = Callable[..., Caller]
Desk = Callable[..., StaffClient]
Login = Callable[..., StaffClient]
MORNING = {"day": "", "time": "10:00"}


def overdue(**time: float) -> None:
    with unit_of_work():
        db.session.execute(update(CallBack).values(due_at=clock.now() - timedelta(**time)))


def next_weekday() -> str:
    day = clock.local_day(clock.now()) + timedelta(days=1)
    while day.weekday() > 4 or (day.month, day.day) in ((11, 11), (12, 25), (1, 1), (5, 1)):
        day += timedelta(days=1)
    return day.isoformat()


def test_who_when_how_often_and_in_which_state(caller: Phone, login: Login) -> None:
    ask(caller)
    page = login("manager").get("/callbacks").text
    assert "06 39 98 01 01" in page
    assert "pendant l’attente" in page
    assert "à faire" in page
    assert "0 / 3" in page
    assert "Rappeler maintenant" not in page  # a manager takes no calls
    later(seconds=1)
    front = login("front").get("/callbacks").text
    assert "dans la file" in front
    assert "Rappeler maintenant" in front


@pytest.mark.parametrize(
    ("time", "said"),
    [
        ({"minutes": 20}, None),
        ({"minutes": 45}, "en retard de 45 min"),
        ({"hours": 5}, "en retard de 5 h"),
        ({"days": 3}, "en retard de 3 jours"),
    ],
)
def test_late_ones_say_so(
    caller: Phone, login: Login, time: dict[str, float], said: str | None
) -> None:
    ask(caller)
    overdue(**time)
    page = (
        login("front").get("/callbacks", headers={"X-Framed": "1"}).text
    )  # without the shell's own words
    assert (said in page) if said else ("en retard" not in page)


def test_a_list_narrowed_sorted_and_kept_under_a_name(caller: Phone, login: Login) -> None:
    ask(caller)
    overdue(minutes=45)
    agent = login("front")
    one = "1 rappel</p>"
    for filters in (
        "",
        "?source=queue&late=1",
        "?sort=-person",
        "?sort=attempts",
        "?source=no&sort=x",
    ):
        assert one in agent.get(f"/callbacks{filters}").text, filters
    narrow = agent.get("/callbacks?source=form").text
    assert "Aucun rappel ne répond à ces filtres" in narrow
    assert 'href="/callbacks?scope=open">' in narrow  # « Tout voir »
    assert "Vous n’avez promis aucun rappel" in agent.get("/callbacks?scope=mine").text
    assert 'aria-sort="descending"' in agent.get("/callbacks?sort=-due").text
    view = {"place": "callbacks", "name": "En retard", "query": "late=1&sort=due"}
    assert agent.post("/account/views", data=view).location == "/callbacks?late=1&sort=due"
    assert 'href="/callbacks?late=1&amp;sort=due"' in agent.get("/callbacks").text
    overdue(minutes=5)
    assert "Aucun rappel ne répond" in agent.get("/callbacks?late=1").text


def test_an_empty_list_says_what_will_come(line: Line, login: Login) -> None:
    agent = login("back")
    assert "Personne n’attend" in agent.get("/callbacks").text
    assert "Aucun rappel terminé" in agent.get("/callbacks?scope=over").text
    assert agent.get("/callbacks?scope=other").status_code == 404


def test_cancelled_once_and_its_attempt_with_it(caller: Phone, login: Login) -> None:
    ask(caller)
    later(seconds=1)
    agent = login("front")
    held = the_callback()
    assert agent.post(f"/callbacks/{held.id}/cancel").status_code == 303
    assert the_callback().state == "cancelled"
    assert [a.outcome for a in attempts()] == ["cancelled"]
    assert "annulé" in agent.get("/callbacks?scope=over").text
    assert agent.post(f"/callbacks/{held.id}/cancel").status_code == 409
    assert agent.post("/callbacks/999999/cancel").status_code == 404
    acts = db.session.scalars(select(JournalEntry.act)).all()
    assert acts.count("callback_cancelled") == 1


@pytest.mark.parametrize("how", ["desk", "dial"])
def test_an_agent_calls_at_once_whatever_the_turn(
    caller: Phone, at_desk: Desk, telephony: FakeTelephony, how: str
) -> None:
    agent = at_desk(state="away")
    ask(caller)
    later(seconds=1)
    held = the_callback()
    if how == "desk":
        answer = agent.post(f"/desk/callbacks/{held.id}/call", json={})
    else:
        answer = agent.post("/desk/dial", json={"callback_id": held.id})
    assert answer.status_code == 200
    assert answer.json["desk"]["call"]["state"] == "connecting"
    assert [(a.state, a.outcome) for a in attempts()] == [
        ("ended", "cancelled"),
        ("connecting", None),
    ]
    assert len(telephony.named("call_agent")) == 1
    other = at_desk()
    again = other.post(f"/desk/callbacks/{held.id}/call", json={})
    assert again.status_code == 409
    assert "déjà" in again.json["error"]["message"]
    assert presence(other) == "available"


@pytest.mark.parametrize("named", ["abc", True, 0, -1, 10**12, "²", None, 1.5, [1]])
def test_a_call_back_named_wrongly(at_desk: Desk, named: Any) -> None:
    answer = at_desk().post("/desk/dial", json={"callback_id": named})
    assert answer.status_code in (404, 422)


def test_an_agent_who_is_held_cannot_call(caller: Phone, at_desk: Desk) -> None:
    ask(caller)
    held = the_callback()
    agent = at_desk()
    one = caller("+33639980102").dial()
    agent.post(f"/desk/calls/{one.call.ref}/accept", json={})
    answer = agent.post(f"/desk/callbacks/{held.id}/call", json={})
    assert answer.status_code == 409
    assert the_callback().state == "open"
    assert not [a for a in attempts() if a.state == "connecting"]


def contact_of(caller: Phone, number: str = "+33639980101") -> int:
    one = caller(number).dial()
    one.hang_up_in_queue()
    return one.call.contact_id or 0


def test_a_promise_with_its_day_and_hour(caller: Phone, login: Login) -> None:
    contact = contact_of(caller)
    agent = login("front")
    form = agent.get(f"/callbacks/promise?contact={contact}").text
    assert "06 39 98 01 01" in form
    values = {"contact": contact, "day": next_weekday(), "time": "10:00"}
    assert agent.post("/callbacks", data=values).status_code == 303
    held = the_callback()
    assert (held.source, held.agent_id, held.contact_id) == ("agent", agent.agent.id, contact)
    assert held.due_at.astimezone(clock.PARIS).strftime("%Y-%m-%d %H:%M") == (
        f"{next_weekday()} 10:00"
    )
    later(seconds=1)
    assert attempts() == []
    page = agent.get("/callbacks").text
    assert "prévu" in page
    assert agent.agent.display_name in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"day": ""}, "un jour et une heure"),
        ({"time": "25:00"}, "un jour et une heure"),
        ({"day": "2020-01-02"}, "à venir"),
        ({"day": "2999-01-02"}, "soixante jours"),
        ({"time": "03:00"}, "fermée"),
    ],
)
def test_a_promise_that_nobody_could_keep(
    caller: Phone, login: Login, change: dict[str, str], said: str
) -> None:
    values = {"contact": contact_of(caller), "day": next_weekday(), "time": "10:00", **change}
    answer = login("front").post("/callbacks", data=values)
    assert answer.status_code == 422
    assert said in answer.text
    assert db.session.scalar(select(CallBack.id)) is None


def test_a_hidden_caller_cannot_be_promised_a_call(caller: Phone, login: Login) -> None:
    contact = contact_of(caller, "anonymous")
    agent = login("front")
    assert "masqué" in agent.get(f"/callbacks/promise?contact={contact}").text
    values = {"contact": contact, "day": next_weekday(), "time": "10:00"}
    assert agent.post("/callbacks", data=values).status_code == 404


def test_a_promise_moves_what_was_asked_for_before(caller: Phone, login: Login) -> None:
    one = ask(caller)
    values = {"contact": one.call.contact_id, "day": next_weekday(), "time": "10:00"}
    login("front").post("/callbacks", data=values)
    held = the_callback()
    assert held.arrived_at == one.call.queued_at
    assert held.due_at > clock.now()
    assert db.session.scalar(select(Call.id).where(Call.direction == "out")) is None


def test_two_promises_at_different_hours_the_second_is_told(caller: Phone, login: Login) -> None:
    ask(caller)
    contact_id = the_callback().contact_id
    first, second = login("front"), login("front")
    pages = [each.get(f"/callbacks/promise?contact={contact_id}").text for each in (first, second)]
    tokens = [re.search(r'name="seen" value="([^"]*)"', page)[1] for page in pages]  # type: ignore[index]
    assert "Un rappel est déjà prévu" in pages[0]
    data = {"contact": contact_id, "day": next_weekday(), "time": "10:00", "seen": tokens[0]}
    assert first.post("/callbacks", data=data).status_code == 303
    due = the_callback().due_at
    late = second.post("/callbacks", data={**data, "time": "11:00", "seen": tokens[1]})
    assert late.status_code == 409
    assert 'value="11:00"' in late.text
    assert the_callback().due_at == due
