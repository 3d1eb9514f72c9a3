"""One call, end to end, through the real webhooks and the desk's routes, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from app.accounts import service as accounts
from app.accounts.models import Connection, Presence
from app.calls.call import service, store
from app.calls.call.life.consequences import ConnectCaller
from app.calls.call.life.states import Event, Kind
from app.calls.call.models import Call
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.extensions import db
from app.lines.models import Line
from app.operations import ticker
from app.tickets.models import Contact
from tests.clients import StaffClient
from tests.fakes import FakeTelephony
from tests.switchboard import Caller

Desk = Callable[..., StaffClient]
Phone = Callable[..., Caller]


def presence(client: StaffClient) -> str:
    db.session.expire_all()
    state = db.session.get_one(Presence, client.agent.id).state
    db.session.rollback()
    return state


def later(seconds: int) -> None:
    """That much time passes; browsers that are open stay open."""
    then = clock.now() + timedelta(seconds=seconds)
    with unit_of_work():
        db.session.execute(update(Connection).values(seen_at=then))
    ticker.tick(then)


def leave(client: StaffClient) -> None:
    """The agent's last tab closes."""
    gone = accounts.disconnected(f"tab-{client.agent.id}")
    assert gone is not None
    service.agent_gone(gone, now=clock.now())


def act(client: StaffClient, caller: Caller, what: str) -> Any:
    return client.post(f"/desk/calls/{caller.call.ref}/{what}", json={})


def connect(client: StaffClient, caller: Caller) -> None:
    assert act(client, caller, "accept").status_code == 200
    caller.agent_picks_up()
    caller.is_connected()


def test_a_call_from_ring_to_wrap_up(
    caller: Phone, at_desk: Desk, telephony: FakeTelephony
) -> None:
    agent = at_desk()
    one = caller().dial()
    assert "<Enqueue" in one.greeting
    assert "Bonjour" in one.greeting
    assert "prochain" in one.heard
    assert one.call.state == "offered"
    assert presence(agent) == "ringing"
    shown = agent.get("/desk/state").json["desk"]["call"]
    assert (shown["ref"], shown["state"]) == (one.call.ref, "offered")

    assert act(agent, one, "accept").status_code == 200
    assert (one.call.state, presence(agent)) == ("connecting", "in_call")
    assert f"call-{one.call.ref}" in one.agent_picks_up()
    assert telephony.named("redirect") == [(one.sid, "/voice/connect")]
    assert "<Conference" in one.is_connected()
    assert one.call.state == "talking"

    one.end()
    assert (one.call.state, one.call.outcome, one.call.ended_by) == (
        "wrap_up",
        "answered",
        "caller",
    )
    assert presence(agent) == "wrap_up"
    assert telephony.named("hang_up") == [(one.leg,)]
    assert act(agent, one, "wrap-up-done").status_code == 200
    assert (one.call.state, presence(agent)) == ("ended", "available")
    contact = db.session.get_one(Contact, one.call.contact_id)
    assert contact.agent_id == agent.agent.id
    assert contact.closed_at is not None
    assert contact.reason == "unqualified"


def test_the_agent_hangs_up(caller: Phone, at_desk: Desk, telephony: FakeTelephony) -> None:
    agent = at_desk()
    one = caller().dial()
    connect(agent, one)
    leg = one.leg
    assert act(agent, one, "hang-up").status_code == 200
    assert one.call.ended_by == "agent"
    assert {a for (a,) in telephony.named("hang_up")} == {one.sid, leg}
    assert act(agent, one, "hang-up").status_code == 200  # a double click


def test_hold_and_resume(caller: Phone, at_desk: Desk, telephony: FakeTelephony) -> None:
    agent = at_desk()
    one = caller().dial()
    connect(agent, one)
    act(agent, one, "hold")
    act(agent, one, "hold")
    assert one.call.held_since is not None
    act(agent, one, "resume")
    assert one.call.held_since is None
    assert [on for *_rest, on in telephony.named("hold")] == [True, False]


def test_the_first_of_two_accepts_wins(caller: Phone, at_desk: Desk) -> None:
    first, second = at_desk(), at_desk()
    one = caller().dial()
    rung, other = (first, second) if presence(first) == "ringing" else (second, first)
    assert act(rung, one, "accept").status_code == 200
    late = act(other, one, "accept")
    assert late.status_code == 409
    assert "déjà pris cet appel" in late.json["error"]["message"]
    assert act(rung, one, "accept").status_code == 409  # her other tab: she has it already


