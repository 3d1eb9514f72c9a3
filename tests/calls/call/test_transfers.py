"""Consultation, three-way, transfers and coaching, through the real webhooks and desk routes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from app.accounts.models import Holding
from app.calls.call import parties, service, store
from app.calls.call.models import CallParty
from app.calls.directory.models import DirectoryEntry
from app.foundation import clock
from app.foundation.database.unit_of_work import unit_of_work
from app.foundation.exceptions import Conflict, Forbidden
from app.foundation.extensions import db
from app.lines.models import Line
from app.queue.models import Deadline
from app.tickets.models import Contact
from tests.calls.test_journey import act, connect, later, presence
from tests.clients import StaffClient, post_signed
from tests.fakes import FakeTelephony
from tests.switchboard import Caller

Desk = Callable[..., StaffClient]
Phone = Callable[..., Caller]


def ask(client: StaffClient, caller: Caller, what: str, **body: Any) -> Any:
    answer = client.post(f"/desk/calls/{caller.call.ref}/{what}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json["desk"]["call"]


def refused(client: StaffClient, caller: Caller, what: str, **body: Any) -> str:
    answer = client.post(f"/desk/calls/{caller.call.ref}/{what}", json=body)
    assert answer.status_code in (403, 404, 409, 422), answer.text
    return str(answer.json["error"]["message"])


def desk_call(client: StaffClient) -> Any:
    return client.get("/desk/state").json["desk"]["call"]


def party_leg(caller: Caller) -> str:
    return str(caller.call.party_leg_sid)


def party_picks_up(caller: Caller, to: str) -> str:
    """The further person's leg asks what to do, and joins the conference."""
    leg, call = party_leg(caller), caller.call
    form = {**caller.form(), "CallSid": leg, "To": to}
    path = f"/voice/agent?call={call.ref}&party={call.party_id}"
    answer = post_signed(caller.client, path, form).text
    caller.conference("participant-join", leg)
    return answer


def party_hangs_up(caller: Caller, leg: str) -> None:
    form = {**caller.form(), "CallSid": leg, "CallStatus": "completed"}
    assert post_signed(caller.client, "/voice/status", form).status_code < 300


@pytest.fixture
def talk(caller: Phone, at_desk: Desk) -> tuple[Caller, StaffClient]:
    agent = at_desk()
    one = caller().dial()
    connect(agent, one)
    return one, agent


@pytest.fixture
def interpreter(app: Any) -> int:
    with unit_of_work():
        entry = DirectoryEntry(label="Interprète", kind="interpreter", number="+33639980190")
        db.session.add(entry)
        db.session.flush()
        return entry.id


Talk = tuple[Caller, StaffClient]


def consult(talk: Talk, other: StaffClient) -> None:
    one, agent = talk
    ask(agent, one, "consult", agent_id=other.agent.id)
    assert presence(other) == "ringing"
    ask(other, one, "consultation/accept")
    party_picks_up(one, f"client:agent_{other.agent.id}")


def test_a_colleague_is_consulted_while_the_caller_hears_music(
    talk: Talk, at_desk: Desk, telephony: FakeTelephony
) -> None:
    one, agent = talk
    other = at_desk("back")
    consult(talk, other)
    shown = desk_call(agent)
    assert (shown["party"]["state"], shown["role"]) == ("joined", "holder")
    assert shown["held_since"] is not None
    assert desk_call(other)["role"] == "party"
    assert desk_call(other)["contact_id"] == shown["contact_id"]  # the dossier travels
    assert telephony.named("hold")[-1][2] is True
    ask(agent, one, "consultation/end")
    assert telephony.named("hold")[-1][2] is False
    assert (one.call.state, one.call.party_id, presence(other)) == ("talking", None, "available")
    assert one.call.held_since is None


