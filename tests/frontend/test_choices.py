"""Whom the desk offers to consult, transfer to or call (static/js/desk/choices.js)."""

from __future__ import annotations

from typing import Any

import pytest

FOUND = {
    "colleagues": [
        {"agent_id": 1, "name": "Bruno Keller", "state": "in_call", "reason": None,
         "owner": True, "free": False},
        {"agent_id": 2, "name": "Inès Noël", "state": "available", "reason": None,
         "owner": False, "free": True},
        {"agent_id": 3, "name": "Nadia Ferhat", "state": "away", "reason": "pause",
         "owner": False, "free": False},
        {"agent_id": 4, "name": "Tom Valet", "state": "available", "reason": None,
         "owner": False, "free": False},
    ],
    "dossier": [
        {"phone_id": 7, "label": "06 39 98 01 05", "kind": "person_own"},
        {"organisation_id": 9, "label": "Greta du Val Clair", "kind": "organisation"},
    ],
    "emergency": [],
    "directory": [
        {"entry_id": 5, "label": "Points Région", "kind": "service", "note": "9 h – 17 h"},
        {"entry_id": 6, "label": "Interprète arabe", "kind": "interpreter", "note": ""},
    ],
}  # fmt: skip


@pytest.fixture
def ask(open_page: Any) -> Any:
    """``ask("groupsOf", …)``: what the function of choices.js answers."""
    page = open_page()

    def ask_(function: str, *values: Any) -> Any:
        return page.evaluate(
            "async ([name, values]) =>"
            " (await import('/static/js/desk/choices.js'))[name](...values) ?? null",
            [function, list(values)],
        )

    return ask_


SHORT = [
    {"short": "3114", "label": "3114 · Prévention du suicide", "note": "jour et nuit", "reachable": True,
     "written": False},
    {"short": "15", "label": "15 · Samu", "note": "jour et nuit", "reachable": False, "written": False},
    {"short": "114", "label": "114 · Urgences par SMS", "note": "", "reachable": False, "written": True},
]  # fmt: skip


def test_emergency_numbers_say_whether_the_line_reaches_them(ask: Any) -> None:
    found = {**FOUND, "emergency": SHORT}
    group = next(g for g in ask("groupsOf", found, "") if g["name"] == "emergency")
    said = {o["key"]: (o["disabled"], o["said"]) for o in group["options"]}
    assert said == {
        "short:3114": (False, []),
        "short:15": (True, ["short.unreachable"]),
        "short:114": (True, ["short.written"]),
    }
    # Typed, it is the number of the list and not a telephone number.
    typed = ask("groupsOf", found, "31 14")
    assert [g["name"] for g in typed] == ["emergency"]
    assert keys(ask("groupsOf", found, "suicide")) == ["short:3114"]
    assert keys(ask("groupsOf", found, "15")) == ["short:15"]


def keys(groups: Any) -> list[str]:
    return [option["key"] for group in groups for option in group["options"]]


def test_busy_colleagues_are_shown_with_why_and_cannot_be_chosen(ask: Any) -> None:
    groups = ask("groupsOf", FOUND, "")
    said = {o["label"]: (o["disabled"], o["said"]) for o in groups[0]["options"]}
    assert said == {
        "Bruno Keller": (True, ["colleague.owner", "in_call"]),
        "Inès Noël": (False, ["available"]),
        "Nadia Ferhat": (True, ["away.pause"]),
        "Tom Valet": (True, ["colleague.gone"]),
    }
    assert next(o["key"] for o in ask("selectable", groups)) == "agent_id:2"
    assert [g["name"] for g in groups] == ["colleagues", "dossier", "service", "interpreter"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("ines", ["agent_id:2"]),
        ("INÈS  no", ["agent_id:2"]),
        ("region", ["entry_id:5"]),
        ("17 h", ["entry_id:5"]),
        ("greta", ["organisation_id:9"]),
        ("zzz", []),
        ("01 99 00 01 60", ["number:01 99 00 01 60"]),
        ("06 39", ["number:06 39", "phone_id:7"]),
    ],
)
def test_search_forgives_accents_and_takes_numbers(ask: Any, query: str, found: list[str]) -> None:
    assert keys(ask("groupsOf", FOUND, query)) == found


def test_to_call_nobody_on_the_line_colleagues_are_not_offered(ask: Any) -> None:
    assert "colleagues" not in [g["name"] for g in ask("groupsOf", FOUND, "", {"dial": True})]


def test_the_number_on_the_line_is_not_offered_again(ask: Any) -> None:
    offered = keys(ask("groupsOf", FOUND, "", {"onTheLine": "06 39 98 01 05"}))
    assert "phone_id:7" not in offered


@pytest.mark.parametrize(
    ("typed", "number"),
    [("0612", "0612"), ("+33 1", ""), ("061", ""), ("06.12-34/56", "06.12-34/56"),
     ("06\u201112\u202f34\u200b", "06-12 34"), ("tel:+33\u00a06 12", "+33 6 12"),
     ("(0692) 12", "(0692) 12"), ("\uff10\uff16\uff11\uff12", "0612"), ("+", ""),
     ("12 rue", ""), ("Nadia", ""), ("  0612 ", "0612")],
)  # fmt: skip
def test_what_may_be_a_number(ask: Any, typed: str, number: str) -> None:
    assert ask("typedNumber", typed) == number


def test_arrows_go_round_over_those_who_can_be_chosen(ask: Any) -> None:
    groups = ask("groupsOf", FOUND, "")
    order = [o["key"] for o in ask("selectable", groups)]
    assert ask("nextKey", groups, "") == order[0]
    assert ask("nextKey", groups, "agent_id:1") == order[0]  # Bruno became busy meanwhile
    assert ask("nextKey", groups, order[-1], 1) == order[0]
    assert ask("nextKey", groups, order[0], -1) == order[-1]
    assert ask("nextKey", groups, order[1]) == order[1]
    assert ask("nextKey", [], "x", 1) == ""


def test_a_target_has_one_name_wherever_it_is_shown(ask: Any) -> None:
    assert ask("keyOf", {"phone_id": 3, "dossier_id": 8}) == "phone_id:3"
    assert ask("keyOf", {"dossier_id": 8}) == ""
