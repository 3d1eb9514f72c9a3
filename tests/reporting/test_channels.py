"""What was written, by channel: small cases, then what holds whatever was written."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.clock import day_bounds
from app.reporting.sheet import tables
from app.reporting.statistics import day_report
from app.reporting.writing.channels import ALWAYS, WRITTEN, ChannelFigures, WrittenFact, figures
from tests.reporting.builders import DAY, at, create_answered

NEXT = DAY + timedelta(days=1)
EVENING = at("00:00:00", NEXT)


def sms(facts: list[WrittenFact], now: datetime = EVENING) -> ChannelFigures:
    return figures(facts, DAY, now)[0]


def fact(*came: str, answered: tuple[str, ...] = (), ended: str | None = None) -> WrittenFact:
    return WrittenFact(
        1,
        "sms",
        tuple(at(each) for each in came),
        tuple(at(each) for each in answered),
        at(ended) if ended else None,
    )


def test_nothing_written_is_zero_on_each_channel() -> None:
    assert [each.as_json() for each in figures([], DAY, EVENING)] == [
        {
            "received": 0,
            "answered": 0,
            "answered_in_time": 0,
            "closed_unanswered": 0,
            "waiting": 0,
            "oldest_s": None,
            "mean_answer_s": None,
        }
    ] * len(ALWAYS)


@pytest.mark.parametrize(
    ("given_fact", "expected"),
    [
        (fact("10:00:00"), (1, 0, 0, 0, 1)),
        (fact("10:00:00", answered=("10:30:00",)), (1, 1, 1, 0, 0)),
        (fact("10:00:00", "11:00:00", answered=("10:30:00",)), (1, 1, 1, 0, 1)),
        (fact("10:00:00", ended="12:00:00"), (1, 0, 0, 1, 0)),
        (fact("10:00:00", answered=("10:30:00",), ended="12:00:00"), (1, 1, 1, 0, 0)),
    ],
    ids=["waits", "answered", "wrote-again", "closed-unanswered", "answered-and-closed"],
)
def test_one_matter(given_fact: WrittenFact, expected: tuple[int, ...]) -> None:
    day = sms([given_fact])
    counted = (
        day.received,
        day.answered,
        day.answered_in_time,
        day.closed_unanswered,
        day.waiting,
    )
    assert counted == expected


def test_the_oldest_waits_since_what_was_not_answered() -> None:
    again = fact("10:00:00", "11:00:00", answered=("10:30:00",))
    assert sms([again], now=at("12:00:00")).oldest_s == 3600
    yesterday = WrittenFact(2, "sms", (at("12:00:00", DAY - timedelta(days=1)),))
    day = sms([again, yesterday], now=at("12:00:00"))
    assert (day.received, day.waiting, day.oldest_s) == (1, 2, 24 * 3600)


def test_an_answer_after_a_day_is_late() -> None:
    late = WrittenFact(1, "form", (at("10:00:00"),), (at("10:00:01", NEXT),))
    day = figures([late], DAY, at("12:00:00", NEXT))[1]
    assert (day.answered, day.answered_in_time, day.waiting) == (1, 0, 1)


def test_an_unknown_channel_is_refused() -> None:
    with pytest.raises(ValueError, match="pigeon"):
        figures([WrittenFact(1, "pigeon", (at("10:00:00"),))], DAY, EVENING)


def test_the_telephone_is_counted_apart() -> None:
    calls = [create_answered()]
    alone, beside = (
        day_report(calls, DAY),
        day_report(calls, DAY, channels=figures([fact("10:00:00")], DAY, EVENING)),
    )
    assert alone.as_json() | {"channels": None} == beside.as_json() | {"channels": None}
    assert beside.as_json()["channels"]["sms"]["received"] == 1
    assert [row[0].value for row in tables.channels(beside).rows] == ["SMS", "Formulaire"]


START, END = day_bounds(DAY)
instants = st.integers(-86_400, 3 * 86_400).map(lambda s: START + timedelta(seconds=s))
facts_of_a_day = st.lists(
    st.builds(
        WrittenFact,
        ref=st.integers(1, 99),
        channel=st.sampled_from(WRITTEN),
        came=st.lists(instants, min_size=1, max_size=4).map(tuple),
        answered=st.lists(instants, max_size=3).map(tuple),
        ended_at=st.none() | instants,
    ),
    max_size=12,
)


@given(facts_of_a_day, instants, st.randoms())
def test_what_always_holds(facts: list[WrittenFact], now: datetime, chance: object) -> None:
    day = figures(facts, DAY, now)
    for each in day:
        assert 0 <= each.answered_in_time <= each.answered <= each.received
        assert each.answered + each.closed_unanswered <= each.received
        assert (each.oldest_s is None) == (each.waiting == 0)
        assert (each.mean_answer_s is None) == (each.answered == 0)
        assert each.oldest_s is None or each.oldest_s >= 0
    shuffled = list(facts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert figures(shuffled, DAY, now) == day


@given(facts_of_a_day)
def test_a_day_that_is_over_never_changes(facts: list[WrittenFact]) -> None:
    over, later = figures(facts, DAY, END), figures(facts, DAY, END + timedelta(days=9))
    assert over == later


def test_mail_has_figures_on_the_days_when_somebody_wrote() -> None:
    def names(*facts: WrittenFact) -> list[str]:
        return [each.channel for each in figures(facts, DAY, at("18:00:00"))]

    assert names() == ["sms", "form"]
    assert names(WrittenFact(1, "mail", (at("10:00:00"),))) == ["sms", "form", "mail"]
