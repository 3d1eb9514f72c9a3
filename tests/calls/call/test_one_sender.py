"""One number cannot fill the queue, one sender not the contacts; nobody who is cut off is concerned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, func, select, update

from app.calls.call import one_sender
from app.calls.call.models import Call
from app.calls.call.one_sender import Before
from app.channels.sms import arrivals as text_messages
from app.channels.sms.arrivals import Text
from app.foundation import clock
from app.foundation.extensions import db
from app.lines.models import Line
from app.lines.rules import LineRules
from app.queue.models import Work
from app.reporting.service import report_of
from app.tickets.models import CallBack, Contact, Message
from tests.calls.test_journey import connect
from tests.switchboard import Caller

Phone = Callable[..., Caller]
NUMBER = "+33639980101"
CAPS = st.builds(
    LineRules, calls_per_hour=st.integers(8, 1000), hidden_waiting=st.integers(5, 1000)
)


def rings(one: Caller) -> str:
    """What somebody hears who rings."""
    heard = one.post("/voice/incoming")
    return heard + (one.post("/voice/wait") if "<Enqueue" in heard else "")


def waiting() -> int:
    query = select(func.count()).where(Call.state.in_(("greeting", "waiting", "offered")))
    return db.session.scalar(query) or 0


def test_a_flood_of_one_number_leaves_a_real_caller_her_true_place(caller: Phone) -> None:
    for _each in range(60):
        rings(caller("+33639980166"))
    heard = rings(caller(NUMBER))
    before = one_sender.at_once(LineRules())
    assert f"numéro {before + 1} dans la file" in heard
    assert waiting() == before + 1
    outcomes = db.session.scalars(select(Call.outcome).where(Call.number != NUMBER)).all()
    assert outcomes.count("limited") == 60 - before
    # One contact for each that waits, none for the others; one call-back for all of them.
    assert db.session.scalar(select(func.count(Contact.id))) == before + 1
    assert db.session.scalars(select(CallBack.number)).all() == ["+33639980166"]


def test_the_rest_are_told_kindly_and_called_back(caller: Phone) -> None:
    for _each in range(one_sender.at_once(LineRules())):
        rings(caller(NUMBER))
    one = caller(NUMBER)
    heard = rings(one)
    assert "plusieurs appels de votre numéro" in heard
    assert "nous vous rappelons" in heard
    assert "<Hangup" in heard
    assert "<Enqueue" not in heard
    again = one.post("/voice/incoming")  # the same request again
    assert "<Hangup" in again
    assert (one.call.outcome, one.call.state) == ("limited", "ended")
    held = db.session.scalars(select(CallBack)).one()
    assert held.contact_id is not None
    report = report_of(clock.local_day(clock.now()))
    assert (report.limited, report.presented) == (1, one_sender.at_once(LineRules()))
    assert sum(report.outcomes().values()) == report.presented


def test_those_who_are_too_many_do_not_stand_in_line_for_one_row(caller: Phone) -> None:
    """Each would hold a connection that a real caller needs."""
    for _each in range(one_sender.at_once(LineRules()) + 1):
        rings(caller(NUMBER))
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert "votre place sont gardées" in rings(caller(NUMBER))
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    touched = [each for each in said if "FOR UPDATE" in each or "UPDATE callbacks" in each]
    assert touched == []
    callback = db.session.scalars(select(CallBack)).one()
    callback.attempts = 2
    db.session.commit()
    rings(caller(NUMBER))
    assert callback.attempts == 0  # she is there: tried anew


def test_by_the_hour_too(caller: Phone, line: Line) -> None:
    line.rules = {"calls_per_hour": 8}
    db.session.commit()
    for _each in range(8):
        one = caller(NUMBER)
        rings(one)
        one.hang_up_in_queue()
    assert "plusieurs appels" in rings(caller(NUMBER))
    old = clock.now() - timedelta(minutes=61)
    db.session.execute(update(Call).values(received_at=old))
    db.session.commit()
    assert "<Enqueue" in rings(caller(NUMBER))


def test_who_is_cut_off_and_calls_back_is_never_concerned(
    caller: Phone, line: Line, at_desk: Any
) -> None:
    """Even at the strictest setting: talks that drop, and legs that are dead and still wait."""
    line.rules = {"calls_per_hour": 8}
    db.session.commit()
    agent = at_desk()
    for _time in range(3):
        one = caller(NUMBER)
        assert "<Enqueue" in rings(one)
        connect(agent, one)
        one.end()
        agent.post(f"/desk/calls/{one.call.ref}/wrap-up-done")
    agent.post("/desk/presence", json={"state": "away", "reason": "pause"})
    for _time in range(4):
        assert "<Enqueue" in rings(caller(NUMBER))


@given(CAPS, st.integers(0, 3), st.integers(0, 4))
def test_three_times_again_is_below_any_cap(rules: LineRules, talked: int, dead: int) -> None:
    assert not one_sender.over(Before(in_hour=talked + dead, waiting=dead), rules, hidden=False)


@given(CAPS, st.integers(0, 5000))
def test_hidden_callers_are_held_by_no_count_of_the_hour(rules: LineRules, in_hour: int) -> None:
    assert not one_sender.over(Before(in_hour=in_hour, waiting=in_hour), rules, hidden=True)


def test_hidden_callers_give_their_number_once_many_wait(caller: Phone, line: Line) -> None:
    line.rules = {"hidden_waiting": 5}
    db.session.commit()
    first = [caller("anonymous") for _each in range(5)]
    assert all("<Enqueue" in rings(one) for one in first)
    one = caller("anonymous")
    heard = rings(one)
    assert "Beaucoup de personnes attendent déjà" in heard
    assert "/voice/choice?step=ask" in heard
    assert "dièse" in one.post("/voice/choice?step=ask")
    one.post("/voice/choice?step=number&wrong=0", Digits="0639980101")
    said = one.post("/voice/choice?step=confirm", Digits="1")
    assert "nous vous rappelons" in said
    held = db.session.scalars(select(CallBack)).one()
    assert held.number == NUMBER
    contact = db.session.get_one(Contact, held.contact_id)
    assert contact.caller_number == NUMBER
    first[0].hang_up_in_queue()
    assert "<Enqueue" in rings(caller("anonymous"))  # nobody is locked out
    assert "<Enqueue" in rings(caller("+33639980102"))  # nor does it concern who shows a number


def test_who_gives_no_number_hears_goodbye_and_no_loop(caller: Phone, line: Line) -> None:
    line.rules = {"hidden_waiting": 5}
    db.session.commit()
    for _each in range(5):
        rings(caller("anonymous"))
    one = caller("anonymous")
    rings(one)
    for path in ("step=number&wrong=2", "step=closed", "step=recorded", "round=1"):
        heard = one.post(f"/voice/choice?{path}", Digits="12")
        assert "/voice/incoming" not in heard
        assert "Au revoir" in heard or "gardé" in heard


# --- text messages ---------------------------------------------------------------------------------


def test_one_sender_makes_so_many_contacts_a_day_and_no_word_is_lost(
    line: Line, login: Any
) -> None:
    line.rules = {"contacts_per_day": 3}
    db.session.commit()
    agent = login("front", state="available")
    for number in range(8):
        text_messages.receive(
            Text(f"SM{number}", NUMBER, line.number, f"mot {number}", clock.now())
        )
        for work_id in db.session.scalars(select(Work.id).where(Work.ended_at.is_(None))).all():
            agent.post(f"/messages/{work_id}/take")
            answer = agent.post(f"/messages/{work_id}/close", json={"outcome": "answered"})
            assert answer.status_code == 200, answer.text
        for contact_id in db.session.scalars(
            select(Contact.id).where(Contact.qualified_at.is_(None))
        ).all():
            agent.post(
                "/tickets/qualification", data={"contact": contact_id, "reason": "Suivi du dossier"}
            )
    assert db.session.scalar(select(func.count(Contact.id))) == 3
    assert db.session.scalar(select(func.count(Message.id))) == 8
    page = agent.get("/tickets").text
    assert all(f"mot {number}" in page for number in range(8))
    assert page.count("écrit depuis") == 1  # it shows although it had been dealt with
    text_messages.receive(Text("SM9", "+33639980102", line.number, "autre", clock.now()))
    assert db.session.scalar(select(func.count(Contact.id))) == 4


@pytest.mark.parametrize("name", ["calls_per_hour", "hidden_waiting", "contacts_per_day"])
def test_they_are_settings_of_the_line(line: Line, login: Any, name: str) -> None:
    assert f'name="{name}"' in login("manager").get("/admin/line/rules").text
