"""A script's text from a browser: every way of being broken is told, and nothing is blown up by it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assist import loader
from app.assist.editing import forms, source, tree
from app.assist.walk import facts
from app.assist.walk.obstacles import OBSTACLES

IDS = list(loader.library())
BOMB = "a: &a [1,1,1,1]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n"


def good(script_id: str = "S07") -> dict[str, Any]:
    document, problem = source.document_of(loader.source(script_id))
    assert problem is None
    return copy.deepcopy(document)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id: [S01", "YAML illisible, ligne"),
        ("id: S01\n\tsteps: []", "YAML illisible"),
        (BOMB, "un renvoi YAML n'est pas suivi"),
        ("a: " + "[" * 60 + "]" * 60, "trop de niveaux"),
        ("x" * (source.LARGEST + 1), "texte trop long"),
        ("!!python/object/apply:os.system ['true']", "YAML illisible"),
        ("", "suite de champs"),
        ("- un\n- deux", "suite de champs"),
        ("bonjour", "suite de champs"),
        ("id: S07\nsteps: 3", "il manque"),
        ("a: \x00", "YAML illisible"),
    ],
)
def test_a_broken_text_is_told_and_not_read(text: str, said: str) -> None:
    read = source.read(text, IDS)
    assert not read.good
    assert any(said in problem.message for problem in read.problems), read.problems


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["steps"][0].update(action="call_the_moon"), "action inconnue"),
        (lambda d: d["steps"][0]["choices"].clear(), "impasse"),
        (lambda d: d["steps"][0]["ask"].update(en=""), "texte vide"),
        (lambda d: d.update(version="deux"), "version"),
        (lambda d: d["steps"][0]["choices"].__setitem__(0, {"label": {"fr": "x", "en": "x"}, "script": "S04"}),
         "dites où l'on reprend"),
        (lambda d: d["steps"][0].update(say={"fr": "Le {=deposited_on}.", "en": "On {=deposited_on}."}),
         "écrivez aussi la phrase sans lui"),
        (lambda d: d["steps"][0].update(say={"fr": "Le {=moon}.", "en": "{=moon}"}), "fait du dossier inconnu"),
        (lambda d: d["steps"][0].update(say={"fr": "{#moon}", "en": "{#moon}"}), "règle inconnue"),
        (lambda d: d["steps"][0]["choices"][0].update(obstacle="moon"), "obstacle inconnu"),
        (lambda d: d["steps"][0]["choices"][0].update(learns={"moon": "full"}), "fait inconnu"),
    ],
)  # fmt: skip
def test_a_script_that_would_fail_an_agent_is_told(change: Any, said: str) -> None:
    document = good()
    change(document)
    read = source.read(source.write(document), IDS)
    assert any(said in problem.message for problem in read.problems), read.problems


@pytest.mark.parametrize("script_id", IDS)
def test_every_script_goes_out_and_comes_back_the_same(script_id: str) -> None:
    text = loader.source(script_id)
    read = source.read(text, IDS)
    assert read.good
    assert read.document is not None
    again = source.write(read.document)
    assert source.document_of(again)[0] == read.document
    before, after = loader.parse(text), loader.parse(again)
    assert before.steps == after.steps
    assert {node.id for node in flat(tree.draw(read.document, "fr"))} == {
        s.id for s in before.steps
    }


def flat(nodes: list[tree.Node]) -> list[tree.Node]:
    found = []
    for node in nodes:
        found += [node, *flat([way.under for way in node.ways if way.under])]
    return found


@pytest.mark.parametrize("script_id", IDS)
def test_a_form_sent_back_as_it_was_drawn_changes_nothing(script_id: str) -> None:
    for step in good(script_id)["steps"]:
        assert forms.step_of(step, forms.fields_of(step)) == step


FACTS = st.lists(
    st.sampled_from([(name, value) for name, kind in facts.KINDS.items() for value in kind.values]),
    max_size=4,
).map(dict)
CHOICES = st.fixed_dictionaries(
    {"label": st.just({"fr": "Oui", "en": "Yes"})},
    optional={"learns": FACTS.filter(bool), "obstacle": st.sampled_from(sorted(OBSTACLES))},
)
WAYS = st.sampled_from(
    [{"next": "un"}, {"end": "solved"}, {"script": "S04", "then": "un"},
     {"script": "S03", "for_good": True}]
)  # fmt: skip


@given(
    st.lists(
        st.tuples(CHOICES, WAYS).map(lambda two: {**two[0], **two[1]}), min_size=1, max_size=9
    ),
    st.lists(st.sampled_from(sorted(facts.KINDS)), unique=True, max_size=3),
    st.fixed_dictionaries(
        {}, optional={n: st.just({"fr": "a", "en": "b"}) for n in ("ask", "say")}
    ),
)
def test_facts_obstacles_and_returns_go_through_a_form(
    choices: list[dict[str, Any]], asks: list[str], without: dict[str, Any]
) -> None:
    step: dict[str, Any] = {"id": "un", "ask": {"fr": "Q ?", "en": "Q?"}, "choices": choices}
    step |= {"asks": asks} if asks else {}
    step |= {"without": without} if without else {}
    assert forms.step_of(step, forms.fields_of(step)) == step
    blank = {"id": "un", "choices": []}
    told = forms.step_of(blank, forms.fields_of(step))
    assert told["choices"] == choices
    assert sorted(told.get("asks", [])) == sorted(asks)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(("fr", "en", "label", "learns", "next")), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@given(st.dictionaries(
    st.sampled_from(("ask", "say", "asks", "without", "choices", "action")), ANYTHING
))  # fmt: skip
def test_a_step_being_typed_is_shown_by_its_form_or_not_at_all(step: dict[str, Any]) -> None:
    if forms.shaped(step):
        forms.step_of({"id": "un", **step}, forms.fields_of(step))


def test_what_a_form_takes_away_is_gone_and_a_fact_that_nobody_knows_is_kept() -> None:
    step = {"id": "un", "ask": {"fr": "Q", "en": "Q"}, "asks": ["device", "moon"],
            "choices": [{"label": {"fr": "Oui", "en": "Yes"}, "end": "solved", "obstacle": "device",
                         "learns": {"device": "phone", "moon": "full"}}]}  # fmt: skip
    sent = forms.fields_of(step) | {"choice0_obstacle": "", "choice0_learns_device": ""}
    del sent["asks_device"]
    new = forms.step_of(step, sent)
    assert new["asks"] == ["moon"]
    assert new["choices"][0]["learns"] == {"moon": "full"}
    assert "obstacle" not in new["choices"][0]


def test_a_long_saying_is_advice_and_does_not_forbid() -> None:
    document = good()
    document["steps"][0]["say"] = {"fr": "mot " * 120 + ".", "en": "word " * 20 + "."}
    read = source.read(source.write(document), IDS)
    assert read.good
    assert any("120 mots à dire" in each.message for each in read.advice)


@given(st.text(max_size=200), st.text(max_size=200))
def test_differences_tell_both_texts_apart(before: str, after: str) -> None:
    changes = source.differences(before, after)
    assert bool(changes) == (before.splitlines() != after.splitlines())
    for line in changes:
        assert {change.kind for change in line} <= {"same", "gone", "new"}


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=40), max_size=12))
def test_whatever_a_form_sends_is_a_step(sent: dict[str, str]) -> None:
    step = forms.step_of({"id": "un"}, sent)
    assert step["id"] == "un"
    assert isinstance(step["choices"], list)


def test_steps_that_changed_are_named() -> None:
    before, after = good(), good()
    after["steps"][1]["patience"] = 77
    gone = after["steps"].pop(2)["id"]
    assert source.changed_steps(before, after) == {before["steps"][1]["id"], gone}
