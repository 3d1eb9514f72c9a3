"""What a person wrote, in real browsers: beside her call, whatever is chosen and whoever she is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_first_call import phase
from tests.people import assert_axe, become_available, keep_screen
from tests.remote import Line, wait_until

if TYPE_CHECKING:
    from tests.fixtures.servers import Served
    from tests.people import People

PASSWORD = "permanence-demo"
CAMILLE = "camille@demo.permanence"
SAMIRA = "+33639980105"
WORDS = "Je suis sourde, appelez ma fille après 14 h"
SOON = 15_000


@pytest.fixture(autouse=True)
def line(served: Served) -> Line:
    """The line as the test wants to find it."""
    line = Line(served.carrier_url)
    line.clear()
    return line


def test_who_it_is_not_loses_neither_her_words_nor_what_was_chosen(
    people: People, line: Line
) -> None:
    agent = people.agent(CAMILLE, PASSWORD)
    become_available(agent)
    line.write(SAMIRA, WORDS)
    contacts = people.agent(CAMILLE, PASSWORD, path="/tickets")
    wait_until(lambda: contacts.reload() and WORDS in contacts.content(), why="no SMS in the list")
    expect(contacts.locator("#contacts")).to_contain_text("SMS reçu")
    assert_axe(contacts)
    keep_screen(contacts, "contacts-with-message")

    line.dial(SAMIRA)
    phase(agent, "ringing")
    agent.keyboard.press("A")
    phase(agent, "talking")
    card, bar = agent.locator("#pane-caller"), agent.locator("#pane-qualification")
    written = agent.locator("#pane-thread [data-messages]")
    expect(written).to_contain_text(WORDS)
    agent.keyboard.press("Q")
    bar.locator("label", has_text="Formateur").click()
    bar.locator("[name=digital_kind]").select_option("link_expired")
    bar.locator("[name=follow_up_on]").fill("2031-05-02")
    assert_axe(agent)
    bar.locator("label", has_text="Suivi du dossier").click()  # it closes the sheet
    bar.locator("[name=note]").fill("appelle pour sa voisine")
    assert_axe(agent)
    keep_screen(agent, "desk-with-message")
    with agent.expect_response("**/tickets/qualification?*"):  # at once: before any pause
        card.get_by_role("button", name="Ce n’est pas cette personne").click()
    still_chosen(agent)
    expect(written).to_contain_text(WORDS)
    with agent.expect_response("**/tickets/qualification?*"):
        card.locator(".candidate").first.click()
    still_chosen(agent)
    agent.reload()
    still_chosen(agent)
    line.clear()
    phase(agent, "wrap_up")
    still_chosen(agent)
    agent.locator("#act-done").click()
    phase(agent, "available")


def still_chosen(agent: Page) -> None:
    """What she had chosen is still there."""
    bar = agent.locator("#pane-qualification")
    expect(bar.locator("input[name=reason]:checked")).to_have_value("follow_up")
    expect(bar.locator("input[name=caller_role]:checked")).to_have_value("formateur")
    expect(bar.locator("[name=digital_kind]")).to_have_value("link_expired")
    expect(bar.locator("[name=follow_up_on]")).to_have_value("2031-05-02")
    expect(bar.locator("[name=note]")).to_have_value("appelle pour sa voisine")
