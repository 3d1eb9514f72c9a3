"""A trainer calls for one trainee, then for three in one call, by keyboard; one of them agrees by SMS meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.test_first_call import phase
from tests.e2e.test_incident import go_to
from tests.people import BETWEEN_KEYS, assert_axe, become_available, keep_screen, settled
from tests.remote import Line

if TYPE_CHECKING:
    from tests.fixtures.servers import Served
    from tests.people import People

PASSWORD = "permanence-demo"
CAMILLE = "camille@demo.permanence"
TRAINER, SAMIRA = "+33261910102", "+33639980105"


@pytest.fixture(autouse=True)
def line(served: Served) -> Line:
    """The line as the test wants to find it."""
    line = Line(served.carrier_url)
    line.clear()
    return line


def keys(page: Page, *pressed: str) -> None:
    """A chord, as somebody who means it: what was typed just before is over."""
    page.wait_for_timeout(4 * BETWEEN_KEYS)  # quicker ones are typed astray (page/keys.js)
    for key in pressed:
        page.keyboard.press(key)


def choose(page: Page, there: Locator, begins: str) -> None:
    """Choose in a list by the first letter of a choice: the list is drawn again as soon as it is chosen."""
    go_to(page, there, steps=200)
    with page.expect_response("**/dossiers/caller/speaker"):
        page.keyboard.press(begins[0])
    expect(there.locator("option:checked")).to_contain_text(begins)
    settled(page)
    page.evaluate("() => document.activeElement.blur()")


def also_for(page: Page, name: str) -> None:
    """« Aussi pour quelqu'un d'autre »: found by name, chosen with Enter."""
    keys(page, "I", "P")
    field = page.locator("#pane-caller input[name=q]")
    go_to(page, field, steps=200)
    page.keyboard.type(name)
    found = page.locator("#pane-caller [id^=also-] .candidate", has_text=name).first
    go_to(page, found, steps=200)
    with page.expect_response("**/dossiers/caller/persons"):
        page.keyboard.press("Enter")


def test_a_trainer_calls_for_one_then_for_three(people: People, line: Line) -> None:
    agent = people.agent(CAMILLE, PASSWORD)
    become_available(agent)
    line.dial(TRAINER)
    phase(agent, "ringing")
    agent.keyboard.press("A")
    phase(agent, "talking")
    card = agent.locator("#pane-caller .caller")
    may = card.locator("#caller-may")

    # For one: who speaks, that it is them, and a yes said aloud for this call.
    expect(card.locator("[data-mandates]")).to_contain_text("Aucun mandat en cours")
    choose(agent, card.locator("select[name=role]"), "Formateur")
    with agent.expect_response("**/dossiers/caller/identity"):
        keys(agent, "I", "1")
    expect(may).to_contain_text("avec l’accord de la personne")
    choose(agent, card.locator("select[name=basis]"), "la personne")
    expect(may).not_to_contain_text("avec l’accord de la personne")
    expect(card.locator("[data-mandates]")).to_contain_text("accord donné de vive voix")
    assert_axe(agent)

    # For a second, who is not there: asked by SMS, and nothing is said before the answer.
    also_for(agent, "Haddad")
    expect(may).to_contain_text("après l’identité")
    with agent.expect_response("**/dossiers/caller/identity"):
        keys(agent, "I", "1")
    expect(may).to_contain_text("avec l’accord de la personne")
    keys(agent, "I", "A")
    expect(card.locator("#consent-holder")).to_have_value("École de la Deuxième Marche")
    assert_axe(agent)
    go_to(agent, card.get_by_role("button", name="Envoyer la question"), steps=200)
    agent.keyboard.press("Enter")
    expect(card.locator("[data-consent]")).to_be_visible()
    expect(may).to_contain_text("avec l’accord de la personne")
    keep_screen(agent, "desk-consent-asked", full=False)

    # For a third, and the answer comes meanwhile: it is the second's.
    also_for(agent, "Nunes")
    expect(card).to_contain_text("Un appel pour 3 personnes")
    line.write(SAMIRA, "Oui")
    expect(agent.locator(".toast", has_text="a dit oui par SMS")).to_be_visible()
    expect(may).to_contain_text("après l’identité")  # nothing of the third is opened by it
    second = card.locator(".candidate", has_text="Haddad")
    go_to(agent, second, steps=200)
    with agent.expect_response("**/dossiers/caller/persons"):
        agent.keyboard.press("Enter")
    expect(card.locator("[data-consent=agreed]")).to_be_visible()
    expect(may).not_to_contain_text("avec l’accord de la personne")
    expect(card.locator("[data-mandates]")).to_contain_text("accord par SMS jusqu’au")
    assert_axe(agent)
    keep_screen(agent, "desk-consent-agreed", full=False)

    # STOP takes it back, in the call that is on.
    line.write(SAMIRA, "STOP")
    expect(card.locator("[data-consent=revoked]")).to_be_visible()
    expect(may).to_contain_text("avec l’accord de la personne")
    line.clear()
    phase(agent, "wrap_up")
