"""What must be true before an action: every action, refused with a word while it is not."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from flask import Flask

from app.assist import condition_facts, service, store
from app.assist.conditions import CONDITIONS, Facts, unmet
from app.assist.script import ACTIONS
from app.tickets.models import Channel
from tests.dossiers.build import NOW, create_contact, create_dossier, create_person

PHONES = ("06 39 98 01 55", "01 99 00 55 55")
NOT_GOOD = ("refused", "hidden")
GOOD: dict[str, Any] = {each.name: each.name not in NOT_GOOD for each in fields(Facts)}
ALL = Facts(**{**GOOD, "phones": PHONES})


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
        ("create_callback", {"numbered": False, "hidden": True, "phones": ()}, "masqué"),
        ("create_callback", {"numbered": False, "phones": ()}, "ne donne pas de numéro"),
        ("create_callback", {"numbered": False}, "la fiche de la personne en a"),
        ("create_callback", {"numbered": False, "contact": False}, "Aucun contact"),
        ("link_incident", {"contact": False}, "Aucun contact"),
        ("send_reset", {"portal": False}, "pas relié"),
        ("unlock", {"portal": False}, "pas relié"),
        ("flag_priority", {"dossier": False}, "Aucun dossier"),
        ("consult_owner", {"dossier": False}, "Aucun dossier"),
        ("alert_manager", {"managers": False}, "à personne"),
    ],
)
def test_a_condition_not_met_says_why_and_what_to_do(
    action: str, missing: dict[str, Any], word: str
) -> None:
    found = unmet(action, replace(ALL, **missing))
    assert found is not None
    assert word in found.error.message
    assert found.error.kept
    assert found.error.todo


@pytest.mark.parametrize(
    ("channel", "number", "in_file", "words"),
    [
        (None, None, True, ("Aucun contact", "depuis sa fiche")),
        (None, None, False, ("Aucun contact", "Notez un téléphone")),
        (Channel.PHONE, "anonymous", True, ("la fiche de la personne en a", "depuis sa fiche")),
        (Channel.PHONE, "anonymous", False, ("masqué", "rappeler la ligne")),
        (Channel.MAIL, None, True, ("la fiche de la personne en a", "depuis sa fiche")),
        (Channel.COUNTER, None, False, ("la fiche n'en a pas", "Demandez un téléphone")),
    ],
)
def test_what_a_run_says_of_a_number_is_true_of_its_contact(
    app: Flask,
    create_agent: Any,
    channel: Channel | None,
    number: str | None,
    in_file: bool,
    words: tuple[str, str],
) -> None:
    """A run from a dossier has nobody calling; a mail hides no number."""
    agent = create_agent("front")
    dossier = create_dossier(create_person(*(["+33639980155"] if in_file else [])))
    about: dict[str, Any] = {"contact_id": None, "dossier_id": dossier.id}
    if channel is not None:
        contact = create_contact(
            number, channel=channel, person_id=dossier.person_id, dossier_id=dossier.id
        )
        about = {"contact_id": contact.id, "dossier_id": None}
    run_id = service.start_run("S25", **about, agent_id=agent.id, now=NOW)
    found = unmet("create_callback", condition_facts.of(store.run(run_id), agent.id))
    assert found is not None
    assert words[0] in found.error.message
    assert words[1] in found.error.todo
    assert found.phones == (("06 39 98 01 55",) if in_file else ())
    assert "06 39" not in str(found.error.told())  # an error may reach a log
    masked = channel is Channel.PHONE and not in_file
    assert ("masqué" in found.error.message) == masked
