"""What a caller who waits hears, and what her keys do: pure rules, then the webhooks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select, update

from app.calls.call.models import Call
from app.calls.callbacks import rules as callback_rules
from app.calls.spoken import waiting
from app.foundation import clock
from app.foundation.clock import PARIS
from app.foundation.exceptions import Unavailable
from app.foundation.extensions import db
from app.lines import rules as line_rules
from app.lines.announcements import said as announcements
from app.lines.announcements.said import Phrase, Play, Say, Speaker, playable
from app.lines.announcements.texts import TEXTS
from app.lines.line_now import LineNow
from app.lines.models import AnnouncementSound, Line
from app.lines.rules import LineRules
from app.tickets.models import CallBack
from tests.clients import StaffClient
from tests.fakes import FakeTelephony
from tests.lines.test_opening_hours import paris
from tests.switchboard import Caller

Phone = Callable[..., Caller]
Desk = Callable[..., StaffClient]

RULES = st.builds(
    LineRules,
    closing=st.sampled_from(line_rules.CLOSING),
    callbacks=st.booleans(),
    languages=st.permutations(["fr", "en", "es", "ar", "vi"]).map(tuple),
)
MOMENTS = st.builds(
    waiting.Moment,
    position=st.integers(1, 60),
    waits=st.lists(st.floats(0, 4000), max_size=12),
    round=st.integers(1, 40),
    language=st.sampled_from(["fr", "en", "es"]),
    open=st.booleans(),
    incident=st.booleans(),
    served=st.booleans(),
    serving=st.integers(0, 3),
)


def keys_said(phrases: list[Phrase]) -> set[str]:
    spoken = {"offer_callback": "1", "closing_offer": "1", "closing_nobody": "1"}
    return {str(p.values.get("key") or spoken.get(p.key, "")) for p in phrases} - {""}


@given(MOMENTS, RULES)
def test_every_key_that_is_said_means_something_and_no_other_does(
    moment: waiting.Moment, rules: LineRules
) -> None:
    said = keys_said(waiting.phrases(moment, rules))
    meant = {k for k in "0123456789*#" if waiting.meaning(k, rules, moment) != waiting.Stay()}
    assert said <= meant
    if moment.round % waiting.EVERY == 1 and not moment.served:
        assert said == meant


@given(MOMENTS, RULES)
def test_a_language_is_offered_in_its_own_words(moment: waiting.Moment, rules: LineRules) -> None:
    for phrase in waiting.phrases(moment, rules):
        if phrase.key == "choose_language":
            assert "choose_language" in TEXTS[phrase.language]
            assert phrase.language != moment.language


@given(MOMENTS, RULES)
def test_no_wait_is_promised_under_five_samples(moment: waiting.Moment, rules: LineRules) -> None:
    promised = [p for p in waiting.phrases(moment, rules) if p.key.startswith("wait_")]
    known = len(moment.waits) >= 5 and bool(moment.serving)
    assert len(promised) == (known and not moment.served)


@given(MOMENTS, RULES)
def test_all_that_is_said_can_be_said(moment: waiting.Moment, rules: LineRules) -> None:
    for said in Speaker().speak(waiting.phrases(moment, rules)):
        assert isinstance(said, Say)
        assert "{" not in said.words


@given(st.integers(0, 20), RULES)
def test_a_number_is_tried_as_often_as_the_rule_says(attempts: int, rules: LineRules) -> None:
    again = callback_rules.next_try(attempts, rules, clock.now())
    assert (again is None) == (attempts >= rules.callback_attempts)


def test_slots_are_what_is_left_of_the_opening_hours() -> None:
    found = callback_rules.slots(LineNow(), paris("2021-06-25T10:00:00"))
    assert [s.key for s in found[:3]] == ["20210625-0900", "20210625-1330", "20210628-0900"]
    assert len(found) == callback_rules.SLOTS


@pytest.mark.parametrize(
    ("closing", "at", "home"),
    [
        ("serve", "2021-06-25T17:10:00", False),
        ("serve", "2021-06-25T17:31:00", True),
        ("serve", "2021-06-25T08:00:00", True),
        ("callback", "2021-06-25T17:00:01", True),
    ],
)
def test_call_backs_that_still_wait_after_closing(closing: str, at: str, home: bool) -> None:
    line = LineNow(rules=LineRules(closing=closing))
    assert callback_rules.goes_home(line, paris(at)) is home


def test_days_are_said_as_people_say_them() -> None:
    now = paris("2021-06-25T18:00:00")
    said = [
        announcements.spoken_moment(now + timedelta(days=d), now, PARIS, "fr")["day"]
        for d in (0, 1, 3, 9)
    ]
    assert said == ["aujourd'hui", "demain", "lundi", "dimanche 4 juillet"]


def test_a_call_back_is_announced_to_the_agent_with_its_hour() -> None:
    asked, now = paris("2021-06-25T10:12:00"), paris("2021-06-25T11:00:00")
    words = announcements.callback_intro("Karim Belkacem", asked, now, PARIS, "fr")
    assert words == "Rappel demandé à 10 heures 12. Karim Belkacem. Nous l'appelons."
    hidden = announcements.callback_intro("", asked, now + timedelta(days=1), PARIS, "en")
    assert hidden == "A call-back asked for yesterday at 10:12. We are calling now."


def test_a_number_is_read_back_two_digits_at_a_time() -> None:
    assert announcements.spelled("+33639980101") == "06, 39, 98, 01, 01"


def test_a_sound_never_replaces_what_must_be_filled_in() -> None:
    assert playable("stay")
    assert not playable("position")
    speaker = Speaker(sounds={("stay", "fr"): "abc", ("position", "fr"): "def"})
    said = speaker.speak([Phrase("position", "fr", {"position": 2}), Phrase("stay", "fr")])
    assert said == (
        Say("Vous êtes numéro 2 dans la file d'attente.", "fr"),
        Play("/voice/sound/abc"),
    )


# --- the webhooks --------------------------------------------------------------------------------


@pytest.fixture
def rules(line: Line) -> Callable[..., None]:
    """``rules(voicemail=True)``: change the line's rules."""

    def change(**values: Any) -> None:
        line.rules = {**line.rules, **values}
        db.session.commit()

    return change


