"""The working-hour clock: lunch, nights, holidays, days of 23 and 25 hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.clock import PARIS
from app.lines import line_now
from app.lines.line_now import LineNow
from app.tickets.promises import clock
from app.tickets.promises.clock import Standing, after, before, soon_until, stands, worked

NIGHT = {"week": {str(day): [["00:00", "06:00"], ["20:00", "24:00"]] for day in range(7)}}
LINES = (
    LineNow(),
    LineNow(hours={"week": {"0": [["09:00", "12:30"]], "5": [["10:00", "12:00"]]}, "closures": []}),
    LineNow(hours=NIGHT | {"closures": ["2026-03-29"]}),
    LineNow(zone=ZoneInfo("America/Guadeloupe"), hours=NIGHT),
    LineNow(zone=ZoneInfo("Indian/Reunion")),
)
lines = st.sampled_from(LINES)
# Around both changes of hour, Easter Monday, the first of May, the end of the year.
moments = st.one_of(
    st.datetimes(datetime(2026, 3, 25), datetime(2026, 5, 10)),
    st.datetimes(datetime(2026, 10, 20), datetime(2026, 11, 13)),
    st.datetimes(datetime(2026, 12, 20), datetime(2027, 1, 5)),
).map(lambda naive: naive.replace(tzinfo=UTC))
hours = st.integers(0, 200 * 60).map(lambda minutes: timedelta(minutes=minutes))


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("start", "work", "end"),
    [("2026-11-26 09:30", 2, "2026-11-26 11:30"), ("2026-11-26 11:30", 4, "2026-11-26 16:30"),
     ("2026-11-26 16:30", 1, "2026-11-27 09:30"), ("2026-11-27 16:30", 1, "2026-11-30 09:30"),
     ("2026-11-26 12:45", 1, "2026-11-26 14:30"), ("2026-12-24 16:00", 2, "2026-12-28 10:00"),
     ("2026-10-23 16:00", 7, "2026-10-26 16:00"), ("2026-11-28 22:00", 0, "2026-11-28 22:00")],
    ids=["morning", "over-lunch", "over-night", "over-week-end", "from-lunch", "over-christmas",
         "over-the-25-hour-day", "nothing-to-do"],
)  # fmt: skip
def test_targets_of_the_reference_hours(start: str, work: int, end: str) -> None:
    assert after(LineNow().spans, paris(start), timedelta(hours=work)) == paris(end)


@pytest.mark.parametrize(
    ("day", "night"), [("2026-03-29", 5), ("2026-10-25", 7), ("2026-06-14", 6)]
)
def test_a_night_of_the_change_of_hour_has_the_hours_that_it_has(day: str, night: int) -> None:
    line = LineNow(hours=NIGHT)
    assert worked(line.spans, paris(f"{day} 00:00"), paris(f"{day} 06:00")) == timedelta(
        hours=night
    )


@given(lines, moments, moments, moments)
def test_working_time_adds_up(line: LineNow, a: datetime, b: datetime, c: datetime) -> None:
    first, middle, last = sorted((a, b, c))
    whole = worked(line.spans, first, last)
    assert whole == worked(line.spans, first, middle) + worked(line.spans, middle, last)
    assert timedelta(0) <= whole <= last - first
    assert worked(line.spans, last, first) == timedelta(0)


@given(lines, moments, hours)
def test_a_target_holds_exactly_its_work(line: LineNow, start: datetime, work: timedelta) -> None:
    end = after(line.spans, start, work)
    assert end is not None
    assert worked(line.spans, start, end) == work
    if work:
        inside = [s for day in (-1, 0, 1) for s in line.spans((end.date()) + timedelta(days=day))]
        assert any(begins < end <= ends for begins, ends in inside)


@given(lines, moments, moments, hours)
def test_a_later_start_never_ends_sooner(
    line: LineNow, one: datetime, other: datetime, work: timedelta
) -> None:
    first, second = sorted((one, other))
    ends = [after(line.spans, start, work) for start in (first, second)]
    assert ends[0] is not None
    assert ends[1] is not None
    assert ends[0] <= ends[1]


@given(lines, moments, moments, hours)
def test_what_is_due_by_then_is_known_from_its_start(
    line: LineNow, start: datetime, until: datetime, work: timedelta
) -> None:
    last, due = before(line.spans, until, work), after(line.spans, start, work)
    assert last is not None
    assert due is not None
    assert (due <= until) == (start <= last)


@given(lines, moments, moments)
def test_what_is_soon_is_known_from_its_time(line: LineNow, now: datetime, due: datetime) -> None:
    last = soon_until(line.spans, now)
    assert last is not None
    soon_or_late = stands(line.spans, due, now).standing in (Standing.LATE, Standing.SOON)
    assert soon_or_late == (due <= max(last, now))


@given(lines, moments, moments)
def test_a_breach_is_said_before_it_happens(line: LineNow, now: datetime, due: datetime) -> None:
    found = stands(line.spans, due, now)
    assert (found.standing is Standing.LATE) == (now >= due)
    if found.standing is Standing.SOON:
        assert timedelta(0) <= found.left <= clock.SOON
    paused = stands(line.spans, due, now, paused=True)
    assert paused.standing is Standing.PAUSED
    assert paused.left == found.left


def test_a_service_that_never_opens_has_no_target() -> None:
    def never(_day: date) -> list[Any]:
        return []

    assert after(never, paris("2026-11-26 09:00"), timedelta(hours=1)) is None
    assert after(line_now.of(None).spans, paris("2026-11-26 09:00"), timedelta(0)) is not None
