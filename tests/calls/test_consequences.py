"""What follows each event, as data: over any stream, and in the cases that callers feel."""

from __future__ import annotations

from hypothesis import given

from app.calls.consequences import (
    CallAgent,
    ConnectCaller,
    EnqueueCaller,
    HangUpCaller,
    HangUpLeg,
    HoldCaller,
    MoveAgent,
    consequences,
)
from app.calls.states import Event, Kind, State, apply, received
from tests.calls.test_states import ANSWERED, START, at, event, fold, streams


def after(events: list[Event], last: Event):  # type: ignore[no-untyped-def]
    before = fold(events)
    record = apply(before, last)
    assert record is not before
    return consequences(before, record, last, overflow_after=20)


@given(streams)
def test_the_agent_a_call_holds_is_always_let_go_once(stream: list[Event]) -> None:
    """Follow the moves alone: nobody stays rung or talking when no call holds her."""
    record, held = received(START), {}
    for each in stream:
        following = apply(record, each)
        if following is record:
            continue
        follow = consequences(record, following, each, overflow_after=20)
        if each.kind is Kind.OFFERED and each.agent_id:
            held[each.agent_id] = "ringing"
        for move in follow.moves:
            assert move.agent_id in held
            if move.to in ("in_call", "wrap_up"):
                held[move.agent_id] = move.to
            else:
                del held[move.agent_id]
        record = following
        holder = record.offered_to or (record.agent_id if record.state is not State.ENDED else None)
        if record.state in (State.GREETING, State.WAITING):
            holder = None
        assert set(held) == ({holder} if holder else set())


@given(streams)
def test_a_waiting_call_always_asks_routing_to_look(stream: list[Event]) -> None:
    record = received(START)
    for each in stream:
        following = apply(record, each)
        if following is not record and following.state is State.WAITING:
            assert consequences(record, following, each, overflow_after=20).route
        record = following


@given(streams)
def test_what_must_be_looked_at_again_has_a_deadline(stream: list[Event]) -> None:
    wanted = {State.OFFERED: "offer", State.CONNECTING: "connect", State.WRAP_UP: "wrap_up"}
    record = received(START)
    for each in stream:
        following = apply(record, each)
        if following.state is not record.state and following.state in wanted:
            follow = consequences(record, following, each, overflow_after=20)
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


def test_overflow_is_due_after_the_lines_threshold() -> None:
    follow = after([], event(Kind.QUEUED, 4))
    assert [(d.kind, d.at) for d in follow.dues] == [("overflow", at(24))]
