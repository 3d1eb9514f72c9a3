"""When the line is open: the reference week, holidays, closures, and the two odd days of a year."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.clock import PARIS, day_bounds, half_hours, local_day
from app.lines.opening_hours import REFERENCE_HOURS, is_open, next_opening, spans


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2021-06-22T08:59:59", False),
        ("2021-06-22T09:00:00", True),
        ("2021-06-22T12:29:59", True),
        ("2021-06-22T12:30:00", False),
        ("2021-06-22T13:30:00", True),
        ("2021-06-22T17:00:00", False),
        ("2021-06-26T10:00:00", False),  # a Saturday
        ("2021-07-14T10:00:00", False),  # a public holiday on a Wednesday
        ("2026-05-25T10:00:00", False),  # Whit Monday moves from year to year
    ],
)
def test_the_reference_hours(instant: str, expected: bool) -> None:
    assert is_open(REFERENCE_HOURS, paris(instant), PARIS) is expected


def test_an_exceptional_closure() -> None:
    hours = {**REFERENCE_HOURS, "closures": ["2021-06-22"]}
    assert not is_open(hours, paris("2021-06-22T10:00:00"), PARIS)
    assert next_opening(hours, paris("2021-06-22T10:00:00"), PARIS) == paris("2021-06-23T09:00:00")


def test_the_next_opening_jumps_over_a_long_week_end() -> None:
    # Thursday 13 May 2021 is Ascension; from Wednesday evening the line opens on Friday.
    found = next_opening(REFERENCE_HOURS, paris("2021-05-12T18:00:00"), PARIS)
    assert found == paris("2021-05-14T09:00:00")


def test_a_line_that_never_opens_says_so() -> None:
    assert next_opening({"week": {}}, paris("2021-06-22T10:00:00"), PARIS) is None


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)))
def test_the_next_opening_is_later_and_open(instant: datetime) -> None:
    found = next_opening(REFERENCE_HOURS, instant, PARIS)
    assert found is not None
    assert found > instant
    assert is_open(REFERENCE_HOURS, found, PARIS)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-22", 24)]
)
def test_days_of_23_and_25_hours(day: str, hours: int) -> None:
    start, end = day_bounds(date.fromisoformat(day))
    assert (end - start).total_seconds() == hours * 3600
    slots = half_hours(date.fromisoformat(day))
    assert len(slots) == hours * 2
    assert (slots[0][0], slots[-1][1]) == (start, end)
    assert {local_day(slot[0]) for slot in slots} == {date.fromisoformat(day)}


def test_hours_keep_the_wall_clock_when_the_offset_changes() -> None:
    monday = spans(REFERENCE_HOURS, date(2026, 3, 30), PARIS)
    friday = spans(REFERENCE_HOURS, date(2026, 3, 27), PARIS)
    assert monday[0][0].astimezone(UTC).hour == 7
    assert friday[0][0].astimezone(UTC).hour == 8
