"""The trail of a run: short names, on a word (app/assist/walk/trail.py)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assist import loader
from app.assist.walk import trail

pytestmark = pytest.mark.unit


@given(st.text(max_size=200), st.integers(8, 60))
def test_a_short_name_is_short_and_made_of_the_first_words(text: str, most: int) -> None:
    name = trail.short(text, most)
    assert len(name) <= most
    assert " ".join(text.split()).find(name.removesuffix("…")) >= 0


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Avez-vous reçu plusieurs mails du Portail ?", "Avez-vous reçu plusieurs…"),
        ("Renvoyez le lien, et dites la nouvelle limite.", "Renvoyez le lien"),
        ("Plus de trois jours", "Plus de trois jours"),
        ("« Plus valable »", "Plus valable"),
        ("Elle voit celui d'hier, date lue", "Elle voit celui d'hier"),
    ],
)
def test_names_are_cut_on_a_word(text: str, name: str) -> None:
    assert trail.short(text) == name


def test_every_step_of_the_house_has_a_name_in_both_languages() -> None:
    for script in loader.library().values():
        for step in script.steps:
            for locale in ("fr", "en"):
                assert trail.short(step.headline.get(locale)), step.id
