"""The simulator of the routing bench: against closed forms, then by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from app.queue.policy import Policy
from bench.routing import arrivals, speed
from bench.routing.arrivals import ArrivingCall, Day
from bench.routing.erlang import Queue, agents_for, erlang_a, erlang_b, erlang_c
from bench.routing.figures import figures
from bench.routing.rules import OTHERS, FirstOwner, LeastRecent, Permanence, Pooled, Sweep
from bench.routing.simulation import Served, Staff, replay

pytestmark = pytest.mark.unit

HANDLING_S = 180.0


def poisson(seed: int, rate: float, count: int, patience_s: float = math.inf) -> Day:
    """A long stretch of a Poisson stream, without ring nor wrap-up, as the formulas have it."""
    rng = np.random.default_rng(seed)
    at = np.cumsum(rng.exponential(1 / rate, count))
    talks = rng.exponential(HANDLING_S, count)
    patience = rng.exponential(1, count) * patience_s
    return tuple(
        ArrivingCall(float(a), float(t), float(p), wrap_up_s=0.0, ring_s=0.0)
        for a, t, p in zip(at, talks, patience, strict=True)
    )


def call(at: float, talk_s: float = 100, **more: float | int | None) -> ArrivingCall:
    return ArrivingCall(at, talk_s, **more)  # type: ignore[arg-type]


def test_erlang_b_and_c_as_in_the_tables() -> None:
    assert erlang_b(2, 1.0) == pytest.approx(0.2)
    assert erlang_c(2, 1.0) == pytest.approx(1 / 3)
    assert erlang_c(10, 8.0) == pytest.approx(0.4092, abs=1e-4)


def test_erlang_a_without_hanging_up_is_erlang_c() -> None:
    queue = Queue(calls_per_s=8 / HANDLING_S, handling_s=HANDLING_S, agents=10)
    limit = erlang_a(queue)
    delayed = erlang_c(10, 8.0)
    assert limit.delayed == pytest.approx(delayed, rel=1e-3)
    assert limit.mean_wait_s == pytest.approx(delayed * HANDLING_S / 2, rel=1e-3)
    in_time = 1 - delayed * math.exp(-2 * 20 / HANDLING_S)
    assert limit.service_level == pytest.approx(in_time, rel=1e-3)


def test_erlang_a_agrees_with_the_birth_and_death_chain() -> None:
    queue = Queue(calls_per_s=10 / HANDLING_S, handling_s=HANDLING_S, agents=9, patience_s=300)
    weights = [1.0]
    for n in range(1, 400):
        leaving = min(n, 9) / HANDLING_S + max(0, n - 9) / 300
        weights.append(weights[-1] * queue.calls_per_s / leaving)
    waiting = sum(max(0, n - 9) * w for n, w in enumerate(weights)) / sum(weights)
    limit = erlang_a(queue)
    assert limit.abandoned + limit.short == pytest.approx(
        waiting / 300 / queue.calls_per_s, rel=1e-3
    )


def test_staffing_is_the_fewest_agents_that_reach_the_service_level() -> None:
    asked = Queue(397 / 7200, 366, 1, 600, 5)
    staffed = agents_for(asked)
    fewer = Queue(397 / 7200, 366, staffed.agents - 1, 600, 5)
    assert erlang_a(staffed).service_level >= 0.8 > erlang_a(fewer).service_level


@pytest.mark.parametrize(("load", "agents", "patience_s"), [(2.0, 3, math.inf), (4.0, 4, 300.0)])
def test_the_simulation_agrees_with_the_formula(
    load: float, agents: int, patience_s: float
) -> None:
    queue = Queue(load / HANDLING_S, HANDLING_S, agents, patience_s)
    limit = erlang_a(queue)
    streams = [
        replay(poisson(seed, queue.calls_per_s, 1200, patience_s), Staff(agents), Pooled())
        for seed in range(16)
    ]
    found = figures(streams)
    for column in ("service_level", "mean_wait_s", "abandoned"):
        low, high = found.interval(column)
        slack = 0.5 * (high - low) + 0.02 * getattr(limit, column)  # they begin with an empty line
        assert low - slack <= getattr(limit, column) <= high + slack, column


def test_with_front_office_only_the_product_serves_as_one_pool() -> None:
    day = arrivals.reference_day(np.random.default_rng(5))
    ours = [c.wait_s for c in replay(day, Staff(3), Permanence())]
    assert ours == pytest.approx([c.wait_s for c in replay(day, Staff(3), Pooled())], abs=1e-5)


def test_a_call_rings_then_is_answered_and_the_next_waits_for_talk_and_wrap_up() -> None:
    first, second = replay((call(0), call(10)), Staff(1), Permanence())
    assert first == Served(5.0, True, False)
    assert second == Served(5 + 100 + 30 - 10 + 5, True, False)


def test_overflow_reaches_the_back_office_at_the_second_it_is_due() -> None:
    day = (call(0), call(10))
    at_20 = replay(day, Staff(1, 1), Permanence(Policy(overflow_after=20)))
    at_once = replay(day, Staff(1, 1), Permanence())
    assert [c.back_office for c in at_20] == [False, True]
    assert (at_20[1].wait_s, at_once[1].wait_s) == (25.0, 5.0)


def test_a_caller_hangs_up_while_waiting_or_while_it_rings() -> None:
    waiting = replay((call(0), call(1, patience_s=40)), Staff(1), Permanence())
    assert waiting[1] == Served(40.0, False, False)
    ringing = replay((call(0, patience_s=3), call(1)), Staff(1), Permanence())
    assert ringing[0] == Served(3.0, False, False)
    assert ringing[1] == Served(7.0, True, False)  # free again at 3 s, rung, answered at 8 s


def test_asterisk_tries_again_every_five_seconds_in_order() -> None:
    day = (call(0), call(1), call(132))  # free again at 135 s; tries of the second: 136 s
    served = replay(day, Staff(1), LeastRecent())
    assert served[1].wait_s == 135 + 5
    assert served[2].wait_s > served[1].wait_s


def test_the_sweep_lets_a_later_caller_pass() -> None:
    day = (call(1), call(2), call(140))  # free at 136 s, the next sweep is at 300 s
    served = replay(day, Staff(1), Sweep())
    assert served[2].wait_s == 5
    assert served[1].wait_s == 300 - 2 + 5


def test_the_first_owner_rule_keeps_the_caller_for_her_owner() -> None:
    day = (call(0, owner=1), call(10, owner=1), call(11, owner=9))
    served = replay(day, Staff(2), FirstOwner())
    assert [c.wait_s for c in served] == [5, 130, 5]


@pytest.mark.parametrize("name", ["Permanence", *OTHERS])
def test_every_rule_accounts_for_every_call(name: str) -> None:
    day = arrivals.demo(np.random.default_rng(2))
    rule = OTHERS[name]() if name in OTHERS else Permanence()
    served = replay(day, Staff(2, 1), rule)
    assert len(served) == 67
    for one, given in zip(served, day, strict=True):
        assert one.wait_s <= given.patience_s + 1e-5
        assert one.answered == (one.wait_s < given.patience_s - 1e-5)


def test_days_are_the_same_for_the_same_seed_and_have_the_studied_means() -> None:
    assert arrivals.caf_peak(np.random.default_rng(3)) == arrivals.caf_peak(
        np.random.default_rng(3)
    )
    days = [arrivals.reference_day(np.random.default_rng(seed)) for seed in range(100)]
    assert {len(day) for day in days} == {67}
    assert np.mean([c.talk_s for day in days for c in day]) == pytest.approx(336, rel=0.03)
    for day in days:
        assert all(any(s <= c.at <= e for s, e in arrivals.SESSIONS) for c in day)


def test_figures_keep_short_abandons_apart() -> None:
    day = [Served(10, True), Served(30, True, True), Served(4, False), Served(60, False)]
    found = figures([day, day])
    assert found.value["service_level"] == pytest.approx(1 / 3)
    assert found.value["mean_wait_s"] == 20
    assert found.value["abandoned"] == found.value["back_office"] == 0.25
    assert found.interval("abandoned") == (0.25, 0.25)
    assert (found.value["p95_wait_s"], found.value["p95_all_s"]) == (30, 60)


def test_the_timed_line_is_as_large_as_said() -> None:
    line = speed.snapshot(speed.busy)
    assert (len(line.agents), len(line.waiting)) == (1000, 2000)
    assert any(agent.state == "available" for agent in line.agents)
