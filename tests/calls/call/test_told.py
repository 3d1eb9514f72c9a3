"""A late callback is dated by the provider, a fresh one by us, an absurd one by us."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calls.call.told import FRESH, OLDEST, happened_at, left_queue_at

NOW = datetime(2021, 6, 22, 8, 35, 30, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("late", "believed"),
    [(0, False), (2, False), (9, True), (3599, True), (4000, False), (-60, False)],
)
def test_by_how_late_it_is(late: float, believed: bool) -> None:
    told = (NOW - timedelta(seconds=late)).replace(microsecond=0)
    assert happened_at(told, NOW) == (told if believed else NOW)


def test_what_is_not_told_is_now() -> None:
    assert happened_at(None, NOW) == NOW


@pytest.mark.parametrize(("seconds", "left"), [(12, 12), (28, None), (None, None)])
def test_out_of_the_queue(seconds: int | None, left: int | None) -> None:
    since = NOW - timedelta(seconds=30)
    expected = NOW if left is None else since + timedelta(seconds=left)
    assert left_queue_at(since, seconds, NOW) == expected
    assert left_queue_at(None, seconds, NOW) == NOW


@given(st.datetimes(timezones=st.just(UTC)))
def test_it_never_raises_nor_leaves_its_bounds(told: datetime) -> None:
    at = happened_at(told, NOW)
    assert at == NOW or FRESH <= NOW - at <= OLDEST
