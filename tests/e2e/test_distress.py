"""« Détresse » in real browsers: one key, and the managers see who and where on the page they have open."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.people import assert_axe, become_available, keep_screen
from tests.remote import Line

if TYPE_CHECKING:
    from tests.fixtures.servers import Served
    from tests.people import People

PASSWORD = "permanence-demo"
CAMILLE, ISABELLE = "camille@demo.permanence", "isabelle@demo.permanence"
NATHALIE = "+33639980115"


@pytest.fixture(autouse=True)
def quiet_line(served: Served) -> None:
    Line(served.carrier_url).clear()


def phase(page: Page, wanted: str) -> None:
    expect(page.locator("#call")).to_have_attribute("data-phase", wanted, timeout=20_000)


def rings(people: People, number: str) -> Page:
    phone = people.caller()
    phone.locator(f"input[name=caller][value='{number}']").check(force=True)
    expect(phone.locator("#telephone")).to_have_attribute("data-state", "idle")
    phone.locator("#call").click()
    return phone


def test_one_key_alerts_the_managers_until_one_of_them_closes_it(people: People) -> None:
    agent = people.agent(CAMILLE, PASSWORD)
    become_available(agent)
    phone = rings(people, NATHALIE)
    phase(agent, "ringing")
    # Somebody flagged as in danger: the flag outranks the guess, before the call is taken.
    expect(agent.locator("[data-trouble=distress]")).to_be_visible()
    agent.keyboard.press("A")
    phase(agent, "talking")

    # Nobody is there to see it: said, not hidden.
    agent.keyboard.press("!")
    panel = agent.locator("#distress")
    expect(panel).to_contain_text("Personne de l’encadrement n’est connecté")
    expect(panel).to_contain_text("99130 Valclair (à vérifier avec la personne)")
    expect(agent.locator("#script-run")).to_contain_text("S31")
    # The mail and the reason wait; the note does not.
    expect(agent.locator("#script-run .mail-life")).to_be_hidden()
    expect(agent.locator(".reason-now")).to_be_hidden()
    expect(agent.locator(".qualification-note textarea")).to_be_visible()
    keep_screen(agent, "desk-distress", full=False)
    assert_axe(agent)

    # A manager who signs in afterwards finds it, on whatever page; the agent learns that they are there.
    manager = people.agent(ISABELLE, PASSWORD, path="/scripts")
    row = manager.locator("#alerts .alert-row")
    expect(row).to_contain_text("Nathalie Vasseur")
    expect(panel).to_contain_text(re.compile("Alerte affichée chez Isabelle"))

    # Where the person is now is typed once, and read over there.
    agent.locator("#distress-where").fill("Sur le pont de la gare")
    agent.locator("#distress-title").click()
    expect(row).to_contain_text("Sur le pont de la gare")
    agent.reload()
    phase(agent, "talking")
    expect(agent.locator("#distress-where")).to_have_value("Sur le pont de la gare")
    manager.goto("/wall")
    expect(row).to_contain_text("Camille")
    keep_screen(manager, "wall-distress", full=False)
    assert_axe(manager)

    row.get_by_role("button", name="Je m’en occupe").click()
    expect(panel).to_contain_text("s’en occupe depuis")

    # The call ends; the alert does not.
    phone.locator("#hangup").click()
    phase(agent, "wrap_up")
    expect(row).to_contain_text("appel terminé", timeout=30_000)
    row.locator("select").select_option("handed_over")
    row.get_by_role("button", name="Clore").click()
    expect(row).to_have_count(0)
    expect(panel).to_contain_text("a clos l’alerte")
    agent.locator("#act-done").click()
    phase(agent, "available")


def test_an_emergency_number_rings_while_the_person_is_not_held(people: People) -> None:
    agent = people.agent(CAMILLE, PASSWORD)
    become_available(agent)
    rings(people, NATHALIE)
    phase(agent, "ringing")
    agent.keyboard.press("A")
    phase(agent, "talking")
    agent.locator("#act-distress").click()
    expect(agent.locator("#distress [data-short='3114']")).to_be_visible()
    # One key each, in the middle of a note too once it is left; the script's answers keep theirs.
    for number, key in (("3114", "5"), ("15", "6"), ("112", "7"), ("119", "9"), ("3919", "0")):
        expect(agent.locator(f"#distress [data-short='{number}']")).to_have_attribute(
            "data-key", key
        )
    agent.keyboard.press("5")
    expect(agent.locator("[data-slot=party-text]")).to_contain_text("3114")
    phase(agent, "talking")
    agent.locator("#act-consult-end").click()
    expect(agent.locator("[data-slot=party]")).to_be_hidden()
    agent.locator("#distress").get_by_role("button", name="C’était une erreur").click()
    expect(agent.locator("#distress")).to_contain_text("l’encadrement la fermera")
    expect(agent.locator(".reason-now")).to_be_visible()
    expect(agent.locator("#distress [data-short='15']")).to_have_attribute("data-key", "! 6")
    agent.locator("#act-hang-up").click()
    phase(agent, "wrap_up")
    agent.locator("#act-done").click()
    phase(agent, "available")


def test_an_agent_under_attack_ends_the_call_and_is_looked_after(people: People) -> None:
    agent = people.agent(CAMILLE, PASSWORD)
    manager = people.agent(ISABELLE, PASSWORD, path="/scripts")
    become_available(agent)
    expect(agent.locator("#act-protect")).to_be_hidden()
    rings(people, NATHALIE)
    phase(agent, "ringing")
    agent.keyboard.press("A")
    phase(agent, "talking")
    agent.keyboard.press(";")
    panel = agent.locator("#distress")
    expect(panel).to_contain_text("Avertissez une fois, puis raccrochez")
    expect(panel).to_contain_text("Alerte affichée chez Isabelle")
    expect(agent.locator("#script-run")).to_contain_text("S39")
    expect(agent.locator(".reason-now")).to_be_visible()
    expect(panel.get_by_role("button", name="Prendre une pause")).to_be_hidden()
    keep_screen(agent, "desk-protection", full=False)
    assert_axe(agent)
    panel.get_by_role("button", name="Mettre fin à l’appel").click()
    phase(agent, "wrap_up")
    panel.get_by_label("Qu’un collègue prenne la suite").check()
    row = manager.locator("#alerts .alert-row", has_text="Agent insulté ou menacé")
    expect(row).to_contain_text("L’agent demande : Qu’un collègue prenne la suite")
    expect(row.locator("[name=note]")).not_to_be_checked()
    keep_screen(manager, "manager-protection", full=False)
    panel.get_by_role("button", name="Prendre une pause").click()
    expect(agent.locator("[data-slot=presence-word]")).to_have_text("En pause")
    row.locator("select").select_option("colleague")
    row.get_by_role("button", name="Clore").click()
    expect(panel).to_contain_text("Un collègue a pris la suite")