def test_third_call_overflows_to_the_back_office_past_the_lines_threshold(
    caller: Phone, at_desk: Desk, line: Line
) -> None:
    line.queue.policy = {"overflow_after": 20}
    db.session.commit()
    front = [at_desk(), at_desk()]
    back = at_desk("back")
    first, second = caller("+33639980101").dial(), caller("+33639980102").dial()
    for agent in front:
        mine = (
            first
            if agent.get("/desk/state").json["desk"]["call"]["ref"] == first.call.ref
            else second
        )
        connect(agent, mine)
    third = caller("+33639980103").dial()
    assert third.call.state == "waiting"
    later(21)
    assert third.call.state == "offered"
    shown = back.get("/desk/state").json["desk"]["call"]
    assert (shown["ref"], shown["overflow"]) == (third.call.ref, True)
    # With everybody busy, the fourth hears her place and gets the first who is free.
    connect(back, third)
    fourth, fifth = caller("+33639980104").dial(), caller("+33639980105").dial()
    assert "numéro 2" in fifth.heard
    act(front[0], first, "hang-up")
    act(front[0], first, "wrap-up-done")
    assert (fourth.call.state, fifth.call.state) == ("offered", "waiting")


def test_without_a_threshold_the_back_office_is_rung_at_once(caller: Phone, at_desk: Desk) -> None:
    front, back = at_desk(), at_desk("back")
    connect(front, caller("+33639980101").dial())
    second = caller("+33639980102").dial()
    assert (presence(back), second.call.overflow) == ("ringing", True)


def test_the_only_agent_is_rung_again_shortly_after_she_declined(
    caller: Phone, at_desk: Desk
) -> None:
    agent = at_desk()
    one = caller().dial()
    assert act(agent, one, "decline").status_code == 200
    assert (one.call.state, presence(agent)) == ("waiting", "available")
    later(9)
    assert one.call.state == "waiting"
    later(11)
    assert (one.call.state, one.call.offered_to) == ("offered", agent.agent.id)


def test_a_declined_call_goes_to_a_colleague_who_comes(caller: Phone, at_desk: Desk) -> None:
    first = at_desk()
    one = caller().dial()
    act(first, one, "decline")
    second = at_desk("back")
    later(15)  # the first one's pause is over, but she comes after all others
    assert one.call.offered_to == second.agent.id


def test_who_missed_a_call_and_comes_back_is_rung_at_once(caller: Phone, at_desk: Desk) -> None:
    agent = at_desk()
    one = caller().dial()
    call = one.call
    service.happen(
        call.id, Event(Kind.OFFER_EXPIRED, clock.now(), "expired", agent_id=call.offered_to)
    )
    assert (one.call.state, presence(agent)) == ("waiting", "missed")
    agent.post("/desk/presence", json={"state": "available"})
    assert (one.call.state, presence(agent)) == ("offered", "ringing")


def test_an_unanswered_offer_moves_on_and_keeps_the_place(caller: Phone, at_desk: Desk) -> None:
    first = at_desk()
    one = caller().dial()
    queued_at = one.call.queued_at
    second = at_desk()
    later(21)
    assert presence(first) == "missed"
    assert (one.call.state, one.call.queued_at) == ("offered", queued_at)
    assert presence(second) == "ringing"
    assert first.post("/desk/presence", json={"state": "available"}).status_code == 200


def test_a_closed_tab_in_mid_ring_gives_the_call_to_the_next(caller: Phone, at_desk: Desk) -> None:
    first = at_desk()
    one = caller().dial()
    second = at_desk()
    leave(first)
    assert one.call.offered_to == second.agent.id
    later(11)
    assert presence(first) == "offline"


def test_a_closed_tab_in_mid_call_can_be_resumed(
    caller: Phone, at_desk: Desk, telephony: FakeTelephony
) -> None:
    agent = at_desk()
    one = caller().dial()
    connect(agent, one)
    first_leg = one.leg
    one.agent_leg_ends()
    assert agent.get("/desk/state").json["desk"]["call"]["needs_rejoin"] is True
    assert telephony.named("hold")[-1][2] is True  # the caller hears music, not silence
    assert act(agent, one, "rejoin").status_code == 200
    assert one.leg != first_leg
    one.agent_picks_up()
    assert telephony.named("hold")[-1][2] is False
    assert one.call.agent_present
    later(60)
    assert one.call.state == "talking"


