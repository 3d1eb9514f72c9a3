"""The loader refuses what could fail an agent mid-call, with file, step and a sentence."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.assist import loader
from app.assist.acts.actions import ACTIONS as HANDLERS
from app.assist.script import ACTIONS
from app.foundation.exceptions import NotFound


def text(words: str) -> dict[str, str]:
    return {"fr": words, "en": words}


GOOD: dict[str, Any] = {
    "id": "S90",
    "version": 1,
    "title": text("Un titre"),
    "trouble": text("Un souci"),
    "reason": "accounts",
    "digital": "mail_not_received",
    "keywords": ["mail"],
    "steps": [
        {
            "id": "un",
            "ask": text("Une question ?"),
            "choices": [
                {"label": text("Oui"), "next": "deux"},
                {"label": text("Non"), "end": "unsolved"},
            ],
        },
        {
            "id": "deux",
            "do": text("Un acte"),
            "choices": [{"label": text("Fait"), "end": "solved"}],
        },
    ],
}


def problems(**changes: Any) -> list[str]:
    """What is said of GOOD with these changes (dotted path → value; None removes)."""
    document = copy.deepcopy(GOOD)
    for path, value in changes.items():
        *parents, last = [int(k) if k.isdigit() else k for k in path.split("__")]
        place: Any = document
        for key in parents:
            place = place[key]
        if value is None:
            del place[last]
        elif isinstance(place, list) and last == len(place):
            place.append(value)
        else:
            place[last] = value
    return [str(p) for p in loader.check_document(document, "S90.yaml", ["S90"])]


def test_the_house_scripts_are_all_good() -> None:
    assert [str(p) for p in loader.check_all()] == []
    assert list(loader.library()) == [f"S{n:02d}" for n in range(1, 40)]


def test_the_smallest_good_script_passes() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"steps__1__choices": []}, "S90.yaml [deux]: impasse"),
        ({"steps__0__choices__0__next": "trois"}, "étape inconnue : « trois »"),
        ({"steps__0__choices__0": {"label": text("x"), "end": "solved"}},
         "S90.yaml [deux]: étape inaccessible"),
        ({"steps__1__choices__0": {"label": text("x"), "next": "deux"}},
         "S90.yaml [deux]: boucle sans sortie"),
        ({"steps__1__action": "call_the_moon"}, "S90.yaml [deux]: action inconnue"),
        ({"steps__0__ask": {"fr": "Seul ?"}}, "S90.yaml [un]: ask : texte manquant en « en »"),
        ({"steps__0__ask__en": ""}, "texte vide"),
        ({"steps__0__ask__en": "  "}, "texte manquant en « en »"),
        ({"steps__0__choices__1__end": "won"}, "issue inconnue : « won »"),
        ({"steps__0__choices__1__end": "other_script"}, "issue inconnue"),
        ({"steps__0__choices__1": {"label": text("x"), "script": "S77"}}, "script inconnu : « S77 »"),
        ({"steps__0__choices__1": {"label": text("x")}}, "un seul"),
        ({"steps__0__choices__1": {"label": text("x"), "next": "deux", "end": "solved"}}, "un seul"),
        ({"steps__1__id": "un"}, "deux étapes portent cet identifiant"),
        ({"steps__0__do": text("aussi")}, "l'un des deux seulement"),
        ({"steps__0__ask": None}, "l'un des deux seulement"),
        ({"reason": "Motif inventé"}, "motif inconnu"),
        ({"digital": "gremlins"}, "difficulté numérique inconnue"),
        ({"title": None}, "il manque « title »"),
        ({"steps__0__choices": [{"label": text("x"), "end": "solved"}] * 10}, "plus de 9 choix"),
    ],
)  # fmt: skip
def test_a_faulty_script_is_told_where_and_why(changes: dict[str, Any], said: str) -> None:
    found = problems(**changes)
    assert any(said in line for line in found), found


@pytest.mark.parametrize("document", [None, [], "texte", {"steps": None}, {"steps": [1]}])
def test_what_is_not_a_script_at_all_is_told_too(document: Any) -> None:
    assert loader.check_document(document, "x.yaml", [])


def test_files_are_checked_together(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(GOOD), "utf-8")
    (tmp_path / "b.yaml").write_text(yaml.safe_dump(GOOD), "utf-8")
    (tmp_path / "c.yaml").write_text("id: [S01", "utf-8")
    found = [str(p) for p in loader.check_all(tmp_path)]
    assert any("c.yaml: YAML illisible" in line for line in found)
    assert sum("deux fichiers portent l'identifiant S90" in line for line in found) == 2


def test_every_action_that_a_script_may_name_has_a_handler() -> None:
    assert set(HANDLERS) == ACTIONS


def test_an_unknown_script_is_not_found() -> None:
    with pytest.raises(NotFound):
        loader.get("S77")


def test_the_text_kept_with_a_run_is_the_script_that_ran() -> None:
    script = loader.get("S02")
    assert loader.parse(loader.source("S02")) == script
    assert len(script.content_hash) == 64


def test_french_texts_have_their_no_break_spaces() -> None:
    for script in loader.library().values():
        for place, words in script.texts():
            for sign in " ?", " !", " ;", " :", "« ", " »":
                assert sign not in words.fr, (script.id, place, words.fr)
            assert "'" not in words.fr, (script.id, place)


def test_nothing_ever_asks_for_a_secret_aloud() -> None:
    """No sentence to say asks for a password, a code or a card number."""
    for script in loader.library().values():
        for step in script.steps:
            said = step.say.fr.lower() if step.say else ""
            for asked in (
                "dites-moi votre mot de passe",
                "donnez-moi votre mot de passe",
                "lisez-moi le code",
                "épelez-moi votre mot de passe",
            ):
                assert asked not in said, (script.id, step.id)  # fmt: skip
