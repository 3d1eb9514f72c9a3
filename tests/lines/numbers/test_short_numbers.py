"""Emergency numbers and support lines: told apart from telephone numbers, and never promised."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.text import phone_numbers
from app.lines import settings as line_settings
from app.lines.numbers import short_numbers


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("15", "15"), ("3114", "3114"), ("31 14", "3114"), ("116 117", "116117"), ("116-117", "116117"),
        ("+33 15", "15"), ("+333114", "3114"), ("0033 3114", "3114"), ("3\u202f114", "3114"),
        ("15\u200e", "15"), ("１５", "15"), ("« 3114 »", "3114"), ("31\u201114,", "3114"), ("n° 3114", "3114"),
        ("3949", "3949"), ("118218", "118218"), ("1013", "1013"),
        ("", None), (None, None), ("1", None), ("01", None), ("0639980105", None), ("1234567", None),
        ("+32 2 555 12 12", None), ("quinze", None), ("15 rue de la Paix", None), ("1" * 40, None),
    ],
)  # fmt: skip
def test_what_is_typed_is_a_short_number_or_not(typed: str | None, read: str | None) -> None:
    assert short_numbers.read(typed) == read


def test_every_number_says_what_it_is_for_since_when_and_who_says_so() -> None:
    numbers = [each.number for each in short_numbers.NUMBERS]
    assert len(set(numbers)) == len(numbers)
    wanted = {"3114", "15", "17", "18", "112", "114", "115", "116117", "119", "3919"}
    assert wanted <= set(numbers)
    for each in short_numbers.NUMBERS:
        assert short_numbers.read(each.number) == each.number
        assert phone_numbers.stored(each.number) is None, "it is no number of the plan"
        assert each.source
        assert all((*each.name, *each.hours))
        assert each.label("fr").startswith(each.number)


def test_the_line_reaches_what_its_provider_does_or_what_was_ticked() -> None:
    assert short_numbers.reached(None, by_default=False) == frozenset()
    every = short_numbers.reached(None, by_default=True)
    assert {"15", "3114"} <= every
    assert "114" not in every, "it is written to"
    assert short_numbers.reached(("15", "114", "unknown"), by_default=False) == {"15"}
    assert short_numbers.reached((), by_default=True) == frozenset()


def test_a_provider_is_given_the_country_too() -> None:
    assert short_numbers.dialled("15") == "+3315"
    assert short_numbers.dialled("+33639980105") == "+33639980105"


@given(st.text(max_size=60))
def test_reading_never_fails_and_is_stable(typed: str) -> None:
    read = short_numbers.read(typed)
    assert read is None or short_numbers.read(read) == read


@pytest.mark.parametrize(
    ("form", "stored"),
    [
        ({}, None),
        ({"short_reach": "provider", "short_15": "1"}, None),
        ({"short_reach": "none", "short_15": "1"}, []),
        ({"short_reach": "chosen", "short_15": "1", "short_3114": "1", "short_114": "1"}, ["3114", "15"]),
        ({"short_reach": "chosen"}, []),
    ],
)  # fmt: skip
def test_the_form_of_the_line(form: dict[str, str], stored: list[str] | None) -> None:
    base = {"closing": "serve", "callback_attempts": "3", "callback_pause_minutes": "15"}
    read = line_settings.read_rules({**base, "sticky_minutes": "30", **form})
    assert not read.errors
    assert read.values["short_numbers"] == stored


def test_the_form_refuses_what_it_does_not_offer() -> None:
    read = line_settings.read_rules({"short_reach": "all", "on_call": "x" * 121})
    assert {"short_reach", "on_call"} <= read.errors.keys()