def test_an_agent_who_never_comes_back_gives_the_caller_to_another(
    caller: Phone, at_desk: Desk, telephony: FakeTelephony
) -> None:
    agent = at_desk()
    one = caller().dial()
    connect(agent, one)
    other = at_desk()
    leave(agent)
    one.agent_leg_ends()
    later(46)
    assert (one.sid, "/voice/incoming") in telephony.named("redirect")
    assert one.call.offered_to == other.agent.id
    assert "<Enqueue" in one.post("/voice/incoming")
    connect(other, one)
    one.end()
    assert (one.call.outcome, one.call.agent_id) == ("answered", other.agent.id)


def test_the_provider_refuses_the_agents_leg(
    caller: Phone, at_desk: Desk, telephony: FakeTelephony
) -> None:
    agent = at_desk()
    one = caller().dial()
    telephony.down = True
    act(agent, one, "accept")
    assert one.call.state == "waiting"
    assert presence(agent) == "missed"


def test_a_leg_that_never_joins_returns_the_call_to_its_place(
    caller: Phone, at_desk: Desk, telephony: FakeTelephony
) -> None:
    agent = at_desk()
    one = caller().dial()
    act(agent, one, "accept")
    telephony.legs.clear()
    later(13)
    assert (one.call.state, presence(agent)) == ("waiting", "missed")


def test_an_agent_who_is_there_without_our_knowing_is_found_in_seconds(
    caller: Phone, at_desk: Desk, telephony: FakeTelephony
) -> None:
    agent = at_desk()
    one = caller().dial()
    act(agent, one, "accept")
    later(7)  # it still rings
    assert (one.call.state, one.call.agent_present) == ("connecting", False)
    rung = telephony.legs[one.leg]
    telephony.legs[one.leg] = replace(rung, status="in-progress")
    later(10)  # she joined, and the news was lost
    assert (one.call.state, one.call.agent_present) == ("connecting", True)
    assert (one.sid, "/voice/connect") in telephony.named("redirect")


def test_a_leg_that_the_provider_has_ended_is_not_waited_for(
    caller: Phone, at_desk: Desk, telephony: FakeTelephony
) -> None:
    agent = at_desk()
    one = caller().dial()
    act(agent, one, "accept")
    telephony.legs[one.leg] = replace(telephony.legs[one.leg], status="no-answer")
    later(7)
    assert (one.call.state, presence(agent)) == ("waiting", "missed")


def test_an_answer_that_failed_is_asked_for_again_at_once(caller: Phone) -> None:
    one = caller()
    failed = "http://localhost/voice/incoming"
    again = one.post("/voice/fallback", ErrorCode="11200", ErrorUrl=failed)
    assert ">/voice/incoming?again=0<" in again
    assert "<Say" not in again
    heard = one.post("/voice/fallback", ErrorCode="11200", ErrorUrl=f"{failed}?again=0")
    assert "souci technique" in heard


def test_a_waiting_page_that_failed_is_tried_again_at_once(caller: Phone) -> None:
    one = caller().dial()
    again = one.post("/voice/left-queue", QueueResult="system-error")
    assert "<Enqueue" in again
    assert "/voice/left-queue?again=1" in again
    heard = one.post("/voice/left-queue?again=1", QueueResult="system-error")
    assert "souci technique" in heard
    assert one.call.state == "waiting"


@pytest.mark.parametrize(
    "when", ["greeting", "waiting", "offered", "connecting", "joined", "talking"]
)
def test_the_caller_hangs_up_at_any_instant(
    caller: Phone, at_desk: Desk, when: str, telephony: FakeTelephony
) -> None:
    one = caller()
    agent = None
    if when == "greeting":
        one.post("/voice/incoming")
    elif when == "waiting":
        one.dial()
    else:
        agent = at_desk()
        one.dial()
    if when in ("connecting", "joined", "talking"):
        act(agent, one, "accept")  # type: ignore[arg-type]
    if when in ("joined", "talking"):
        one.agent_picks_up()
    if when == "talking":
        one.is_connected()
    one.hang_up_in_queue() if when in ("waiting", "offered", "connecting") else one.end()
    answered = when == "talking"
    assert one.call.state == ("wrap_up" if answered else "ended")
    assert one.call.outcome == ("answered" if answered else "short_abandoned")
    if agent is not None:
        assert presence(agent) == ("wrap_up" if answered else "available")
    if when in ("connecting", "joined"):
        assert telephony.named("hang_up")


def test_callbacks_twice_and_late_leave_the_same_record(caller: Phone, at_desk: Desk) -> None:
    agent = at_desk()
    one = caller().dial()
    connect(agent, one)
    one.end()
    before = store.record_of(one.call)
    one.post("/voice/incoming")
    one.post("/voice/wait")
    one.post("/voice/connect")
    one.conference("participant-join", one.sid)
    one.conference("participant-leave", one.sid)
    one.post("/voice/left-queue", QueueResult="hangup")
    one.end()
    assert store.record_of(one.call) == before


