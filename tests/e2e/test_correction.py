"""Correcting an address while the person is on the line: by keyboard, read back, told to other desks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.people import act, assert_axe, assert_fits, become_available, keep_screen
from tests.remote import Line

if TYPE_CHECKING:
    from tests.fixtures.servers import Served
    from tests.people import People

PASSWORD = "permanence-demo"
CAMILLE, BRUNO = "camille@demo.permanence", "bruno@demo.permanence"
SAMIRA = "+33639980105"


@pytest.fixture(autouse=True)
def quiet_line(served: Served) -> None:
    """No call of the test before."""
    Line(served.carrier_url).clear()


def details(page: Page):  # type: ignore[no-untyped-def]
    return page.locator("#person-details")


def test_an_address_is_corrected_in_a_call(people: People) -> None:
    agent = people.agent(CAMILLE, PASSWORD)
    become_available(agent)
    phone = people.caller()
    phone.locator(f"input[name=caller][value='{SAMIRA}']").check(force=True)
    expect(phone.locator("#telephone")).to_have_attribute("data-state", "idle")
    phone.locator("#call").click()
    expect(agent.locator("#call")).to_have_attribute("data-phase", "ringing")
    act(agent, "#act-accept")
    expect(agent.locator("#call")).to_have_attribute("data-phase", "talking")
    expect(details(agent)).to_contain_text("@")
    keep_screen(agent, "correction-before", full=False)

    # I, then C: the form; the address first.
    agent.keyboard.press("i")
    agent.keyboard.press("c")
    mail = details(agent).get_by_label(re.compile("^Mail"))
    expect(mail).to_be_focused()
    mail.fill("samira.haddad@gmial.com")
    expect(details(agent)).to_contain_text("Vouliez-vous dire samira.haddad@gmail.com")
    keep_screen(agent, "correction-typed", full=False)
    assert_axe(agent)
    details(agent).get_by_role("button", name="Corriger", exact=True).click()
    expect(details(agent).get_by_label(re.compile("^Mail"))).to_have_value(
        "samira.haddad@gmail.com"
    )
    details(agent).get_by_label(re.compile("^Mail")).press("Enter")
    expect(details(agent)).to_contain_text("Relisez à la personne")
    expect(details(agent)).to_contain_text("arobase")
    keep_screen(agent, "correction-read-back", full=False)
    assert_axe(agent)
    assert_fits(agent)

    # Meanwhile a colleague corrects the same person from the dossier's page.
    other = people.agent(BRUNO, PASSWORD, path="/dossiers")
    other.get_by_role("searchbox").fill("haddad")
    other.keyboard.press("Enter")
    other.get_by_role("link", name="Samira Haddad").first.click()
    details(other).get_by_role("button", name=re.compile("Corriger les coordonnées")).click()
    details(other).get_by_label(re.compile("Adresse postale")).fill("3 quai des Brumes, Lyon")
    details(other).get_by_role("button", name="Relire à la personne").click()
    details(other).get_by_role("button", name=re.compile("Relu et confirmé")).click()
    expect(other.locator("#toasts")).to_contain_text("La fiche est corrigée")
    expect(agent.locator("#toasts")).to_contain_text("vient de corriger les coordonnées")
    expect(details(other)).to_contain_text("quai des Brumes")
    keep_screen(other, "correction-dossier-page")
    assert_axe(other)

    # Hers is told what changed, and keeps what she typed.
    details(agent).get_by_role("button", name=re.compile("Relu et confirmé")).click()
    expect(details(agent)).to_contain_text("Quelqu’un d’autre vient de changer cela")
    expect(details(agent)).to_contain_text("Bruno Keller")
    expect(details(agent)).to_contain_text("3 quai des Brumes, Lyon")
    keep_screen(agent, "correction-stale", full=False)
    assert_axe(agent)
    details(agent).get_by_role("button", name="Relire à la personne").click()
    details(agent).get_by_role("button", name=re.compile("Relu et confirmé")).click()
    expect(details(agent)).to_contain_text("samira.haddad@gmail.com")
    expect(details(agent)).to_contain_text("relue à la personne")
    expect(details(agent)).to_contain_text("quai des Brumes")
    keep_screen(agent, "correction-after", full=False)

    # The very next mail goes there.
    agent.locator(".script-choose li", has_text="S02").get_by_role("button").click()
    script = agent.locator("#script-run")
    for answer in ("Plus de trois jours", "on le fait maintenant"):
        script.locator(".choices button", has_text=answer).click()
    script.locator("form.script-action [value=spoken]").first.click()
    expect(script.locator(".mail-life-limit.tag-live")).to_be_visible()  # a new limit: a new mail
    newest = re.search(r'href="(/outbox/[^"#]+)"', agent.request.get("/outbox").text())
    assert newest
    assert "samira.haddad@gmail.com" in agent.request.get(newest[1]).text()

    act(agent, "#act-hang-up")
    expect(agent.locator("#call")).to_have_attribute("data-phase", "wrap_up")
    act(agent, "#act-done")
