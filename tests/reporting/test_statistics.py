"""The figures of a day: small named cases, then properties that hold for any day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.foundation.clock import PARIS, day_bounds
from app.reporting.call_fact import CallFact
from app.reporting.definitions import DEFINITIONS_VERSION
from app.reporting.statistics import REASONS, ROLES, DayReport, day_report
from tests.reporting.builders import DAY, at, create_answered, create_fact

JSON_KEYS = [
    "day",
    "presented",
    "answered",
    "abandoned",
    "short_abandoned",
    "callback",
    "failed",
    "closed",
    "open",
    "abandonment_rate",
    "mean_wait_s",
    "mean_talk_s",
    "mean_wrap_up_s",
    "service_level",
    "reasons",
    "caller_roles",
    "half_hours",
    "digital",
    "definitions_version",
    "channels",
    "promises",
    "incidents",
    "scripts",
]
MORNING_AND_AFTERNOON = ((time(9), time(12, 30)), (time(13, 30), time(17)))


def report(*facts: CallFact, day: date = DAY) -> DayReport:
    return day_report(facts, day)


@pytest.mark.parametrize(
    ("outcome", "counted_as", "presented"),
    [
        ("abandoned", "abandoned", 1),
        ("short_abandoned", "short_abandoned", 1),
        ("callback", "callback", 1),
        ("failed", "failed", 1),
        (None, "open", 1),
        ("closed", "closed", 0),
    ],
)
def test_each_outcome_is_counted_apart(
    outcome: str | None, counted_as: str, presented: int
) -> None:
    day = report(create_fact(outcome=outcome))
    assert getattr(day, counted_as) == 1
    assert day.presented == presented
    assert sum(day.outcomes().values()) == presented


def test_a_day_without_calls_has_zeros_and_no_means() -> None:
    day = report()
    assert day.presented == day.answered == day.digital_observed == 0
    assert day.abandonment_rate is day.mean_wait_s is day.service_level is day.longest_talk is None
    assert day.reasons == dict.fromkeys(REASONS, 0)
    assert day.caller_roles == dict.fromkeys(ROLES, 0)
    assert [h.presented for h in day.half_hours] == [0] * 48


def test_wait_runs_from_the_queue_and_talk_from_the_answer() -> None:
    day = report(
        create_answered(wait_s=10, talk_s=100, wrap_up_s=20, hold_s=30),
        create_answered(wait_s=30, talk_s=200, wrap_up_s=60),
    )
    assert (day.mean_wait_s, day.mean_talk_s, day.mean_wrap_up_s) == (20, 150, 40)
    assert day.mean_hold_s == 15
    assert day.mean_handling_s == 190
    assert day.longest_wait is not None
    assert day.longest_wait.seconds == 30
    assert day.longest_talk is not None
    assert day.longest_talk.seconds == 200


def test_an_abandoned_wait_does_not_weigh_on_the_mean_wait() -> None:
    ended = at("09:12:00")
    day = report(create_answered(wait_s=10), create_fact(outcome="abandoned", ended_at=ended))
    assert day.mean_wait_s == 10


def test_a_conversation_in_progress_counts_for_wait_but_not_for_talk() -> None:
    talking = create_fact(outcome="answered", answered_at=at("09:10:20"))
    day = report(talking)
    assert day.mean_wait_s == 12
    assert day.mean_talk_s is None


def test_abandonment_and_its_variants() -> None:
    facts = [create_answered() for _ in range(6)]
    facts += [create_fact(outcome="abandoned") for _ in range(2)]
    facts += [create_fact(outcome="short_abandoned") for _ in range(2)]
    day = report(*facts)
    assert day.abandonment_rate == 0.2
    assert day.abandonment_of_waiting == 0.25
    assert day.abandonment_with_short == 0.4


def test_service_level_counts_the_threshold_itself_as_in_time() -> None:
    facts = [create_answered(wait_s=20), create_answered(wait_s=21)]
    facts += [create_fact(outcome="abandoned"), create_fact(outcome="short_abandoned")]
    day = report(*facts)
    assert day.service_level == pytest.approx(1 / 3)
    assert day.service_level_of_presented == 0.25
    assert day.service_level_of_answered == 0.5


def test_the_seven_reasons_are_always_there_and_silence_is_no_qualification() -> None:
    day = report(create_answered(reason="Suivi du dossier"), create_answered())
    assert list(day.reasons) == list(REASONS)
    assert day.reasons["Suivi du dossier"] == 1
    assert day.reasons["Pas de qualification"] == 1


def test_digital_trouble_observed_declared_and_the_gap_between_them() -> None:
    day = report(
        create_answered(ref="both", digital_observed=True, digital_declared=True),
        create_answered(ref="gap", digital_observed=True, digital_declared=False),
        create_answered(ref="silent", digital_observed=True, digital_declared=None),
        create_answered(ref="said", digital_declared=True),
    )
    assert (day.digital_observed, day.digital_declared) == (3, 2)
    assert [each.ref for each in day.digital_gap] == ["gap", "silent"]


def test_outbound_calls_are_not_presented() -> None:
    day = report(create_answered(direction="out"), create_answered())
    assert (day.presented, day.answered, day.outbound) == (1, 1, 1)


def test_an_outbound_call_is_one_that_rang_somewhere() -> None:
    """A call-back that was withdrawn from the queue, an agent whose own leg never came: nobody called."""
    day = report(
        create_fact(direction="out", outcome="unreached"),
        create_fact(direction="out", outcome="cancelled", rung=False),
        create_fact(direction="out", outcome="failed", rung=False),
        create_fact(direction="out", rung=False),
    )
    assert (day.presented, day.outbound) == (0, 1)


def test_calls_by_team() -> None:
    day = report(create_answered(), create_answered(agent_role="back", wait_s=60))
    assert [(team.role, team.answered, team.mean_wait_s) for team in day.teams] == [
        ("front", 1, 12),
        ("back", 1, 60),
    ]


def test_json_has_exactly_the_keys_relied_on_from_outside() -> None:
    data = report(create_answered(), create_fact(outcome="abandoned")).as_json()
    assert list(data) == JSON_KEYS
    assert data["day"] == "2021-06-22"
    assert data["abandonment_rate"] == 0.5
    assert data["definitions_version"] == DEFINITIONS_VERSION
    assert data["half_hours"][18] == {
        "start": "2021-06-22T09:00:00+02:00",
        "presented": 2,
        "answered": 1,
        "abandoned": 1,
        "mean_wait_s": 12,
    }


def test_the_same_fact_twice_counts_once() -> None:
    fact = create_answered()
    assert report(fact, fact).presented == 1


def test_two_different_facts_of_one_call_are_refused() -> None:
    with pytest.raises(ValueError, match="two different facts"):
        report(create_answered(ref="C", wait_s=1), create_answered(ref="C", wait_s=2))


@pytest.mark.parametrize(
    "fact",
    [
        create_fact(outcome="lost"),
        create_answered(reason="Divers"),
        create_answered(caller_role="voisin"),
    ],
    ids=["outcome", "reason", "role"],
)
def test_an_unknown_label_is_refused(fact: CallFact) -> None:
    with pytest.raises(ValueError, match="unknown"):
        report(fact)


def test_clocks_that_disagree_never_give_a_negative_duration() -> None:
    assert report(create_answered(wait_s=-3)).mean_wait_s == 0


def test_a_call_belongs_to_the_local_day_on_which_it_came() -> None:
    late = create_answered(datetime(2021, 6, 21, 22, 30, tzinfo=UTC))  # 00:30 in Paris
    day = report(late)
    assert day.half_hours[1].presented == 1
    assert report(late, day=date(2021, 6, 21)).presented == 0


def test_opening_hours_choose_the_half_hours_shown_and_a_call_adds_its_own() -> None:
    lunch = create_answered(at("12:40:00"))
    shown = day_report([lunch], DAY, opening=MORNING_AND_AFTERNOON).shown_half_hours
    labels = [half_hour.label for half_hour in shown]
    assert labels[:2] == ["09:00", "09:30"]
    assert labels[-1] == "16:30"
    assert "12:30" in labels
    assert "13:00" not in labels


def test_the_day_of_25_hours_keeps_its_two_twos_o_clock_apart() -> None:
    day = date(2021, 10, 31)
    before, after = (datetime(2021, 10, 31, hour, 10, tzinfo=UTC) for hour in (0, 1))
    result = day_report([create_answered(before), create_answered(after)], day)
    assert len(result.half_hours) == 50
    assert [h.label for h in result.half_hours if h.presented] == [
        "02:00 (UTC+0200)",
        "02:00 (UTC+0100)",
    ]
    starts = [each["start"] for each in result.as_json()["half_hours"]]
    assert len(set(starts)) == 50


def test_the_day_of_23_hours_has_no_two_o_clock() -> None:
    day = date(2021, 3, 28)
    result = day_report([create_answered(at("03:05:00", day))], day)
    assert len(result.half_hours) == 46
    assert not any(h.start.hour == 2 for h in result.half_hours)
    assert result.half_hours[4].label == "03:00"
    assert result.half_hours[4].presented == 1


# Properties

DAYS = st.sampled_from([DAY, date(2021, 3, 28), date(2021, 10, 31)])
OUTCOME = st.sampled_from(
    ["answered", "abandoned", "short_abandoned", "callback", "failed", "closed", None]
)
SECONDS = st.floats(0, 7200, allow_nan=False).map(lambda s: timedelta(seconds=s))


@st.composite
def facts_of(draw: st.DrawFn, day: date) -> list[CallFact]:
    start, end = day_bounds(day, PARIS)
    inside = st.floats(0, (end - start).total_seconds(), exclude_max=True, allow_nan=False)
    found = []
    for index in range(draw(st.integers(0, 25))):
        received = min(start + timedelta(seconds=draw(inside)), end - timedelta(microseconds=1))
        found.append(_fact(draw, f"C{index}", received))
    return found


def _fact(draw: st.DrawFn, ref: str, received: datetime) -> CallFact:
    outcome = draw(OUTCOME)
    queued = received + draw(SECONDS)
    answered = queued + draw(SECONDS) if outcome == "answered" else None
    ended = (answered or queued) + draw(SECONDS) if outcome else None
    return CallFact(
        ref=ref,
        direction=draw(st.sampled_from(["in", "in", "in", "out"])),
        received_at=received,
        queued_at=queued,
        answered_at=answered,
        ended_at=ended,
        wrap_up_ended_at=ended + draw(SECONDS) if answered and ended else None,
        outcome=outcome,
        agent_role=draw(st.sampled_from(["front", "back"])) if answered else None,
        reason=draw(st.none() | st.sampled_from(REASONS)) if answered else None,
        caller_role=draw(st.none() | st.sampled_from(ROLES)) if answered else None,
        digital_observed=draw(st.booleans()),
        digital_declared=draw(st.none() | st.booleans()),
    )


@st.composite
def days_of_calls(draw: st.DrawFn) -> tuple[date, list[CallFact]]:
    day = draw(DAYS)
    return day, draw(facts_of(day))


@given(days_of_calls())
def test_presented_is_the_sum_of_outcomes(drawn: tuple[date, list[CallFact]]) -> None:
    day, facts = drawn
    result = day_report(facts, day)
    assert result.presented == sum(result.outcomes().values())
    assert result.presented + result.closed + result.outbound == len(facts)


@given(days_of_calls())
def test_half_hours_sum_to_the_day(drawn: tuple[date, list[CallFact]]) -> None:
    day, facts = drawn
    result = day_report(facts, day)
    for figure in ("presented", "answered", "abandoned", "short_abandoned"):
        assert sum(getattr(h, figure) for h in result.half_hours) == getattr(result, figure)
        assert sum(getattr(h, figure) for h in result.shown_half_hours) == getattr(result, figure)


@settings(max_examples=50)
@given(days_of_calls(), st.randoms(use_true_random=False))
def test_the_order_of_facts_changes_nothing(
    drawn: tuple[date, list[CallFact]], random: object
) -> None:
    day, facts = drawn
    shuffled = [*facts, *facts[:3]]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert day_report(shuffled, day) == day_report(facts, day)


@given(days_of_calls())
def test_means_and_rates_stay_in_bounds(drawn: tuple[date, list[CallFact]]) -> None:
    day, facts = drawn
    result = day_report(facts, day)
    waits = [f.wait.total_seconds() for f in facts if f.direction == "in" and f.wait is not None]
    if result.mean_wait_s is not None:
        assert min(waits) - 1e-6 <= result.mean_wait_s <= max(waits) + 1e-6
    for rate in (result.abandonment_rate, result.service_level, result.abandonment_with_short):
        assert rate is None or 0 <= rate <= 1


@given(days_of_calls())
def test_contents_sum_to_the_answered_calls(drawn: tuple[date, list[CallFact]]) -> None:
    day, facts = drawn
    result = day_report(facts, day)
    assert sum(result.reasons.values()) == result.answered
    assert sum(result.caller_roles.values()) + result.role_unknown == result.answered
    assert sum(team.answered for team in result.teams) == result.answered
    assert len(result.digital_gap) <= result.digital_observed
