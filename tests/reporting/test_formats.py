"""Figures as people read them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.reporting import formats
from app.reporting.blind_spots import blind_spots
from app.reporting.definitions import DEFINITIONS, as_markdown


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("seconds", "french"),
    [
        (None, "—"),
        (0, "0 s"),
        (6.44, "6,4 s"),
        (59.96, "1 min 00 s"),
        (60, "1 min 00 s"),
        (336, "5 min 36 s"),
        (916, "15 min 16 s"),
        (3599.7, "1 h 00 min"),
        (3720, "1 h 02 min"),
    ],
)
def test_durations(seconds: float | None, french: str) -> None:
    assert plain(formats.duration(seconds)) == french


def test_percentages_and_numbers() -> None:
    assert plain(formats.percent(3 / 67)) == "4,5 %"
    assert plain(formats.percent(3 / 67, "en")) == "4.5%"
    assert plain(formats.percent(None)) == "—"
    assert plain(formats.number(1234)) == "1 234"


def test_days_in_words() -> None:
    assert formats.long_day(date(2021, 6, 22)) == "mardi 22 juin 2021"
    assert formats.long_day(date(2021, 6, 22), "en") == "Tuesday 22 June 2021"


def test_every_definition_is_written_in_both_languages() -> None:
    for each in DEFINITIONS.values():
        assert each.name("fr")
        assert each.name("en")
        assert each.sentence("fr").endswith(".")
        assert each.sentence("en").endswith(".")
        assert bool(each.formula("fr")) == bool(each.formula("en"))
    assert len(set(blind_spots("fr"))) == len(set(blind_spots("en"))) == 4


def test_the_published_definitions_are_those_of_the_code() -> None:
    page = Path(__file__).parents[2] / "docs" / "definitions.md"
    assert page.read_text("utf-8") == as_markdown()


def test_the_first_of_a_month_is_the_first() -> None:
    assert formats.long_day(date(2021, 6, 1)) == "mardi 1er juin 2021"
    assert formats.long_day(date(2021, 6, 21)) == "lundi 21 juin 2021"
    assert formats.long_day(date(2021, 6, 1), "en") == "Tuesday 1 June 2021"
