"""How long whoever guesses waits: never before the free tries, never for ever, per /64."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.signing_in.patience import (
    FIRST_WAIT,
    FORGOTTEN_AFTER,
    LONGEST_WAIT,
    Tries,
    counted,
    key_of,
    place_of,
    wait_until,
)

NOON = datetime(2026, 6, 22, 12, tzinfo=UTC)


@given(st.integers(0, 10**6), st.integers(1, 100))
def test_a_wait_begins_with_the_free_tries_grows_and_is_bounded(count: int, free: int) -> None:
    until = wait_until(Tries(count, NOON), free)
    if count < free:
        assert until is None
        return
    assert until is not None
    assert FIRST_WAIT <= until - NOON <= LONGEST_WAIT
    further = wait_until(Tries(count + 1, NOON), free)
    assert further is not None
    assert further >= until


def test_nobody_has_tried_nobody_waits() -> None:
    assert wait_until(Tries(), 10) is None
    assert counted(Tries(), NOON) == 0


def test_a_quiet_hour_is_forgotten() -> None:
    tries = Tries(40, NOON)
    assert counted(tries, NOON + FORGOTTEN_AFTER - timedelta(seconds=1)) == 40
    assert counted(tries, NOON + FORGOTTEN_AFTER) == 0
    assert LONGEST_WAIT < FORGOTTEN_AFTER  # a wait is over before it is forgotten


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("not an address", "not an address", True),
    ],
)
def test_one_person_holds_an_address_or_a_64(one: str, other: str, same: bool) -> None:
    assert (place_of(one) == place_of(other)) is same


@given(st.lists(st.text(), min_size=1, max_size=3), st.lists(st.text(), min_size=1, max_size=3))
def test_keys_differ_when_what_is_counted_does(one: list[str], other: list[str]) -> None:
    if "\x00".join(one) != "\x00".join(other):
        assert key_of(*one) != key_of(*other) or one == other
    assert len(key_of(*one)) == 64


def test_lone_surrogates_make_a_key_too() -> None:
    assert len(key_of("\ud800")) == 64
