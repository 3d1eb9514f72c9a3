"""One way to compare names: every writing of a name finds its person."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dossiers.name_folding import LONGEST_KEY, asked, fold, key, matches
from tests.dossiers.names import SAME, SEVERAL, TITLED


@pytest.mark.parametrize(("parts", "writings"), SAME)
def test_every_writing_answers(parts: tuple[str, str], writings: list[str]) -> None:
    for writing in writings:
        assert matches(writing, *parts), writing
        assert matches(f"Mme {writing}", *parts)
        assert matches(writing.upper(), *parts)
        assert matches(unicodedata.normalize("NFD", writing), *parts)


@pytest.mark.parametrize(("query", "found"), TITLED.items())
def test_a_title_is_no_part_of_a_name(query: str, found: list[str]) -> None:
    assert asked(query) == [found]


@pytest.mark.parametrize(("query", "names"), SEVERAL.items())
def test_each_name_of_a_person_is_asked_by_itself(query: str, names: list[list[str]]) -> None:
    assert asked(query) == names


@pytest.mark.parametrize(
    "parts", [("Le Goff", "Marie"), ("Martin", "Marie"), ("Le Goff-Martin", "M")]
)
def test_either_name_of_a_person_answers(parts: tuple[str, str]) -> None:
    for link in ("née", "(née", "épouse", "ép.", "veuve", "vve", "dite", "dit", "né(e)"):
        assert matches(f"Le Goff {link} Martin", *parts), link
        assert matches(f"Martin {link} Legoff", *parts), link
        assert not matches(f"Durand {link} Roy", *parts), link


@pytest.mark.parametrize(
    ("parts", "query"),
    [
        (("Lopes", "Arantes"), "sara"),  # no word runs from one name into the other
        (("Dupont", "Marie"), "dupond"),
        (("Goff", "Marie"), "le goff"),
    ],
)
def test_other_names_do_not_answer(parts: tuple[str, str], query: str) -> None:
    assert not matches(query, *parts)


NAMES = st.text(
    st.sampled_from("abcdefghijklmnopqrstuvwxyzéèêëàâäôöûüùîïçñœæßłđøıńśžšățÿABCÉŒŁĐØİ"),
    min_size=2,
    max_size=12,
)
PARTICLES = st.sampled_from(
    ["", "de ", "de la ", "d'", "d’", "Le ", "El ", "Saint-", "O'", "van der "]
)


@given(PARTICLES, NAMES, NAMES, st.data())
def test_any_writing_of_a_stored_name_finds_it(
    particle: str, last: str, first: str, data: st.DataObject
) -> None:
    stored = particle + last
    writing = data.draw(
        st.sampled_from(
            [
                stored,
                stored.upper(),
                stored.lower(),
                unicodedata.normalize("NFD", stored),
                fold(stored),
                stored.replace("'", "’"),
                stored.replace("’", "'").replace("-", "\u2011"),
                stored.replace(" ", "").replace("'", "").replace("’", "").replace("-", ""),
                stored.replace(" ", "-").replace("-", " "),
                stored.replace(" ", "  "),
                f"{first} {stored}",
                f"{stored} {first}",
                f"Mme {stored}",
            ]
        )
    )
    assert matches(writing, stored, first)


@given(st.text(max_size=300))
def test_folding_never_fails_and_twice_is_once(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert once == once.strip()
    assert "  " not in once
    assert len(key(text, text)) <= LONGEST_KEY
    assert asked(text)


def test_length_is_judged_first() -> None:
    assert len(fold("a " * 2_000_000)) <= 1000
    assert len(key("\ufdfa" * 80, "ß" * 80)) <= LONGEST_KEY


@given(st.text(st.characters(max_codepoint=127), max_size=60))
def test_plain_letters_are_folded_as_any_other(text: str) -> None:
    """ASCII has a shorter way: it says the same as the long one, which a letter with an accent takes."""
    assert fold(f"{text} é").split() == [*fold(text).split(), "e"]
