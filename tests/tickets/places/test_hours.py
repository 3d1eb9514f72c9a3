"""Hours of places, in words: the common forms are said, anything else is left as it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tickets.places.hours import said

SAID = {
    "Mo-Fr 09:00-12:30; Mo-Th 14:00-17:30": "lundi à vendredi 9 h – 12 h 30 ; lundi à jeudi 14 h – 17 h 30",
    "Tu,Th-Sa 10:00-12:00,14:00-18:00": "mardi et jeudi à samedi 10 h – 12 h et 14 h – 18 h",
    "We 14:00-18:00; PH off": "mercredi 14 h – 18 h ; jours fériés fermé",
    "09:00-17:00": "tous les jours 9 h – 17 h",
    "24/7": "jour et nuit, tous les jours",
}
LEFT = (
    "",
    "sur rendez-vous",
    "Mo-Fr",
    "Mo-Fr 9:00-12:00",
    "Jan-Mar Mo 10:00-12:00",
    "Mo[1] 10:00-12:00; We off",
)


@pytest.mark.parametrize("hours", SAID)
def test_common_forms_are_said(hours: str) -> None:
    assert said(hours, "fr").replace("\u00a0", " ") == SAID[hours]


def test_english_has_its_own_clock() -> None:
    assert (
        said("Mo-Fr 09:00-12:30; PH off", "en")
        == "Monday to Friday 09:00 – 12:30; public holidays closed"
    )


@pytest.mark.parametrize("hours", LEFT)
def test_what_is_not_understood_is_left_as_it_is_written(hours: str) -> None:
    assert said(hours, "fr") == hours


@given(st.text(max_size=80), st.sampled_from(["fr", "en"]))
def test_any_text_is_said_or_left(hours: str, locale: str) -> None:
    assert said(hours, locale) is not None