def test_three_talk_and_the_first_leaves(
    talk: Talk, at_desk: Desk, telephony: FakeTelephony
) -> None:
    one, agent = talk
    first_leg = one.leg
    other = at_desk("back")
    consult(talk, other)
    ask(agent, one, "resume")
    assert one.call.held_since is None
    ask(agent, one, "hand-over")
    assert one.call.agent_id == other.agent.id
    assert (first_leg,) in telephony.named("hang_up")
    assert presence(agent) == "available"
    assert presence(other) == "in_call"
    one.agent_leg_ends() if one.leg == first_leg else party_hangs_up(one, first_leg)
    assert one.call.state == "talking"  # the first agent's own leg ends late: nothing changes
    assert db.session.get_one(Contact, one.call.contact_id).agent_id == other.agent.id
    db.session.rollback()
    assert act(other, one, "hang-up").status_code == 200
    assert (one.call.outcome, presence(other)) == ("answered", "wrap_up")


def test_a_consultation_that_nobody_takes_leaves_the_two_together(
    talk: Talk, at_desk: Desk
) -> None:
    one, agent = talk
    other = at_desk("back")
    ask(agent, one, "consult", agent_id=other.agent.id)
    later(21)
    assert (one.call.state, one.call.party_id) == ("talking", None)
    assert (presence(agent), presence(other)) == ("in_call", "missed")
    ask(agent, one, "resume")
    assert "plus en attente" in refused(other, one, "consultation/accept")


def test_a_busy_colleague_cannot_be_asked(talk: Talk, at_desk: Desk) -> None:
    one, agent = talk
    other = at_desk("back")
    other.post("/desk/presence", json={"state": "do_not_disturb"})
    assert "plus disponible" in refused(agent, one, "consult", agent_id=other.agent.id)
    assert (one.call.state, one.call.party_id, one.call.held_since) == ("talking", None, None)
    assert db.session.scalar(select(CallParty)) is None
    db.session.rollback()


def test_an_outside_number_joins_and_sees_the_service_number(
    talk: Talk, interpreter: int, telephony: FakeTelephony
) -> None:
    one, agent = talk
    shown = ask(agent, one, "consult", entry_id=interpreter)
    assert shown["party"] == {
        "kind": "outside",
        "name": "Interprète",
        "state": "called",
        "speaks": True,
        "asked_by": agent.agent.display_name,
    }
    ((number, path),) = telephony.named("call_number")
    assert (number, "+33" in str(path)) == ("+33639980190", False)
    assert "<Conference" in party_picks_up(one, "+33639980190")
    ask(agent, one, "resume")
    party_hangs_up(one, party_leg(one))
    assert (one.call.state, one.call.party_id) == ("talking", None)


def test_transfer_to_an_outside_number_after_speaking_with_it(
    talk: Talk, interpreter: int, telephony: FakeTelephony
) -> None:
    one, agent = talk
    ask(agent, one, "consult", entry_id=interpreter)
    assert "pas encore en ligne" in refused(agent, one, "hand-over")
    party_picks_up(one, "+33639980190")
    ask(agent, one, "hand-over")
    assert (one.call.state, presence(agent)) == ("outside", "wrap_up")
    assert desk_call(agent)["state"] == "wrap_up"
    assert telephony.named("hold")[-1][2] is False
    assert act(agent, one, "wrap-up-done").status_code == 200
    assert (one.call.state, presence(agent)) == ("outside", "available")
    party_hangs_up(one, party_leg(one))
    assert (one.call.state, one.call.outcome) == ("ended", "answered")
    assert (one.sid,) in telephony.named("hang_up")


def test_a_blind_transfer_outside_that_nobody_answers_returns_to_the_first(
    talk: Talk, interpreter: int, telephony: FakeTelephony
) -> None:
    one, agent = talk
    queued_at = one.call.queued_at
    ask(agent, one, "transfer", entry_id=interpreter)
    assert (one.call.state, presence(agent)) == ("outside", "wrap_up")
    assert act(agent, one, "wrap-up-done").status_code == 200
    party_hangs_up(one, party_leg(one))  # busy
    assert (one.sid, "/voice/incoming") in telephony.named("redirect")
    assert (one.call.offered_to, one.call.queued_at) == (agent.agent.id, queued_at)


