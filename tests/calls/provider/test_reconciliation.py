"""What our records say against the provider's: which questions, which missed events. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calls.call.life import states
from app.calls.call.life.states import LIVE, CallRecord, Event, Kind, PartyState, State
from app.calls.provider.reconciliation import (
    MOST_QUESTIONS,
    SETTLE,
    DriftKind,
    Known,
    Questions,
    Seen,
    doubtful,
    findings,
    left_over,
    questions,
    unknown,
)
from app.foundation.ports import LegReport, RoomReport

T0 = datetime(2021, 6, 22, 8, 35, tzinfo=UTC)
NOW = T0 + timedelta(minutes=10)
CALLER, AGENT, PARTY = "CAcaller", "CAagent", "CAparty"
ROOM = RoomReport("CF1", frozenset({CALLER, AGENT}))


def record(state: State, **fields: Any) -> CallRecord:
    values: dict[str, Any] = {"received_at": T0, "last_at": T0, "state": state}
    if state in (State.CONNECTING, State.TALKING, State.WRAP_UP):
        values |= {"agent_id": 7, "agent_leg_sid": AGENT}
    if state in (State.TALKING, State.WRAP_UP):
        values |= {"agent_present": state is State.TALKING, "answered_at": T0}
    return CallRecord(**(values | fields))


def known(state: State, **fields: Any) -> Known:
    return Known(1, "abc", CALLER, record(state, **fields))


def over(sid: str, seconds: float = 0, status: str = "completed") -> LegReport:
    """A leg that ended ``seconds`` after T0."""
    return LegReport(sid, status, started_at=T0, ended_at=T0 + timedelta(seconds=seconds))


def kinds(call: Known, seen: Seen, now: datetime = NOW) -> list[DriftKind]:
    return [found.kind for found in findings(call, seen, now)]


def repaired(call: Known, seen: Seen) -> CallRecord:
    """The record once every finding is applied."""
    after = call.record
    for found in findings(call, seen, NOW):
        after = states.apply(after, found.event) if found.event else after
    return after


# --- questions -------------------------------------------------------------------------------------


def test_nothing_is_asked_about_calls_whose_legs_live() -> None:
    calls = [known(State.WAITING), known(State.TALKING)]
    assert questions(calls, frozenset({CALLER, AGENT}), {}, NOW) == Questions()
    assert doubtful(calls, frozenset({CALLER, AGENT}), NOW) == []


def test_a_leg_that_is_not_among_the_live_ones_is_asked_about() -> None:
    asked = questions([known(State.TALKING)], frozenset({CALLER}), {}, NOW)
    assert asked.legs == (AGENT,)


@pytest.mark.parametrize(
    ("call", "room"),
    [
        (known(State.CONNECTING), True),
        (known(State.CONNECTING, agent_leg_sid=None), False),
        (known(State.TALKING, agent_present=False), True),
        (known(State.TALKING), False),
        (
            known(State.TALKING, party_id=3, party_leg_sid=PARTY, party_state=PartyState.CALLED),
            True,
        ),
        (known(State.WAITING), False),
        (known(State.WAITING, answered_at=T0), True),
    ],
)
def test_a_conference_is_asked_about_only_when_it_can_tell_more(call: Known, room: bool) -> None:
    asked = questions([call], frozenset({CALLER, AGENT, PARTY}), {}, NOW)
    assert asked.rooms == (("call-abc",) if room else ())


def test_what_has_just_moved_is_left_alone() -> None:
    fresh = known(State.TALKING, last_at=NOW - SETTLE / 2)
    assert questions([fresh], frozenset(), {}, NOW).legs == ()
    assert doubtful([fresh], frozenset(), NOW) == []
    assert kinds(fresh, Seen(frozenset(), {CALLER: None, AGENT: None})) == []


def test_a_round_asks_a_bounded_number_of_questions() -> None:
    many = [replace(known(State.WAITING), id=n, person_leg=f"CA{n}") for n in range(500)]
    assert len(questions(many, frozenset(), {}, NOW).legs) == MOST_QUESTIONS


def test_what_a_list_has_told_is_not_asked() -> None:
    """A surge that hung up while we were away: one list for all of it."""
    many = [replace(known(State.TALKING), id=n, person_leg=f"CA{n}") for n in range(500)]
    assert doubtful(many, frozenset(), NOW) == many
    listed = {call.person_leg: over(call.person_leg, 30) for call in many}
    assert questions(many, frozenset(), listed, NOW).legs == ()
    seen = Seen(frozenset(), listed)
    assert all(kinds(call, seen) == [DriftKind.PERSON_GONE] for call in many)


# --- ends ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (State.WAITING, "abandoned"),
        (State.OFFERED, "abandoned"),
        (State.CONNECTING, "abandoned"),
        (State.TALKING, "answered"),
    ],
)
def test_a_caller_who_left_without_a_word(state: State, outcome: str) -> None:
    fields = {"queued_at": T0, "offered_to": 7 if state is State.OFFERED else None}
    call = known(state, **fields)
    seen = Seen(frozenset({AGENT}), {CALLER: over(CALLER, 30)})
    assert kinds(call, seen) == [DriftKind.PERSON_GONE]
    after = repaired(call, seen)
    assert (after.outcome, after.ended_at) == (outcome, T0 + timedelta(seconds=30))
    assert after.state is (State.WRAP_UP if state is State.TALKING else State.ENDED)


def test_a_leg_that_failed_is_a_failure() -> None:
    call = known(State.WAITING, queued_at=T0)
    assert (
        repaired(call, Seen(frozenset(), {CALLER: over(CALLER, 9, "failed")})).outcome == "failed"
    )


def test_a_leg_that_the_provider_does_not_know_is_over() -> None:
    call = known(State.WAITING, queued_at=T0)
    assert repaired(call, Seen(frozenset(), {CALLER: None})).ended_at == NOW


def test_a_leg_that_has_just_ended_is_left_to_its_callback() -> None:
    just = LegReport(CALLER, "completed", ended_at=NOW - SETTLE / 2)
    assert kinds(known(State.WAITING), Seen(frozenset(), {CALLER: just})) == []


def test_a_leg_that_rings_is_not_over() -> None:
    ringing = LegReport(AGENT, "ringing", started_at=T0)
    assert kinds(known(State.CONNECTING), Seen(frozenset({CALLER}), {AGENT: ringing})) == []


def test_the_agents_leg_is_gone_and_the_caller_is_there() -> None:
    after = repaired(known(State.TALKING), Seen(frozenset({CALLER}), {AGENT: over(AGENT, 40)}))
    assert (after.state, after.agent_present) == (State.TALKING, False)
    waiting = repaired(
        known(State.CONNECTING, queued_at=T0), Seen(frozenset({CALLER}), {AGENT: over(AGENT, 40)})
    )
    assert (waiting.state, waiting.agent_id, waiting.queued_at) == (State.WAITING, None, T0)


@pytest.mark.parametrize(("caller", "agent", "first"), [(30, 30, CALLER), (40, 30, AGENT)])
def test_who_left_first_is_told_first(caller: int, agent: int, first: str) -> None:
    seen = Seen(frozenset(), {CALLER: over(CALLER, caller), AGENT: over(AGENT, agent)})
    found = findings(known(State.TALKING), seen, NOW)
    assert found[0].leg == first
    assert repaired(known(State.TALKING), seen).ended_by == "caller"


# --- who is there ----------------------------------------------------------------------------------


def test_an_agent_who_joined_and_a_conversation_that_began_unheard() -> None:
    seen = Seen(frozenset({CALLER, AGENT}), rooms={"call-abc": ROOM})
    call = known(State.CONNECTING, queued_at=T0)
    assert kinds(call, seen) == [DriftKind.AGENT_THERE, DriftKind.TALK_MISSED]
    after = repaired(call, seen)
    assert (after.state, after.agent_present, after.conference_sid) == (State.TALKING, True, "CF1")


def test_an_agent_who_came_back_unheard() -> None:
    seen = Seen(frozenset({CALLER, AGENT}), rooms={"call-abc": ROOM})
    assert repaired(known(State.TALKING, agent_present=False), seen).agent_present


def test_a_colleague_who_joined_or_left_unheard() -> None:
    fields = {"party_id": 3, "party_leg_sid": PARTY}
    asked = known(State.TALKING, **fields, party_state=PartyState.CALLED)
    room = replace(ROOM, legs=ROOM.legs | {PARTY})
    there = Seen(frozenset({CALLER, AGENT, PARTY}), rooms={"call-abc": room})
    assert repaired(asked, there).party_state is PartyState.JOINED
    joined = known(State.TALKING, **fields, party_state=PartyState.JOINED)
    gone = Seen(frozenset({CALLER, AGENT}), {PARTY: over(PARTY, 50)})
    assert repaired(joined, gone).party_id is None


def test_a_caller_forgotten_in_a_conference_goes_back_to_the_queue() -> None:
    call = known(State.WAITING, queued_at=T0, answered_at=T0)
    seen = Seen(frozenset({CALLER}), rooms={"call-abc": RoomReport("CF1", frozenset({CALLER}))})
    (found,) = findings(call, seen, NOW)
    assert (found.kind, found.back_to_queue, found.event) == (DriftKind.NOT_QUEUED, True, None)


# --- legs left over, calls unknown -----------------------------------------------------------------


def test_legs_of_a_served_call_that_is_over_are_ended_and_others_are_not() -> None:
    served = known(State.WRAP_UP, ended_at=T0)
    live = frozenset({CALLER, AGENT})
    assert {found.leg for found in left_over([served], live, NOW)} == {CALLER, AGENT}
    closed = known(State.ENDED, ended_at=T0)  # she may be leaving a message
    assert left_over([closed], live, NOW) == []
    assert left_over([known(State.WRAP_UP, ended_at=NOW)], live, NOW) == []


def test_calls_that_we_never_heard_of() -> None:
    def call(sid: str, status: str, seconds: float, inbound: bool = True) -> LegReport:
        begun = NOW - timedelta(seconds=seconds)
        return LegReport(sid, status, inbound=inbound, started_at=begun, ended_at=None)

    theirs = [
        call("known", "in-progress", 60),
        call("new", "in-progress", 60),
        call("just now", "ringing", 1),
        call("later", "completed", 100),
        call("sooner", "no-answer", 200),
        call("ours", "completed", 90, inbound=False),
    ]
    found = unknown(theirs, frozenset({"known"}), NOW)
    assert [leg.sid for leg in found.live] == ["new"]
    assert [leg.sid for leg in found.over] == ["sooner", "later"]


# --- for whatever the provider says ----------------------------------------------------------------

STATES = st.sampled_from(sorted(LIVE))
LEG = st.sampled_from(["live", "over", "unknown", "ringing"])


@given(STATES, st.booleans(), LEG, LEG, st.booleans())
def test_repairs_are_legal_and_leave_nothing_to_repair(
    state: State, present: bool, caller: str, agent: str, together: bool
) -> None:
    if state is State.OUTSIDE:
        return  # reached through a further person: its own tests
    fields: dict[str, Any] = {"queued_at": T0}
    if state is State.OFFERED:
        fields["offered_to"] = 7
    if state in (State.CONNECTING, State.TALKING):
        fields["agent_present"] = present
    call = known(state, **fields)
    live = frozenset(leg for leg, how in ((CALLER, caller), (AGENT, agent)) if how == "live")
    reports = {
        leg: {"over": over(leg, 30), "unknown": None, "ringing": LegReport(leg, "ringing")}[how]
        for leg, how in ((CALLER, caller), (AGENT, agent))
        if how != "live"
    }
    room = {"call-abc": RoomReport("CF1", live)} if together else {}
    seen = Seen(live, reports, room)
    after = repaired(call, seen)
    assert states.legal(after)
    if caller in ("over", "unknown"):
        assert after.ended_at is not None
    settled = Known(1, "abc", CALLER, replace(after, last_at=T0))
    assert [f for f in findings(settled, seen, NOW) if f.event and _changes(settled, f.event)] == []


def _changes(call: Known, event: Event) -> bool:
    return states.apply(call.record, event) is not call.record


def test_the_keys_are_those_of_the_webhooks() -> None:
    """So that the true callback, late, is known already (app/calls/provider/webhooks.py)."""
    seen = Seen(frozenset({CALLER, AGENT}), {PARTY: over(PARTY, 50)}, rooms={"call-abc": ROOM})
    keys = [f.event.key for f in findings(known(State.CONNECTING), seen, NOW) if f.event]
    assert keys == [f"joined:{AGENT}", f"answered:{AGENT}"]
    gone = Seen(frozenset(), {CALLER: None, AGENT: None})
    events = [f.event for f in findings(known(State.TALKING), gone, NOW) if f.event]
    assert [e.key for e in events] == ["caller_left", f"left:{AGENT}"]
    assert events[0].kind is Kind.CALLER_LEFT
