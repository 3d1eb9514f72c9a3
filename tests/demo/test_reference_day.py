"""The plan of the reference day: exactly the study's figures, and physically possible."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from app.calls.call.life import states
from app.demo.reference_day import (
    AGENTS,
    OVERFLOW_AFTER_S,
    REFERENCE_DAY,
    RING_S,
    PlannedCall,
    PlannedEvent,
    plan,
)
from app.foundation.clock import PARIS
from app.lines import opening_hours
from app.reporting.call_fact import CallFact
from app.reporting.statistics import day_report

CALLS = plan()
ANSWERED = [call for call in CALLS if call.answered]
BACK = AGENTS[2]


def record_of(call: PlannedCall) -> states.CallRecord:
    """The plan's events, folded by the live call's own rules."""
    events = [_event(call, planned) for planned in call.events()]
    return states.rebuild(call.received_at, events)


def _event(call: PlannedCall, planned: PlannedEvent) -> states.Event:
    agent_id = AGENTS.index(planned.agent) + 1 if planned.agent else None
    return states.Event(
        planned.kind, planned.at, planned.key, agent_id=agent_id, leg=call.leg_sid,
        until=planned.until, overflow=planned.overflow,
    )  # fmt: skip


def fact_of(call: PlannedCall) -> CallFact:
    record = record_of(call)
    return CallFact(
        ref=call.provider_sid,
        direction="in",
        received_at=call.received_at,
        queued_at=record.queued_at,
        answered_at=record.answered_at,
        ended_at=record.ended_at,
        wrap_up_ended_at=record.wrap_up_ended_at,
        outcome=record.outcome,
        hold_s=record.hold_s,
        agent_role=(call.agent or "").split("-")[0] or None,
        reason=call.reason,
        caller_role=call.role,
        digital_declared=call.digital_declared,
        digital_kind=call.digital_seen,
        digital_observed=call.digital_seen is not None,
    )


REPORT = day_report([fact_of(call) for call in CALLS], REFERENCE_DAY)


def test_the_figures_of_the_study() -> None:
    assert REPORT.outcomes() == {
        "answered": 59,
        "abandoned": 3,
        "short_abandoned": 5,
        "callback": 0,
        "failed": 0,
        "open": 0,
    }
    assert REPORT.presented == 67
    assert (REPORT.mean_wait_s, REPORT.mean_talk_s) == (32, 336)
    assert REPORT.closed == 0


def test_who_called_and_why() -> None:
    assert {role: n for role, n in REPORT.caller_roles.items() if n} == {
        "stagiaire": 21,
        "formateur": 6,
        "duo": 2,
    }
    assert all(REPORT.reasons.values())
    assert sum(REPORT.reasons.values()) == 59


def test_seven_digital_troubles_observed_and_five_declared() -> None:
    assert (REPORT.digital_observed, REPORT.digital_declared) == (7, 5)
    assert len(REPORT.digital_gap) == 2
    assert Counter(call.digital_seen for call in CALLS if call.digital_seen) == {
        "invalid_identifier": 2,
        "mailbox_password": 1,
        "outside_procedure": 1,
        "invalid_pieces": 1,
        "account_not_found": 2,
    }


def test_the_thirteenth_call_of_the_morning() -> None:
    call = CALLS[12]
    local = [instant.astimezone(PARIS) for instant in (call.received_at, call.answered_at)]
    assert [f"{instant:%H:%M}" for instant in local] == ["10:35", "10:35"]
    assert call.talk_s == 15 * 60 + 16
    assert call.talk_s == max(each.talk_s for each in CALLS)
    assert call.digital_seen == "mailbox_password"
    assert all(each.answered for each in CALLS[:13])


def test_three_agents_answer_and_none_is_on_two_calls_at_once() -> None:
    assert {call.agent for call in ANSWERED} == set(AGENTS)
    for agent in AGENTS:
        own = sorted((c for c in ANSWERED if c.agent == agent), key=lambda c: c.answered_at)
        for call, following in pairwise(own):
            rings_at = following.answered_at - timedelta(seconds=following.ring_s)
            assert call.wrapped_up_at <= rings_at, (agent, call.number, following.number)


def test_the_back_office_is_offered_a_call_only_after_the_threshold() -> None:
    for call in ANSWERED:
        if call.agent == BACK:
            assert call.wait_s - call.ring_s >= OVERFLOW_AFTER_S


def test_callers_are_offered_to_an_agent_in_the_order_of_their_arrival() -> None:
    offered = [call.answered_at - timedelta(seconds=call.ring_s) for call in ANSWERED]
    assert offered == sorted(offered)


def test_nobody_waits_while_a_front_office_agent_is_free() -> None:
    for call in CALLS:
        until = call.answered_at - timedelta(seconds=call.ring_s)
        if call.agent and not call.answered:
            continue  # rang at once
        for agent in AGENTS[:2]:
            spans = [_busy(other) for other in ANSWERED if other.agent == agent]
            instant = call.queued_at
            while instant < until:
                assert any(start <= instant < end for start, end in spans), (call.number, agent)
                instant += timedelta(seconds=1)


def _busy(call: PlannedCall) -> tuple[datetime, datetime]:
    """From the ring to the end of the wrap-up."""
    return call.answered_at - timedelta(seconds=call.ring_s), call.wrapped_up_at


def test_rings_are_shorter_than_an_offer_and_waits_hold_them() -> None:
    for call in ANSWERED:
        assert 3 <= call.ring_s < RING_S
        assert call.ring_s <= call.wait_s


def test_abandons_on_both_sides_of_five_seconds() -> None:
    waits = sorted(call.wait_s for call in CALLS if not call.answered)
    assert [wait < 5 for wait in waits] == [True] * 5 + [False] * 3


def test_calls_come_while_the_line_is_open() -> None:
    for call in CALLS:
        assert opening_hours.is_open(opening_hours.REFERENCE_HOURS, call.received_at, PARIS)


def test_every_event_of_the_plan_is_legal_and_in_order() -> None:
    for call in CALLS:
        record = states.received(call.received_at)
        for planned in call.events():
            after = states.apply(record, _event(call, planned))
            assert after is not record, (call.number, planned.kind)
            assert states.legal(after)
            record = after
        assert record.state is states.State.ENDED


def test_calls_have_names_of_their_own() -> None:
    assert len({call.provider_sid for call in CALLS} | {call.leg_sid for call in CALLS}) == 134
    assert len({call.caller_number for call in CALLS}) == 67


def test_the_same_day_on_another_date_keeps_the_wall_clock() -> None:
    winter = plan(date(2026, 1, 13))
    assert winter[12].received_at == datetime(2026, 1, 13, 9, 35, 7, tzinfo=UTC)
    assert [c.talk_s for c in winter] == [c.talk_s for c in CALLS]
