"""Whatever the provider repeats, delays, reorders or loses, the final record is the same.

Each journey is played once over a good channel; then as many times as STREAM_ROUNDS says (all
journeys together) over channels that lose up to half of the callbacks, repeat them and delay them
up to twelve seconds. Comparisons with the provider's records run meanwhile, as they do in service.

The same, always: state, outcome, who ended it, whether it was answered, who talked last, the time
on a hold that was asked for. ``answered_at`` is the second when both were in the conference (that
is asked, not told). ``ended_at`` is the true one within four seconds: a callback that is later than
three is dated by the provider, to the second; but a record never goes back before what it holds.
What may differ: how long a repair took, hence when later steps happened.

1,000 rounds on both databases: STREAM_ROUNDS=1000 pytest tests/calls/call/test_streams.py
One round again: STREAM_ONLY=474
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.accounts.models import Connection, Presence
from app.calls.call import outbound, parties, service, store
from app.calls.call.models import Call, CallCommand
from app.calls.directory.entries import Target
from app.calls.provider.models import ProviderLink
from app.foundation import clock
from app.foundation.extensions import db
from app.foundation.ports import Ports
from app.lines.models import Line
from app.queue.models import Deadline
from app.web import news
from tests.calls.call.stage import BEGINNING, GOOD, Channel, Script, Stage
from tests.clients import StaffClient
from tests.holding import be

ROUNDS = int(os.environ.get("STREAM_ROUNDS", "60"))
pytestmark = pytest.mark.timeout(120 + ROUNDS)
ONLY = [int(number) for number in os.environ.get("STREAM_ONLY", "").split(",") if number]
SEED = int(os.environ.get("STREAM_SEED", "20210622"))
LONGEST_DELAY = 12.0
TOLERANCE = timedelta(seconds=4)  # later than that, the provider's own date is believed


# --- journeys --------------------------------------------------------------------------------------


def state(stage: Stage, *names: str) -> Callable[[], bool]:
    return lambda: stage.call.state in names


def ringing(stage: Stage) -> Callable[[], bool]:
    return lambda: stage.call.offered_to is not None


def accepts(stage: Stage) -> int:
    """Whoever is rung takes the call."""
    call = stage.call
    assert call.offered_to is not None
    service.accept(call.ref, call.offered_to, now=stage.now)
    return call.offered_to


def talks(stage: Stage) -> Script:
    """Somebody calls and gets an agent."""
    stage.dials(f"+3363998{stage.random.randrange(10_000):04d}")
    yield ringing(stage)
    yield stage.pause(3)
    accepts(stage)
    yield state(stage, "talking")
    yield stage.pause(20)


def answered(stage: Stage) -> Script:
    yield from talks(stage)
    stage.caller_hangs_up()


def agent_ends(stage: Stage) -> Script:
    yield from talks(stage)
    call = stage.call
    service.hang_up(call.ref, int(call.agent_id or 0), now=stage.now)


def held(stage: Stage) -> Script:
    yield from talks(stage)
    call = stage.call
    service.hold(call.ref, int(call.agent_id or 0), on=True, now=stage.now)
    yield stage.pause(25)
    service.hold(call.ref, int(call.agent_id or 0), on=False, now=stage.now)
    yield stage.pause(10)
    stage.caller_hangs_up()


def abandoned(stage: Stage) -> Script:
    stage.dials("+33639980101")
    yield ringing(stage)
    yield stage.pause(12)
    stage.caller_hangs_up()


def abandoned_at_once(stage: Stage) -> Script:
    stage.dials("+33639980102")
    yield stage.pause(2)
    stage.caller_hangs_up()


def leg_fails(stage: Stage) -> Script:
    """Her softphone does not answer: the call returns to its place, a colleague takes it."""
    stage.dials("+33639980103")
    yield ringing(stage)
    first = stage.call.offered_to
    stage.broken = {int(first or 0)}
    accepts(stage)
    yield lambda: stage.call.offered_to not in (None, first)
    accepts(stage)
    yield state(stage, "talking")
    yield stage.pause(20)
    stage.caller_hangs_up()


def browser_dies(stage: Stage) -> Script:
    """Her browser dies in mid-call; the person goes to whoever is free."""
    yield from talks(stage)
    first = stage.call.agent_id
    stage.broken = {int(first or 0)}
    stage.browser_dies()
    yield lambda: stage.call.offered_to is not None
    accepts(stage)
    yield state(stage, "talking")
    yield stage.pause(20)
    stage.caller_hangs_up()


def transferred(stage: Stage) -> Script:
    """A blind transfer to a colleague, who takes it."""
    yield from talks(stage)
    call = stage.call
    first = int(call.agent_id or 0)
    colleague = next(agent for agent in stage.agents if agent != first)
    parties.send(call.ref, first, Target(agent_id=colleague), now=stage.now)
    yield lambda: stage.call.offered_to == colleague
    yield stage.pause(4)
    accepts(stage)
    yield lambda: stage.call.state == "talking" and stage.call.agent_id == colleague
    yield stage.pause(20)
    stage.caller_hangs_up()


def handed_over(stage: Stage) -> Script:
    """A colleague is consulted, then goes on alone with the person."""
    yield from talks(stage)
    call = stage.call
    first = int(call.agent_id or 0)
    colleague = next(agent for agent in stage.agents if agent != first)
    parties.consult(call.ref, first, Target(agent_id=colleague), now=stage.now)
    yield stage.pause(3)
    parties.accept(call.ref, colleague, now=stage.now)
    yield lambda: stage.call.party_state == "joined"
    yield stage.pause(10)
    parties.hand_over(call.ref, first, now=stage.now)
    yield stage.pause(20)
    stage.caller_hangs_up()


def dialled(stage: Stage) -> Script:
    """An agent calls somebody, who hangs up in the end."""
    target = Target(number="+33639980104", label="Samira")
    outbound.dial(stage.agents[0], target, None, now=stage.now)
    yield state(stage, "talking")
    stage.caller = str(stage.call.person_leg_sid)
    yield stage.pause(20)
    stage.caller_hangs_up()


JOURNEYS = (
    answered, agent_ends, held, abandoned, abandoned_at_once, leg_fails, browser_dies,
    transferred, handed_over, dialled,
)  # fmt: skip


# --- the stage -------------------------------------------------------------------------------------


class _Anybody:
    """The telephony of whichever stage plays now."""

    stage: Stage

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stage, name)


@pytest.fixture
def provider() -> _Anybody:
    return _Anybody()


@pytest.fixture
def ports(provider: _Anybody) -> Ports:
    from tests.fakes import fake_ports

    return dataclasses.replace(fake_ports(), telephony=provider, call_log=provider)  # type: ignore[arg-type]


@pytest.fixture
def play(
    app: Flask,
    line: Line,
    at_desk: Callable[..., StaffClient],
    provider: _Anybody,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Callable[[Stage], Script], Channel, int], Stage]:
    """``play(journey, channel, seed)``: the stage after the call, on one installation."""
    agents = [at_desk().agent.id for _ in range(2)]
    started = [BEGINNING]
    db.session.execute(update(ProviderLink).values(seen_until=BEGINNING))
    db.session.execute(update(Connection).values(seen_at=BEGINNING + timedelta(days=365)))
    db.session.commit()
    news.install(app, desks=lambda _agents: None, line=lambda: None)  # browsers are not the subject
    client: StaffClient = app.test_client()  # type: ignore[assignment]

    def go(journey: Callable[[Stage], Script], channel: Channel, seed: int) -> Stage:
        stage = provider.stage = Stage(
            client,
            agents,
            Random(f"{journey.__name__}:{seed}"),
            channel,
            now=started[0] + timedelta(hours=2),
        )
        monkeypatch.setattr(clock, "now", lambda: stage.now)
        _rested(agents, stage.now)
        stage.play(journey(stage))
        started[0] = stage.now
        return stage

    return go


def _rested(agents: list[int], now: datetime) -> None:
    """Both are free, the first for longer: who is rung first does not depend on the call before."""
    for place, agent_id in enumerate(agents):
        idle = now - timedelta(minutes=10 - place)
        be(agent_id, "available", chosen_since=idle, idle_since=idle)
    db.session.commit()


def record(stage: Stage) -> dict[str, Any]:
    """What must be the same, whatever the channel did."""
    call = stage.call
    who = {agent: name for name, agent in zip("AB", stage.agents, strict=True)}
    return {
        "direction": call.direction,
        "state": call.state,
        "outcome": call.outcome,
        "ended_by": call.ended_by,
        "answered": call.answered_at is not None,
        "agent": who.get(call.agent_id or 0),
        "held": round(call.hold_s) if stage.channel is GOOD else call.hold_s,
        "party": call.party_id,
    }


# --- the tests -------------------------------------------------------------------------------------

Play = Callable[[Callable[[Stage], Script], Channel, int], Stage]

EXPECTED: dict[str, tuple[str, str | None, bool, str | None]] = {
    "answered": ("answered", "caller", True, "A"),
    "agent_ends": ("answered", "agent", True, "A"),
    "held": ("answered", "caller", True, "A"),
    "abandoned": ("abandoned", "caller", False, None),
    "abandoned_at_once": ("short_abandoned", "caller", False, None),
    "leg_fails": ("answered", "caller", True, "B"),
    "browser_dies": ("answered", "caller", True, "B"),
    "transferred": ("answered", "caller", True, "B"),
    "handed_over": ("answered", "caller", True, "B"),
    "dialled": ("answered", "caller", True, "A"),
}


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda j: j.__name__)
def test_over_a_good_channel_nothing_differs(play: Play, journey: Any) -> None:
    stage = play(journey, GOOD, 1)
    found = record(stage)
    assert (found["outcome"], found["ended_by"], found["answered"], found["agent"]) == EXPECTED[
        journey.__name__
    ]
    assert found["state"] == "ended"
    assert stage.drifts() == []


def test_the_final_record_is_the_same_whatever_the_channel_did(play: Play) -> None:
    truth = {journey.__name__: record(play(journey, GOOD, 1)) for journey in JOURNEYS}
    for number in ONLY or range(ROUNDS):
        journey = JOURNEYS[number % len(JOURNEYS)]
        chance = Random(SEED + number)
        channel = Channel(
            lost=chance.choice((0.0, 0.1, 0.3, 0.5)),
            repeated=chance.choice((0.0, 0.3, 1.0)),
            asked_twice=chance.choice((0.0, 0.3)),
            longest_delay=chance.choice((0.0, 2.0, LONGEST_DELAY)),
        )
        try:
            stage = play(journey, channel, SEED + number)
        except AssertionError as error:
            raise AssertionError(f"round {number}: {journey.__name__}, {channel}") from error
        why = f"round {number}: {journey.__name__}, {channel}, told {stage.told}"
        found, expected = record(stage), truth[journey.__name__]
        longer = found.pop("held") - expected["held"]
        # Music plays until a colleague is seen to have joined: a repair's length at most.
        assert -1 < longer < (25 if journey is handed_over else 2), why
        assert found == {k: v for k, v in expected.items() if k != "held"}, why
        _times_are_right(stage, why)
        _nobody_is_stuck(stage, why)


def _times_are_right(stage: Stage, why: str) -> None:
    call, ended = stage.call, stage.legs[stage.caller].report.ended_at if stage.caller else None
    if call.answered_at is not None and stage.together_at is not None:
        assert abs(call.answered_at - stage.together_at) <= timedelta(seconds=1), why
    if ended is not None and call.ended_by == "caller":
        assert call.ended_at is not None
        known = max(ended, _before_the_end(call))  # an offer may have expired at an empty line
        assert timedelta(seconds=-1) <= call.ended_at - ended, why
        assert call.ended_at - known <= TOLERANCE, why


def _before_the_end(call: Call) -> datetime:
    """When the last thing happened that we wrote down before the end: a record never goes back."""
    events = store.events_of(call.id)
    ends = next(n for n, e in enumerate(events) if e.key == "caller_left")
    return max((event.at for event in events[:ends]), default=call.received_at)


def _nobody_is_stuck(stage: Stage, why: str) -> None:
    """Every leg has ended, nothing is due of this call, both agents are free."""
    assert all(leg.report.over for leg in stage.legs.values()), why
    assert not db.session.scalar(select(CallCommand.id)), why
    assert db.session.scalars(select(Presence.state)).all() == ["available"] * 2, why
    left = db.session.scalars(select(Deadline.kind).where(Deadline.call_id.is_not(None))).all()
    assert set(left) <= {"overflow", "wrap_up", "offer", "connect", "rejoin"}, why
    assert db.session.scalar(select(Call.id).where(Call.state.not_in(("ended",)))) is None, why
    db.session.rollback()
