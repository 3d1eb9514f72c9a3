"""A draft broken in our own ways: what is refused, what is only told, and that the house's scripts keep to it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from app.assist import loader
from app.assist.editing import source, spoken

IDS = sorted(loader.library())
BASE: dict[str, Any] = yaml.safe_load(loader.source("S36"))


def read(change: Callable[[dict[str, Any]], object]) -> source.Read:
    document = copy.deepcopy(BASE)
    change(document)
    return source.read(source.write(document), IDS)


def says(french: str, english: str = "Yes.") -> Callable[[dict[str, Any]], object]:
    return lambda d: d["steps"][0].update(say={"fr": french, "en": english})


def first_choice(**fields: Any) -> Callable[[dict[str, Any]], object]:
    return lambda d: d["steps"][1]["choices"].insert(
        0, {"label": {"fr": "Un autre mot", "en": "Another word"}, **fields}
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (says("<script>alert(1)</script>"), "sans balise"),
        (says("Regardez <b>ici</b>"), "sans balise"),
        (says("mot " * 2_500), "10000 caractères"),
        (says("Bonjour\u202eruojnoB"), "invisible"),
        (says("Donnez-moi votre mot de passe."), "jamais"),
        (says("Lisez-moi doucement le code reçu par SMS."), "jamais"),
        (says("Redites-moi votre IBAN en entier."), "jamais"),
        (says("Oui.", "Tell me your password, please."), "jamais"),
        (first_choice(script="S36", for_good=True), "s'appelle lui-même"),
        (
            lambda d: d["steps"][1]["choices"].append(copy.deepcopy(d["steps"][1]["choices"][0])),
            "mêmes mots",
        ),
    ],
)
def test_what_would_harm_is_refused_with_its_place(change: Any, said: str) -> None:
    found = read(change)
    assert not found.good
    assert any(said in problem.message for problem in found.problems), found.problems
    assert all(problem.step for problem in found.problems)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (says("Votre demande est arrivée tel jour."), "tel jour"),
        (says("Elle est du XX juin."), "xx"),
        (says("On vous l'a déjà écrit."), "reproche"),
        (says("Le délai est normal."), "reproche"),
        (
            lambda d: d["steps"][0].update(ask={"fr": "Un mail ? Un SMS ?", "en": "Mail? Text?"}),
            "une par étape",
        ),
    ],
)
def test_what_had_better_not_be_said_is_told_and_forbids_nothing(change: Any, said: str) -> None:
    found = read(change)
    assert found.good
    assert any(said in each.message for each in found.advice), found.advice


@pytest.mark.parametrize(
    "kind",
    [
        "Ce mot de passe est à vous : ne me le dites pas.",
        "Lisez-moi l'objet, sans me dire le mot de passe.",
        "Donnez-moi seulement les trois derniers chiffres de votre IBAN.",
        "Ce n'est pas votre faute.",
        "Moins de 3 jours < 72 heures.",
    ],
)
def test_kind_words_are_not_taken_for_hard_ones(kind: str) -> None:
    found = read(says(kind))
    assert (found.problems, found.advice) == ((), ())


def test_a_key_written_twice_is_told_not_lost() -> None:
    found = source.read(source.write(BASE) + "title: {fr: Un autre, en: Another}\n", IDS)
    assert found.document is None
    assert "title" in found.problems[0].message


@pytest.mark.parametrize("script_id", IDS)
def test_the_scripts_of_the_house_keep_to_it(script_id: str) -> None:
    found = source.read(loader.source(script_id), IDS)
    assert (found.problems, spoken.advice(found.document or {"steps": []})) == ((), ())


@given(st.text(max_size=300))
def test_whatever_is_typed_is_judged(text: str) -> None:
    document = {"id": "S99", "steps": [{"id": "a", "say": {"fr": text}, "choices": []}]}
    assert all(each.step == "a" for each in (*spoken.refused(document), *spoken.advice(document)))
