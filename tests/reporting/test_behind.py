"""The contacts behind a figure are as many as the figure says, whatever the day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reporting import behind
from app.reporting.call_fact import APART, CallFact
from app.reporting.definitions import OUTCOMES
from app.reporting.statistics import day_report
from app.tickets.reasons import CallerRole, Reason, label
from tests.reporting.builders import DAY, at, create_answered, create_fact

pytestmark = pytest.mark.unit

_seconds = st.integers(0, 86_000)


@st.composite
def facts(draw: st.DrawFn) -> list[CallFact]:
    """A day of calls of every kind."""
    found = []
    for _ in range(draw(st.integers(0, 25))):
        received = at("00:00:00") + timedelta(seconds=draw(_seconds))
        if draw(st.booleans()):
            found.append(
                create_answered(
                    received,
                    wait_s=draw(st.integers(0, 240)),
                    talk_s=draw(st.integers(0, 900)),
                    agent_role=draw(st.sampled_from(["front", "back"])),
                    reason=draw(st.sampled_from([None, *Reason])),
                    caller_role=draw(st.sampled_from([None, *CallerRole])),
                    digital_observed=draw(st.booleans()),
                    digital_declared=draw(st.sampled_from([None, True, False])),
                    direction=draw(st.sampled_from(["in", "in", "in", "out"])),
                )
            )
        else:
            outcomes = [
                None,
                *(each for each in (*OUTCOMES, *APART) if each not in ("answered", "open")),
            ]
            found.append(create_fact(received, outcome=draw(st.sampled_from(outcomes))))
    return found


@given(facts())
def test_every_figure_is_the_number_of_contacts_behind_it(of_day: list[CallFact]) -> None:
    report = day_report(of_day, DAY)

    def count(key: str) -> int:
        found = behind.behind(key, of_day)
        assert found is not None, key
        return len(found)

    for key in ("presented", *OUTCOMES, *APART, "outbound", "digital_observed", "digital_declared"):
        assert count(key) == getattr(report, key), key
    assert count("waited") == report.answered == count("in_time") + count("late")
    level = count("in_time") / ((report.answered + report.abandoned) or 1)
    assert report.service_level in (None, level)
    assert count("digital_gap") == len(report.digital_gap)
    for reason in Reason:
        assert count(f"reason-{reason.value}") == report.reasons[label(reason, "fr")]
    for role in CallerRole:
        assert count(f"role-{role.value}") == report.caller_roles[role.value]
    assert count("role_unknown") == report.role_unknown
    for team in report.teams:
        assert count(f"team-{team.role}") == team.answered
    for half in report.half_hours:
        assert count(f"half-{half.start:%H%M}") == half.presented


@given(st.text(max_size=12))
def test_what_is_no_figure_opens_nothing(key: str) -> None:
    assert key in behind.KEYS or key.startswith("half-") or behind.behind(key, []) is None
    assert behind.behind(f"half-{key}", []) in (None, [])


def test_the_longest_wait_comes_first() -> None:
    short, long = create_answered(wait_s=3), create_answered(wait_s=90)
    assert behind.behind("waited", [short, long]) == [long, short]