def test_a_round_offers_the_call_back_and_english(caller: Phone) -> None:
    heard = caller().dial().heard
    assert '<Gather action="/voice/choice?round=1"' in heard
    assert "tapez 1" in heard
    assert '<Say language="en-GB">For English, press 9.</Say>' in heard
    assert "/voice/wait?round=2</Redirect>" in heard


def test_english_from_then_on(caller: Phone) -> None:
    one = caller().dial()
    assert "/voice/wait?round=1" in one.post("/voice/choice?round=1", Digits="9")
    assert one.call.language == "en"
    heard = one.post("/voice/wait?round=1")
    assert "Your call is next." in heard
    assert "Pour le français, tapez 9." in heard


@pytest.mark.parametrize("digits", ["5", "*", "#", "11", "", "é", "9" * 40])
def test_a_key_that_is_not_offered_leaves_her_waiting(caller: Phone, digits: str) -> None:
    one = caller().dial()
    assert "/voice/wait?round=2" in one.post("/voice/choice?round=2", Digits=digits)
    assert (one.call.state, one.call.language) == ("waiting", "fr")


def test_no_call_back_where_the_rule_says_so(caller: Phone, rules: Callable[..., None]) -> None:
    rules(callbacks=False)
    one = caller().dial()
    assert "tapez 1" not in one.heard
    one.post("/voice/choice?round=1", Digits="1")
    assert one.call.state == "waiting"


def test_one_incident_is_heard_by_those_who_wait_already(caller: Phone, line: Line) -> None:
    one = caller().dial()
    assert "incident" not in one.heard
    line.incident_since = clock.now()
    line.announcements = {"fr": {"incident": "Le Portail est en panne ce matin."}}
    db.session.commit()
    assert "en panne ce matin" in one.post("/voice/wait?round=4")
    assert "en panne" not in one.post("/voice/wait?round=5")


