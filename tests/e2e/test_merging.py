"""Two demandes become one, and two again, while the person is on the line: the desk follows, the call goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.people import assert_axe, become_available, keep_screen
from tests.remote import Line

if TYPE_CHECKING:
    from tests.fixtures.servers import Served
    from tests.people import People

PASSWORD = "permanence-demo"
CAMILLE, ISABELLE = "camille@demo.permanence", "isabelle@demo.permanence"
TWICE = "+33639980117"  # Omar Diallo: two demandes of one training


@pytest.fixture(autouse=True)
def quiet_line(served: Served) -> None:
    Line(served.carrier_url).clear()


def press(page: Page, there: Locator) -> None:
    """Walk to something by the Tab key, and press it."""
    expect(there).to_be_visible()
    for _step in range(120):
        if there.evaluate("it => it === document.activeElement"):
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"not reached by Tab: {there}")


def test_two_demandes_are_merged_and_parted_during_a_call(people: People) -> None:
    agent = people.agent(CAMILLE, PASSWORD)
    become_available(agent)
    phone = people.caller()
    phone.locator(f"input[name=caller][value='{TWICE}']").check(force=True)
    expect(phone.locator("#telephone")).to_have_attribute("data-state", "idle")
    phone.locator("#call").click()
    expect(agent.locator("#call")).to_have_attribute("data-phase", "ringing", timeout=20_000)
    agent.keyboard.press("A")
    expect(agent.locator("#call")).to_have_attribute("data-phase", "talking", timeout=20_000)
    pane = agent.locator("#pane-dossier [data-person]").first
    expect(pane).to_be_attached()
    dossier = agent.locator("#pane-dossier [data-dossier]").first.get_attribute("data-dossier")

    # A colleague sees the two beside one another, chooses, and merges.
    other = people.agent(ISABELLE, PASSWORD, path=f"/dossiers/{dossier}")
    press(other, other.get_by_role("link", name="Comparer").first)
    expect(other.get_by_role("heading", level=1)).to_have_text("Comparer deux demandes")
    keep_screen(other, "merge-preview")
    assert_axe(other)
    other.get_by_role("checkbox", name="C’est bien la même demande").focus()
    other.keyboard.press("Space")
    press(other, other.get_by_role("button", name="Fusionner"))
    merged = other.get_by_text("Réunie avec la demande")
    # Hers is told at once, reads the one that stays, and talks on.
    toasts = agent.locator("#toasts")
    expect(toasts).to_contain_text("a réuni deux demandes de cette personne")
    expect(merged).to_be_visible()
    keep_screen(other, "merge-done")
    assert_axe(other)
    kept = other.url.rsplit("/", 1)[1].partition("#")[0]
    expect(agent.locator("#pane-dossier [data-dossier]").first).to_have_attribute(
        "data-dossier", kept
    )
    expect(agent.locator("#call")).to_have_attribute("data-phase", "talking")
    keep_screen(agent, "merge-desk", full=False)
    assert_axe(agent)

    # Taken back: two again, each as it was; the call is still on.
    press(other, other.get_by_role("button", name="Annuler la fusion"))
    expect(toasts).to_contain_text("a séparé deux demandes")
    expect(other.get_by_role("link", name="Comparer").first).to_be_visible()
    expect(agent.locator("#pane-dossier [data-dossier]").first).to_have_attribute(
        "data-dossier", str(dossier)
    )
    expect(agent.locator("#call")).to_have_attribute("data-phase", "talking")
    expect(phone.locator("#telephone")).not_to_have_attribute("data-state", "idle")
    phone.locator("#hangup").click()
