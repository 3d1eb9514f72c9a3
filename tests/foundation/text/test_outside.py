"""Text, numbers, days and hours from outside: read within bounds, or not at all."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.text import outside


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("bonjour", "bonjour"),
        ("Élise  Œuvrard", "Élise  Œuvrard"),
        ("ligne 1\r\nligne 2\rligne 3\t!", "ligne 1\nligne 2\nligne 3\t!"),
        ("a\x00b\x1bc\x7f", "abc"),
        ("\ud800 \udfff", "\ufffd \ufffd"),
        ("nom\u202egnp.exe", "nomgnp.exe"),
        ("\ufffe\uffff\ufdd0", ""),
        ("👩‍👧 مرحبا \u00a0\u202f", "👩‍👧 مرحبا \u00a0\u202f"),
    ],
)
def test_what_is_kept_of_a_text(sent: str, kept: str) -> None:
    assert outside.clean(sent) == kept


@given(st.text(st.characters()))
def test_a_clean_text_can_be_stored_anywhere_and_stays_as_it_is(text: str) -> None:
    kept = outside.clean(text)
    assert "\x00" not in kept
    assert kept.encode().decode() == kept
    assert outside.clean(kept) == kept


@given(st.text(st.characters()))
def test_one_line_has_no_end_of_line(text: str) -> None:
    assert not set("\r\n\x00") & set(outside.one_line(text))


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("12", 12), (" 12 ", 12), ("-3", -3), ("007", 7), (12, 12), ("0", 0),
        ("", None), ("-", None), ("--1", None), ("+1", None), ("1e3", None), ("1.0", None),
        ("1_0", None), ("٣", None), ("²", None), ("9" * 400, None), (2**63, None), ("1000", None),
        (None, None), (True, None), (1.0, None), ([1], None), ("1\n2", None),
    ],
)  # fmt: skip
def test_a_whole_number(sent: object, read: int | None) -> None:
    assert outside.whole_number(sent, -5, 999) == read


@pytest.mark.parametrize(
    ("sent", "read"),
    [("1", 1), ("2147483647", 2**31 - 1), ("2147483648", None), ("0", None), ("-1", None)],
)
def test_an_id(sent: str, read: int | None) -> None:
    assert outside.identifier(sent) == read


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("2026-12-24", date(2026, 12, 24)), (" 2026-12-24 ", date(2026, 12, 24)),
        ("1900-01-01", date(1900, 1, 1)), ("2028-02-29", date(2028, 2, 29)),
        ("9999-12-31", None), ("0000-01-01", None), ("0001-01-01", None), ("20261224", None),
        ("2026-W52-4", None), ("2027-02-29", None), ("２026-12-24", None), ("", None), (None, None),
        ("2026-12-24T10:00", None),
    ],
)  # fmt: skip
def test_a_day(sent: object, read: date | None) -> None:
    assert outside.day(sent) == read


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("14:30", time(14, 30)), ("14:30:59", time(14, 30)), ("00:00", time(0)),
        ("24:00", None), ("14:30+0200", None), ("14", None), ("1430", None), ("", None), (None, None),
        ("14:30+02", None), ("１4:30", None),
    ],
)  # fmt: skip
def test_an_hour(sent: object, read: time | None) -> None:
    assert outside.clock_time(sent) == read