def test_at_closing_time_nobody_is_cut_and_a_call_back_is_offered(
    caller: Phone, line: Line, rules: Callable[..., None], at_desk: Desk
) -> None:
    rules(closing="callback", callbacks=False)
    at_desk(state="wrap_up")
    one = caller().dial()
    line.mode = "closed"
    db.session.commit()
    heard = one.post("/voice/wait?round=2")
    assert "Restez en ligne" in heard
    assert "tapez 1" in heard
    assert one.call.state == "waiting"
    assert "<Leave" in one.post("/voice/choice?round=2", Digits="1")
    assert one.call.outcome == "callback"


def test_at_closing_time_those_who_wait_are_served(
    caller: Phone, line: Line, at_desk: Desk
) -> None:
    at_desk(state="in_call")
    one = caller().dial()
    line.mode = "closed"
    db.session.commit()
    assert "nous gardons le vôtre" in one.post("/voice/wait?round=4")


def test_at_closing_time_nobody_is_told_to_wait_for_nobody(
    caller: Phone, line: Line, rules: Callable[..., None], at_desk: Desk
) -> None:
    """All have gone home: what is offered is what can be kept, whatever the rules say."""
    rules(closing="serve", callbacks=False)
    at_desk(state="offline")
    one = caller().dial()
    line.mode = "closed"
    db.session.commit()
    heard = one.post("/voice/wait?round=2")
    assert "va vous répondre" not in heard
    assert "répondra" not in heard
    assert "plus personne n'est là" in heard
    assert "<Leave" in one.post("/voice/choice?round=2", Digits="1")
    assert one.call.outcome == "callback"


# --- no wait is promised that is known to be false -------------------------------------------------


@pytest.fixture
def quick(caller: Phone) -> None:
    """Five callers of the last minutes were answered at once."""
    now = clock.now()
    for _each in range(5):
        one = caller().dial().call
        db.session.execute(
            update(Call).where(Call.id == one.id).values(
                state="ended", outcome="answered", queued_at=now, answered_at=now, ended_at=now
            )
        )  # fmt: skip
    db.session.commit()


def waits_since(one: Caller, seconds: float) -> None:
    since = clock.now() - timedelta(seconds=seconds)
    db.session.execute(
        update(Call).where(Call.id == one.call.id).values(queued_at=since, waiting_since=since)
    )
    db.session.commit()


@pytest.mark.parametrize("state", ["available", "ringing", "in_call", "wrap_up"])
def test_less_than_a_minute_is_said_when_somebody_serves(
    caller: Phone, quick: None, at_desk: Desk, state: str
) -> None:
    at_desk(state=state)
    assert "moins d'une minute" in caller().dial().heard


@pytest.mark.parametrize("state", ["offline", "away", "do_not_disturb", "missed", None, "no tab"])
def test_no_wait_is_promised_when_nobody_serves(
    caller: Phone, quick: None, at_desk: Desk, login: Any, state: str | None
) -> None:
    if state == "no tab":
        login("front", state="available")  # signed in, and gone
    elif state is not None:
        at_desk(state=state)
    heard = caller().dial().heard
    assert "L'attente" not in heard
    assert "personne n'est au téléphone" in heard
    assert "tapez 1" in heard


def test_nobody_is_promised_less_than_she_has_waited(
    caller: Phone, quick: None, at_desk: Desk
) -> None:
    at_desk(state="in_call")
    one = caller().dial()
    assert "moins d'une minute" in one.heard
    waits_since(one, 90)
    assert "L'attente" not in one.post("/voice/wait?round=4")


def test_nobody_is_promised_less_than_the_one_before_has_waited(
    caller: Phone, quick: None, at_desk: Desk
) -> None:
    at_desk(state="in_call")
    waits_since(caller("+33639980102").dial(), 400)
    assert "cinq à dix minutes" in caller().dial().heard


def test_a_call_back_in_the_queue_makes_nobody_wait_for_days(
    caller: Phone, quick: None, at_desk: Desk
) -> None:
    """Its place is that of yesterday's call; its person does not wait on the line."""
    at_desk(state="in_call")
    before = caller("+33639980102").dial()
    waits_since(before, 86_400)
    db.session.execute(update(Call).where(Call.id == before.call.id).values(direction="out"))
    db.session.commit()
    assert "moins d'une minute" in caller().dial().heard


