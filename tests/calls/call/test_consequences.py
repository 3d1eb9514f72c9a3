"""What follows each event, as data: over any stream, and in the cases that callers feel."""

from __future__ import annotations

from hypothesis import given

from app.calls.call.life.consequences import (
    CallAgent,
    ConnectCaller,
    EnqueueCaller,
    HangUpCaller,
    HangUpLeg,
    HoldCaller,
    MoveAgent,
    RingPerson,
    consequences,
    holders,
)
from app.calls.call.life.states import Event, Kind, State, apply, received
from tests.calls.call.test_states import ANSWERED, START, at, event, fold, streams, talks

IN_CONFERENCE = (State.CONNECTING, State.TALKING, State.OUTSIDE)


def after(events: list[Event], last: Event):  # type: ignore[no-untyped-def]
    before = fold(events)
    record = apply(before, last)
    assert record is not before
    return consequences(before, record, last)


@given(streams | talks)
def test_the_agents_a_call_holds_are_always_let_go_once(stream: list[Event]) -> None:
    """Follow the moves alone: nobody stays rung or talking when no call holds her."""
    record, held = received(START), {}
    for each in stream:
        following = apply(record, each)
        if following is record:
            continue
        follow = consequences(record, following, each)
        now = holders(following)
        held |= {a: s for a, s in now.items() if a not in held}  # claimed by the service
        for move in follow.moves:
            assert move.agent_id in held
            if move.agent_id in now:
                held[move.agent_id] = move.to
            else:
                del held[move.agent_id]
        record = following
        assert held == now


@given(talks)
def test_a_leg_that_a_call_lets_go_is_hung_up(stream: list[Event]) -> None:
    """No colleague and no outside number stays alone in a conference."""
    record = received(START)
    for each in stream:
        following = apply(record, each)
        if following is not record:
            commands = consequences(record, following, each).commands
            hung_up = {c.leg for c in commands if isinstance(c, HangUpLeg)}
            kept = {following.agent_leg_sid, following.party_leg_sid}
            over = following.state in (State.WRAP_UP, State.ENDED)
            for leg in {record.party_leg_sid, record.agent_leg_sid} - {None}:
                replaced = each.kind in (Kind.LEG_CREATED, Kind.PARTY_LEG)
                gone = over and record.state in IN_CONFERENCE
                assert leg in hung_up or replaced or not (leg not in kept or gone)
        record = following


@given(streams | talks)
def test_a_waiting_call_always_asks_routing_to_look(stream: list[Event]) -> None:
    record = received(START)
    for each in stream:
        following = apply(record, each)
        if following is not record and following.state is State.WAITING:
            assert consequences(record, following, each).route
        record = following


@given(streams | talks)
def test_what_must_be_looked_at_again_has_a_deadline(stream: list[Event]) -> None:
    wanted = {State.OFFERED: "offer", State.CONNECTING: "connect", State.WRAP_UP: "wrap_up"}
    record = received(START)
    for each in stream:
        following = apply(record, each)
        if following.state is not record.state and following.state in wanted:
            follow = consequences(record, following, each)
            assert wanted[following.state] in {due.kind for due in follow.dues}
        record = following


def test_accepting_calls_the_agent_and_leaves_the_caller_in_the_queue() -> None:
    follow = after(list(ANSWERED[:2]), ANSWERED[2])
    assert follow.commands == (CallAgent(1),)
    assert follow.moves == (MoveAgent(1, "in_call"),)


def test_the_caller_is_brought_once_the_agent_is_there() -> None:
    assert after(list(ANSWERED[:4]), ANSWERED[4]).commands == (ConnectCaller(),)


def test_a_missed_offer_is_not_a_caller_who_hung_up() -> None:
    ringing = list(ANSWERED[:2])
    missed = after(ringing, event(Kind.OFFER_EXPIRED, 30))
    left = after(ringing, event(Kind.CALLER_LEFT, 30))
    assert missed.moves == (MoveAgent(1, "missed"),)
    assert left.moves == (MoveAgent(1, "release"),)


def test_a_leg_that_dies_before_the_caller_was_moved_leaves_her_in_place() -> None:
    before_join = after(list(ANSWERED[:4]), event(Kind.AGENT_LEFT, 12))
    assert before_join.commands == (HangUpLeg("CAa"),)
    moved = after(list(ANSWERED[:5]), event(Kind.AGENT_LEFT, 12))
    assert moved.commands == (EnqueueCaller(), HangUpLeg("CAa"))


def test_music_while_the_agent_is_away_and_none_if_she_had_asked_for_hold() -> None:
    away = [*ANSWERED, event(Kind.AGENT_LEFT, 20)]
    assert after(list(ANSWERED), event(Kind.AGENT_LEFT, 20)).commands == (
        HoldCaller("CF1", on=True),
    )
    back = [*away, event(Kind.LEG_CREATED, 21, leg="CAb")]
    assert after(back, event(Kind.AGENT_JOINED, 22, leg="CAb")).commands == (
        HoldCaller("CF1", on=False),
    )
    held = [*ANSWERED, event(Kind.HELD, 15), *back[len(ANSWERED) :]]
    assert after(held, event(Kind.AGENT_JOINED, 22, leg="CAb")).commands == ()


def test_who_hangs_up_decides_whose_leg_is_left_to_end() -> None:
    assert after(list(ANSWERED), event(Kind.CALLER_LEFT, 60)).commands == (HangUpLeg("CAa"),)
    by_agent = after(list(ANSWERED), event(Kind.AGENT_HUNG_UP, 60)).commands
    assert by_agent == (HangUpCaller(), HangUpLeg("CAa"))


def test_who_enters_the_queue_is_looked_at_now() -> None:
    """The line's threshold is no deadline: the ticker looks at the queue at each tick."""
    follow = after([], event(Kind.QUEUED, 4))
    assert follow.route
    assert follow.dues == ()


def test_the_person_is_rung_once_the_agent_who_dials_is_there() -> None:
    dialled = Event(Kind.DIALLED, at(1), "dialled", agent_id=1)
    record = apply(received(START, outbound=True), dialled)
    record = apply(record, ANSWERED[3])
    joined = apply(record, ANSWERED[4])
    follow = consequences(record, joined, ANSWERED[4])
    assert follow.commands == (RingPerson(),)
    assert [due.kind for due in follow.dues] == ["connect"]


def test_a_conversation_handed_over_takes_the_caller_off_hold_and_ends_one_leg() -> None:
    third = [
        Event(Kind.CONSULTED, at(20), "c", agent_id=1, to_agent_id=2, party_id=7),
        Event(Kind.PARTY_ACCEPTED, at(22), "a", agent_id=2, party_id=7),
        Event(Kind.PARTY_LEG, at(23), "l", leg="CAb", party_id=7),
        Event(Kind.PARTY_JOINED, at(24), "j", leg="CAb", party_id=7),
    ]
    hand_over = Event(Kind.HANDED_OVER, at(30), "h", agent_id=1, party_id=7)
    follow = after([*ANSWERED, *third], hand_over)
    assert follow.commands == (HoldCaller("CF1", on=False), HangUpLeg("CAa"))
    assert follow.moves == (MoveAgent(1, "release"),)
