"""An incident in real browsers, by keyboard alone: from the first call, by one key, to the word that it is repaired."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.people import assert_axe, become_available, hold, keep_screen
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


def go_to(page: Page, there: Locator, *, steps: int = 80) -> None:
    """Walk to something by the Tab key, as who has no mouse does; it must be reached, and be seen to be."""
    expect(there).to_be_visible()
    for _step in range(steps):
        if there.evaluate("it => it === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"not reached by Tab: {there}")


def press(page: Page, name: str) -> None:
    """Walk to a button by its name, and press it."""
    go_to(page, page.get_by_role("button", name=name, exact=True))
    page.keyboard.press("Enter")


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
    go_to(manager, row.get_by_role("link"))
    manager.keyboard.press("Enter")
    go_to(manager, manager.get_by_label("Ce qui ne marche pas"))
    manager.keyboard.type("Le bouton Transmettre ne répond pas")
    manager.keyboard.press("Tab")
    manager.keyboard.type("Réessayez ce soir, rien n’est perdu.")
    press(manager, "Enregistrer")
    expect(strip).to_contain_text("Réessayez ce soir")
    press(manager, "Confirmer")
    expect(strip).to_contain_text("confirmé")
    keep_screen(manager, "incident-manager", full=False)
    assert_axe(manager)

    # The call ends; the trouble is repaired; each person is told once, and it is closed.
    hold(agent, "R")
    phase(agent, "wrap_up")
    press(manager, "C’est réparé")
    expect(manager.get_by_label("Le message, tel qu’il partira")).to_contain_text("est réparé")
    expect(manager.get_by_label("Le même, en anglais")).to_contain_text("is fixed")
    expect(manager.locator("form:has([name=text_en])")).to_contain_text("En français : 1 personne.")
    keep_screen(manager, "incident-repaired", full=False)
    assert_axe(manager)
    press(manager, "Envoyer à tous")
    people_told = manager.locator(".incident-people")
    expect(people_told).to_contain_text("message parti par")
    press(manager, "Clore")
    expect(manager.locator("[data-incident-page]")).to_contain_text("Clos par")
    agent.keyboard.press("T")
    phase(agent, "available")

    # What it cost is in the report of the day, folded.
    manager.goto("/reports/today")
    fold = manager.locator("details.report-fold", has_text="Incidents du jour")
    go_to(manager, fold.locator("summary"), steps=120)
    manager.keyboard.press("Enter")
    expect(fold.get_by_role("row", name="Le bouton Transmettre ne répond pas")).to_contain_text(
        "clos"
    )
    keep_screen(manager, "report-incidents")
    assert_axe(manager)