def test_a_row_is_rebuilt_from_its_events(caller: Phone, at_desk: Desk) -> None:
    agent = at_desk()
    one = caller().dial()
    connect(agent, one)
    act(agent, one, "hold")
    act(agent, one, "resume")
    one.end()
    act(agent, one, "wrap-up-done")
    before = store.record_of(one.call)
    with unit_of_work():
        db.session.execute(
            update(Call)
            .where(Call.provider_sid == one.sid)
            .values(state="ended", outcome="failed", answered_at=None, agent_id=None, hold_s=99.0)
        )
    service.rebuild(one.call.ref)
    assert store.record_of(one.call) == before


def test_the_end_of_the_agents_leg_lets_the_persons_be_told_first(
    app: Flask, caller: Phone, at_desk: Desk, telephony: FakeTelephony, monkeypatch: Any
) -> None:
    """She hung up, which ended both legs: told of the agent's first, we put nobody on hold."""
    agent, later = at_desk(), []
    one = caller().dial()
    act(agent, one, "accept")
    one.agent_picks_up()
    one.is_connected()
    asked = len(telephony.commands)
    monkeypatch.setitem(
        app.extensions, "permanence.spawn", lambda _app, task, after: later.append((task, after))
    )
    one.agent_leg_ends()
    assert (one.call.state, one.call.agent_present) == ("talking", True)
    one.conference("participant-leave", one.sid)
    assert (one.call.state, one.call.ended_by) == ("wrap_up", "caller")
    (task, after), *_others = later
    assert after > 0
    task()
    assert (one.call.state, len(telephony.commands)) == ("wrap_up", asked)


@pytest.mark.parametrize("path", ["/voice/wait", "/voice/choice?round=2"])
def test_a_leg_unknown_in_the_queue_leaves_it_and_begins_again(caller: Phone, path: str) -> None:
    """Enqueue is refused in a waiting document: she must be out of the queue first."""
    one = caller()
    assert "<Leave" in one.post(path, Digits="1")
    assert "/voice/incoming" in one.post("/voice/left-queue", QueueResult="leave")


def test_unknown_sids_are_ignored(caller: Phone) -> None:
    one = caller()
    one.post("/voice/status", CallStatus="completed")
    one.post("/voice/left-queue", QueueResult="hangup")


def test_hidden_number_rings_too(caller: Phone, at_desk: Desk) -> None:
    agent = at_desk()
    caller("anonymous").dial()
    shown = agent.get("/desk/state").json["desk"]["call"]["caller"]
    assert (shown["kind"], shown["display"]) == ("hidden", "Numéro masqué")


def test_closed_line_says_when_it_opens_and_counts_apart(caller: Phone, line: Any) -> None:
    line.mode = "closed"
    db.session.commit()
    one = caller()
    heard = one.post("/voice/incoming")
    assert "fermée" in heard
    assert "<Hangup" in heard
    assert one.call.outcome == "closed"


def test_wrap_up_is_closed_for_an_agent_who_left(caller: Phone, at_desk: Desk) -> None:
    agent = at_desk()
    one = caller().dial()
    connect(agent, one)
    one.end()
    later(61)
    assert one.call.state == "wrap_up"  # she is there: never cut off
    leave(agent)
    later(130)
    assert one.call.state == "ended"


def test_a_returning_caller_is_kept_for_the_same_agent(caller: Phone, at_desk: Desk) -> None:
    agent = at_desk()
    one = caller("+33639980107").dial()
    connect(agent, one)
    one.end()
    act(agent, one, "wrap-up-done")
    at_desk()
    again = caller("+33639980107").dial()
    assert again.call.offered_to == agent.agent.id


def test_an_apology_that_ends_when_the_agent_is_there_begins_the_conversation(
    caller: Phone, at_desk: Desk, telephony: FakeTelephony
) -> None:
    # She was hearing « un souci technique » when the agent took her, and comes by herself.
    agent = at_desk()
    one = caller().dial()
    act(agent, one, "accept")
    one.agent_picks_up()
    assert "<Conference" in one.post("/voice/incoming?again=1")
    assert one.call.state == "talking"  # known, even if the news of her joining is lost
    sent = len(telephony.named("redirect"))
    service.command(one.call.id, (ConnectCaller(),))  # it was on its way meanwhile
    assert len(telephony.named("redirect")) == sent  # a move would end the conference
