"""Somebody is looked for while the telephone rings: names typed anyhow, a mail address with a slip."""

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


@pytest.fixture(autouse=True)
def quiet_line(served: Served) -> None:
    """The line as each test wants to find it: no call of the test before."""
    Line(served.carrier_url).clear()


@pytest.fixture
def agent(people: People, served: Served) -> Page:
    """An agent whose telephone rings: somebody whom nobody knows."""
    page = people.agent("camille@demo.permanence", PASSWORD)
    become_available(page)
    Line(served.carrier_url).dial("+33639989777")
    expect(page.locator("#call")).to_have_attribute("data-phase", "ringing")
    expect(page.locator("#pane-caller")).to_contain_text("Numéro inconnu")
    return page


def test_the_search_answers_while_one_types(agent: Page) -> None:
    pane = agent.locator("#pane-caller")
    box = pane.get_by_label("Nom, naissance, numéro, mail, référence")
    box.press_sequentially("Mme samira hadd", delay=20)  # no Enter, no click
    expect(pane.locator(".candidate-name").first).to_have_text("Samira Haddad")
    keep_screen(agent, "finding-typed", full=False)
    assert_axe(agent)
    box.fill("zzzz")
    expect(pane).to_contain_text("Personne de ce nom")


def test_a_slip_in_a_mail_address_is_seen_while_it_is_typed(agent: Page) -> None:
    pane = agent.locator("#pane-caller")
    pane.get_by_text("Créer une fiche").click()
    pane.get_by_label("Prénom").fill("Ana")
    pane.get_by_label("Nom", exact=True).fill("L’Œuf-Łoś")
    mail = pane.get_by_label("Mail (facultatif)")
    mail.press_sequentially("ana.loeuf@gmial.com", delay=10)
    expect(pane).to_contain_text("Vouliez-vous dire ana.loeuf@gmail.com")
    assert_axe(agent)
    pane.get_by_role("button", name="Corriger").click()
    expect(mail).to_have_value("ana.loeuf@gmail.com")
    expect(mail).to_be_focused()
    keep_screen(agent, "finding-mail", full=False)
    pane.get_by_role("button", name="Créer la fiche").click()
    expect(agent.locator("[data-slot=name]")).to_have_text("Ana L’Œuf-Łoś")
    expect(pane.locator("#person-details")).to_contain_text("ana.loeuf@gmail.com")
    # Found again by another writing, without a dossier.
    agent.goto("/dossiers")
    agent.get_by_label("Nom, date de naissance, téléphone, mail, référence, organisme").fill(
        "madame loeuflos ana"
    )
    agent.get_by_role("button", name="Chercher").click()
    expect(agent.locator("main")).to_contain_text("Ana L’Œuf-Łoś")
    assert_axe(agent)
    keep_screen(agent, "finding-alone")
