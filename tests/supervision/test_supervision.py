"""What a manager does from the wall, its races, and what is told and journaled."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from app.accounts.models import Connection, JournalEntry, Presence
from app.calls.call import dispatch
from app.calls.call.models import Call
from app.foundation import clock
from app.foundation.extensions import db
from app.lines.models import Line
from app.queue.policy import Policy
from app.queue.routing import Snapshot, WaitingCall, in_order
from app.supervision import service as supervision
from tests.calls.test_journey import connect
from tests.clients import StaffClient
from tests.fakes import FakeTelephony
from tests.fixtures.application import Login
from tests.holding import be
from tests.switchboard import Caller

HX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}
Dial = Callable[..., Caller]
AtDesk = Callable[..., StaffClient]


@pytest.fixture
def manager(line: Line, login: Login) -> StaffClient:
    return login("manager", display_name="Isabelle")


def presence_of(client: StaffClient) -> Presence:
    db.session.expire_all()
    found = db.session.get_one(Presence, client.agent.id)
    db.session.rollback()
    return found


def journal() -> list[tuple[str, dict[str, Any]]]:
    db.session.expire_all()
    rows = db.session.execute(
        select(JournalEntry.act, JournalEntry.detail).order_by(JournalEntry.id)
    ).all()
    db.session.rollback()
    return [(row.act, row.detail) for row in rows]


def refused(answer: Any, words: str) -> None:
    assert answer.status_code == 409, answer.text
    assert words in answer.get_json()["error"]["message"]


# --- a waiting call ------------------------------------------------------------------------------


@pytest.fixture
def waiting(caller: Dial) -> Caller:
    """Somebody who waits while nobody is on duty."""
    return caller().dial()


def busy_until_asked(client: StaffClient) -> StaffClient:
    """Free, but routing has not looked yet."""
    be(client.agent.id, "available")
    db.session.commit()
    return client


def give(manager: StaffClient, call: Call, agent: StaffClient, **headers: str) -> Any:
    return manager.post(
        f"/supervision/calls/{call.ref}/offer",
        data={"agent": agent.agent.id},
        headers={**JSON, **headers},
    )


def test_a_call_is_given_to_a_chosen_agent(
    manager: StaffClient, waiting: Caller, at_desk: AtDesk
) -> None:
    front = busy_until_asked(at_desk("front", state="away"))
    back = busy_until_asked(at_desk("back", state="away"))
    answer = give(manager, waiting.call, back, **HX)
    assert answer.status_code == 204
    assert "supervised" in answer.headers["HX-Trigger"]
    assert (waiting.call.state, waiting.call.offered_to) == ("offered", back.agent.id)
    assert waiting.call.overflow
    assert presence_of(back).state == "ringing"
    assert presence_of(front).state == "available"
    assert journal() == [("call_given", {"agent": back.agent.id})]
    taken = back.post(f"/desk/calls/{waiting.call.ref}/accept", json={})
    assert taken.status_code == 200


def test_given_and_let_go_it_keeps_its_place(
    manager: StaffClient, waiting: Caller, at_desk: AtDesk
) -> None:
    queued = waiting.call.queued_at
    agent = busy_until_asked(at_desk(state="away"))
    give(manager, waiting.call, agent)
    agent.post(f"/desk/calls/{waiting.call.ref}/decline", json={})
    assert (waiting.call.state, waiting.call.queued_at) == ("waiting", queued)


def test_races_of_a_given_call_are_refused_in_words(
    manager: StaffClient, waiting: Caller, at_desk: AtDesk, caller: Dial
) -> None:
    one, two = (busy_until_asked(at_desk(state="away")) for _ in range(2))
    away = at_desk(state="away")
    refused(give(manager, waiting.call, away), "plus disponible")
    assert give(manager, waiting.call, one).status_code == 302
    refused(give(manager, waiting.call, two), "sonne déjà")
    one.post(f"/desk/calls/{waiting.call.ref}/accept", json={})
    refused(give(manager, waiting.call, two), "vient de prendre")
    assert presence_of(two).state == "available"
    gone = caller("+33639980102").dial()
    gone.hang_up_in_queue()
    refused(give(manager, gone.call, two), "a raccroché")


def test_an_agent_without_an_open_tab_is_not_rung(
    manager: StaffClient, waiting: Caller, at_desk: AtDesk
) -> None:
    agent = busy_until_asked(at_desk(state="away"))
    db.session.execute(delete(Connection))
    db.session.commit()
    refused(give(manager, waiting.call, agent), "plus disponible")
    assert (waiting.call.state, presence_of(agent).state) == ("waiting", "available")
    assert journal() == []


def test_a_call_goes_first(manager: StaffClient, caller: Dial, at_desk: AtDesk) -> None:
    first, second, third = (caller(f"+3363998010{n}").dial() for n in (1, 2, 3))
    answer = manager.post(f"/supervision/calls/{third.call.ref}/first", headers=HX)
    assert answer.status_code == 204
    assert journal() == [("call_first", {})]
    busy_until_asked(at_desk(state="away"))
    dispatch.run(clock.now())
    assert [c.call.state for c in (first, second, third)] == ["waiting", "waiting", "offered"]
    refused(manager.post(f"/supervision/calls/{third.call.ref}/first", headers=JSON), "sonne déjà")


now = clock.now()
calls_drawn = st.lists(
    st.builds(
        WaitingCall,
        call_id=st.integers(1, 50),
        arrived_at=st.integers(0, 4000).map(lambda s: now - timedelta(seconds=s)),
        priority=st.integers(0, 5),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda call: call.call_id,
)


@given(calls_drawn, st.integers(0, 2000))
def test_first_stays_first_as_all_age(calls: list[WaitingCall], later: int) -> None:
    policy, chosen = Policy(), calls[-1]
    priority = supervision.first_priority(chosen, tuple(calls), Snapshot((), ()), now)
    raised = WaitingCall(chosen.call_id, chosen.arrived_at, priority)
    queue = in_order([*calls[:-1], raised], policy, now + timedelta(seconds=later))
    assert queue[0].call_id == chosen.call_id
    assert priority >= chosen.priority


def test_the_dialog_of_a_call_says_who_is_free(
    manager: StaffClient, waiting: Caller, at_desk: AtDesk
) -> None:
    page = manager.get(f"/supervision/calls/{waiting.call.ref}").text
    assert "Personne n’est disponible" in page
    agent = busy_until_asked(at_desk(state="away", display_name="Inès <b>"))
    page = manager.get(f"/supervision/calls/{waiting.call.ref}").text
    assert "Inès &lt;b&gt;" in page
    assert "0639980101" not in page.replace(" ", "")  # no number of a caller on the wall
    give(manager, waiting.call, agent)
    assert "n’attend plus" in manager.get(f"/supervision/calls/{waiting.call.ref}").text


# --- an agent ------------------------------------------------------------------------------------


def move(manager: StaffClient, agent: StaffClient, state: str, **headers: str) -> Any:
    return manager.post(
        f"/supervision/agents/{agent.agent.id}/presence",
        data={"state": state},
        headers={**JSON, **headers},
    )


@pytest.mark.parametrize(
    ("before", "wanted", "state", "reason"),
    [
        ("missed", "available", "available", None),
        ("available", "reunion", "away", "reunion"),
        ("away", "offline", "offline", None),
        ("do_not_disturb", "available", "available", None),
    ],
)
def test_a_manager_changes_a_state(
    manager: StaffClient, at_desk: AtDesk, before: str, wanted: str, state: str, reason: str | None
) -> None:
    agent = at_desk(state=before)
    assert move(manager, agent, wanted, **HX).status_code == 204
    found = presence_of(agent)
    assert (found.state, found.reason) == (state, reason)
    detail = {"from": before, "to": state, "reason": reason}
    assert journal() == [("presence_by_manager", detail)]


def test_she_is_told_by_whom_in_her_language(
    manager: StaffClient, at_desk: AtDesk, socket_client: Callable[..., Any]
) -> None:
    agent = at_desk(state="missed", locale="en")
    tab = socket_client(agent)
    move(manager, agent, "available")
    told = [m["args"][0]["message"] for m in tab.get_received() if m["name"] == "told"]
    assert told == ["Isabelle changed your state: available."]


@pytest.mark.parametrize("held", ["ringing", "in_call", "wrap_up"])
def test_a_call_is_never_cut(manager: StaffClient, at_desk: AtDesk, held: str) -> None:
    agent = at_desk(state=held)
    refused(move(manager, agent, "offline"), "prise par un appel")
    assert presence_of(agent).state == held
    page = manager.get(f"/supervision/agents/{agent.agent.id}").text
    assert "aucun appel n’est coupé" in page


def test_available_needs_an_open_tab(manager: StaffClient, login: Login) -> None:
    agent = login("front", state="missed")
    refused(move(manager, agent, "available"), "poste n'est pas ouvert")
    assert presence_of(agent).state == "missed"


def test_a_waiting_call_rings_who_was_put_back(
    manager: StaffClient, waiting: Caller, at_desk: AtDesk
) -> None:
    agent = at_desk(state="missed")
    move(manager, agent, "available")
    assert (waiting.call.state, waiting.call.offered_to) == ("offered", agent.agent.id)


@pytest.mark.parametrize("state", ["", "ringing", "in_call", "nothing", "away"])
def test_states_that_nobody_can_give(manager: StaffClient, at_desk: AtDesk, state: str) -> None:
    assert move(manager, at_desk(), state).status_code == 422


def test_managers_have_no_state(manager: StaffClient, login: Login) -> None:
    assert move(manager, login("admin"), "offline").status_code == 404


# --- the line ------------------------------------------------------------------------------------


def test_the_line_is_closed_and_opened_by_hand(
    manager: StaffClient, line: Line, caller: Dial
) -> None:
    assert "Dès maintenant, qui appelle entend" in manager.get("/supervision/line").text
    assert manager.post("/supervision/line/mode", data={"mode": "closed"}).status_code == 302
    turned_away = caller("+33639980103")
    turned_away.post("/voice/incoming")
    assert turned_away.call.outcome == "closed"
    manager.post("/supervision/line/mode", data={"mode": "open"})
    assert caller("+33639980104").dial().call.state == "waiting"
    assert journal() == [
        ("line_mode", {"from": "open", "to": "closed"}),
        ("line_mode", {"from": "closed", "to": "open"}),
    ]
    assert manager.post("/supervision/line/mode", data={"mode": "?"}).status_code == 422


def test_who_waits_at_a_closing_by_hand_is_counted_in_its_effect(
    manager: StaffClient, waiting: Caller
) -> None:
    assert "Personnes qui attendent déjà : 1" in manager.get("/supervision/line").text.replace(
        "\u00a0", " "
    )
    manager.post("/supervision/line/mode", data={"mode": "closed"})
    assert waiting.call.state == "waiting"  # kept


def test_an_incident_is_switched_in_one_click(
    manager: StaffClient, line: Line, at_desk: AtDesk, socket_client: Callable[..., Any]
) -> None:
    agent = at_desk()
    assert agent.get("/desk/state").get_json()["desk"]["incident"] is None
    tab = socket_client(agent)
    tab.get_received()
    manager.post("/supervision/line/incident", data={"on": "1"})
    assert "incident technique" in agent.get("/desk/state").get_json()["desk"]["incident"]
    news = [m["args"][0] for m in tab.get_received() if m["name"] == "line"]
    assert news[-1]["incident"] is True
    assert "Annonce d’incident activée" in manager.get("/wall/board").text
    manager.post("/supervision/line/incident", data={"on": "1"})  # twice is once
    manager.post("/supervision/line/incident", data={"on": ""})
    assert agent.get("/desk/state").get_json()["desk"]["incident"] is None
    assert [act for act, _detail in journal()] == ["line_incident_on", "line_incident_off"]


def test_an_incident_has_the_words_of_the_line(
    manager: StaffClient, line: Line, at_desk: AtDesk
) -> None:
    db.session.execute(
        update(Line).values(
            announcements={"fr": {"incident": "Le paiement est en panne."}},
            incident_since=clock.now(),
        )
    )
    db.session.commit()
    for locale in ("fr", "en"):
        words = at_desk(locale=locale).get("/desk/state").get_json()["desk"]["incident"]
        assert words == "Le paiement est en panne."


# --- thresholds ----------------------------------------------------------------------------------


def shown(manager: StaffClient) -> str:
    """What the form of thresholds carries of what it shows."""
    found = re.search(r'name="seen" value="([^"]*)"', manager.get("/supervision/thresholds").text)
    assert found
    return found[1]


def test_thresholds_are_switched_for_those_who_wait_too(
    manager: StaffClient, line: Line, caller: Dial, at_desk: AtDesk
) -> None:
    late = {"overflow_after": "300", "overflow_length": "9"}
    manager.post("/supervision/thresholds", data={**late, "seen": shown(manager)})
    at_desk("front", state="in_call")
    back = at_desk("back")
    waits = caller().dial()
    assert waits.call.state == "waiting"
    page = manager.get("/wall/board").text
    assert "le renfort est libre" in page
    answer = manager.post(
        "/supervision/thresholds",
        data={"overflow_after": "0", "overflow_length": "9", "seen": shown(manager)},
        headers=HX,
    )
    assert answer.status_code == 204
    assert (waits.call.state, waits.call.offered_to) == ("offered", back.agent.id)
    assert journal()[-1] == (
        "line_thresholds",
        {
            "from": {"overflow_after": 300, "overflow_length": 9},
            "to": {"overflow_after": 0, "overflow_length": 9},
        },
    )


def test_the_second_of_two_who_change_thresholds_is_told(
    manager: StaffClient, line: Line, login: Callable[..., StaffClient]
) -> None:
    other = login("manager", display_name="Odile")
    mine, hers = shown(manager), shown(other)
    data = {"overflow_after": "60", "overflow_length": "3", "seen": hers}
    assert other.post("/supervision/thresholds", data=data, headers=HX).status_code == 204
    data = {"overflow_after": "0", "overflow_length": "9", "seen": mine}
    refused = manager.post("/supervision/thresholds", data=data, headers=HX)
    assert (refused.status_code, refused.headers["X-Form-Returned"]) == (409, "1")
    assert "Odile" in refused.text
    assert 'name="overflow_after" value="60"' in refused.text  # left alone: what is stored now
    assert 'name="overflow_length" value="9"' in refused.text  # typed: kept
    db.session.expire_all()
    assert db.session.get_one(Line, line.id).queue.policy["overflow_after"] == 60


@pytest.mark.parametrize("typed", ["", "abc", "-1", "601"])
def test_thresholds_out_of_bounds(manager: StaffClient, line: Line, typed: str) -> None:
    asked = {"overflow_after": typed, "overflow_length": "3"}
    assert manager.post("/supervision/thresholds", data=asked).status_code == 422
    page = manager.get("/supervision/thresholds/preview", query_string=asked)
    assert (page.status_code, "de 0 à 600" in page.text) == (200, True)


def day_of_calls(line: Line, agent: StaffClient, count: int) -> None:
    """``count`` calls today, each a minute after the other, talked for five minutes."""
    end = clock.now() - timedelta(seconds=1)
    start, _tomorrow = clock.day_bounds(clock.local_day(clock.now()))
    for number in range(count):
        at = max(start, end - timedelta(minutes=count - number, seconds=300))
        db.session.add(
            Call(
                ref=f"ref{number}", provider_sid=f"CA{number}", line_id=line.id, state="ended",
                outcome="answered", received_at=at, queued_at=at, agent_id=agent.agent.id,
                answered_at=at + timedelta(seconds=10), ended_at=min(end, at + timedelta(seconds=300)),
                last_at=end,
            )
        )  # fmt: skip
    db.session.commit()


@pytest.mark.parametrize(("count", "early"), [(0, True), (4, True), (5, False), (12, False)])
def test_the_preview_says_when_it_is_too_early(
    manager: StaffClient, line: Line, at_desk: AtDesk, count: int, early: bool
) -> None:
    agent = at_desk("front", state="in_call")
    at_desk("back")
    day_of_calls(line, agent, count)
    asked = {"overflow_after": "300", "overflow_length": "50"}
    page = manager.get("/supervision/thresholds/preview", query_string=asked)
    assert page.status_code == 200
    assert ("Trop tôt" in page.text) is early
    assert ("ce n’est pas une prévision" in page.text) is not early


def test_the_same_thresholds_show_the_same_columns(
    manager: StaffClient, line: Line, at_desk: AtDesk
) -> None:
    agent = at_desk("front", state="in_call")
    at_desk("back")
    day_of_calls(line, agent, 9)
    policy = Policy()
    same = {"overflow_after": policy.overflow_after, "overflow_length": policy.overflow_length}
    shown, seats = supervision.preview_today(line, same, now=clock.now())
    assert shown.current == shown.proposed
    assert (shown.current.calls, len(seats)) == (9, 2)
    other, _seats = supervision.preview_today(
        line, {"overflow_after": 600, "overflow_length": 90}, now=clock.now()
    )
    assert other.proposed.back_office < other.current.back_office


# --- who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["front", "back"])
def test_agents_supervise_nobody(line: Line, login: Login, role: str) -> None:
    client = login(role)
    for path in ("/supervision/line", "/supervision/thresholds", "/supervision/agents/1"):
        assert client.get(path).status_code == 403
    for path in ("line/mode", "line/incident", "thresholds", "agents/1/presence", "calls/x/first"):
        assert client.post(f"/supervision/{path}").status_code == 403
    assert "data-open" not in client.get("/wall").text
    assert "data-open" in login("manager").get("/wall").text


# --- coaching ------------------------------------------------------------------------------------


@pytest.fixture
def conversation(caller: Dial, at_desk: AtDesk) -> tuple[Caller, StaffClient]:
    """An agent and somebody who talk."""
    agent = at_desk(display_name="Camille")
    one = caller().dial()
    connect(agent, one)
    return one, agent


Conversation = tuple[Caller, StaffClient]


def coach(manager: StaffClient, one: Caller, speaks: bool = False) -> Any:
    return manager.post(f"/supervision/calls/{one.call.ref}/coach", json={"speaks": speaks})


def allow_coaching() -> None:
    db.session.execute(update(Line).values(rules={"coaching": True}))
    db.session.commit()


def test_nobody_listens_unless_the_line_allows_it(
    manager: StaffClient, conversation: Conversation, telephony: FakeTelephony
) -> None:
    one, _agent = conversation
    assert coach(manager, one).status_code == 403
    assert "data-listen" not in manager.get("/wall").text
    assert journal() == []


def test_a_manager_listens_whispers_and_leaves(
    manager: StaffClient, conversation: Conversation, telephony: FakeTelephony, login: Login
) -> None:
    one, agent = conversation
    allow_coaching()
    assert f'data-listen="{one.call.ref}"' in manager.get("/wall/board").text
    assert "data-listen" not in login("admin").get("/wall/board").text
    assert coach(manager, one).status_code == 200
    assert len(telephony.named("announce")) == 1  # both are told aloud
    board = manager.get("/wall/board").text
    assert "écoute en cours" in board
    assert "data-listen" not in board  # one further person at a time
    shown = agent.get("/desk/state").get_json()["desk"]["call"]["party"]
    assert (shown["kind"], shown["name"], shown["speaks"]) == ("coach", "Isabelle", False)
    refused(coach(login("manager"), one), "déjà entré dans cette conversation")
    left = manager.post(f"/supervision/calls/{one.call.ref}/coach/stop", json={})
    assert left.status_code == 200
    assert coach(manager, one, speaks=True).status_code == 200
    assert [act for act, _detail in journal()] == ["coached", "coached"]
    assert [detail["speaks"] for _act, detail in journal()] == [False, True]


def test_a_conversation_that_is_over_is_not_listened_to(
    manager: StaffClient, conversation: Conversation
) -> None:
    one, _agent = conversation
    allow_coaching()
    one.end()
    refused(coach(manager, one), "n'est pas en conversation")
    gone = manager.post(f"/supervision/calls/{one.call.ref}/coach/stop", json={})
    assert gone.status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [("front", 200), ("back", 200), ("manager", 200), ("admin", 403)]
)
def test_who_gets_a_softphone(line: Line, login: Login, role: str, status: int) -> None:
    client = login(role)
    assert client.get("/desk/token").status_code == status
    assert ("i18n-coach" in client.get("/wall").text) is (role == "manager")
