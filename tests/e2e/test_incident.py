"""An incident in real browsers: from the first call, by one key, to the word that it is repaired."""

from __future__ import annotations

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
SAMIRA = "+33639980105"


@pytest.fixture(autouse=True)
def quiet_line(served: Served) -> None:
    Line(served.carrier_url).clear()


def phase(page: Page, wanted: str) -> None:
    expect(page.locator("#call")).to_have_attribute("data-phase", wanted, timeout=20_000)


def test_from_the_first_call_to_the_repair(people: People) -> None:
    manager = people.agent(ISABELLE, PASSWORD, path="/incidents")
    agent = people.agent(CAMILLE, PASSWORD)
    become_available(agent)
    phone = people.caller()
    phone.locator(f"input[name=caller][value='{SAMIRA}']").check(force=True)
    expect(phone.locator("#telephone")).to_have_attribute("data-state", "idle")
    phone.locator("#call").click()
    phase(agent, "ringing")
    agent.keyboard.press("A")
    phase(agent, "talking")

    # One key opens it: what the agent says stands above the script, and the manager's list has it.
    report = agent.locator("#incident-strip .incident-report")
    expect(report).to_be_visible()
    agent.keyboard.press("U")
    strip = agent.locator("#incident-strip")
    expect(strip).to_contain_text("contact lié")
    keep_screen(agent, "desk-incident", full=False)
    assert_axe(agent)
    row = manager.locator("#incident-list .incident-rows .incident-line").first
    expect(row).to_contain_text("Camille")

    # The manager says what it is; the desk says it at once.
    row.get_by_role("link").click()
    manager.get_by_label("Ce qui ne marche pas").fill("Le bouton Transmettre ne répond pas")
    manager.get_by_label("À dire aux personnes").fill("Réessayez ce soir, rien n’est perdu.")
    manager.get_by_role("button", name="Enregistrer").click()
    expect(strip).to_contain_text("Réessayez ce soir")
    manager.get_by_role("button", name="Confirmer").click()
    expect(strip).to_contain_text("confirmé")
    keep_screen(manager, "incident-manager", full=False)
    assert_axe(manager)

    # The call ends; the trouble is repaired; each person is told once, and it is closed.
    agent.locator("#act-hang-up").click()
    phase(agent, "wrap_up")
    manager.get_by_role("button", name="C’est réparé").click()
    expect(manager.get_by_label("Le message, tel qu’il partira")).to_contain_text("est réparé")
    keep_screen(manager, "incident-repaired", full=False)
    assert_axe(manager)
    manager.get_by_role("button", name="Envoyer à tous").click()
    people_told = manager.locator(".incident-people")
    expect(people_told).to_contain_text("message parti par")
    manager.get_by_role("button", name="Clore", exact=True).click()
    expect(manager.locator("[data-incident-page]")).to_contain_text("Clos par")
    agent.locator("#act-done").click()
    phase(agent, "available")