UPPER = {"wait_1": 60, "wait_3": 120, "wait_5": 300, "wait_10": 600, "wait_more": float("inf")}


@given(MOMENTS, RULES, st.floats(0, 5000), st.floats(0, 5000), st.integers(0, 3))
def test_what_is_promised_is_never_refuted_by_what_is_known(
    moment: waiting.Moment, rules: LineRules, waited: float, before: float, serving: int
) -> None:
    known = replace(moment, waited=waited, longest_before=before, serving=serving)
    for phrase in waiting.phrases(known, rules):
        if phrase.key in UPPER:
            assert serving
            assert waited == 0 or waited < UPPER[phrase.key]
            assert phrase.key == "wait_more" or before < {60: 60, 120: 150}.get(
                UPPER[phrase.key], UPPER[phrase.key]
            )
        if phrase.key in ("closing_serve", "closing_offer"):
            assert serving


def test_an_uploaded_sound_is_played_and_anybody_may_fetch_it(
    caller: Phone, line: Line, client: Any
) -> None:
    for key, token in (("greeting", "a" * 32), ("first", "b" * 32)):
        db.session.add(
            AnnouncementSound(
                line_id=line.id, key=key, language="fr", token=token,
                media_type="audio/wav", content=b"RIFF" + key.encode(), uploaded_at=clock.now(),
            )
        )  # fmt: skip
    db.session.commit()
    one = caller().dial()
    assert f"<Play>http://localhost/voice/sound/{'a' * 32}</Play>" in one.greeting
    assert f"/voice/sound/{'b' * 32}" in one.heard
    assert "Bonjour" not in one.greeting
    answer = client.get(f"/voice/sound/{'a' * 32}")
    assert (answer.data, answer.mimetype) == (b"RIFFgreeting", "audio/wav")
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.get("/voice/sound/nothing").status_code == 404


def test_while_an_agent_is_on_her_way_a_key_changes_nothing(
    caller: Phone, at_desk: Desk, telephony: FakeTelephony
) -> None:
    agent = at_desk()
    one = caller().dial()
    agent.post(f"/desk/calls/{one.call.ref}/accept", json={})
    assert "/voice/wait" in one.post("/voice/choice?round=1", Digits="1")
    assert one.call.state == "connecting"
    assert "Quelqu'un va vous répondre" in one.post("/voice/wait?round=2")
    assert db.session.scalar(select(CallBack.id)) is None


def test_a_rule_says_how_long_a_dropped_line_returns(
    caller: Phone, at_desk: Desk, rules: Callable[..., None]
) -> None:
    rules(sticky_minutes=0)
    agent = at_desk()
    one = caller("+33639980107").dial()
    agent.post(f"/desk/calls/{one.call.ref}/accept", json={})
    one.agent_picks_up()
    one.is_connected()
    one.end()
    assert caller("+33639980107").dial().call.preferred_agent_id is None
    rules(sticky_minutes=10)
    assert caller("+33639980107").dial().call.preferred_agent_id == agent.agent.id


def test_an_arrival_costs_four_statements(caller: Phone, line: Line) -> None:
    """A surge sends it by the hundred (bench/): rules, sounds and stickiness came for free."""
    one = caller()
    one.post("/voice/incoming")
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        caller("+33639980102").post("/voice/incoming")
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    asked = [s for s in seen if s.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE")]
    assert len(asked) <= 4, asked


def test_a_failure_while_she_waits_keeps_her_in_the_queue(
    caller: Callable[..., Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = caller().dial()

    def down(_sid: str) -> None:
        raise Unavailable("la base ne répond pas")

    monkeypatch.setattr("app.calls.call.store.by_caller_sid", down)
    heard = one.post("/voice/wait")
    assert "souci technique" in heard
    assert ">/voice/wait?again=1<" in heard  # not /voice/incoming: Enqueue is refused in a wait