def test_a_blind_transfer_rings_the_colleague_and_returns_if_she_is_silent(
    talk: Talk, at_desk: Desk, telephony: FakeTelephony
) -> None:
    one, agent = talk
    queued_at = one.call.queued_at
    other = at_desk("back")
    ask(agent, one, "transfer", agent_id=other.agent.id)
    assert (one.call.state, one.call.offered_to) == ("offered", other.agent.id)
    assert (presence(agent), presence(other)) == ("available", "ringing")
    assert "<Enqueue" in one.post("/voice/incoming")
    later(21)
    assert presence(other) == "missed"
    assert (one.call.offered_to, one.call.queued_at) == (agent.agent.id, queued_at)
    connect(agent, one)
    assert one.call.state == "talking"


def test_a_blind_transfer_that_the_colleague_takes(talk: Talk, at_desk: Desk) -> None:
    one, agent = talk
    other = at_desk("back")
    ask(agent, one, "transfer", agent_id=other.agent.id)
    connect(other, one)
    assert (one.call.state, one.call.agent_id) == ("talking", other.agent.id)
    one.end()
    assert (one.call.outcome, presence(agent)) == ("answered", "available")


def test_back_to_the_queue_keeps_the_place_and_leaves_the_agent(
    talk: Talk, at_desk: Desk, caller: Phone
) -> None:
    one, agent = talk
    queued_at = one.call.queued_at
    second = caller("+33639980177").dial()
    ask(agent, one, "transfer", queue=True)
    assert (one.call.state, one.call.queued_at) == ("waiting", queued_at)
    assert second.call.offered_to == agent.agent.id  # she gets the next one, not the same
    other = at_desk()
    later(1)
    assert one.call.offered_to == other.agent.id


def test_the_caller_hangs_up_in_the_middle_of_a_consultation(
    talk: Talk, at_desk: Desk, telephony: FakeTelephony
) -> None:
    one, agent = talk
    other = at_desk("back")
    consult(talk, other)
    leg = party_leg(one)
    one.end()
    assert (one.call.state, presence(agent), presence(other)) == ("wrap_up", "wrap_up", "available")
    assert (leg,) in telephony.named("hang_up")


def test_the_colleague_goes_on_when_the_first_agents_browser_dies(
    talk: Talk, at_desk: Desk, telephony: FakeTelephony
) -> None:
    one, agent = talk
    other = at_desk("back")
    consult(talk, other)
    one.agent_leg_ends()
    later(46)
    assert (one.call.state, one.call.agent_id) == ("talking", other.agent.id)
    assert telephony.named("hold")[-1][2] is False
    assert presence(agent) == "available"


def test_the_provider_cannot_reach_the_third_person(
    talk: Talk, interpreter: int, telephony: FakeTelephony
) -> None:
    one, agent = talk
    telephony.down = True
    agent.post(f"/desk/calls/{one.call.ref}/consult", json={"entry_id": interpreter})
    assert (one.call.state, one.call.party_id) == ("talking", None)


@pytest.mark.parametrize(
    "body", [{}, {"agent_id": "x"}, {"agent_id": 10**12}, {"number": "12"}, {"entry_id": True}, []]
)
def test_who_is_asked_must_be_somebody(talk: Talk, body: Any) -> None:
    one, agent = talk
    answer = agent.post(f"/desk/calls/{one.call.ref}/consult", json=body)
    assert answer.status_code == 422
    assert one.call.party_id is None


def test_only_the_agent_of_the_call_transfers_it(talk: Talk, at_desk: Desk) -> None:
    one, _agent = talk
    other = at_desk()
    assert "pas le vôtre" in refused(other, one, "transfer", queue=True)


# --- coaching ------------------------------------------------------------------------------------


