"""A line closed by hand opens at somebody's next choice: no hour is said, and none is promised."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.calls.callbacks import rules as callback_rules
from app.foundation import clock
from app.foundation.clock import PARIS
from app.foundation.exceptions import Unavailable
from app.foundation.extensions import db
from app.lines import opening_hours
from app.lines.line_now import LineNow
from app.lines.models import Line
from app.lines.opening_hours import REFERENCE_HOURS
from app.supervision import line_view
from app.tickets.models import CallBack
from tests.calls.callbacks.test_callbacks import attempts, later
from tests.calls.spoken.test_closed_line import ask_sms, link_in, sms
from tests.switchboard import Caller

__all__ = ["sms"]  # a fixture

Phone = Callable[..., Caller]
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(PARIS))
# What would tell a time: « à 9 heures », « à partir de 9 h 00 », « at 9:00 », « demain », a day.
AN_HOUR = re.compile(
    r"heures?\b|\d h \d|\d:\d\d|aujourd|demain|tomorrow|today|lundi|mardi|mercredi|jeudi|vendredi"
)


def spoken(twiml: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", twiml).replace("&#39;", "'").split())


@pytest.fixture(autouse=True)
def by_hand(request: pytest.FixtureRequest) -> None:
    if "line" in request.fixturenames:
        switch(request.getfixturevalue("line"), "closed")


def switch(line: Line, mode: str) -> None:
    line.mode, line.hours = mode, REFERENCE_HOURS
    db.session.commit()


def the_callback() -> CallBack:
    db.session.expire_all()
    return db.session.scalars(select(CallBack)).one()


@given(MOMENTS)
def test_nobody_knows_when_it_opens(now: Any) -> None:
    assert LineNow("closed").opens_next(now) is None
    assert LineNow("hours").opens_next(now) == LineNow("closed").next_opening(now)


@given(
    MOMENTS,
    st.timedeltas(timedelta(days=-9), timedelta(days=9)),
    st.sampled_from(("hours", "open", "closed")),
)
def test_nobody_is_told_a_time_before_the_opening(now: Any, due_in: timedelta, mode: str) -> None:
    line = LineNow(mode)
    told = callback_rules.called_from(line, now + due_in, now)
    if mode == "closed":
        assert told is None, "nobody knows until when"
    elif line.is_open(now):
        assert told == max(now + due_in, now)
    else:
        assert told == max(now + due_in, opening_hours.next_opening(REFERENCE_HOURS, now, PARIS))


@given(MOMENTS)
def test_a_call_back_asked_for_now_is_due_when_somebody_can_answer(now: Any) -> None:
    for mode in ("hours", "open", "closed"):
        line = LineNow(mode)
        due = callback_rules.first_due(line, now)
        assert due == now if line.is_open(now) or mode == "closed" else line.by_hours(due)


@given(MOMENTS)
def test_a_line_is_open_by_its_hours_or_by_hand(now: Any) -> None:
    by_hours = opening_hours.is_open(REFERENCE_HOURS, now, PARIS)
    found = {mode: LineNow(mode).is_open(now) for mode in ("hours", "open", "closed")}
    assert found == {"hours": by_hours, "open": True, "closed": False}
    undated = [mode for mode in found if LineNow(mode).is_undated(now)]
    assert undated == ["closed"], "its hours say when it opens"


def test_the_caller_hears_no_hour_and_her_call_back_is_noted(caller: Phone, line: Line) -> None:
    one = caller()
    heard = spoken(one.post("/voice/incoming"))
    assert "est fermée en ce moment." in heard
    assert "Elle ouvre" not in heard
    assert "tapez 1" in heard
    said = spoken(one.post("/voice/choice?step=closed", Digits="1"))
    assert said == "C'est noté : nous vous rappellerons dès que la permanence rouvrira. À bientôt."
    assert (the_callback().state, the_callback().due_at <= clock.now()) == ("open", True)


@pytest.mark.parametrize(
    ("language", "said"),
    [("fr", "dès que la permanence rouvrira"), ("en", "as soon as the help line opens again")],
)
def test_in_both_languages_whatever_the_way(
    caller: Phone, line: Line, sms: Any, language: str, said: str
) -> None:
    sms.error = Unavailable("le fournisseur ne répond pas")
    one = caller()
    one.post("/voice/incoming")
    one.call.language = language
    db.session.commit()
    heard = spoken(one.post("/voice/choice?step=closed", Digits="2"))
    assert said in heard
    assert not AN_HOUR.search(heard)


def test_it_is_placed_as_soon_as_somebody_opens_and_not_before(caller: Phone, line: Line) -> None:
    one = caller()
    one.post("/voice/incoming")
    one.post("/voice/choice?step=closed", Digits="1")
    later(hours=30)
    assert attempts() == []
    switch(line, "open")
    later(hours=31)
    assert len(attempts()) == 1


def test_the_form_offers_no_hour_and_promises_none(
    caller: Phone, line: Line, client: Any, sms: Any
) -> None:
    ask_sms(caller)
    link = link_in(sms.sent[-1][1])
    page = client.get(link).text
    assert "Dès que la permanence rouvrira" in page
    assert re.findall(r'value="(\d{8}-\d{4})"', page) == []
    slot = callback_rules.slots(LineNow(), clock.now())[2]
    refused = client.post(link, data={"when": slot.key, "message": "Bonjour"})  # shown before
    assert refused.status_code == 422
    assert client.post(link, data={"when": "soonest", "message": ""}).status_code == 303
    assert "Nous vous rappellerons dès que la permanence rouvrira." in client.get(link).text
    switch(line, "open")
    assert "dès que votre tour arrive" in client.get(link).text


def test_an_hour_promised_before_is_not_said_while_it_is_closed_by_hand(
    caller: Phone, line: Line, client: Any, sms: Any
) -> None:
    switch(line, "hours")
    line.hours = {
        **REFERENCE_HOURS,
        "closures": [clock.now().astimezone(clock.PARIS).date().isoformat()],
    }
    db.session.commit()
    ask_sms(caller)
    link = link_in(sms.sent[-1][1])
    client.post(link, data={"when": "soonest", "message": ""})
    assert "à partir de" in client.get(link).text
    switch(line, "closed")
    page = client.get(link).text
    assert "dès que la permanence rouvrira" in page
    assert "à partir de" not in page


def test_the_pages_of_the_line_and_of_call_backs_say_no_hour(
    caller: Phone, line: Line, login: Any
) -> None:
    one = caller()
    one.post("/voice/incoming")
    one.post("/voice/choice?step=closed", Digits="1")
    held = the_callback()
    held.due_at = clock.now() - timedelta(hours=3)
    db.session.commit()
    agent = login("front")
    page = agent.get("/callbacks", headers={"X-Framed": "1"}).text
    assert "à la réouverture" in page
    assert "en retard" not in page
    with agent.application.test_request_context():
        standing = line_view.standing(line, clock.now())
    assert (standing["open"], standing["next"]) == (False, "")
    assert "Elle ouvre" not in standing["heard"]
    switch(line, "open")
    assert "en retard" in agent.get("/callbacks").text
