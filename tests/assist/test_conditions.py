"""What must be true before an action: every action, refused with a word while it is not."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from app.assist.conditions import CONDITIONS, Facts, unmet
from app.assist.script import ACTIONS

ALL = Facts(**{each.name: each.name != "refused" for each in fields(Facts)})


def test_every_action_says_its_conditions() -> None:
    assert set(CONDITIONS) == ACTIONS


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_with_everything_there_each_can_be_done(action: str) -> None:
    assert unmet(action, ALL) is None


@pytest.mark.parametrize(
    ("action", "missing", "word"),
    [
        ("resend_link", {"dossier": False}, "Aucun dossier"),
        ("resend_link", {"dossier": False, "person": False}, "de qui il s'agit"),
        ("resend_link", {"email": False}, "pas d'adresse mail"),
        ("resend_link", {"refused": True}, "est revenu"),
        ("correct_address", {"person": False}, "de qui il s'agit"),
        ("send_reset", {"account": False}, "Aucun compte"),
        ("send_reset", {"dossier": False}, "Aucun dossier"),
        ("hand_slot_back", {"slots": False}, "rien à redonner"),
        ("send_sms", {"mobile": False}, "téléphone portable"),
        ("create_callback", {"numbered": False}, "masqué"),
        ("create_callback", {"promised": False}, "personne ne rappellerait"),
        ("flag_priority", {"flagged": False}, "Aucune priorité"),
        ("consult_owner", {"owner": False}, "à personne"),
        ("alert_manager", {"managers": False}, "à personne"),
    ],
)
def test_a_condition_not_met_says_why_and_what_to_do(
    action: str, missing: dict[str, bool], word: str
) -> None:
    found = unmet(action, replace(ALL, **missing))
    assert found is not None
    assert word in found.error.message
    assert found.error.kept
    assert found.error.todo