def test_a_manager_listens_only_where_the_line_allows_it(
    talk: Talk, login: Desk, telephony: FakeTelephony
) -> None:
    one, agent = talk
    manager = login("manager").agent.id
    with pytest.raises(Forbidden):
        parties.coach(one.call.ref, manager, speaks=False, now=clock.now())
    with unit_of_work():
        db.session.scalars(select(Line)).one().rules = {"coaching": True}
    parties.coach(one.call.ref, manager, speaks=False, now=clock.now())
    path = str(telephony.named("announce")[0][1])
    assert "encadrement" in one.post(path)  # both are told
    twiml = party_picks_up(one, f"client:agent_{manager}")
    assert f'coach="{one.leg}"' in twiml
    assert 'muted="true"' in twiml
    assert desk_call(agent)["party"]["kind"] == "coach"
    assert one.call.held_since is None
    assert "Personne n'est en consultation" in refused(agent, one, "hand-over")
    with pytest.raises(Conflict):
        parties.coach(one.call.ref, manager, speaks=True, now=clock.now())
    # The agent's own consultation comes before the coach.
    entry = DirectoryEntry(label="Point Région", kind="service", number="+33639980191")
    with unit_of_work():
        db.session.add(entry)
    ask(agent, one, "consult", entry_id=entry.id)
    assert desk_call(agent)["party"]["kind"] == "outside"


def test_who_a_call_holds_is_rebuilt_from_its_events(talk: Talk, at_desk: Desk) -> None:
    one, agent = talk
    other = at_desk("back")
    consult(talk, other)
    held = holding()
    assert {(h[0], h[2]) for h in held} == {
        (agent.agent.id, "in_call"),
        (other.agent.id, "in_call"),
    }
    with unit_of_work():
        db.session.execute(delete(Holding).where(Holding.agent_id == other.agent.id))
        db.session.execute(update(Holding).values(phase="wrap_up"))
    service.rebuild(one.call.ref)
    assert holding() == held


def test_who_sent_a_call_outside_writes_it_up_through_a_rebuild(
    talk: Talk, interpreter: int
) -> None:
    one, agent = talk
    ask(agent, one, "transfer", entry_id=interpreter)
    held = [(agent.agent.id, one.call.id, "wrap_up")]
    assert holding() == held
    service.rebuild(one.call.ref)
    assert holding() == held
    act(agent, one, "wrap-up-done")
    service.rebuild(one.call.ref)
    assert holding() == []


def holding() -> list[tuple[int, int | None, str | None]]:
    rows = db.session.execute(select(Holding.agent_id, Holding.call_id, Holding.phase)).all()
    db.session.rollback()
    return sorted((row[0], row[1], row[2]) for row in rows)


def test_a_transferred_call_is_rebuilt_from_its_events(talk: Talk, at_desk: Desk) -> None:
    one, agent = talk
    other = at_desk("back")
    consult(talk, other)
    ask(agent, one, "hand-over")
    one.end()
    act(other, one, "wrap-up-done")
    before = store.record_of(one.call)
    with unit_of_work():
        assert store.rebuild(store.by_ref(one.call.ref)) == before
    assert db.session.scalars(select(Holding)).all() == []
    db.session.rollback()


# --- how long it rings -----------------------------------------------------------------------------


def test_a_colleague_is_rung_as_long_as_the_manager_says(
    talk: Talk, at_desk: Desk, line: Line
) -> None:
    """Asked or sent to, as for any offer."""
    line.queue.policy = {"ring_seconds": 45}
    db.session.commit()
    one, agent = talk
    other = at_desk("back")
    for what in ("consult", "transfer"):
        before = clock.now()
        answer = agent.post(f"/desk/calls/{one.call.ref}/{what}", json={"agent_id": other.agent.id})
        assert answer.status_code == 200, answer.text
        due = db.session.scalar(
            select(func.max(Deadline.due_at)).where(Deadline.call_id == one.call.id)
        )
        assert due is not None
        assert 45 <= (due - before).total_seconds() < 50
        if what == "consult":
            ask(agent, one, "consultation/end")
